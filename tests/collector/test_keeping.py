"""Where results of a lab host belong on a controller that may not know their run."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from collector.errors import UnusableInputError
from collector.run.keeping import Left, lacking, left_of, logs_among, place_of, refusal

RECORD: dict[str, Any] = {
    "format": 1, "run": "friday", "started": "monday", "plan": {"name": "tiny"}, "seed": 1,
    "vmms": ["qemu"], "vmm_entries": [{"name": "qemu"}], "left_out": {}, "hosts": ["lab-03"],
    "blocks": [{"vmm": "qemu", "measurements": []}],
}  # fmt: skip
LOG = "qemu/boot/default/01.log"


def left(**other: Any) -> Left:
    """Return what a host has of the run friday."""
    said = {
        "run": "friday", "host": "lab-03", "started": "monday", "record": json.dumps(RECORD),
        "progress": "{}", "files": {LOG: {"sha256": sha(b"log"), "bytes": 3}},
    }  # fmt: skip
    return left_of({**said, **other})


def sha(data: bytes) -> str:
    """Return a checksum."""
    return hashlib.sha256(data).hexdigest()


def test_a_run_that_was_started_here(tmp_path: Path) -> None:
    """Its folder is there, and its record stays as it is."""
    (tmp_path / "friday").mkdir()
    record = tmp_path / "friday/run.json"
    record.write_text(json.dumps({**RECORD, "hosts": ["lab-01"], "finished": "now"}))
    before = record.read_bytes()
    assert place_of(left(record=""), "lab-03", tmp_path) == tmp_path / "friday/lab-03"
    assert record.read_bytes() == before


def test_a_run_that_this_controller_has_not(tmp_path: Path) -> None:
    """Its record is the lab host's own; another host of the run finds it there."""
    results = tmp_path / "new/results"
    assert place_of(left(), "lab-03", results, check=True) == results / "friday/lab-03"
    assert not results.exists()
    assert place_of(left(), "lab-03", results) == results / "friday/lab-03"
    assert json.loads((results / "friday/run.json").read_text()) == RECORD
    again = left(record=json.dumps({**RECORD, "hosts": ["lab-04"]}), host="lab-04")
    assert place_of(again, "lab-04", results) == results / "friday/lab-04"
    assert json.loads((results / "friday/run.json").read_text()) == RECORD


def test_another_run_of_the_same_name(tmp_path: Path) -> None:
    """Its results are not mixed with these, whichever came first."""
    place_of(left(), "lab-03", tmp_path)
    with pytest.raises(UnusableInputError) as error:
        place_of(left(started="tuesday"), "lab-03", tmp_path)
    words = str(error.value)
    assert "friday is another run of this name, started monday, not tuesday" in words
    assert "-e results_dir=FOLDER" in words


def test_results_under_another_name_of_the_host(tmp_path: Path) -> None:
    """They may be another machine's."""
    with pytest.raises(UnusableInputError, match="under the name 'lab-03', not 'lab-30'"):
        place_of(left(), "lab-30", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    """Nothing says whose logs are in it; an empty one is nobody's."""
    (tmp_path / "friday").mkdir()
    place_of(left(), "lab-03", tmp_path, check=True)
    (tmp_path / "friday/lab-03").mkdir()
    with pytest.raises(UnusableInputError, match=r"friday has no run\.json"):
        place_of(left(), "lab-03", tmp_path)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("", "lab host keeps no record of it"),
        ("{", "cannot be used"),
        ("[" * 100_000, "cannot be used"),
        (json.dumps([]), "format is no mapping"),
        (json.dumps({**RECORD, "blocks": None}), "cannot be used"),
        (json.dumps({**RECORD, "hosts": ["lab-03", "../../etc"]}), "is not usable"),
        (json.dumps({**RECORD, "hosts": ["lab-04"]}), "is not usable"),
        (json.dumps({**RECORD, "blocks": [{"vmm": "../x"}]}), "is not usable"),
        (json.dumps({**RECORD, "started": "tuesday"}), "is of another run"),
        (json.dumps({**RECORD, "run": "saturday"}), "is of another run"),
        (json.dumps({**RECORD, "seed": 1e999}), "cannot be used"),
    ],
)
def test_a_record_that_is_none(record: str, said: str, tmp_path: Path) -> None:
    """A lab host's word is taken as a whole or not at all."""
    with pytest.raises(UnusableInputError, match=said):
        place_of(left(record=record), "lab-03", tmp_path / "results")
    assert not list((tmp_path / "results").iterdir())


def test_a_name_that_is_no_run(tmp_path: Path) -> None:
    """Nothing is written outside the results."""
    with pytest.raises(UnusableInputError, match="cannot be the name of a run"):
        place_of(left(run="../friday"), "lab-03", tmp_path / "results")
    assert not list(tmp_path.iterdir())


def test_what_is_lacking(tmp_path: Path) -> None:
    """A file of the same name with other bytes is not here; a strange name is never looked at."""
    found = left(files={
        LOG: {"sha256": sha(b"log"), "bytes": 3},
        "host.json": {"sha256": sha(b"{}"), "bytes": 2},
        "qemu/console/01.log": {"sha256": sha(b"long"), "bytes": 17 << 20},
        "../secret": {"sha256": sha(b"s"), "bytes": 1},
    })  # fmt: skip
    (tmp_path / "secret").write_text("s")
    folder = tmp_path / "lab-03"
    (folder / LOG).parent.mkdir(parents=True)
    (folder / LOG).write_text("half")
    (folder / "host.json").write_text("{}")
    names = lacking(found, folder)
    assert names == [LOG, "qemu/console/01.log", "../secret"]
    assert logs_among(names) == 1
    assert refusal(found, names[:1]) == ""
    assert "has 17825792 bytes, more than 16777216" in refusal(found, names[:2])
    assert "../secret is no file" in refusal(found, names[2:])
    known = {name: {"sha256": sha(b""), "bytes": 0} for name in (LOG, "qemu/vmm.json")}
    assert lacking(left(files=known), folder) == ["qemu/vmm.json", LOG]
