"""From the lines of a log to the runs in it, line by line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter

from collector.logtext import Line, is_noise, is_prompt, read_lines
from collector.parsers import pmap, smaps_rollup, sysbench, systemd_time, systemd_units
from collector.parsers.model import LogRun
from collector.parsers.of_subjects import readers
from collector.parsers.refusals import refusal
from collector.parsers.sysbench_lines import BANNER
from collector.parsers.sysbench_rest import Rest, is_foreign
from collector.parsers.wrapped import streams
from collector.patterns import on_use
from collector.words import joined, quoted, say

__all__ = ["scan", "scan_log"]

_Reader = tuple[Callable[[str], bool], Callable[[Sequence[Line], int], tuple[LogRun, int]]]

_READERS: tuple[_Reader, ...] = (
    (systemd_time.begins, systemd_time.read),
    (systemd_units.begins_chain, systemd_units.read_chain),
    (systemd_units.begins_blame, systemd_units.read_blame),
    (smaps_rollup.begins, smaps_rollup.read),
    (pmap.begins, pmap.read),
    *readers(),
)

_LAST_HEADING = "Threads fairness:"
_ONE_COMPLAINT = 4
"""Lines that a tool needs at most from what is wrong to how it is used."""

_TELLTALE = on_use(
    r"events per second|(?:MiB|MB) transferred|(?:reads|writes|fsyncs)/s|IOPS=|Threads fairness"
    r"|(?:read|written), MiB/s|Startup finished in|kB(?:\s+\d+){3}|Kbytes\s+RSS\s+Dirty"
    r"|graphical\.target @|total kB",
    re.IGNORECASE,
)
"""Words of a result; where they stand and no run was found, the log is in a form of its own."""


def scan_log(data: bytes) -> tuple[LogRun, ...]:
    """Return every run in a log, read line by line."""
    return scan(read_lines(data))


def scan(lines: Sequence[Line]) -> tuple[LogRun, ...]:
    """Return every run in these lines, in their order; one `empty` entry where there is none."""
    found: list[tuple[int, LogRun]] = []
    taken: set[int] = set()
    for stream in streams(lines):
        inside = _found(stream)
        found += inside
        taken |= {line.number for line in stream} if inside else set()
    others = [line for line in lines if line.number not in taken] if taken else lines
    found += _found(others)
    if found:
        found += [(line.number, _unread(line)) for line in others if _is_unread(line.text)]
    runs = tuple(run for _, run in sorted(found, key=itemgetter(0)))
    return runs or (_nothing(lines),)


def _found(lines: Sequence[Line]) -> list[tuple[int, LogRun]]:
    """Return every run in these lines, with the line it begins in."""
    scan = _Scan(lines)
    index = 0
    while index < len(lines):
        text = lines[index].text.strip()
        index = scan.step(index, text) if text and not is_noise(lines[index].text) else index + 1
    scan.leave()
    return scan.found


class _Scan:
    """What is known between one run and the next."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.found: list[tuple[int, LogRun]] = []
        self.command: Line | None = None
        self.version: str | None = None
        self.rest: Rest | None = None  # of a failed run of sysbench
        self.torn = False  # a run was cut by the head of another: what follows may be of both

    def step(self, index: int, text: str) -> int:
        """Take the line at `index`; return the index to go on with."""
        line = self.lines[index]
        reader = next((read for begins, read in _READERS if begins(text)), None)
        if reader:
            run, index = reader(self.lines, index)
            self.add(line, run)
            return index
        if _begins_sysbench(self.lines, index, self.rest):
            return self.sysbench(index, fresh=sysbench.restarts(text))
        if refused := refusal(text):
            last = self.found[-1][1] if self.found and self.command is None else None
            if last is None or not _goes_on(last, line, *refused):
                run = LogRun(refused[0], None, "error", quoted(text), line.number, (), refused[1])
                self.add(line, run)
        elif is_prompt(text):
            self.leave()
            self.command, self.torn = line, False
        else:
            banner = BANNER.match(text)
            self.version = banner["version"] if banner else self.version
            self.torn = self.torn and not is_foreign(text)
            if self.rest:
                self.rest.take(text)
        return index + 1

    def sysbench(self, index: int, *, fresh: bool) -> int:
        """Read the run of sysbench at `index`; return the index to go on with.

        Where a head has no result and a result has no head, two runs have written at once, and
        nobody can say which line is whose.
        """
        line = self.lines[index]
        run, index, left = sysbench.read(self.lines, index, self.command, self.version)
        torn = self.torn or _is_torn(run, left, self.lines[index : index + 1])
        if self.torn and run and not fresh:
            run = _mixed(run, line)
            start, last = self.found[-1]
            self.found[-1] = (start, _mixed(last, line) if last.outcome == "ok" else last)
        self.add(line, run)
        self.rest, self.torn = left, torn
        return index

    def add(self, line: Line, run: LogRun | None) -> None:
        """Add a run that begins in `line`, if it is one."""
        self.leave()
        self.found += [(line.number, run)] if run else []
        self.command = self.version = None
        self.torn = False

    def leave(self) -> None:
        """End what is left of a refused run; name a result that may be its own, and is not read."""
        if self.rest and self.rest.whole_at and self.found:
            start, run = self.found[-1]
            unread = say(
                "the result from line {line} on may be this run's, and is not read",
                line=self.rest.whole_at,
            )
            reason = joined([run.reason, unread] if run.reason else [unread])
            self.found[-1] = (start, replace(run, reason=reason))
        self.rest = None


