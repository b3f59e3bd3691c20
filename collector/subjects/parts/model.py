"""What a subject is: every part of it that the rest of the collector asks for.

None of the parts has a default: a subject that lacks one cannot be imported.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from collector.identities.printed import Numbers, Problem
from collector.subjects.parts.cited import Cited
from collector.subjects.parts.looks import Chart, PerCase, PerRepetition, Table, Texts
from collector.subjects.parts.metric import PERCENTILE, Metric
from collector.subjects.parts.plan import PlanPart
from collector.words import Message

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Stated(Protocol):
    """What is known of one log whose numbers are looked at."""

    @property
    def case(self) -> str:
        """The case in whose folder it lies."""

    @property
    def tool(self) -> str:
        """What printed it."""

    @property
    def numbers(self) -> Mapping[str, float]:
        """Metric to number."""

    @property
    def words(self) -> Mapping[str, str]:
        """Metric to word."""

    @property
    def seconds(self) -> float | None:
        """How long the tool ran (s); None when it is not recorded."""


class Case(NamedTuple):
    """What a case means in tables and charts."""

    value: float | Message
    """What stands in its row: a number, or words."""
    order: tuple[float | str, ...]
    """Its place among the others."""
    group: str = ""
    """The key of the words above its columns, where a table has groups of columns."""
    kind: str = ""
    """`reads` or `writes`, where cases of both are no more one quantity than two subjects are: each
    kind is answered by itself."""


class Stray(NamedTuple):
    """Something in which a log is not what its folder says."""

    metric: str
    message: Message
    sure: bool = True
    """A contradiction; else a note."""


class Read(NamedTuple):
    """One number or word that a log states."""

    metric: str
    value: float | str
    line: int
    """Counted from 1."""


class UnreadableError(Exception):
    """A result that is not in its form: `reason` says why, `line` where (None: it is cut off)."""

    def __init__(self, reason: Message, line: int | None) -> None:
        """Keep both."""
        super().__init__(str(reason))
        self.reason, self.line = reason, line


@dataclass(frozen=True, slots=True)
class Reader:
    """A parser: one pure function of the lines of a log.

    `begins` tells whether a line is the first of a result. `read` gets number and text of it and of
    all lines behind it, and returns what they state and how many of them belong to the result. It
    raises UnreadableError and nothing else.
    """

    begins: Callable[[str], bool]
    read: Callable[[Sequence[tuple[int, str]]], tuple[list[Read], int]]


@dataclass(frozen=True, slots=True)
class Format:
    """What the logs of a case are: the parser that reads them, and the tool that printed them."""

    parser: str
    tool: str
    compared: bool = True
    """Its numbers are compared; else they explain those of another case."""
    reader: Reader | None = None
    """That parser, where it is the subject's own; else it is one of `collector.parsers`."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject: what is measured.

    Attributes:
        name: what it is called, and its folder in the results.
        plan: its part of a plan, and the commands that measure it.
        formats: what its logs are; "" stands for every case that is not named. A case that is
            named explains a number and is no row of a table.
        metrics: the quantities that its logs state, in the order in which files list them.
        compared: those that are compared; see `metric.PERCENTILE`. Each costs power.
        headline: those that its answer is about; a case has one of them, or the sum.
        derived: returns what follows from the numbers of a log and stands in none of its lines; it
            is measured only where the log says all it takes.
        identities: returns what the numbers of one log contradict.
        details: the same of numbers that no table shows: worth a note.
        strays: returns in what a log is not what its folder says; it gets the run's plan.
        case: returns what a case means; None for one that no table shows.
        idle: returns the metrics that a case does not have, by its name and the words of its log
            (none where no log is at hand): `-` in its table, never compared.
        unaffected_by: facts (see `collector.facts`) that may differ between two sides of it.
        table: its table in the report.
        charts: its charts.
        texts: what it is called, in both languages.
        cited: what others found, if anything; a number far from it is worth a note.
    """

    name: str
    plan: PlanPart
    formats: Mapping[str, Format]
    metrics: tuple[Metric, ...]
    compared: tuple[str, ...]
    headline: tuple[str, ...]
    derived: Callable[[Mapping[str, float]], Mapping[str, float]]
    identities: Callable[[Numbers, Stated], list[Problem]]
    details: Callable[[Numbers], list[Problem]]
    strays: Callable[[Stated, Mapping[str, Any]], Iterable[Stray]]
    case: Callable[[str], Case | None]
    idle: Callable[[str, Mapping[str, str]], Collection[str]]
    unaffected_by: Collection[str]
    table: Table
    charts: tuple[Chart, ...]
    texts: Texts
    cited: tuple[Cited, ...]

    def __post_init__(self) -> None:
        """Refuse a subject whose parts do not fit together."""
        known = {item.name for item in self.metrics} | {PERCENTILE}
        shown = set(self.table.layout.metrics) | {
            name for one in self.charts for name in one.metrics
        }
        for fault, found in (
            ("no name for a folder", not _NAME.fullmatch(self.name)),
            ("no format for a case that is not named", "" not in self.formats),
            ("unknown metrics", (shown | set(self.compared)) - known),
            ("an answer about nothing that is compared", not self.headline),
            ("headline that is not compared", set(self.headline) - set(self.compared)),
            ("unknown metrics cited", {one.metric for one in self.cited} - known),
            ("no words for headings", self._keys() - self.texts.more.keys()),
        ):
            if found:
                raise ValueError(f"subject {self.name}: {fault}: {found}")

    def _keys(self) -> set[str]:
        return set(self.table.layout.keys) | {f"chart {one.title}" for one in self.charts}

    @property
    def planned(self) -> bool:
        """Whether plans name it; else it is recorded beside others, and never missing."""
        return bool(self.plan.schema)

    @property
    def single_case(self) -> bool:
        """Whether all its numbers are of the case `default`."""
        return isinstance(self.table.layout, PerRepetition)

    def format(self, case: str) -> Format:
        """Return what a log of `case` is."""
        return self.formats.get(case) or self.formats[""]

    def explains(self, case: str) -> bool:
        """Tell whether `case` explains a number and is no row of a table."""
        return bool(case) and case in self.formats


__all__ = [
    "Case",
    "Chart",
    "Format",
    "Metric",
    "PerCase",
    "PerRepetition",
    "PlanPart",
    "Read",
    "Reader",
    "Stated",
    "Stray",
    "Subject",
    "Table",
    "Texts",
    "UnreadableError",
]
