"""The modules pack_artifact, bundle_libraries and find_rust: real archives, programs and shells."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from modules import load, load_module, make_program, run_module

PACK = load_module("roles/artifact/library/pack_artifact.py")
BUNDLE = load_module("roles/vmm_qemu/library/bundle_libraries.py")
RUST = load_module("roles/vmm_stratovirt/library/find_rust.py")
FILES = load("playbooks/module_utils/build_files.py")
SPARSE_SIZE = 1 << 26


@pytest.fixture
def wanted(tmp_path: Path) -> dict[str, Any]:
    """A build: a program, a link to it, and a file that is mostly hole."""
    out = tmp_path / "out"
    program = make_program(out / "bin/vmm", "echo I am it")
    (out / "bin/alias").symlink_to(program.name)
    with (out / "image.raw").open("wb") as image:
        image.truncate(SPARSE_SIZE)
        image.seek(SPARSE_SIZE // 2)
        image.write(b"in the middle")
    return {
        "name": "vmm",
        "key": "0123456789abcdef",
        "path": str(tmp_path / "vmm-0123456789abcdef.tar.gz"),
        "out_dir": str(out),
        "inputs": {"version": "1"},
        "record": {"compiler": "none"},
    }


def unpack(archive: str, into: Path) -> Path:
    """Unpack an archive as the role that ships builds does."""
    into.mkdir()
    subprocess.run(["tar", "-x", "-f", archive, "-C", str(into)], check=True)
    return into


def test_an_archive_is_complete_and_says_what_it_is(wanted: dict[str, Any], tmp_path: Path) -> None:
    """Its last member is the record; checksums verify; nothing else lies beside it."""
    packed = run_module(PACK, **wanted)
    assert packed["changed"]
    listed = ["tar", "-t", "-f", wanted["path"]]
    members = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    assert members[-1] == "build.json"
    folder = unpack(wanted["path"], tmp_path / "unpacked")
    verify = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    subprocess.run(verify, cwd=folder, check=True)
    record = json.loads((folder / "build.json").read_text())
    read_back = {
        key: packed["build"].pop(key) for key in ("data", "archive_bytes", "archive_sha256")
    }
    assert packed["build"] == {**record, "archive": wanted["path"]}
    content = Path(wanted["path"]).read_bytes()
    assert read_back == {
        "data": {name: FILES.file_digest(folder / name) for name in record["files"]},
        "archive_bytes": len(content),
        "archive_sha256": hashlib.sha256(content).hexdigest(),
    }
    assert {key: record[key] for key in ("name", "key", "inputs", "record")} == {
        key: wanted[key] for key in ("name", "key", "inputs", "record")
    }
    assert sorted(record["files"]) == ["bin/vmm", "image.raw"]
    assert os.access(folder / "bin/vmm", os.X_OK)
    assert (folder / "bin/alias").readlink() == Path("vmm")
    assert sorted(path.name for path in tmp_path.glob("vmm-*")) == [
        "vmm-0123456789abcdef.json",
        "vmm-0123456789abcdef.tar.gz",
    ]


def test_holes_stay_holes(wanted: dict[str, Any], tmp_path: Path) -> None:
    """A guest's image is mostly nothing, in the archive and where it is unpacked."""
    run_module(PACK, **wanted)
    image = unpack(wanted["path"], tmp_path / "unpacked") / "image.raw"
    assert Path(wanted["path"]).stat().st_size < 16384
    assert image.stat().st_size == SPARSE_SIZE
    assert image.stat().st_blocks * 512 < SPARSE_SIZE // 16
    assert image.read_bytes() == (Path(wanted["out_dir"]) / "image.raw").read_bytes()


@pytest.mark.parametrize("copy_of_record", [True, False])
def test_the_second_call_changes_nothing(wanted: dict[str, Any], copy_of_record: bool) -> None:
    """Not even when the folder is gone and the archive came from elsewhere, without its copy."""
    archive = Path(wanted["path"])
    first = run_module(PACK, **wanted)
    packed = archive.read_bytes()
    shutil.rmtree(wanted["out_dir"])
    if not copy_of_record:
        PACK.copy_of_record(archive).unlink()
    second = run_module(PACK, **{**wanted, "record": {}})
    assert second["changed"] is False
    assert second["build"] == first["build"]
    assert archive.read_bytes() == packed


def test_modes_are_the_projects(wanted: dict[str, Any], tmp_path: Path) -> None:
    """A builder whose umask is 077 makes the same archive as any other; guests run as a user."""
    ordinary = run_module(PACK, **wanted)["build"]
    Path(wanted["path"]).unlink()
    before = os.umask(0o077)
    try:
        for path in Path(wanted["out_dir"]).rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o700)
        strict = run_module(PACK, **wanted)["build"]
    finally:
        os.umask(before)
    assert strict == ordinary
    folder = unpack(wanted["path"], tmp_path / "unpacked")
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*")}
    assert modes.pop("alias") == 0o755
    assert modes == {
        "bin": 0o755, "vmm": 0o755, "image.raw": 0o644, "SHA256SUMS": 0o644, "build.json": 0o644,
    }  # fmt: skip


