"""`pmap -x PID`: size, resident and dirty memory of a process; the last line is the total."""

import re
from collections.abc import Sequence

from collector.logtext import Line, is_illegible, is_noise, is_prompt
from collector.parsers.model import LogRun, Value
from collector.patterns import on_use
from collector.words import Message, quoted, say

__all__ = ["METRICS", "PARSER", "TOOL", "begins", "read", "sums"]

PARSER = "pmap-x"
TOOL = "pmap"

_PROCESS = on_use(r"\d+: {3}\S")
_HEADER = on_use(r"Address\s+Kbytes\s+RSS\s+Dirty\s+Mode\s+Mapping")
_ANY_HEADER = on_use(r"\bKbytes\b|\bRSS\b")
_OTHER_HEADER = on_use(r"(?:Address|START)\s+(?:Kbytes|SIZE|Perm|Mode|Bytes)\b.*")
_OTHERS = (
    (
        on_use(r"Address\s+Kbytes\s+PSS\b.*"),
        say("busybox's pmap -x (PSS instead of RSS); use that of procps"),
    ),
    (
        on_use(r"START\s+SIZE\b.*"),
        say("the pmap of SLES 11, whose columns are others; use that of procps"),
    ),
    (
        on_use(r"Address\s+Kbytes\s+RSS\s+PSS\b.*"),
        say(
            "the pmap of openSUSE, whose columns are others; use smaps_rollup, or procps elsewhere"
        ),
    ),
    (
        on_use(r"Address\s+(?:Perm|Kbytes\s+Mode\s+Offset)\b.*"),
        say("the output of pmap with -X or -d: run `pmap -x`"),
    ),
    (on_use(""), say("the columns of another pmap; use that of procps")),
)
"""Headings of other programs and options, and what they are."""
_OTHER_ROW = on_use(
    r"[0-9a-f]{8,16}(?:\s+\d+K?)+\s+[rwxsp-]{4,5}(?:\s.*)?|-{4,}(?:\s+-{3,})+|[Tt]otal:?(?:\s.*)?"
    r"|\d+K\s+writable-private,.*|mapped: .*"
)
_SLES_TOTAL = on_use(r"Total:(?:\s+\d+K)+")
_MAPPING = on_use(
    r"[0-9a-f]{8,16}\s+([0-9]{1,15})\s+([0-9]{1,15})\s+([0-9]{1,15})\s+[rwxsRp-]{4,5}(?:\s.*)?"
)
_SIMPLE = on_use(r"[0-9a-f]{8,16}\s+\d+K\s+[rwxsRp-]{4,5}\s.*")
_RULE = on_use(r"-{8,16}\s+-{5,}\s+-{5,}\s+-{5,}")
_TOTAL = on_use(
    r"total kB\s+(?P<size_kb>[0-9]{1,15})\s+(?P<rss_kb>[0-9]{1,15})\s+(?P<dirty_kb>[0-9]{1,15})"
)
_ANY_TOTAL = on_use(r"\D{1,40}?(?:\s+[0-9-]+K?){1,3}")
METRICS = ("size_kb", "rss_kb", "dirty_kb")
_COLUMNS = (24, 32, 40)
"""pmap aligns the numbers of the total; they end here when none is wider than its column."""


def begins(text: str) -> bool:
    """Tell whether pmap's answer begins with this line (without indentation)."""
    return bool(
        _PROCESS.match(text)
        or _HEADER.fullmatch(text)
        or _OTHER_HEADER.fullmatch(text)
        or _SLES_TOTAL.fullmatch(text)
        or _MAPPING.fullmatch(text)
        or _SIMPLE.fullmatch(text)
        or text.startswith(("pmap: ", "total kB"))
    )


def read(lines: Sequence[Line], start: int) -> tuple[LogRun, int]:
    """Read the answer that begins at `lines[start]`; return it and the index to go on with."""
    sums: tuple[int, int, int] | None = None
    headed = False
    last = lines[start]
    for index in range(start, len(lines)):
        line = lines[index]
        text = line.text.strip()
        if not text or is_noise(line.text) or is_illegible(text):
            continue
        if _is_other(text):
            return _of_another(line, text), _behind_other(lines, index + 1)
        again = _PROCESS.match(text) or _HEADER.fullmatch(text)
        if again and index > start and (headed or _PROCESS.match(text)):
            return _cut(last), index
        if _HEADER.fullmatch(text):
            headed = True
        elif row := _MAPPING.fullmatch(text):
            size, rss, dirty = map(int, row.groups())
            before = sums or (0, 0, 0)
            sums = (before[0] + size, before[1] + rss, before[2] + dirty)
        elif found := _TOTAL.fullmatch(text):
            return _total(line, found, sums), index + 1
        elif not _PROCESS.match(text) and not _RULE.fullmatch(text) and not line.overwritten:
            return _refused(line, text, last), _after(lines, index, start)
        last = line
    return _cut(last), len(lines)


