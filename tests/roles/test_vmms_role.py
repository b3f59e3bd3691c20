"""The role vmms: the list of what was built, and where on the controller it is written."""

import json
from pathlib import Path
from typing import Any

import pytest
from modules import load, make_program
from sandbox import Play, Sandbox

pytestmark = pytest.mark.sandbox

PLAIN = {"name": "q", "type": "qemu", "artifact": "qemu", "plain": True, "binary": "b", "initrd": 0}


def write(directory: Path, version: str) -> Play:
    """Write down what a builder of some release has built."""
    builds = {name: {"name": name} for name in ("guest_kernel", "guest_image")}
    given = {
        "ansible_facts": {"distribution": "Debian", "distribution_major_version": version},
        "vmms_manifest_dir": str(directory / "state/builds"),
        "artifact_builds": builds,
        "vmms_lab_qemu": {"name": "qemu"},
        "vmms_built": [],
        "vmms_left_out": {},
    }
    (directory / "sandbox").mkdir(exist_ok=True)
    return Sandbox(directory / "sandbox").play("vmms", given, tasks_from="manifest")


def test_a_builder_names_a_release_and_not_a_path(tmp_path: Path) -> None:
    """It says what it is, and the list on the controller is named after it."""
    refused = write(tmp_path, "12/../../authorized")
    assert refused.code != 0
    words = " ".join(refused.output.split())
    assert "lab1: says that its release is" in words
    assert "Debian-12/../../authorized" in words
    assert not (tmp_path / "state").exists()
    done = write(tmp_path, "12")
    assert done.code == 0, done.output
    (listed,) = (tmp_path / "state").rglob("*.json")
    assert listed == tmp_path / "state/builds/Debian-12.json"
    assert set(json.loads(listed.read_text())) >= {"guest_kernel", "vmms", "left_out"}


def test_two_entries_of_one_type_are_two_builds_and_two_guests(tmp_path: Path) -> None:
    """Each with its own source and options, whichever was built last; each has a unit's command."""
    old = make_program(tmp_path / "old", "echo StratoVirt 2.4.0")
    new = make_program(tmp_path / "new", "echo StratoVirt 2.5.0")
    options = ["--config", "profile.release.lto=false"]
    entries: list[dict[str, Any]] = [
        {"name": "stratovirt", "type": "stratovirt", "binary_file": str(new)},
        {"name": "old", "type": "stratovirt", "binary_file": str(old), "options": options},
    ]
    qemu = {"name": "qemu", "key": "1", "files": {}}
    given = {
        "ansible_facts": {"distribution": "Debian", "distribution_major_version": "12"},
        "vmms_manifest_dir": str(tmp_path / "builds"),
        "artifact_cache": str(tmp_path / "cache"),
        "artifact_work": str(tmp_path / "work"),
        "artifact_builds": {
            name: {**qemu, "name": name} for name in ("guest_kernel", "guest_image")
        },
        # There is a QEMU as the defaults say, so none has to be built.
        "vmms_built": [{**PLAIN, "build": qemu}],
        "vmms_may_leave_out": False,
        "vmms_wanted": entries,
    }
    (tmp_path / "cache").mkdir()
    (tmp_path / "sandbox").mkdir()
    sandbox = Sandbox(tmp_path / "sandbox")
    done = sandbox.play("vmms", given)
    assert done.code == 0, done.output
    listed = json.loads((tmp_path / "builds/Debian-12.json").read_text())
    assert listed["qemu"] == qemu, "not the build that was made last"
    made = {vmm["name"]: vmm["build"] for vmm in listed["vmms"] if vmm["name"] != "q"}
    assert {name: build["record"]["version"] for name, build in made.items()} == {
        "stratovirt": "2.5.0",
        "old": "2.4.0",
    }
    assert made["old"]["inputs"]["options"] == options
    assert len({build["key"] for build in made.values()}) == len(entries)
    ship = load("roles/ship/filter_plugins/ship.py").FilterModule().filters()
    guest = load("roles/guest/filter_plugins/guest.py").FilterModule().filters()
    placed = ship["ship_placed"](listed, "/opt/vmmlab/store")
    network = {"tap": "t", "mac": "m", "address": "a", "gateway": "g", "netmask": "n"}
    settings = dict.fromkeys(("vcpus", "memory_mib", "append", "disk_cache", "disk_engine"), "")
    guests = {
        vmm["name"]: guest["guest_interface"](vmm, placed, {**settings, "network": network})
        for vmm in ship["ship_guests"](listed, [])
    }
    assert len({guests[name]["binary"] for name in made}) == len(entries)
    assert len({guests[name]["qmp"] for name in made}) == len(entries)
