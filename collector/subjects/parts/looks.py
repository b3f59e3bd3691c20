"""How a subject is shown: table, charts and words, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from collector.words import Message


class Style(Enum):
    """How a number is shown: the spreadsheet's format code."""

    TEXT = "@"
    COUNT = "0"
    PLAIN = "General"
    HUNDREDTHS = "0.00"
    MILLISECONDS = '0"ms"'
    SECONDS = '0.000"s"'
    MINUTES = '[m]"min "s.000"s"'


@dataclass(frozen=True, slots=True)
class PerRepetition:
    """A table with a row for each repetition of the case `default`, and their average."""

    heading: str
    """Key of the words above the number of the repetition."""
    metrics: tuple[str, ...]
    """One column each; their names are the keys of the headings."""
    style: Style | None
    """None: a time, in the unit that suits the column."""
    optional: frozenset[str] = frozenset()
    """Metrics that have a column only where some repetition states them."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its words."""
        return (self.heading, *self.metrics)


@dataclass(frozen=True, slots=True)
class PerCase:
    """A table with a row for each repetition of each case."""

    heading: str
    """Key of the words above the cases."""
    columns: tuple[tuple[str, str], ...]
    """Key of the heading and metric of each."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics it shows."""
        return tuple(metric for _, metric in self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its words."""
        return (self.heading, *(key for key, _ in self.columns))


@dataclass(frozen=True, slots=True)
class Matrix:
    """A table with a row for each case (or value of a case), a column for each repetition."""

    heading: str
    above: str
    """Key of the words above all columns."""
    metrics: tuple[str, ...]
    """Of several, those that the case has; their sum where it has more than one."""
    across: Literal["groups", "vmms"]
    """What groups of columns are: groups of cases, or the VMMs that share the table."""
    groups: tuple[str, ...] = ()
    absent: str = ""
    """What a case that nobody has would be called, of `group` and `value`."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its words."""
        return (self.heading, self.above, *self.groups)


@dataclass(frozen=True, slots=True)
class Table:
    """A subject's table in the report."""

    number: int | None
    """That of the first VMM's table; None for a subject that the course's report does not have:
    its tables come after all others."""
    layout: PerRepetition | PerCase | Matrix


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of medians (of every sample where the subject has no cases), a series per VMM."""

    title: str
    """Key of its title, after the word `chart`."""
    metrics: tuple[str, ...]
    """Of several, their sum; stacked ones are parts of a whole, one series each."""
    group: str = ""
    """Only the cases of this group."""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Texts:
    """What people read of a subject; the Chinese forms are in the catalogue."""

    caption: Message
    """Above a table; of `number` and `vmm`."""
    sheet: Message
    """Name of its sheet: at most 31 characters."""
    title: Message
    quantity: Message
    """What its answer is about, with the unit."""
    axis: Message
    """What its cases are, below a chart; empty for a subject without cases."""
    more: Mapping[str, Message]
    """Headings, titles of charts and values of cases, by key."""

    def by_key(self, name: str) -> dict[str, Message]:
        """Return all of them by the keys of `collector.labels`."""
        own = {
            "caption": self.caption,
            "sheet": self.sheet,
            "subject": self.title,
            "quantity": self.quantity,
            "categories": self.axis,
        }
        return {**{f"{kind} {name}": words for kind, words in own.items()}, **self.more}