def _is_torn(run: LogRun | None, left: Rest | None, following: Sequence[Line]) -> bool:
    """Tell whether a run of sysbench went no further because the head of another one follows."""
    cut = run is not None and run.outcome == "error" and left is None
    return cut and any(sysbench.restarts(line.text.strip()) for line in following)


def _mixed(run: LogRun, line: Line) -> LogRun:
    """Return the error of a run that has lines of another one, or may have."""
    reason = say(
        "the lines of two runs are mixed: a result without a head in line {line}, behind a head"
        " without a result; measure one after the other",
        line=line.number,
    )
    return replace(run, outcome="error", reason=reason, line=line.number, values=())


def _goes_on(last: LogRun, line: Line, tool: str | None, parser: str) -> bool:
    """Tell whether a complaint goes on with this line, or its run was refused for it already."""
    if last.outcome == "ok" or last.line is None:
        return False
    same = (last.tool, last.parser) == (tool, parser)
    return line.number - last.line <= (_ONE_COMPLAINT if same else 0)


def _begins_sysbench(lines: Sequence[Line], index: int, rest: Rest | None) -> bool:
    """Tell whether a run of sysbench begins here, and no line that is left of the one before."""
    line = lines[index]
    text = line.text.strip()
    if rest is None or sysbench.restarts(text):
        return sysbench.begins(text)

    def is_whole() -> bool:
        run = sysbench.read(lines, index, None, None)[0]
        return run is not None and run.outcome == "ok"

    return rest.ends(line, is_whole)


def _is_unread(text: str) -> bool:
    """Tell whether a line is one of a result, behind something that is not on each of its lines."""
    return text.endswith(_LAST_HEADING) and text.strip() != _LAST_HEADING and not is_prompt(text)


def _unread(line: Line) -> LogRun:
    reason = say(
        "looks like a result and is not in its tool's form: {text}",
        text=repr(line.text.strip()[:120]),
    )
    return LogRun(None, None, "error", reason, line.number, (), "none")


def _nothing(lines: Sequence[Line]) -> LogRun:
    """Return the entry of a log without a run."""
    for line in lines:
        found = _TELLTALE.search(line.text)
        if found and not (is_noise(line.text) and found[0] == "Startup finished in"):
            return _unread(line)
    reason = (
        say("no run of sysbench, systemd-analyze or pmap in it")
        if lines
        else say("the log is empty")
    )
    return LogRun(None, None, "empty", reason, None, (), "none")
