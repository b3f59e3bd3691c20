"""The role vmms: the list of what was built, and where on the controller it is written."""

import json
from pathlib import Path

import pytest
from sandbox import Play, Sandbox

pytestmark = pytest.mark.sandbox


def write(directory: Path, version: str) -> Play:
    """Write down what a builder of some release has built."""
    builds = {name: {"name": name} for name in ("guest_kernel", "guest_image", "qemu")}
    given = {
        "ansible_facts": {"distribution": "Debian", "distribution_major_version": version},
        "vmms_manifest_dir": str(directory / "state/builds"),
        "artifact_builds": builds,
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
