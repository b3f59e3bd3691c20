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
from collector.parsers.sysbench_rest import Rest
from collector.parsers.wrapped import streams

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

_TELLTALE = re.compile(
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
    starts: list[int] = []
    runs: list[LogRun] = []
    command: Line | None = None
    version: str | None = None
    rest: Rest | None = None  # of a failed run of sysbench
    index = 0
    while index < len(lines):
        line = lines[index]
        text = line.text.strip()
        index += 1
        if not text or is_noise(line.text):
            continue
        run: LogRun | None = None
        left: Rest | None = None
        reader = next((read for begins, read in _READERS if begins(text)), None)
        if reader:
            run, index = reader(lines, index - 1)
        elif _begins_sysbench(lines, index - 1, rest):
            run, index, left = sysbench.read(lines, index - 1, command, version)
        elif refused := refusal(text):
            if runs and command is None and _goes_on(runs[-1], line, *refused):
                continue
            run = LogRun(refused[0], None, "error", text, line.number, (), refused[1])
        elif is_prompt(text):
            _say_what_was_left(runs, rest)
            command, rest = line, None
            continue
        else:
            banner = BANNER.match(text)
            version = banner["version"] if banner else version
            if rest:
                rest.take(text)
            continue
        _say_what_was_left(runs, rest)
        if run:
            runs.append(run)
            starts.append(line.number)
        rest = left
        command = version = None
    _say_what_was_left(runs, rest)
    return list(zip(starts, runs, strict=True))


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


def _say_what_was_left(runs: list[LogRun], rest: Rest | None) -> None:
    """Name the result that may be one of its own and is not read, at the end of a refused run."""
    if rest and rest.whole_at and runs:
        reason = (
            f"{runs[-1].reason}; the result from line {rest.whole_at} on may be this run's, and is"
            " not read"
        )
        runs[-1] = replace(runs[-1], reason=reason)


def _is_unread(text: str) -> bool:
    """Tell whether a line is one of a result, behind something that is not on each of its lines."""
    return text.endswith(_LAST_HEADING) and text.strip() != _LAST_HEADING and not is_prompt(text)


def _unread(line: Line) -> LogRun:
    reason = f"looks like a result and is not in its tool's form: {line.text.strip()[:120]!r}"
    return LogRun(None, None, "error", reason, line.number, (), "none")


def _nothing(lines: Sequence[Line]) -> LogRun:
    """Return the entry of a log without a run."""
    for line in lines:
        found = _TELLTALE.search(line.text)
        if found and not (is_noise(line.text) and found[0] == "Startup finished in"):
            return _unread(line)
    reason = "no run of sysbench, systemd-analyze or pmap in it" if lines else "the log is empty"
    return LogRun(None, None, "empty", reason, None, (), "none")
