"""The quick way through logs that are exactly what a tool wrote: one pattern for a whole log.

It only knows logs with nothing before, between or behind the tool's own lines, and answers None
to everything else, which is then read line by line. What it answers is what would come of that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from collector.metrics import METRICS
from collector.parsers import pmap, smaps_rollup, systemd_time, systemd_units
from collector.parsers.model import LogRun, Value
from collector.parsers.scan import scan_log
from collector.parsers.sysbench_grammar import RULES
from collector.parsers.timespan import TIMESPAN, seconds

__all__ = ["CleanRun", "columns", "read_clean"]

_NAN = float("nan")


@dataclass(slots=True)
class CleanRun:
    """A good run, column by column.

    Attributes:
        tool: as in `LogRun`.
        version: as in `LogRun`.
        parser: as in `LogRun`.
        metrics: the names of the values.
        numbers: the values in the units of their metrics; NaN for words.
        lines: the lines the values stand in.
        words: position and text of each value that is a word.
    """

    tool: str | None
    version: str | None
    parser: str
    metrics: Sequence[str]
    numbers: Sequence[float]
    lines: Sequence[int]
    words: Sequence[tuple[int, str]] = ()

    def run(self) -> LogRun:
        """Return the run as the parsers give it."""
        words = dict(self.words)
        values = [
            Value(metric, words.get(position, number), line)
            for position, (metric, number, line) in enumerate(
                zip(self.metrics, self.numbers, self.lines, strict=True)
            )
        ]
        return LogRun(self.tool, self.version, "ok", None, None, tuple(values), self.parser)


def columns(run: LogRun) -> CleanRun:
    """Return a run of the parsers column by column."""
    values = run.values
    return CleanRun(
        run.tool,
        run.version,
        run.parser,
        [value.metric for value in values],
        [_NAN if isinstance(value.value, str) else value.value for value in values],
        [value.line for value in values],
        [(at, value.value) for at, value in enumerate(values) if isinstance(value.value, str)],
    )


def read_clean(data: bytes) -> CleanRun | None:
    """Return the one good run that a clean log is; None when it is anything else."""
    head = data[:8]
    if head == b"sysbench":
        return _sysbench(data)
    if head == b"Startup ":
        return _time(data)
    if b"[rollup]\n" in data[:160]:
        return _rollup(data)
    if b"Kbytes" in data[:4096]:
        return _pmap(data)
    return _blame(data)


_SYSBENCH = re.compile(
    rb"sysbench ([0-9]+\.[0-9]+[0-9A-Za-z.+~-]*) \(using [ -~]*\)\n"
    + b"".join(
        rb"(?:\n*+ *+" + re.sub(r"\(\?P<\w+>", "(", rule.pattern.pattern).encode() + rb"()\n)?+"
        for rule in RULES
    )
    + rb"\n*+"
)
"""The lines of the grammar in their order, each of them optional; an empty group behind each."""

_BEGIN = next(rule.position for rule in RULES if "worker" in rule.pattern.pattern)
_HEAD = 1 + sum(rule.pattern.groups + 1 for rule in RULES[:_BEGIN])
"""Groups of the version and of the lines that state the options of the test."""

_GROUPS = ["version"] + [name for rule in RULES for name in (*rule.pattern.groupindex, "")]
_PERCENTILES = [at for at, name in enumerate(_GROUPS) if name == "percentile"]
_MEASURED = [at for at, name in enumerate(_GROUPS) if at >= _HEAD and name and name != "percentile"]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What logs have in common that state the same options and consist of the same lines.

    Attributes:
        first: the first of them, read line by line; None when it was no good run.
        options: how many of its values are options, the same in all of them.
        groups: the groups of `_SYSBENCH` that hold values.
    """

    first: CleanRun | None
    options: int
    groups: tuple[int, ...]


_shapes: dict[tuple[object, ...], _Shape] = {}
_MOST_SHAPES = 4096


def _sysbench(data: bytes) -> CleanRun | None:
    found = _SYSBENCH.fullmatch(data)
    if found is None:
        return None
    groups = found.groups()
    key = (
        groups[:_HEAD],
        tuple([group is None for group in groups[_HEAD:]]),
        *[groups[at] for at in _PERCENTILES],
    )
    shape = _shapes.get(key)
    if shape is None:
        if len(_shapes) >= _MOST_SHAPES:
            _shapes.clear()
        shape = _shapes[key] = _shape(data, groups)
    if shape.first is None:
        return None
    start = found.start
    numbers = list(shape.first.numbers[: shape.options])
    lines = []
    line, before = 1, 0
    for at in shape.groups:
        here = start(at + 1)
        line += data.count(b"\n", before, here)
        before = here
        lines.append(line)
    numbers += [float(groups[at]) for at in shape.groups[shape.options :]]
    first = shape.first
    return CleanRun(
        first.tool, first.version, first.parser, first.metrics, numbers, lines, first.words
    )


