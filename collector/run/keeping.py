"""What runs have left on a lab host: where it belongs here, and what of it is not here yet.

A lab host says all of it, and is not trusted: its words become a run here only where there is none,
and nothing of a run that is here is taken for another's.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.errors import UnusableInputError
from collector.from_host import PROGRESS_LIMIT, check_json, tidy
from collector.plan.project import near
from collector.plan.record import RUN_NAME, checked_name, checked_record, read_record, write_record
from collector.run.incoming import ALLOWED, DESCRIBES, FILE_LIMIT

__all__ = ["Left", "lacking", "left_of", "logs_among", "place_of", "refusal"]


@dataclass(frozen=True, slots=True)
class Left:
    """What one run has left on a lab host.

    Attributes:
        run: the run's name.
        host: the name by which the lab host measured.
        started: when the run was started; tells it from another of the same name.
        record: the text of its `run.json`; empty where the host has none.
        progress: the text of its `progress.json`.
        files: names below the host's folder of the run to SHA-256 and size in bytes.
    """

    run: str
    host: str
    started: str
    record: str
    progress: str
    files: Mapping[str, tuple[str, int]]


def left_of(found: Mapping[str, Any]) -> Left:
    """Return what the module `run_results` says of one run.

    Raises:
        KeyError, TypeError, ValueError: it is not in the form it should have.
    """
    files = {
        str(name): (str(known["sha256"]), int(known["bytes"]))
        for name, known in dict(found["files"]).items()
    }
    texts = {key: str(found[key]) for key in ("run", "host", "started", "record", "progress")}
    return Left(**texts, files=files)


def place_of(left: Left, host: str, results: Path, *, check: bool = False) -> Path:
    """Return the folder of a host's results here; where there is no such run, begin its record.

    Args:
        left: what the run has left on the lab host.
        host: the lab host's name here.
        results: the folder of all runs here.
        check: write nothing.

    Raises:
        UnusableInputError: it is not known whose these results are.
        OSError: the record cannot be written.
    """
    folder = results / checked_name(left.run)
    if left.host != host:
        raise UnusableInputError(
            f"it was measured under the name '{tidy(left.host)}', not '{host}'; fetch it with an"
            " inventory that calls the machine so"
        )
    if check:
        _begin(left, folder, check=True)
    else:
        with _alone_in(results):
            _begin(left, folder, check=False)
    return folder / host


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold off the others that fetch at the same time: of one run there is one record."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _begin(left: Left, folder: Path, *, check: bool) -> None:
    elsewhere = "; name another folder for it: -e results_dir=FOLDER"
    here = read_record(folder)
    if here is not None:
        if here.get("started") != left.started:
            raise UnusableInputError(
                f"{near(folder)} is another run of this name, started {here.get('started')}, not"
                f" {tidy(left.started)}{elsewhere}"
            )
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise UnusableInputError(
            f"{near(folder)} has no run.json, so nothing says whose it is{elsewhere}"
        )
    record = _record_of(left)
    if not check:
        write_record(folder, record)


def _record_of(left: Left) -> dict[str, Any]:
    """Return the record that a lab host keeps of a run.

    Raises:
        UnusableInputError: it has none, or a wrong one.
    """
    where = f"the lab host's own record of the run '{left.run}'"
    if not left.record.strip():
        raise UnusableInputError(
            "there is no such run here, and the lab host keeps no record of it; fetch it where it"
            " was started"
        )
    try:
        record = checked_record(_parsed(left.record), where)
        names = [*record["hosts"], *record["vmms"], *(block["vmm"] for block in record["blocks"])]
        ours = (record["run"], record.get("started")) == (left.run, left.started)
        usable = all(RUN_NAME.fullmatch(name) for name in names) and left.host in record["hosts"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnusableInputError(f"{where} cannot be used: {tidy(error)}") from error
    if not (ours and usable):
        raise UnusableInputError(f"{where} is {'not usable' if ours else 'of another run'}")
    return record


def _parsed(text: str) -> Any:
    """Return what a lab host's JSON says.

    Raises:
        ValueError, RecursionError: it is none that is used.
    """
    if len(text) > PROGRESS_LIMIT:
        raise ValueError(f"it has more than {PROGRESS_LIMIT} characters")
    found = json.loads(text)
    check_json(found)
    return found


def lacking(left: Left, folder: Path) -> list[str]:
    """Return the names of the files that a lab host has of a run and that are not here.

    What says of which guests logs are comes before them: it can be refused.
    """
    found = [
        name
        for name, (digest, _) in left.files.items()
        if not ALLOWED.fullmatch(name) or _digest(folder / name) != digest
    ]
    return sorted(found, key=lambda name: not name.endswith(DESCRIBES))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def refusal(left: Left, names: list[str]) -> str:
    """Return why the first of some files cannot be fetched, or nothing when all can be."""
    for name in names:
        if not ALLOWED.fullmatch(name):
            return f"{tidy(name)} is no file of a run's results"
        if left.files[name][1] > FILE_LIMIT:
            return f"{name} has {left.files[name][1]} bytes, more than {FILE_LIMIT}"
    return ""


def logs_among(names: list[str]) -> int:
    """Return how many of some files are logs of measurements, failed attempts among them."""
    return sum(name.endswith(".log") and "/console/" not in name for name in names)
