"""`systemd-analyze blame` and `critical-chain`: which unit took how long to start."""

import re
from collections.abc import Sequence

from collector.logtext import Line, is_illegible, is_noise, is_prompt
from collector.parsers.model import LogRun, Value
from collector.parsers.timespan import IMPOSSIBLE_S, TIMESPAN, seconds
from collector.patterns import on_use
from collector.words import Message, say

__all__ = [
    "BLAME",
    "CHAIN",
    "CHAIN_HEAD",
    "KINDS",
    "MAYBE_CUT",
    "TOOL",
    "begins_blame",
    "begins_chain",
    "read_blame",
    "read_chain",
]

BLAME = "systemd-analyze-blame"
CHAIN = "systemd-analyze-critical-chain"
TOOL = "systemd-analyze"

KINDS = "service|device|mount|automount|swap|socket|target|timer|path|slice|scope|snapshot"
"""The kinds of units, as a pattern."""

_UNIT = rf"\S+\.(?:{KINDS})"
_BLAME = on_use(rf"(?P<span>{TIMESPAN}) (?P<unit>{_UNIT})")
_CHAIN = on_use(
    rf"(?P<tree>[\s│├└─|`\\-]*)(?P<unit>{_UNIT}|\.\.\.)"
    rf"(?: @(?P<active>{TIMESPAN}))?(?: \+(?P<took>{TIMESPAN}))?"
)
_LONGEST = 1000
"""Characters of a line of the chain: a name has 255, and the search is quadratic."""
_BRANCH = on_use(r"[│├└─|`\\\ufffd-]")
_TREE = on_use(r"[│├└]|[`|\\]-")
CHAIN_HEAD = (
    'The time when unit became active or started is printed after the "@" character.',
    'The time the unit took to start is printed after the "+" character.',
    'The time after the unit is active or started is printed after the "@" character.',
    'The time the unit takes to start is printed after the "+" character.',
)
"""The lines before a chain, as systemd 243 and later print them, and as those before it."""


MAYBE_CUT = on_use(r"[0-9](?:y|month|w|d|h|min)$")
"""How a chain that is cut off inside a span of minutes and seconds ends, and hardly ever a whole
one: a span has milliseconds."""


def begins_blame(text: str) -> bool:
    """Tell whether a list of `blame` begins with this line (without indentation)."""
    return _BLAME.fullmatch(text) is not None


def begins_chain(text: str) -> bool:
    """Tell whether a `critical-chain` begins with this line (without indentation)."""
    return text in CHAIN_HEAD


def read_blame(lines: Sequence[Line], start: int) -> tuple[LogRun, int]:
    """Read the list that begins at `lines[start]`; return it and the index to go on with.

    systemd sorts it, the slowest unit first: a larger span begins another list.
    """
    values: dict[str, Value] = {}
    before = float("inf")
    index = start
    for index in range(start, len(lines)):
        line = lines[index]
        text = line.text.strip()
        if not text or is_noise(line.text) or is_illegible(text):
            continue
        found = _BLAME.fullmatch(text)
        if found is None:
            if not line.ended and re.match(r"\d", text):
                return _error(
                    BLAME, say("the log is cut off inside: {text}", text=repr(text[:120])), line
                ), index + 1
            if re.match(r"\d\S*(?:s|min|h|d)\s", text):
                return _error(
                    BLAME, say("not a line of blame: {text}", text=repr(text[:120])), line
                ), index + 1
            break
        span = seconds(found["span"])
        name = f"blame_s[{found['unit']}]"
        if span > before or name in values:
            break
        before = span
        if span < IMPOSSIBLE_S:
            values[name] = Value(name, span, line.number)
    else:
        index = len(lines)
    if not values:
        return _error(BLAME, say("no unit takes as long as any of these"), lines[start]), index
    return LogRun(TOOL, None, "ok", None, None, tuple(values.values()), BLAME), index


def read_chain(lines: Sequence[Line], start: int) -> tuple[LogRun, int]:
    """Read the chain that begins at `lines[start]`; return it and the index to go on with."""
    values: dict[str, Value] = {}
    last = lines[start]
    index = start
    for index in range(start, len(lines)):
        line = lines[index]
        text = line.text.strip()
        if not text or (text in CHAIN_HEAD and not values) or is_noise(line.text):
            continue
        found = _CHAIN.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None or (not line.ended and not text.endswith("s")):
            if _TREE.match(text) or (not line.ended and not (values and _no_unit(text))):
                return _error(
                    CHAIN, say("not a line of critical-chain: {text}", text=repr(text[:120])), line
                ), index + 1
            break
        if values and not found["tree"]:
            break
        last = line
        for metric, span in (("chain_active_s", found["active"]), ("chain_took_s", found["took"])):
            name = f"{metric}[{found['unit']}]"
            if (
                span and name not in values and seconds(span) < IMPOSSIBLE_S
            ):  # a unit that several wait for may come again
                values[name] = Value(name, seconds(span), line.number)
    else:
        index = len(lines)
    if not values:
        return _error(
            CHAIN, say("the log ends before the first unit of the chain"), lines[start]
        ), max(index, start + 1)
    if MAYBE_CUT.search(last.text.strip()):
        return _error(
            CHAIN, say("perhaps cut off: {text}", text=repr(last.text.strip()[:120])), last
        ), index
    return LogRun(TOOL, None, "ok", None, None, tuple(values.values()), CHAIN), index


def _no_unit(text: str) -> bool:
    """Whether a last line is none of the chain cut short: those go on with a branch of the tree."""
    return is_prompt(text) or not _BRANCH.match(text)


def _error(parser: str, reason: Message, line: Line) -> LogRun:
    return LogRun(TOOL, None, "error", reason, line.number, (), parser)