def test_a_digest_of_data_knows_no_holes(tmp_path: Path) -> None:
    """Zeros that were written count like those that were not; all else counts, the size too."""
    size = (1 << 20) + 5
    hole, zeros, longer, moved = (tmp_path / name for name in ("hole", "zeros", "longer", "moved"))
    content = bytearray(size)
    content[300_000:300_004] = b"data"
    zeros.write_bytes(content)
    longer.write_bytes(content + b"\0")
    content[300_000:300_004], content[400_000:400_004] = bytes(4), b"data"
    moved.write_bytes(content)
    with hole.open("wb") as file:
        file.truncate(size)
        file.seek(300_000)
        file.write(b"data")
    assert hole.stat().st_blocks < zeros.stat().st_blocks
    assert FILES.file_digest(hole) == FILES.file_digest(zeros)
    assert len({FILES.file_digest(path) for path in (hole, longer, moved)}) == 3


def test_a_damaged_archive_is_named(wanted: dict[str, Any]) -> None:
    """What is no archive has no record."""
    Path(wanted["path"]).write_bytes(b"half a download")
    failed = run_module(PACK, **wanted)
    assert failed["msg"].startswith(f"{wanted['path']}: tar failed: ")


def test_a_second_try_packs_what_a_first_left(wanted: dict[str, Any], tmp_path: Path) -> None:
    """Checksums of the first try are no files of the build."""
    first = run_module(PACK, **wanted)
    for path in tmp_path.glob("vmm-*"):
        path.unlink()
    assert run_module(PACK, **wanted)["build"] == first["build"]


def test_nothing_is_not_packed(wanted: dict[str, Any], tmp_path: Path) -> None:
    """A folder without a file, and none at all, are refused; check mode leaves no trace."""
    assert run_module(PACK, check=True, **wanted)["changed"]
    for folder in ("empty/bin", "out-that-never-was"):
        if folder.startswith("empty"):
            (tmp_path / folder).mkdir(parents=True)
        out = str(tmp_path / folder.split("/")[0])
        failed = run_module(PACK, **{**wanted, "out_dir": out})
        assert failed["msg"] == f"{wanted['path']}: nothing to pack: {out} holds no file"
    assert not list(tmp_path.glob("vmm-*"))


