"""The role guest_image: its recipe, and the role with a mmdebstrap that makes a small root."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from mmdebstrap import stand_in
from sandbox import CHECKOUT, Sandbox

ROLE = CHECKOUT / "roles/guest_image"
FACTS = {"distribution_release": "bookworm", "machine": "x86_64"}

MMDEBSTRAP = stand_in("""\
mkdir -p "$root/etc" "$root/var/lib/vmmlab-fileio"
: > "$root/etc/machine-id"
echo "$SOURCE_DATE_EPOCH $(umask) $(stat -c %a "${hook%% *}")" > "$out/initrd.img"
printf 'sysbench 1.0.20+ds-5\\nsystemd 252.39-1~deb12u2\\n' > "$out/packages"
{ cat "$out/packages"; echo 'dracut-core 059-4'; } > "$out/installed"
""")


def test_recipe_is_complete() -> None:
    """Every file of the recipe is part of the build's name, and every script can be read."""
    variables = yaml.safe_load((ROLE / "vars/main.yml").read_text())
    files = ROLE / "files"
    found = {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()}
    assert found == set(variables["__guest_image_recipe"])
    subprocess.run(["sh", "-n", files / "customize.sh"], check=True)
    subprocess.run(["bash", "-n", files / "dracut/module-setup.sh"], check=True)


def test_masked_units() -> None:
    """Each is masked once, and none that a guest is measured through."""
    lines = (ROLE / "files/masked-units").read_text().splitlines()
    units = [unit for line in lines if not line.startswith("#") for unit in line.split()]
    assert len(units) == len(set(units))
    kinds = r"[\w@-]+\.(service|timer|mount|automount|path|target)"
    assert [unit for unit in units if not re.fullmatch(kinds, unit)] == []
    assert not {"ssh.service", "systemd-journald.service", "sysinit.target"} & set(units)


def test_sshd() -> None:
    """Root comes in by key alone."""
    words = (ROLE / "files/sshd.conf").read_text()
    for line in ("PermitRootLogin prohibit-password", "PasswordAuthentication no", "UseDNS no"):
        assert f"\n{line}\n" in words


def test_specification() -> None:
    """What can be set has a default, and the other way round; preflight knows the disk's too."""
    specification = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    lab = yaml.safe_load((CHECKOUT / "playbooks/group_vars/all/lab.yml").read_text())
    options = set(specification["argument_specs"]["main"]["options"])
    assert options == set(defaults) | {"guest_image_size_mib"}
    assert lab["guest_image_size_mib"] > 0


@pytest.mark.sandbox
def test_role(tmp_path: Path) -> None:
    """A disk with a machine-id and no tables left to write; the second time nothing is to do."""
    (tmp_path / "sandbox").mkdir()
    sandbox = Sandbox(tmp_path / "sandbox")
    wanted = {
        "ansible_facts": FACTS,
        "artifact_cache": str(tmp_path / "cache"),
        "guest_image_size_mib": 64,
    }
    checked = sandbox.play("guest_image", wanted, options=["--check"])
    assert checked.code == 0, checked.output
    assert not (tmp_path / "cache").exists()

    program = sandbox.path("/usr/bin/mmdebstrap")
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(MMDEBSTRAP)
    program.chmod(0o755)
    before = os.umask(0o077)
    try:
        first = sandbox.play("guest_image", wanted)
    finally:
        os.umask(before)
    assert first.code == 0, first.output
    (archive,) = (tmp_path / "cache").glob("guest_image-*.tar.gz")
    build = json.loads(archive.with_name(archive.name.replace(".tar.gz", ".json")).read_text())
    assert set(build["files"]) == {"image.raw", "initrd.img"}
    assert build["record"]["sysbench"] == "1.0.20"
    assert build["record"]["initrd"] == {"dracut-core": "059-4"}, "and is in the image no more"
    assert list((tmp_path / "cache/work").iterdir()) == []

    subprocess.run(["tar", "-xpzf", archive, "-C", tmp_path], check=True)
    image = tmp_path / "image.raw"
    assert image.stat().st_size == 64 << 20
    assert image.stat().st_blocks * 512 < 32 << 20
    read = ["debugfs", "-R", "cat /etc/machine-id", str(image)]
    shown = subprocess.run(read, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"[0-9a-f]{32}\n", shown)
    groups = subprocess.run(["dumpe2fs", image], capture_output=True, text=True, check=True).stdout
    assert groups.count("ITABLE_ZEROED") == len(re.findall(r"^Group \d+:", groups, re.MULTILINE))
    assert (tmp_path / "initrd.img").read_text() == "1700000000 0022 755\n", (
        "not the builder's umask"
    )
    assert image.stat().st_mode & 0o777 == 0o644

    second = sandbox.play("guest_image", wanted)
    assert (second.code, second.changed, second.changes) == (0, 0, [])


# A mirror with one newer package; what is pinned it has still, unless it is told to have it not.
NEWER = stand_in("""\
mkdir -p "$root/etc"
: > "$out/initrd.img"
version=252.40
if [ -e "$out/pins" ] && [ ! -e /opt/gone ]; then
    version=$(grep -A1 '^Package: systemd$' "$out/pins" | sed -n 's/^Pin: version //p')
fi
printf 'sysbench 1.0.20+ds-5\\nsystemd %s\\n' "$version" > "$out/packages"
cp "$out/packages" "$out/installed"
""")


@pytest.mark.sandbox
def test_an_image_is_made_again_of_the_same_packages(tmp_path: Path) -> None:
    """Of those that a run recorded, though the mirror has newer ones; or what is gone is said."""
    (tmp_path / "sandbox").mkdir()
    sandbox = Sandbox(tmp_path / "sandbox")
    cache = tmp_path / "cache"
    wanted = {"ansible_facts": FACTS, "artifact_cache": str(cache), "guest_image_size_mib": 16}
    program = sandbox.path("/usr/bin/mmdebstrap")
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(NEWER)
    program.chmod(0o755)
    assert sandbox.play("guest_image", wanted).code == 0
    (newest,) = cache.glob("guest_image-*.json")
    build = json.loads(newest.read_text())
    again = wanted | {"artifact_again": {"guest_image": build}, "builds_from": "results/friday"}
    assert sandbox.play("guest_image", again).changed == 0, "it is in the cache as it was recorded"

    build["record"]["packages"]["systemd"] = "252.39-1~deb12u2"
    gone = sandbox.path("/opt/gone")
    gone.parent.mkdir(parents=True, exist_ok=True)
    gone.touch()
    refused = sandbox.play("guest_image", again)
    assert refused.code != 0
    said = " ".join(refused.output.split())
    assert "systemd 252.39-1~deb12u2 (there is 252.40)" in said
    assert "of which the guests' image of results/friday was made" in said
    gone.unlink()
    older = sandbox.play("guest_image", again)
    assert older.code == 0, older.output
    (made,) = (path for path in cache.glob("guest_image-*.json") if path != newest)
    assert json.loads(made.read_text())["record"]["packages"] == build["record"]["packages"]
    assert "guest_image has OTHER bytes than in results/friday" in " ".join(older.output.split())
    assert sandbox.play("guest_image", again).changed == 0
