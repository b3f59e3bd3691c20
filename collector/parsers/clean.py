"""The quick way through logs that are exactly what a tool wrote: one pattern for a whole log.

It only knows logs with nothing before, between or behind the tool's own lines, and answers None
to everything else, which is then read line by line. What it answers is what would come of that.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from collector.metrics import METRICS
from collector.parsers import pmap, smaps_rollup, sysbench, systemd_time, systemd_units
from collector.parsers.model import LogRun, Value
from collector.parsers.scan import scan_log
from collector.parsers.sysbench_grammar import RULES
from collector.parsers.timespan import IMPOSSIBLE_S, TIMESPAN, seconds
from collector.patterns import on_use

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

    def with_more(
        self, derived: Callable[[Mapping[str, float]], Mapping[str, float]]
    ) -> "CleanRun":
        """Return the run with what follows from its numbers, in the line of the first of them."""
        more = derived(dict(zip(self.metrics, self.numbers, strict=True)))
        if not more:
            return self
        return CleanRun(
            self.tool,
            self.version,
            self.parser,
            [*self.metrics, *more],
            [*self.numbers, *more.values()],
            [*self.lines, *[self.lines[0]] * len(more)],
            self.words,
        )

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
    if head == b"The time":
        return _chain(data)
    if b"[rollup]\n" in data[:160]:
        return _rollup(data)
    if b"Kbytes" in data[:4096]:
        return _pmap(data)
    return _blame(data)


def _unnamed(pattern: str) -> bytes:
    """Return a pattern of the grammar with its groups unnamed and its white space of spaces."""
    return re.sub(r"\(\?P<\w+>", "(", pattern).replace(r"\s", " ").encode()


_USUAL = [rule for rule in RULES if not rule.rare]
_SYSBENCH = on_use(
    rb"sysbench ([0-9]+\.[0-9]+[0-9A-Za-z.+~-]*) \(using [ -~]*\)\n"
    + b"".join(rb"(?:(\n*+) *+" + _unnamed(rule.source) + rb"\n)?+" for rule in _USUAL)
    + rb"\n*+"
)
"""The lines of the grammar in their order, each of them optional, after some empty lines.