def _is_other(text: str) -> bool:
    """Tell whether a line is of another program, or of another option."""
    other = _OTHER_HEADER.fullmatch(text) and not _HEADER.fullmatch(text)
    return bool(other or _SLES_TOTAL.fullmatch(text))


def _of_another(line: Line, text: str) -> LogRun:
    """Return the error that names what the columns are."""
    if _SLES_TOTAL.fullmatch(text):
        text = "START SIZE"
    return _error(next(whose for heading, whose in _OTHERS if heading.match(text)), line)


def _behind_other(lines: Sequence[Line], index: int) -> int:
    """Return the index behind the rows of another program's answer."""
    while index < len(lines):
        text = lines[index].text.strip()
        if text and not _OTHER_ROW.fullmatch(text):
            break
        index += 1
        if text.lower().startswith(("total", "mapped: ")):
            break
    return index


def sums(lines: Sequence[Line], total: int) -> tuple[int, int, int] | None:
    """Return what the mappings above the total in line `total` add up to: size, resident, dirty.

    None when not all of them are shown, which is so where the heading is not.
    """
    added = [0, 0, 0]
    for line in reversed([line for line in lines if line.number < total]):
        text = line.text.strip()
        if row := _MAPPING.fullmatch(text):
            added = [
                before + int(digits) for before, digits in zip(added, row.groups(), strict=True)
            ]
        elif _HEADER.fullmatch(text):
            return added[0], added[1], added[2]
        elif text and not _RULE.fullmatch(text) and not is_noise(line.text):
            return None
    return None


def _total(line: Line, found: re.Match[str], sums: tuple[int, int, int] | None) -> LogRun:
    """Return the result that the line of the total holds."""
    numbers = {name: int(text) for name, text in found.groupdict().items()}
    if sums is None and not any(numbers.values()):
        return _error(
            say("no mapping is shown: a kernel thread, or a process pmap may not read"), line
        )
    ends = tuple(found.end(name) + line.text.index("total") for name in METRICS)
    aligned = ends[:-1] == _COLUMNS[:-1]
    if (aligned and ends < _COLUMNS) or (
        not line.ended and ends != _COLUMNS and sums != tuple(numbers.values())
    ):
        return _error(say("the log is cut off inside the line of the total"), line)
    values = tuple(Value(name, float(number), line.number) for name, number in numbers.items())
    return LogRun(TOOL, None, "ok", None, None, values, PARSER)


def _after(lines: Sequence[Line], index: int, start: int) -> int:
    """Return the index behind the rest of an answer that was refused at `index`."""
    if index == start or _ANY_HEADER.search(lines[index].text):
        index += 1
    while index < len(lines):
        text = lines[index].text.strip()
        if text and not any(
            rest.fullmatch(text) for rest in (_MAPPING, _SIMPLE, _RULE, _ANY_TOTAL)
        ):
            break
        index += 1
        if text.lower().startswith("total") and _ANY_TOTAL.fullmatch(text):
            break
    return index


def _refused(line: Line, text: str, last: Line) -> LogRun:
    """Return the error of a line that is not one of `pmap -x` in English."""
    if is_prompt(text):
        return _error(say("the prompt came back before the total"), line)
    if _SIMPLE.fullmatch(text):
        return _error(say("the output of plain pmap: run `pmap -x`"), line)
    if text.startswith("pmap: "):
        return _error(quoted(text), line)
    if len(re.findall(r"\d+", text)) >= len(METRICS) and _MAPPING.fullmatch(last.text.strip()):
        return _error(
            say("not a total in English: {text}; run pmap with LC_ALL=C", text=repr(text[:120])),
            line,
        )
    return _error(
        say("not a line of `pmap -x` in English (LC_ALL=C): {text}", text=repr(text[:120])), line
    )


def _cut(last: Line) -> LogRun:
    text = last.text.strip()[:80]
    return _error(say("the output ends after {text}, before the total", text=repr(text)), last)


def _error(reason: Message, line: Line) -> LogRun:
    return LogRun(TOOL, None, "error", reason, line.number, (), PARSER)
