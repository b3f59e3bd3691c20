"""The role virtual_lab: its image, with a mmdebstrap that makes a small root."""

import subprocess
from pathlib import Path

import pytest
from mmdebstrap import stand_in
from sandbox import Sandbox

MMDEBSTRAP = stand_in("""\
mkdir -p "$root/root" "$root/etc"
echo virtual-lab > "$root/etc/hostname"
touch "$out/vmlinuz" "$out/initrd.img"
""")


@pytest.mark.sandbox
def test_image(tmp_path: Path) -> None:
    """What an interrupted build left is not built on; the second time nothing is to do."""
    (tmp_path / "sandbox").mkdir()
    sandbox = Sandbox(tmp_path / "sandbox")
    cache = tmp_path / "cache"
    wanted = {
        "lab_cache_dir": str(cache),
        "lab_state_dir": str(tmp_path / "state"),
        "virtual_lab_disk_gib": 1,
    }
    checked = sandbox.play("virtual_lab", wanted, tasks_from="image", options=["--check"])
    assert checked.code == 0, checked.output
    assert not cache.exists()

    program = sandbox.path("/usr/bin/mmdebstrap")
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    broken = sandbox.play("virtual_lab", wanted, tasks_from="image")
    assert broken.code != 0
    (part,) = cache.iterdir()
    assert part.suffix == ".part"
    (part / "root/root").mkdir(parents=True)
    (part / "root/etc").mkdir()
    (part / "root/etc/half").touch()
    (part / "disk.raw").write_text("half a disk")

    checked = sandbox.play("virtual_lab", wanted, tasks_from="image", options=["--check"])
    assert checked.code == 0, checked.output
    assert (part / "disk.raw").exists()

    program.write_text(MMDEBSTRAP)
    first = sandbox.play("virtual_lab", wanted, tasks_from="image")
    assert first.code == 0, first.output
    (image,) = cache.iterdir()
    assert image == part.with_suffix("")
    assert {path.name for path in image.iterdir()} == {
        "customize.sh",
        "disk.raw",
        "initrd.img",
        "vmlinuz",
    }
    list_etc = ["debugfs", "-R", "ls -p /etc", str(image / "disk.raw")]
    shown = subprocess.run(list_etc, capture_output=True, text=True, check=True).stdout
    assert "/hostname/" in shown
    assert "/half/" not in shown

    second = sandbox.play("virtual_lab", wanted, tasks_from="image")
    assert (second.code, second.changed, second.changes) == (0, 0, [])
