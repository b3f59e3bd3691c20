"""Results behind something that stands before every line: a journal, a container's name, a quote.

What stands before the first line of a result is taken for a prefix: its times may vary, all else
must be the same on every line of it. Programs that write into one log are told apart by that, and
each is read for itself. JSON is read where it holds the lines of an output.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from collector.logtext import Line, is_prompt
from collector.parsers.systemd_time import STARTUP
from collector.patterns import on_use

__all__ = ["streams"]

_ANCHOR = on_use(
    r"""
      sysbench [ ] \d+\.\d+\S* [ ] \( using [ ] .* \)
    | Running [ ] the [ ] test [ ] with [ ] following [ ] options:
    | CPU [ ] speed: | File [ ] operations: | Total [ ] operations: [ ] .* | General [ ] statistics:
    | Startup [ ] finished [ ] in [ ] .*
    | Address \s+ Kbytes \s+ RSS \s+ Dirty .* | total [ ] kB (?: [ ]+ \d{1,15} ){3} $
    | [0-9a-f]{8,16}-[0-9a-f]{8,16} [ ] ---p [ ] .* \[rollup\]
    | The [ ] time [ ] when [ ] unit [ ] .*
    | [\d.]{1,12}m?s [ ] [\w@.:\\-]{1,255}\.(?:service|device|mount|socket)
    """,
    re.VERBOSE,
)
"""Lines that a result begins with, wherever it stands."""

_TIME = on_use(
    r"""
      \d{4} [-/] \d\d [-/] \d\d (?: [T ] \d\d:\d\d (?: :\d\d )? (?: [.,]\d+ )? )?
        (?: [ ]? (?: Z | [+-]\d\d:?\d\d ) )?
    | (?: (?: Mon|Tue|Wed|Thu|Fri|Sat|Sun ) [ ] )?
      (?: Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec ) [ ] [ \d]\d
    | \d?\d:\d\d:\d\d (?: [.,]\d+ )? (?: [ ] [AP]M )?
    | (?<= \[ ) [ ]* \d+\.\d{3,9} (?= \] ) | \b\d{9,12} \. \d{1,9}
    | ^ \s* \d+ (?= [\s:.)|-] | $ )
    """,
    re.VERBOSE,
)
"""Times and numbers of lines, which differ from line to line."""
_PID = on_use(r"\\\[\d+\\\]")
_OWN_WORDS = on_use(r"(?:systemd(?:-\S+)?(?:\[\d+\])?|kernel):$")
"""What systemd says of a boot in the journal is no answer of systemd-analyze."""
_SPAN = on_use(r"\d(?:y|month|w|d|h|min)$")
"""A list of `blame` has minutes before its seconds."""
_FEWEST = 3
"""Lines that one prefix needs before it is taken for one, where the first is no whole result."""
_MOST = 200
"""Prefixes in one log."""
_LONGEST = 200
_STRING = on_use(r'"((?:[^"\\]|\\.)*)"')
_ITEM = on_use(r'\s*"(?:[^"\\]|\\.)*",?')
_MESSAGES = ("log", "MESSAGE", "message", "msg")


def streams(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the outputs behind prefixes and in JSON, each without what stands around it.

    The numbers of the lines are those in the log.
    """
    if not any(_is_inside(line.text) for line in lines):
        return []
    return [*_of_json(lines), *_of_prefixes(lines)]


def _is_inside(text: str) -> bool:
    found = _ANCHOR.search(text)
    return found is not None and bool(text[: found.start()].strip())


def _of_prefixes(lines: Sequence[Line]) -> Iterator[list[Line]]:
    known: list[re.Pattern[str]] = []
    tried: set[str] = set()
    for line in lines:
        found = _ANCHOR.search(line.text)
        before = line.text[: found.start()].rstrip() if found else ""
        if not found or not before or any(each.match(line.text) for each in known):
            continue
        if not _is_prefix(before) or is_prompt(line.text):
            continue
        exact = _pattern(before)
        if exact in tried or len(tried) >= _MOST:
            continue
        tried.add(exact)
        for pattern in dict.fromkeys((exact, _PID.sub(r"\\[\\d+\\]", exact))):
            prefix = re.compile(pattern)
            stream = [_without(each, prefix) for each in lines if prefix.match(each.text)]
            if len(stream) >= _FEWEST or _is_whole(found[0]):
                known.append(prefix)
                yield stream
                break


