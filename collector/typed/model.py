"""Tables as found in a workbook."""

from dataclasses import dataclass, field, replace

from collector.identities.printed import Printed
from collector.typed.context import Context
from collector.typed.grid import Typed
from collector.typed.parameters import NONE, Parameters


@dataclass(frozen=True, slots=True)
class TypedSample:
    """One number of a table and what it is a sample of."""

    subject: str
    vmm: str
    """`stratovirt`, `qemu`, `qemu_microvm`, or "" where nothing names it."""
    case: str
    repetition: int
    metric: str
    number: Printed
    """In the metric's unit."""
    cell: Typed
    row: int
    table: int = 0
    """Which table of the workbook it is in, counted from 0."""
    parameters: Parameters = NONE
    """What its row, its column and the table's title say about how it was measured."""


@dataclass(frozen=True, slots=True)
class TypedStatistic:
    """A mean, `max` or `min` as typed, and what it may be of: all samples above it, or the last."""

    kind: str
    metric: str
    number: Printed
    cell: Typed
    candidates: tuple[tuple[TypedSample, ...], ...]


@dataclass(frozen=True, slots=True)
class TypedTable:
    """One table: where it is, what it is about, and its numbers."""

    number: int
    sheet: str
    caption: str
    subject: str
    head: Typed
    """The first cell of its header."""
    rows: range
    """The rows of the sheet that it stands in."""
    columns: range
    samples: tuple[TypedSample, ...]
    statistics: tuple[TypedStatistic, ...]
    unread: tuple[Typed, ...]
    """Cells in which a number was expected and words stand."""
    empty: tuple[tuple[str, str], ...]
    """Address and metric of cells in which a number was expected and nothing stands."""
    dashes: tuple[Typed, ...]
    """Cells with a `-` where each test has a number."""
    uncounted: tuple[Typed, ...]
    """Formulas without a stored value."""
    unknown: tuple[Typed, ...] = ()
    """Numbers under a heading, or beside a label, that says nothing which is known."""
    context: Context = field(default_factory=Context)
    """What stands above it."""

    def subjects(self) -> "list[TypedTable]":
        """Return the table, or one for each subject where its rows are of several."""
        names = list(dict.fromkeys(sample.subject for sample in self.samples))
        if len(names) < 2:  # noqa: PLR2004
            return [replace(self, subject=name) for name in names] or [self]
        return [self._of(name, first=place == 0) for place, name in enumerate(names)]

    def _of(self, subject: str, *, first: bool) -> "TypedTable":
        """Return the part of the table that is of one subject; what could not be read, once."""
        part = replace(
            self,
            subject=subject,
            samples=tuple(each for each in self.samples if each.subject == subject),
            statistics=tuple(
                each for each in self.statistics if each.candidates[0][0].subject == subject
            ),
        )
        return (
            part
            if first
            else replace(part, unread=(), empty=(), dashes=(), uncounted=(), unknown=())
        )

    def numbered(self, number: int) -> "TypedTable":
        """Return the table as the `number`-th of its workbook."""
        samples = tuple(replace(sample, table=number) for sample in self.samples)
        return replace(self, number=number, samples=samples)

    def overlaps(self, other: "TypedTable") -> bool:
        """Whether both stand in the same place of a sheet."""
        return all(
            mine.start < theirs.stop and theirs.start < mine.stop
            for mine, theirs in ((self.rows, other.rows), (self.columns, other.columns))
        )

    @property
    def name(self) -> str:
        """How to call it: its caption, else where it is."""
        return self.caption or f"table at {self.sheet}!{self.head.address}"
