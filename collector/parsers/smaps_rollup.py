"""`/proc/PID/smaps_rollup`: the memory of a process, shared pages divided among their users."""

from collections.abc import Sequence

from collector.logtext import Line, is_noise
from collector.metrics import METRICS
from collector.parsers.model import LogRun, Value
from collector.patterns import on_use
from collector.words import Message, say

__all__ = ["LAST", "PARSER", "REQUIRED", "TOOL", "begins", "read"]

PARSER = "smaps-rollup"
TOOL = "smaps_rollup"

_HEADER = on_use(r"[0-9a-f]+-[0-9a-f]+ ---p [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+\s+\[rollup\]")
_ENTRY = on_use(r"(?P<name>[A-Z][A-Za-z_]+):\s+(?P<number>[0-9]{1,15}) kB")
LAST = "locked_kb"
"""The kernel has written this entry last since it has the file (4.14)."""


REQUIRED = {"rss_kb", "pss_kb"}


def begins(text: str) -> bool:
    """Tell whether the file begins with this line (without indentation)."""
    return _HEADER.fullmatch(text) is not None


def read(lines: Sequence[Line], start: int) -> tuple[LogRun, int]:
    """Read the file that begins at `lines[start]`; return it and the index to go on with."""
    values: dict[str, Value] = {}
    last = lines[start]
    for index in range(start + 1, len(lines)):
        line = lines[index]
        text = line.text.strip()
        if not text or is_noise(line.text):
            continue
        found = _ENTRY.fullmatch(text)
        if found is None:
            if line.overwritten:
                continue
            return _error(
                say("not an entry of smaps_rollup: {text}", text=repr(text[:120])), line
            ), index
        name = found["name"].lower() + "_kb"
        if name in values or name not in METRICS:
            return _error(
                say("unknown, or there twice: {text}", text=repr(text[:120])), line
            ), index + 1
        values[name] = Value(name, float(found["number"]), line.number)
        last = line
        if name == LAST:
            if not values.keys() >= REQUIRED:
                return _error(say("no Rss or no Pss before this last entry"), line), index + 1
            run = LogRun(TOOL, None, "ok", None, None, tuple(values.values()), PARSER)
            return run, index + 1
    return _error(
        say("the output ends after {text}, before Locked", text=repr(last.text.strip()[:80])), last
    ), len(lines)


def _error(reason: Message, line: Line) -> LogRun:
    return LogRun(TOOL, None, "error", reason, line.number, (), PARSER)
