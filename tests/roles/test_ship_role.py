"""The role ship: what it takes from the controller, and that nothing unchecked is used."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from modules import load
from sandbox import Play, Sandbox

PACK = load("roles/artifact/library/pack_artifact.py")
STORE = "/opt/vmmlab/store"
FACTS = {"distribution": "Debian", "distribution_major_version": "12"}

# Ends the play that asked for it, as a connection that drops would, before anything was checked.
CUT = """#!/bin/sh
pid=$PPID
while [ "$pid" -gt 1 ]; do
    if tr '\\0' ' ' < "/proc/$pid/cmdline" | grep -qF "$SANDBOX/playbook.yml"; then
        doomed="$doomed $pid"
    fi
    pid=$(awk '/^PPid:/ {print $2}' "/proc/$pid/status")
done
kill -KILL $doomed
"""

pytestmark = pytest.mark.sandbox


class Shipping:
    """A controller with builds, and a lab host in a sandbox."""

    def __init__(self, directory: Path) -> None:
        """Make the builds."""
        (directory / "sandbox").mkdir()
        self.sandbox = Sandbox(directory / "sandbox")
        self.cache, self.state = directory / "cache", directory / "state"
        self.cache.mkdir()
        builds = {name: self.build(name) for name in ("guest_kernel", "guest_image", "qemu")}
        vmms = [{"name": "qemu", "type": "qemu", "build": builds["qemu"], "initrd": False}]
        self.manifest: dict[str, Any] = {**builds, "vmms": vmms, "left_out": {}}
        self.write_list(self.state / "builds/Debian-12.json")

    def build(self, name: str) -> dict[str, Any]:
        """Return a small build, packed."""
        out = self.cache / "work" / name
        out.mkdir(parents=True)
        (out / "file").write_text(f"{name}\n")
        archive = self.cache / f"{name}-1.tar.gz"
        given = {"name": name, "key": "1", "inputs": {}, "record": {}}
        packed = PACK.pack({**given, "path": str(archive), "out_dir": str(out)})
        return {**packed, "archive": str(archive)}

    def write_list(self, path: Path) -> None:
        """Write the list of builds."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.manifest))

    def play(self, *options: str, **variables: Any) -> Play:
        """Apply the role."""
        given = {
            "ansible_facts": FACTS,
            "lab_state_dir": str(self.state),
            "lab_cache_dir": str(self.cache),
        }
        return self.sandbox.play("ship", given | variables, options=options)

    def spoil(self, name: str) -> None:
        """Change a file of a build after its checksums were written."""
        out = self.cache / "work" / name
        (out / "file").write_text("something else\n")
        archive = self.manifest[name]["archive"]
        pack = ["tar", "-czf", archive, "-C", str(out), "SHA256SUMS", "file", "build.json"]
        subprocess.run(pack, check=True)

    def shipped(self) -> list[str]:
        """Return what is in the store."""
        store = self.sandbox.path(STORE)
        return sorted(path.name for path in store.iterdir()) if store.exists() else []


@pytest.fixture
def shipping(tmp_path: Path) -> Shipping:
    """Return builds and a host that has none of them."""
    return Shipping(tmp_path)


def words(play: Play) -> str:
    """Return a play's output without line breaks."""
    return " ".join(play.output.split())


def test_each_build_arrives_once(shipping: Shipping) -> None:
    """Check mode changes nothing; the second play has nothing to do."""
    checked = shipping.play("--check")
    assert (checked.code, shipping.shipped()) == (0, []), checked.output
    first = shipping.play()
    assert first.code == 0, first.output
    assert shipping.shipped() == ["guest_image-1", "guest_kernel-1", "qemu-1"]
    folder = shipping.sandbox.path(f"{STORE}/qemu-1")
    assert (folder / "file").read_text() == "qemu\n"
    assert folder.stat().st_mode & 0o777 == 0o755
    second = shipping.play()
    assert (second.code, second.changed, second.changes) == (0, 0, []), second.output


def test_a_file_that_is_not_what_was_built_is_refused(shipping: Shipping) -> None:
    """It is named, and nothing of its build stays."""
    shipping.spoil("guest_image")
    refused = shipping.play()
    assert refused.code != 0
    assert "guest_image-1.tar.gz did not arrive as it was built" in words(refused)
    assert "file: FAILED" in words(refused)
    assert shipping.shipped() == ["guest_kernel-1"]


def test_a_run_that_goes_on_keeps_its_builds(shipping: Shipping, tmp_path: Path) -> None:
    """Newer builds are for the next run; the list that a run keeps counts for this one alone."""
    shipping.write_list(tmp_path / "results/friday/builds/Debian-12.json")
    newer = {**shipping.manifest["qemu"], "key": "2"}
    shipping.manifest |= {"qemu": newer}
    shipping.manifest["vmms"] = [{**shipping.manifest["vmms"][0], "build": newer}]
    shipping.write_list(shipping.state / "builds/Debian-12.json")
    store = shipping.sandbox.path("/opt/vmmlab/store")
    where = {"results_dir": str(tmp_path / "results")}
    assert shipping.play(run_name="friday", **where).code == 0
    assert (store / "qemu-1").is_dir()
    assert not (store / "qemu-2").exists()
    assert shipping.play(run_name="monday", **where).code == 0
    assert (store / "qemu-2").is_dir()


def test_what_an_interrupted_call_left_is_not_taken(shipping: Shipping) -> None:
    """The connection drops between unpacking and the check; the next call begins anew."""
    shipping.spoil("guest_kernel")
    program = shipping.sandbox.directory / "bin/sha256sum"
    program.write_text(CUT)
    program.chmod(0o755)
    assert shipping.play().code != 0
    assert any(path.startswith("guest_kernel-1") for path in shipping.shipped())
    program.unlink()
    again = shipping.play()
    assert again.code != 0
    assert "file: FAILED" in words(again)
    assert shipping.shipped() == []


@pytest.mark.parametrize("version", ["12/../../../forged", "12\n", "\x1b[2J"])
def test_a_release_that_is_a_path_is_refused(shipping: Shipping, version: str) -> None:
    """A lab host says what it is, and a file of the controller is named after it."""
    shipping.write_list(shipping.state.parent / "forged.json")
    facts = {"distribution": "Debian", "distribution_major_version": version}
    refused = shipping.play(ansible_facts=facts)
    assert refused.code != 0
    assert "lab1: says that its release is" in words(refused)
    assert "expected a name and a version such as Debian-12" in words(refused)
    assert "\x1b[2J" not in refused.output
    assert shipping.shipped() == []


def test_no_other_file_of_the_controller_is_sent(shipping: Shipping, tmp_path: Path) -> None:
    """What is shipped lies in the cache of builds, whatever a list says."""
    secret = tmp_path / "secret.tar.gz"
    secret.write_bytes(Path(shipping.manifest["qemu"]["archive"]).read_bytes())
    shipping.manifest["guest_kernel"]["archive"] = str(secret)
    shipping.write_list(shipping.state / "builds/Debian-12.json")
    refused = shipping.play()
    assert refused.code != 0
    assert f"names {secret}; expected archives (.tar.gz) in {shipping.cache}" in words(refused)
    assert shipping.shipped() == []
