"""The role ship: what it takes from the controller, and that nothing unchecked is used."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from modules import load_module, run_module
from sandbox import Play, Sandbox

PACK = load_module("roles/artifact/library/pack_artifact.py")
STORE_MODULE = load_module("roles/ship/library/build_store.py")
STORE = "/opt/vmmlab/store"
FACTS = {"distribution": "Debian", "distribution_major_version": "12"}

# Notes from where each piece is written. Where CUT_AT is set, the first piece beyond it writes only
# a part, and ends the play that asked for it, as a connection that drops would.
DD = """#!/bin/sh
start=$(echo "$*" | grep -o 'seek=[0-9]*')
echo "${start#seek=}" >> "$SANDBOX/pieces"
if [ -z "$CUT_AT" ] || [ "${start#seek=}" -lt "$CUT_AT" ]; then
    exec /usr/bin/dd "$@"
fi
head -c 1000000 | /usr/bin/dd "$@"
pid=$PPID
while [ "$pid" -gt 1 ]; do
    if tr '\\0' ' ' < "/proc/$pid/cmdline" | grep -qF "$SANDBOX/playbook.yml"; then
        doomed="$doomed $pid"
    fi
    pid=$(awk '/^PPid:/ {print $2}' "/proc/$pid/status")
done
kill -KILL $doomed
"""
PIECE = 8 << 20

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
        return self.pack(name)

    def pack(self, name: str) -> dict[str, Any]:
        """Pack a build's folder, under the same key as ever."""
        out = self.cache / "work" / name
        archive = self.cache / f"{name}-1.tar.gz"
        given = {"name": name, "key": "1", "inputs": {}, "record": {}}
        packed = PACK.pack({**given, "path": str(archive), "out_dir": str(out)})
        return {**packed, "archive": str(archive)}

    def write_list(self, path: Path) -> None:
        """Write the list of builds."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.manifest))

    def play(self, *options: str, entry: str = "main", **variables: Any) -> Play:
        """Apply the role."""
        program = self.sandbox.directory / "bin/dd"
        program.write_text(DD)
        program.chmod(0o755)
        given = {
            "ansible_facts": FACTS,
            "lab_state_dir": str(self.state),
            "lab_cache_dir": str(self.cache),
        }
        return self.sandbox.play("ship", given | variables, tasks_from=entry, options=options)

    def pieces(self) -> list[int]:
        """Return from where each piece was written since the last time this was asked."""
        path = self.sandbox.directory / "pieces"
        found = [int(line) for line in path.read_text().split()] if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def enlarge(self, name: str, size: int) -> None:
        """Give a build a file that does not shrink, and write the list anew."""
        (self.cache / "work" / name / "large").write_bytes(os.urandom(size))
        self.manifest[name] = self.pack(name)
        self.write_list(self.state / "builds/Debian-12.json")

    def remake(self, name: str) -> None:
        """Make a build again, under the same key, with other bytes; the list stays as it is."""
        (self.cache / "work" / name / "file").write_text("newer packages\n")
        self.manifest[name] = self.pack(name)

    def shipped(self) -> list[str]:
        """Return what is in the store."""
        store = self.sandbox.path(STORE)
        return sorted(p.name for p in store.glob("[a-z]*")) if store.exists() else []


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


def test_the_same_key_with_other_bytes_is_shipped_anew(shipping: Shipping) -> None:
    """Only what differs is sent, and the folder holds it whole."""
    assert shipping.play().code == 0
    shipping.remake("guest_image")
    shipping.write_list(shipping.state / "builds/Debian-12.json")
    shipping.pieces()
    again = shipping.play()
    assert again.code == 0, again.output
    file = shipping.sandbox.path(f"{STORE}/guest_image-1/file")
    assert file.read_text() == "newer packages\n"
    assert shipping.pieces() == [0], "one archive of one piece"
    assert shipping.play().changed == 0


def test_other_bytes_are_not_sent_for_a_run_that_began_with_the_old(
    shipping: Shipping, tmp_path: Path
) -> None:
    """Where the host has what the run began with it goes on; where not, both are named."""
    shipping.write_list(tmp_path / "results/friday/builds/Debian-12.json")
    friday = {"results_dir": str(tmp_path / "results"), "run_name": "friday"}
    assert shipping.play(**friday).code == 0
    shipping.remake("guest_image")
    shipping.write_list(shipping.state / "builds/Debian-12.json")
    assert shipping.play(**friday).changed == 0
    file = shipping.sandbox.path(f"{STORE}/guest_image-1/file")
    file.write_text("guest image\n")
    refused = shipping.play(**friday)
    assert refused.code != 0
    assert "guest_image-1.tar.gz was made again since the list of builds was written" in words(
        refused
    )
    assert "bring that archive back, or start another run" in words(refused)
    assert file.read_text() == "guest image\n", "nothing is deleted before its successor is there"


@pytest.mark.parametrize("what", ["bytes", "mode", "gone"])
def test_a_host_whose_files_changed_measures_nothing(shipping: Shipping, what: str) -> None:
    """The start of a run names file, what was found and what was expected; provision mends it."""
    assert shipping.play().code == 0
    assert shipping.play(entry="check").code == 0
    file = shipping.sandbox.path(f"{STORE}/guest_kernel-1/file")
    match what:
        case "bytes":
            stamp = file.stat()
            file.write_text("GUEST_KERNEL\n")
            os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        case "mode":
            file.chmod(0o600)
        case _:
            shipping.sandbox.run("rm", f"{STORE}/guest_kernel-1/file")
    refused = shipping.play(entry="check")
    assert refused.code != 0
    said = words(refused)
    assert "lab1: 1 of the builds that" in said
    assert f"{STORE}/guest_kernel-1: file: found" in said
    assert f"expected {shipping.manifest['guest_kernel']['data']['file']}" in said
    assert shipping.play().code == 0
    assert shipping.play(entry="check").code == 0


def test_a_transfer_goes_on_where_it_stopped(shipping: Shipping) -> None:
    """The connection drops within the second piece: what arrived stays, the rest alone is sent."""
    shipping.enlarge("guest_image", 2 * PIECE + 1000)
    shipping.sandbox.environment["CUT_AT"] = str(PIECE)
    assert shipping.play().code != 0
    assert shipping.shipped() == []
    (arrived,) = shipping.sandbox.path(f"{STORE}/.incoming").glob("guest_image-1.*")
    assert PIECE < arrived.stat().st_size < 2 * PIECE
    there = arrived.stat().st_size
    shipping.sandbox.environment["CUT_AT"] = ""
    shipping.pieces()
    again = shipping.play()
    assert again.code == 0, again.output
    assert shipping.pieces() == [there, 0], "and the one of the next build"
    assert shipping.shipped() == ["guest_image-1", "guest_kernel-1", "qemu-1"]
    assert list(shipping.sandbox.path(f"{STORE}/.incoming").iterdir()) == []
    assert shipping.play().changed == 0


def test_what_arrived_damaged_is_not_used(shipping: Shipping) -> None:
    """A part that is not the archive's is sent again; an archive that lies is refused."""
    shipping.enlarge("guest_image", 100)
    name = f"guest_image-1.{shipping.manifest['guest_image']['archive_sha256']}"
    incoming = shipping.sandbox.path(f"{STORE}/.incoming")
    incoming.mkdir(parents=True)
    (incoming / name).write_bytes(b"something else")
    assert shipping.play().code == 0
    assert 0 in shipping.pieces()
    lying = {**shipping.manifest["guest_image"], "key": "2"}
    lying["data"] = {**lying["data"], "file": "data:0"}
    shipping.manifest["guest_image"] = lying
    shipping.write_list(shipping.state / "builds/Debian-12.json")
    refused = shipping.play()
    assert refused.code != 0
    assert "guest_image-1.tar.gz did not arrive as it was built" in words(refused)
    assert "expected data:0" in words(refused)
    assert "guest_image-2" not in shipping.shipped()


