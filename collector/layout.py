"""Where in a folder the runs, hosts, VMMs and logs are."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from collector.errors import UnusableInputError
from collector.subjects import SUBJECTS

__all__ = ["Log", "Place", "log_files", "natural", "places"]

_KNOWN = frozenset(SUBJECTS)

_VMM, _HOST, _RUN, _RESULTS = range(4)
"""What a folder is, by how many levels of folders lie between it and a subject's."""

_MARKS = {"vmm.json": _VMM, "host.json": _HOST, "run.json": _RUN}
_DIGITS = re.compile(r"([0-9]+)")
_EXTENSIONS = {"log", "txt", "LOG", "TXT"}
_FAILED = re.compile(r"\.failed-([0-9]{1,9})$")
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Place:
    """One run, or one host of one run, as found under a given path.

    Attributes:
        root: the parent of the given path; the names of logs are relative to it.
        run: the folder of the run.
        host: the folder of the host; None for the run as such, when the given path covers it all.
        vmms: the folders of its VMMs that the given path covers.
    """

    root: Path
    run: Path
    host: Path | None
    vmms: tuple[Path, ...]


Log = tuple[int, int, str, bool]
"""A log: the number in its name (the next free one when there is none), which failed attempt it
is (0 for a result), its name, and whether a sidecar lies beside it. A plain tuple: there may be a
hundred thousand."""


@lru_cache(maxsize=4096)
def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts `threads-4` before `threads-16`."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(name)
    )


def _entries(path: str | Path) -> tuple[list[str], list[str]]:
    """Return the folders in `path`, in their order, and its files; none when it cannot be read."""
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                (folders if entry.is_dir() else files).append(entry.name)
    except OSError:
        return [], []
    folders = [name for name in folders if not name.startswith(".")]
    folders.sort(key=natural)
    return folders, files


def _folders(path: str | Path) -> list[str]:
    """Return the folders in `path`, in their order; none when it cannot be read."""
    return _entries(path)[0]


def _names(path: str) -> list[str]:
    """Return what is in a folder; nothing when it cannot be read."""
    try:
        return os.listdir(path)  # noqa: PTH208 - names are enough, and cost a third of the entries
    except OSError:
        return []


def _level(path: Path) -> int | None:
    """Return what a folder is; None when it holds no results."""
    row = [path]
    for level in (_VMM, _HOST, _RUN, _RESULTS):
        marks = {
            _MARKS[mark] for folder in row[:64] for mark in _MARKS if (folder / mark).is_file()
        }
        if marks:
            return min(level + min(marks), _RESULTS)
        below = []
        for folder in row:
            names = _folders(folder)
            if not _KNOWN.isdisjoint(names):
                return level
            below += [folder / name for name in names]
        row = below
    return None


def places(path: Path) -> Iterator[Place]:
    """Yield every run that `path` covers, and every host of it.

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
            "RUN/HOST/VMM/SUBJECT/CASE/NN.log, with a subject among "
            f"{', '.join(SUBJECTS)}"
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
    yield Place(root, run, None, ())
    for name in _folders(run):
        host = run / name
        vmms = _vmms(host)
        if vmms or (host / "host.json").is_file():
            yield Place(root, run, host, vmms)


def _vmms(host: Path) -> tuple[Path, ...]:
    """Return the folders of a host that are VMMs."""
    vmms = []
    for name in _folders(host):
        folders, files = _entries(f"{host}/{name}")
        if "vmm.json" in files or not _KNOWN.isdisjoint(folders):
            vmms.append(host / name)
    return tuple(vmms)


def log_files(vmm: Path) -> Iterator[tuple[str, str, str, tuple[Log, ...]]]:
    """Yield subject, case, folder and logs of a VMM, all that are in one folder together.

    The case of a subject's own folder is `default`.
    """
    present = set(_folders(vmm))
    for subject in SUBJECTS:
        if subject in present:
            base = f"{vmm}/{subject}"
            cases, files = _entries(base)
            if files:
                yield subject, "default", base, _logs(tuple(sorted(files)))
            for case in cases:
                folder = f"{base}/{case}"
                yield subject, case, folder, _logs(tuple(sorted(_names(folder))))


@lru_cache(maxsize=1024)
def _logs(names: tuple[str, ...]) -> tuple[Log, ...]:
    """Return the logs among the files of a folder, in the order of their numbers.

    Most folders of a class hold files of the same names.
    """
    found: list[Log] = []
    unnumbered: list[tuple[str, int, bool]] = []
    sidecars = {name for name in names if name.endswith(".json")}
    for name in names:
        stem, _, extension = name.rpartition(".")
        if extension not in _EXTENSIONS:
            continue
        sidecar = f"{stem}.json" in sidecars
        if len(stem) <= _MOST_DIGITS and stem.isascii() and stem.isdecimal():
            found.append((int(stem), 0, name, sidecar))
            continue
        failed = _FAILED.search(stem)
        attempt = int(failed[1]) if failed else 0
        digits = _DIGITS.findall(stem[: failed.start()] if failed else stem)
        if digits:
            found.append((int(digits[-1][-_MOST_DIGITS:]), attempt, name, sidecar))
        else:
            unnumbered.append((name, attempt, sidecar))
    highest = max((log[0] for log in found), default=0)
    for number, (name, attempt, sidecar) in enumerate(sorted(unnumbered), start=highest + 1):
        found.append((number, attempt, name, sidecar))
    return tuple(sorted(found))
