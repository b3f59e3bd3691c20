"""The role virtual_lab: its image, with a mmdebstrap that makes a small root."""

import json
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


@pytest.mark.sandbox
def test_teardown_keeps_what_runs_have_left(tmp_path: Path) -> None:
    """Off the disk of a machine that does not run; what has no place here stays with its disk."""
    root, state = tmp_path / "root", tmp_path / "state"
    run = root / "var/lib/vmmlab/runs/friday"
    log = "qemu/boot/default/01.log"
    (run / "results" / log).parent.mkdir(parents=True)
    (run / "results" / log).write_text("log\n")
    (run / "schedule.json").write_text(json.dumps({"host": "lab1"}))
    (run / "started").write_text("monday")
    disk = state / "virtual-lab/disk-a.raw"
    disk.parent.mkdir(parents=True)
    make = ["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(disk), "8M"]
    subprocess.run(make, check=True, capture_output=True)
    (tmp_path / "sandbox").mkdir()
    sandbox = Sandbox(tmp_path / "sandbox")
    results = tmp_path / "results"
    wanted = {
        "lab_state_dir": str(state), "results_dir": str(results), "virtual_lab_port": 2222,
    }  # fmt: skip

    refused = sandbox.play("virtual_lab", wanted, tasks_from="teardown")
    assert refused.code != 0
    words = " ".join(refused.output.split())
    assert "lab1: run 'friday': 1 logs (1 files) are on this lab host alone: there is no" in words
    assert disk.exists()

    (results / "friday").mkdir(parents=True)
    record = {"format": 1, "started": "monday", "plan": {}, "seed": 1, "vmms": [], "hosts": []}
    record |= {"vmm_entries": [], "left_out": {}, "blocks": []}
    (results / "friday/run.json").write_text(json.dumps(record))
    others = disk.parent / "thesis.tex"
    others.touch()
    for name in ("pid", "console.log", "host_ed25519.pub", "qemu-0123456789abcdef"):
        (disk.parent / name).touch()
    done = sandbox.play("virtual_lab", wanted, tasks_from="teardown")
    assert done.code == 0, done.output
    assert (results / "friday/lab1" / log).read_text() == "log\n"
    assert list(disk.parent.iterdir()) == [others], "somebody else's stays"