def _shape(data: bytes, groups: tuple[bytes | None, ...]) -> _Shape:
    """Return the shape of a log that is the first of it."""
    runs = scan_log(data)
    options = tuple(at for at in range(1, _HEAD) if groups[at])
    groups_used = options + tuple(at for at in _MEASURED if groups[at] is not None)
    good = len(runs) == 1 and runs[0].outcome == "ok"
    if not good or len(runs[0].values) != len(groups_used):
        return _Shape(None, 0, ())
    return _Shape(columns(runs[0]), len(options), groups_used)


_TIME = re.compile(
    rf"{systemd_time.STARTUP} ?\n"
    rf"(?:(?P<boot_target>[!-~]+\.target) reached after (?P<target_s>{TIMESPAN})"
    r" in userspace\.?\n)?"
)


def _time(data: bytes) -> CleanRun | None:
    found = _TIME.fullmatch(data.decode()) if data.isascii() else None
    if found is None:
        return None
    names = [name for name in systemd_time.METRICS if found[name]]
    metrics = names if found["boot_target"] is None else [*names, "boot_target", "target_s"]
    numbers = [seconds(found[name]) for name in names]
    lines = [1] * len(names)
    words: list[tuple[int, str]] = []
    if found["boot_target"] is not None:
        words.append((len(names), found["boot_target"]))
        numbers += [_NAN, seconds(found["target_s"])]
        lines += [2, 2]
    return CleanRun(systemd_time.TOOL, None, systemd_time.PARSER, metrics, numbers, lines, words)


_PMAP = re.compile(
    rb"(?:[0-9]+: {3}[!-~][ -~]*\n)?Address +Kbytes +RSS +Dirty +Mode +Mapping *\n"
    rb"(?:[0-9a-f]{8,16} +[0-9]{1,15} +[0-9]{1,15} +[0-9]{1,15} [rwxsRp-]{5} [ -~]*\n)++"
    rb"-{16} -{7} -{7} -{7} *\n"
    rb"(total kB +([0-9]{1,7}) +([0-9]{1,7}) +([0-9]{1,7}))\n"
)
_PMAP_TOTAL_LENGTH = 40


def _pmap(data: bytes) -> CleanRun | None:
    found = _PMAP.fullmatch(data)
    if found is None or len(found[1]) != _PMAP_TOTAL_LENGTH:
        return None
    line = data.count(b"\n")
    numbers = [float(found[2]), float(found[3]), float(found[4])]
    return CleanRun(pmap.TOOL, None, pmap.PARSER, pmap.METRICS, numbers, (line,) * 3)


_ROLLUP = re.compile(
    rb"[0-9a-f]+-[0-9a-f]+ ---p [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ [0-9]+ +\[rollup\]\n"
    rb"(?:[A-Z][A-Za-z_]+: +[0-9]{1,15} kB\n)++"
)
_ROLLUP_ENTRY = re.compile(rb"\n([A-Z][A-Za-z_]+): +([0-9]+)")


@lru_cache(maxsize=64)
def _rollup_metrics(names: tuple[bytes, ...]) -> tuple[str, ...] | None:
    """Return the metrics of these entries; None when they are not one whole file."""
    metrics = tuple(name.decode().lower() + "_kb" for name in names)
    known = set(metrics) & METRICS.keys()
    whole = len(known) == len(names) and metrics[-1] == smaps_rollup.LAST
    return metrics if whole and known >= smaps_rollup.REQUIRED else None


def _rollup(data: bytes) -> CleanRun | None:
    if _ROLLUP.fullmatch(data) is None:
        return None
    names, digits = zip(*_ROLLUP_ENTRY.findall(data), strict=True)
    metrics = _rollup_metrics(names)
    if metrics is None:
        return None
    numbers = list(map(float, digits))
    lines = range(2, len(names) + 2)
    return CleanRun(smaps_rollup.TOOL, None, smaps_rollup.PARSER, metrics, numbers, lines)


_BLAME_LINE = rf" *({TIMESPAN}) ([!-~]+\.(?:{systemd_units.KINDS}))\n"
_BLAME = re.compile(rf"(?:{_BLAME_LINE})++")
_BLAME_ENTRY = re.compile(_BLAME_LINE)


@lru_cache(maxsize=8192)
def _named(metric: str, unit: str) -> str:
    return f"{metric}[{unit}]"


def _blame(data: bytes) -> CleanRun | None:
    if not data.isascii():
        return None
    text = data.decode("ascii")
    if not _BLAME.fullmatch(text):
        return None
    entries = _BLAME_ENTRY.findall(text)
    metrics = [_named("blame_s", unit) for _, unit in entries]
    numbers = [seconds(span) for span, _ in entries]
    if len(set(metrics)) < len(metrics) or sorted(numbers, reverse=True) != numbers:
        return None
    lines = range(1, len(metrics) + 1)
    return CleanRun(systemd_units.TOOL, None, systemd_units.BLAME, metrics, numbers, lines)