def _is_whole(text: str) -> bool:
    """Whether one line is a whole result."""
    return text.startswith("total kB") or re.fullmatch(STARTUP, text.strip()) is not None


def _is_prefix(before: str) -> bool:
    """Whether what stands before a result may stand before each of its lines."""
    if (
        len(before) > _LONGEST
        or before[-1] in "\"'"
        or _SPAN.search(before)
        or _OWN_WORDS.search(before)
    ):
        return False
    timed = any(found.end() == len(before) for found in _TIME.finditer(before))
    return timed or not before[-1].isalnum()


def _pattern(before: str) -> str:
    """Return the pattern of a prefix: any time where it has one, and the rest as it is."""
    parts: list[str] = []
    end = 0
    for found in _TIME.finditer(before):
        parts += [re.escape(before[end : found.start()]), _shape(found[0])]
        end = found.end()
    return "".join([*parts, re.escape(before[end:])])


def _shape(time: str) -> str:
    """Return the pattern of times that are written like this one."""
    text = re.sub(r"\d+", "0", time)
    text = re.sub("[A-Z][a-z]{2}", "A", text)
    return "".join(
        {"0": r"\d+", "A": "[A-Z][a-z]{2}", " ": r"\s*"}.get(each, re.escape(each)) for each in text
    )


def _without(line: Line, prefix: re.Pattern[str]) -> Line:
    found = prefix.match(line.text)
    text = line.text[found.end() :] if found else line.text
    quoted = re.fullmatch(r"\s*(['\"])(.*)\1,?", text)  # an item of YAML
    return Line(line.number, quoted[2] if quoted else text, line.ended, line.overwritten)


def _of_json(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the outputs in JSON: strings one below the other, strings of many lines, messages."""
    seen: list[str] = []
    messages = list(_messages(lines))
    told = {line.number for line in messages}
    others = [line for line in lines if line.number not in told]
    for stream in (messages, *_items(others), *_strings(others)):
        texts = [text for line in stream if (text := line.text.strip())]
        whole = "\n".join(texts)
        if any(map(_ANCHOR.match, texts)) and not any(each in whole for each in seen):
            seen.append(whole)  # Ansible prints the same as one string and as lines
            yield stream


def _items(lines: Sequence[Line]) -> Iterator[list[Line]]:
    for is_item, group in groupby(lines, lambda line: bool(_ITEM.fullmatch(line.text))):
        if is_item:
            yield [
                Line(
                    line.number, _text(line.text.strip().rstrip(",")), line.ended, overwritten=False
                )
                for line in group
            ]


def _strings(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the strings of one line that hold line ends, and those of its lists."""
    for line in lines:
        if _ITEM.fullmatch(line.text) or not _is_inside(line.text):
            continue
        found = [_text(each[0]) for each in _STRING.finditer(line.text)]
        yield from (_lines(text.split("\n"), line) for text in found if "\n" in text)
        yield _lines((text for text in found if "\n" not in text), line)


def _lines(texts: Iterable[str], line: Line) -> list[Line]:
    return [Line(line.number, text.rstrip(), ended=True, overwritten=False) for text in texts]


def _messages(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield what a journal or a container's log in JSON says, an object in each line."""
    for line in lines:
        if not line.text.lstrip().startswith("{"):
            continue
        try:
            found = json.loads(line.text)
        except (ValueError, RecursionError):
            continue
        text = next((found[key] for key in _MESSAGES if isinstance(found.get(key), str)), None)
        if text is not None:
            yield Line(line.number, text.rstrip(), line.ended, overwritten=False)


def _text(quoted: str) -> str:
    """Return the text of a string of JSON; it as it is when it is none."""
    try:
        return str(json.loads(quoted)).rstrip("\r")
    except ValueError:
        return quoted.strip('"')