def test_a_list_without_digests_is_refused(shipping: Shipping) -> None:
    """An earlier version wrote it: it says too little to hold anything against."""
    del shipping.manifest["qemu"]["data"]
    shipping.write_list(shipping.state / "builds/Debian-12.json")
    refused = shipping.play()
    assert refused.code != 0
    assert "has no digests of qemu: an earlier vmmlab wrote it" in words(refused)


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


def test_a_folder_of_somebody_elses_is_no_store(tmp_path: Path) -> None:
    """Nothing arrives there, and a teardown leaves it; a store goes, and not what is above it."""
    folder = tmp_path / "srv"
    folder.mkdir(mode=0o711)
    (folder / "thesis.tex").touch()
    build = {"name": "x", "store": str(folder / "x-1"), "data": {"bzImage": "data:1"}}
    build |= {"archive": "x.tar.gz", "archive_sha256": "1"}
    refused = run_module(STORE_MODULE, store=str(folder), builds=[build], prepare=True)
    assert "set ship_store to a folder that is vmmlab's alone" in refused["msg"]
    assert run_module(STORE_MODULE, store=str(folder), remove=True)["changed"] is False
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]
    store = folder / "store"
    build["store"] = str(store / "x-1")
    # Who only looks, as a run does at its start, makes nothing that would look like vmmlab's.
    assert run_module(STORE_MODULE, store=str(store), builds=[build])["wrong"]
    assert not store.exists()
    assert run_module(STORE_MODULE, store=str(store), builds=[build], prepare=True)["wrong"]
    assert folder.stat().st_mode & 0o777 == 0o711
    assert run_module(STORE_MODULE, check=True, store=str(store), remove=True)["changed"] is True
    assert run_module(STORE_MODULE, store=str(store), remove=True)["changed"] is True
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]
    assert run_module(STORE_MODULE, store=str(store), remove=True)["changed"] is False
    run_module(STORE_MODULE, store=str(store), builds=[build], prepare=True)
    (store / "x-1").mkdir()
    (store / "x-1" / "build.json").touch()
    (store / "notes.txt").touch()
    assert run_module(STORE_MODULE, store=str(store), remove=True)["changed"] is True
    assert [path.name for path in store.iterdir()] == ["notes.txt"]