The group of the empty lines says whether a line is there at all, and in which line of the log.
"""

_NAMES = ["version", *(name for rule in _USUAL for name in ("", *rule.metrics))]
_BEGIN = next(at for at, rule in enumerate(_USUAL) if "worker" in rule.source)
_HEAD = 1 + sum(len(rule.metrics) + 1 for rule in _USUAL[:_BEGIN])
"""Groups of the version and of the lines that state the options of the test."""

_OPTIONS = [at for at in range(1, _HEAD) if _NAMES[at]]
_RESULTS = [at for at in range(_HEAD, len(_NAMES)) if _NAMES[at] and _NAMES[at] != "percentile"]
_key = itemgetter(
    *range(_HEAD),
    *[at for at in range(_HEAD, len(_NAMES)) if _NAMES[at] in {"", "percentile"}],
)
"""What tells the shape of a log from its groups: the options, and which lines it has where."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What all logs are that state the same options and have the same lines.

    Attributes:
        first: the first of them, as the parsers read it.
        options: the numbers that are options, the same in all of them.
        results: the numbers of one of them, still in digits, from its groups.
        work: which numbers are not all zero where the test has done anything.
    """

    first: CleanRun
    options: list[float]
    results: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]
    work: tuple[int, ...]


_shapes: dict[tuple[bytes | None, ...], _Shape] = {}
_MOST_SHAPES = 4096


def _sysbench(data: bytes) -> CleanRun | None:
    found = _SYSBENCH.fullmatch(data)
    if found is None:
        return None
    groups = found.groups()
    key = _key(groups)
    shape = _shapes.get(key)
    if shape is None:
        if len(_shapes) >= _MOST_SHAPES:
            _shapes.clear()
        shape = _shape(data, groups)
        if shape is None:
            return None
        _shapes[key] = shape
    first = shape.first
    numbers = shape.options + list(map(float, shape.results(groups)))
    for at in shape.work:
        if numbers[at]:
            break
    else:
        return None  # nothing was done
    return CleanRun(
        first.tool, first.version, first.parser, first.metrics, numbers, first.lines, first.words
    )


def _shape(data: bytes, groups: tuple[bytes | None, ...]) -> _Shape | None:
    """Return the shape of a log that is the first of it; None when it is no good run."""
    options = [at for at in _OPTIONS if groups[at]]
    results = [at for at in _RESULTS if groups[at]]
    runs = scan_log(data)
    if len(runs) > 1 or runs[0].outcome != "ok":
        return None
    first = columns(runs[0])
    if len(first.numbers) != len(options) + len(results):
        return None
    return _Shape(
        first,
        list(first.numbers[: len(options)]),
        itemgetter(*results),
        sysbench.work(first.metrics),
    )


_TIME = on_use(
    rf"{systemd_time.STARTUP} ?\n"
    rf"(?:(?P<boot_target>[!-~]+\.target) reached after (?P<target_s>{TIMESPAN})"
    r" in userspace\.?\n)?"
)


def _time(data: bytes) -> CleanRun | None:
    found = _TIME.fullmatch(data.decode()) if data.isascii() else None
    if found is None or b"y " in data or b"min \n" in data or b"min\n" in data:
        # Years are no span of a boot, and a total of whole minutes may be cut.
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


_PMAP = on_use(
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


_ROLLUP = on_use(
    rb"[0-9a-f]+-[0-9a-f]+ ---p [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ [0-9]+ +\[rollup\]\n"
    rb"(?:[A-Z][A-Za-z_]+: +[0-9]{1,15} kB\n)++"
)


@lru_cache(maxsize=64)
def _rollup_metrics(names: tuple[bytes, ...]) -> tuple[str, ...] | None:
    """Return the metrics of these entries; None when they are not one whole file."""
    metrics = tuple(name.decode().removesuffix(":").lower() + "_kb" for name in names)
    known = set(metrics) & METRICS.keys()
    whole = len(known) == len(names) and metrics[-1] == smaps_rollup.LAST
    return metrics if whole and known >= smaps_rollup.REQUIRED else None


def _rollup(data: bytes) -> CleanRun | None:
    if _ROLLUP.fullmatch(data) is None:
        return None
    words = data[data.index(b"\n") :].split()  # name, number and unit of each entry
    metrics = _rollup_metrics(tuple(words[::3]))
    if metrics is None:
        return None
    numbers = list(map(float, words[1::3]))
    lines = range(2, len(metrics) + 2)
    return CleanRun(smaps_rollup.TOOL, None, smaps_rollup.PARSER, metrics, numbers, lines)


_BLAME = on_use(rf"(?: *{TIMESPAN} [!-~]+\.(?:{systemd_units.KINDS})\n)++")


@lru_cache(maxsize=8192)
def _named(metric: str, unit: str) -> str:
    return f"{metric}[{unit}]"


def _blame(data: bytes) -> CleanRun | None:
    if not data.isascii():
        return None
    text = data.decode("ascii")
    if not _BLAME.fullmatch(text):
        return None
    rows = [line.rpartition(" ") for line in text.split("\n")[:-1]]
    metrics = [_named("blame_s", unit) for _, _, unit in rows]
    numbers = [seconds(span.lstrip()) for span, _, _ in rows]
    if len(set(metrics)) < len(metrics) or sorted(numbers, reverse=True) != numbers:
        return None
    if numbers[0] >= IMPOSSIBLE_S:
        return None
    lines = range(1, len(metrics) + 1)
    return CleanRun(systemd_units.TOOL, None, systemd_units.BLAME, metrics, numbers, lines)


_CHAIN_UNIT = rf"([!-~]+\.(?:{systemd_units.KINDS}))(?: @({TIMESPAN}))?(?: \+({TIMESPAN}))?"
_CHAIN = on_use(
    "".join(f"{re.escape(line)}\n" for line in systemd_units.CHAIN_HEAD[:2])
    + rf"\n{_CHAIN_UNIT}\n(?: *└─{_CHAIN_UNIT}\n)*+"
)
_CHAIN_ENTRY = on_use(rf"^ *(?:└─)?{_CHAIN_UNIT}$", re.MULTILINE)
_CHAIN_FIRST = 4
"""The line of the chain's first unit."""


def _chain(data: bytes) -> CleanRun | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if not _CHAIN.fullmatch(text) or systemd_units.MAYBE_CUT.search(text.rstrip()):
        return None
    metrics: list[str] = []
    numbers: list[float] = []
    lines: list[int] = []
    for line, (unit, active, took) in enumerate(_CHAIN_ENTRY.findall(text), start=_CHAIN_FIRST):
        if active:
            metrics.append(_named("chain_active_s", unit))
            numbers.append(seconds(active))
            lines.append(line)
        if took:
            metrics.append(_named("chain_took_s", unit))
            numbers.append(seconds(took))
            lines.append(line)
    if len(set(metrics)) < len(metrics) or not metrics or max(numbers) >= IMPOSSIBLE_S:
        return None
    return CleanRun(systemd_units.TOOL, None, systemd_units.CHAIN, metrics, numbers, lines)