def test_an_archive_that_cannot_be_written_leaves_nothing(
    wanted: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compressor that breaks off is tar's failure."""
    make_program(tmp_path / "programs/gzip", "head -c 10; echo disk full >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}/programs:{os.environ['PATH']}")
    failed = run_module(PACK, **wanted)
    assert "tar failed: disk full" in failed["msg"]
    assert not list(tmp_path.glob("vmm-*"))


def test_a_real_programs_libraries_are_found() -> None:
    """The C library is everywhere; the others are absolute paths of files."""
    program = shutil.which("git") or "/usr/bin/git"
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    found = BUNDLE.libraries_of(Path(program))
    assert "libc.so.6" in listed
    assert not [name for name in found if name.startswith(("libc.", "libpthread.", "ld-linux"))]
    assert any(name.startswith("libz.so") for name in found) == ("libz.so" in listed)
    assert all(Path(path).is_file() for path in found.values())


def test_missing_libraries_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is copied; a program that ldd does not know is an error, too."""
    said = (
        r"libpixman-1.so.0 => not found\n\tlibz.so.1 => /lib/libz.so.1 (0x1)\n\tlibfdt => not found"
    )
    make_program(tmp_path / "bin/ldd", f"printf '\\t{said}\\n'")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    failed = run_module(BUNDLE, binary=str(tmp_path / "qemu"), dest=str(tmp_path / "lib"))
    assert failed["msg"] == (
        f"{tmp_path}/qemu needs libraries that this machine lacks: libpixman-1.so.0, libfdt"
    )
    make_program(tmp_path / "bin/ldd", "echo not a dynamic executable >&2; exit 1")
    failed = run_module(BUNDLE, binary=str(tmp_path / "qemu"), dest=str(tmp_path / "lib"))
    assert failed["msg"] == f"ldd {tmp_path}/qemu: not a dynamic executable"


@pytest.mark.skipif(not shutil.which("patchelf"), reason="patchelf is not installed")
def test_a_program_runs_with_the_libraries_beside_it(tmp_path: Path) -> None:
    """Moved elsewhere, it still takes its own."""
    binary = tmp_path / "out/bin/git"
    binary.parent.mkdir(parents=True)
    shutil.copy(shutil.which("git") or "", binary)
    names = run_module(BUNDLE, binary=str(binary), dest=str(tmp_path / "out/lib"))["libraries"]
    assert names == sorted(path.name for path in (tmp_path / "out/lib").iterdir())
    moved = (tmp_path / "out").rename(tmp_path / "moved")
    for path in BUNDLE.libraries_of(moved / "bin/git").values():
        assert Path(path).resolve().parent == moved / "lib"
    subprocess.run([str(moved / "bin/git"), "--version"], check=True, capture_output=True)


class Machine:
    """A machine with some cargos: the lab's own, the user's, and the one on the PATH."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with none."""
        self.places = {"lab": folder / "lab", "user": folder / "user/.cargo", "path": folder}
        monkeypatch.setenv("HOME", str(folder / "user"))
        monkeypatch.setenv("PATH", str(folder / "bin"))

    def install(self, place: str, version: str) -> str:
        """Put cargo and rustc of a version at a place; return cargo's path."""
        programs = self.places[place] / "bin"
        make_program(programs / "rustc", f'echo "rustc {version} in $CARGO_HOME"')
        return str(make_program(programs / "cargo", f'echo "cargo {version}"'))

    def offer(self, **packages: str) -> None:
        """Make apt-cache offer packages by version."""
        cases = " ".join(
            f"{name.replace('_', '-')}) echo '  Candidate: {version}';;"
            for name, version in packages.items()
        )
        make_program(self.places["path"] / "bin/apt-cache", f'case "$2" in {cases} esac')

    def look(self, exact: str = "") -> dict[str, Any]:
        """Run the module."""
        return run_module(RUST, minimum="1.78", exact=exact, home=str(self.places["lab"]))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without Rust."""
    return Machine(tmp_path, monkeypatch)


def test_the_first_cargo_that_is_new_enough_is_taken(machine: Machine) -> None:
    """1.100 is newer than 1.78, and 1.9 is older; an old one nearer by does not count."""
    on_path = machine.install("path", "1.100.0 (abc 2027-01-01)")
    machine.install("user", "1.9.0")
    found = machine.look()
    assert (found["cargo"], found["environment"], found["packages"]) == (on_path, {}, [])
    assert found["version"].startswith("rustc 1.100.0")
    users = machine.install("user", "1.78.0")
    found = machine.look()
    assert found["cargo"] == users
    assert found["environment"]["PATH"].startswith(str(Path(users).parent))
    labs = machine.install("lab", "1.91.1")
    found = machine.look()
    assert found["cargo"] == labs
    assert found["version"] == f"rustc 1.91.1 in {machine.places['lab']}"
    assert found["environment"]["RUSTUP_HOME"] == f"{machine.places['lab']}/rustup"


def test_a_build_that_is_made_again_takes_the_rust_it_had(machine: Machine) -> None:
    """Neither a newer one nor one whose number only begins alike."""
    machine.install("lab", "1.96.0")
    users = machine.install("user", "1.95.0")
    machine.offer(rustc="1.95.0+dfsg1-1", rustc_web="1:1.96.0-1~deb12u2")
    assert machine.look("1.95.0")["cargo"] == users
    assert machine.look("1.96.0")["version"].startswith("rustc 1.96.0")
    assert machine.look("1.9")["packages"] == []
    machine.install("user", "1.94.0")
    found = machine.look("1.95.0")
    assert (found["cargo"], found["packages"]) == ("", ["cargo", "rustc"])


def test_a_cargo_that_fails_is_passed_over(machine: Machine) -> None:
    """A shim of rustup without a toolchain is no cargo."""
    make_program(machine.places["user"] / "bin/cargo", "echo cargo 1.99.0; exit 1")
    machine.offer()
    assert machine.look()["cargo"] == ""


@pytest.mark.parametrize(
    ("offered", "packages"),
    [
        ({"rustc": "1.85.0+dfsg1-1"}, ["cargo", "rustc"]),
        (
            {"rustc": "1.63.0+dfsg1-2", "rustc_web": "1:1.96.0-1~deb12u2"},
            ["cargo-web", "rustc-web"],
        ),
        ({"rustc": "1.63.0+dfsg1-2", "rustc_web": "(none)"}, []),
        ({}, []),
    ],
)
def test_without_a_cargo_packages_may_bring_one(
    machine: Machine, offered: dict[str, str], packages: list[str]
) -> None:
    """Debian 13 has one; Debian 12 has it under another name; else there is none."""
    machine.offer(**offered)
    found = machine.look()
    assert (found["cargo"], found["packages"]) == ("", packages)


def test_without_apt_there_are_no_packages(machine: Machine) -> None:
    """Nothing is on the PATH at all."""
    assert machine.look()["packages"] == []
