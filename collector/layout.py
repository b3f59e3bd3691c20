"""Where in a folder the runs, hosts, VMMs and logs are."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from collector.errors import UnusableInputError

__all__ = ["MEASUREMENTS", "LogFile", "Place", "log_files", "natural", "places"]

MEASUREMENTS = (
    "boot",
    "memory-footprint",
    "sysbench-cpu",
    "sysbench-memory",
    "fileio-latency",
    "fileio-throughput",
    "fileio-iops",
)
"""The folders of a VMM that hold logs, in the order of the report."""

_VMM, _HOST, _RUN, _RESULTS = range(4)
"""What a folder is, by how many levels of folders lie between it and a measurement's."""

_MARKS = {"vmm.json": _VMM, "host.json": _HOST, "run.json": _RUN}
_DIGITS = re.compile(r"(\d+)")
_LOG = re.compile(
    r"(?P<stem>.*?)(?P<failed>\.failed-(?P<attempt>\d+))?\.(?:log|txt|out)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Place:
    """One host of one run, as found under a given path.

    Attributes:
        root: the parent of the given path; the names of logs are relative to it.
        run: the folder of the run.
        host: the folder of the host.
        vmms: the folders of its VMMs that the given path covers.
    """

    root: Path
    run: Path
    host: Path
    vmms: tuple[Path, ...]


class LogFile(NamedTuple):
    """One log in the folder of a VMM.

    Attributes:
        measurement: the name of the folder two levels up.
        case: the name of the folder it is in; `default` when it is in the measurement's own.
        repetition: the number in its name; the next free one when there is none.
        failed: which failed attempt it is; 0 for a result.
        path: the file.
        sidecar: the file `NN.json` exists beside it.
    """

    measurement: str
    case: str
    repetition: int
    failed: int
    path: str
    sidecar: bool


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts `threads-4` before `threads-16`."""
    return tuple(
        (int(part), "") if part.isdecimal() and part.isascii() else (-1, part)
        for part in _DIGITS.split(name)
    )


def _folders(path: str | Path) -> list[str]:
    """Return the names of the folders in `path`, sorted; none when it cannot be read."""
    try:
        with os.scandir(path) as entries:
            names = [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []
    return sorted((name for name in names if not name.startswith(".")), key=natural)


def _level(path: Path) -> int | None:
    """Return what a folder is; None when it holds no results."""
    row = [path]
    for level in (_VMM, _HOST, _RUN, _RESULTS):
        marks = {
            _MARKS[mark] for folder in row[:64] for mark in _MARKS if (folder / mark).is_file()
        }
        if marks:
            return min(level + min(marks), _RESULTS)
        row = [folder / name for folder in row for name in _folders(folder)]
        if any(folder.name in MEASUREMENTS for folder in row):
            return level
    return None


def places(path: Path) -> Iterator[Place]:
    """Yield every host of every run that `path` covers.

    Raises:
        UnusableInputError: there is no such folder, or nothing of a run is in it.
    """
    if not path.exists():
        raise UnusableInputError(f"{path}: no such folder; give results, a run, a host or a VMM")
    if not path.is_dir():
        raise UnusableInputError(
            f"{path}: a file; give a folder (results, a run, a host or a VMM of one), "
            "or read a single log with `vmmlab parse`"
        )
    level = _level(path)
    if level is None:
        raise UnusableInputError(
            f"{path}: no results in it; logs are expected as "
            "RUN/HOST/VMM/MEASUREMENT/CASE/NN.log, with a measurement among "
            f"{', '.join(MEASUREMENTS)}"
        )
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    root = whole.parent
    if level == _VMM:
        yield Place(root, whole.parent.parent, whole.parent, (whole,))
    elif level == _HOST:
        yield Place(root, whole.parent, whole, _vmms(whole))
    elif level == _RUN:
        yield from _hosts(root, whole)
    else:
        for name in _folders(whole):
            if _level(whole / name) == _RUN:
                yield from _hosts(root, whole / name)


def _hosts(root: Path, run: Path) -> Iterator[Place]:
    for name in _folders(run):
        host = run / name
        vmms = _vmms(host)
        if vmms or (host / "host.json").is_file():
            yield Place(root, run, host, vmms)


def _vmms(host: Path) -> tuple[Path, ...]:
    """Return the folders of a host that are VMMs."""
    return tuple(
        host / name
        for name in _folders(host)
        if (host / name / "vmm.json").is_file()
        or any(folder in MEASUREMENTS for folder in _folders(host / name))
    )


def log_files(vmm: Path) -> Iterator[LogFile]:
    """Yield the logs of a VMM in the order of measurement, case and repetition."""
    present = set(_folders(vmm))
    for measurement in MEASUREMENTS:
        if measurement not in present:
            continue
        base = f"{vmm}/{measurement}"
        yield from _in_folder(measurement, "default", base)
        for case in _folders(base):
            yield from _in_folder(measurement, case, f"{base}/{case}")


def _in_folder(measurement: str, case: str, folder: str) -> list[LogFile]:
    """Return the logs of one folder; a link to a folder of that name is none."""
    try:
        names = set(os.listdir(folder))  # noqa: PTH208 - names are enough, and it is ten times faster
    except OSError:
        return []
    found: list[LogFile] = []
    unnumbered: list[LogFile] = []
    for name in names:
        parts = _LOG.fullmatch(name)
        if parts is None:
            continue
        digits = _DIGITS.findall(parts["stem"])
        log = LogFile(
            measurement,
            case,
            int(digits[-1]) if digits else 0,
            int(parts["attempt"]) if parts["failed"] else 0,
            f"{folder}/{name}",
            f"{parts['stem']}{parts['failed'] or ''}.json" in names,
        )
        (found if digits else unnumbered).append(log)
    number = max((log.repetition for log in found), default=0)
    for log in sorted(unnumbered, key=lambda item: item.path):
        number += 1
        found.append(LogFile(log.measurement, log.case, number, log.failed, log.path, log.sidecar))
    return sorted(found, key=lambda log: (log.repetition, log.failed, log.path))
