"""The modules run_results and lab_disk: what runs have left on a host, and on a machine's disk."""

import base64
import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from modules import load_module, run_module

RESULTS = load_module("roles/measure/library/run_results.py")
DISK = load_module("roles/virtual_lab/library/lab_disk.py")
LOG = "qemu/boot/default/01.log"


def leave(runs: Path, run: str = "friday") -> Path:
    """Make what a run has left on a lab host."""
    folder = runs / run
    for name, text in ((LOG, "log\n"), ("host.json", "{}"), ("qemu/boot/default/.02.log.part", "")):
        path = folder / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "schedule.json").write_text(json.dumps({"host": "lab-03"}))
    (folder / "started").write_text("monday")
    return folder


def test_runs_are_listed_with_what_is_really_there(tmp_path: Path) -> None:
    """Not what a journal says: a runner that was killed may not have noted its last files."""
    folder = leave(tmp_path)
    (folder / "journal").write_text("host.json\n")
    (folder / "results/link.log").symlink_to("/etc/passwd")
    (tmp_path / "empty").mkdir()
    empty, friday = run_module(RESULTS, directory=str(tmp_path))["runs"]
    assert (empty["run"], empty["host"], empty["files"]) == ("empty", "", {})
    assert (friday["run"], friday["host"], friday["started"]) == ("friday", "lab-03", "monday")
    assert friday["files"] == {
        "host.json": {"sha256": hashlib.sha256(b"{}").hexdigest(), "bytes": 2},
        LOG: {"sha256": hashlib.sha256(b"log\n").hexdigest(), "bytes": 4},
    }
    assert run_module(RESULTS, directory=str(tmp_path / "none"))["runs"] == []


def test_files_are_packed_as_many_as_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One at least; the rest is asked for again."""
    leave(tmp_path)
    names = ["host.json", LOG]
    wanted: dict[str, Any] = {"directory": str(tmp_path), "run": "friday", "files": names}
    told = run_module(RESULTS, **wanted)
    assert told["packed"] == names
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(told["tar"]))) as archive:
        assert archive.getnames() == names
    monkeypatch.setattr(RESULTS, "PACK_LIMIT", 1)
    assert run_module(RESULTS, **wanted)["packed"] == names[:1]


def test_runs_are_read_off_a_disk(tmp_path: Path) -> None:
    """A disk without runs has none; one that is no file system is an error."""
    root = tmp_path / "root"
    leave(root / "var/lib/vmmlab/runs")
    state = tmp_path / "virtual lab"
    state.mkdir()
    for name, inside in (("disk-a.raw", root), ("disk-b.raw", tmp_path / "none")):
        inside.mkdir(exist_ok=True)
        make = ["mke2fs", "-q", "-t", "ext4", "-d", str(inside), str(state / name), "8M"]
        subprocess.run(make, check=True, capture_output=True)
    wanted: dict[str, Any] = {"state_dir": str(state), "dest": str(state / "read")}
    assert run_module(DISK, check=True, **wanted)["directories"] == []
    for _ in range(2):
        (folder,) = run_module(DISK, **wanted)["directories"]
        assert (Path(folder) / "friday/results" / LOG).read_text() == "log\n"
    (friday,) = run_module(RESULTS, directory=folder)["runs"]
    assert set(friday["files"]) == {LOG, "host.json"}
    (state / "disk-b.raw").write_bytes(bytes(1 << 16))
    assert "disk-b.raw cannot be read" in run_module(DISK, **wanted)["msg"]
