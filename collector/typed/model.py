"""Tables as found in a workbook."""

from dataclasses import dataclass, replace

from collector.identities.printed import Printed
from collector.typed.grid import Typed


@dataclass(frozen=True, slots=True)
class TypedSample:
    """One number of a table and what it is a sample of."""

    measurement: str
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


@dataclass(frozen=True, slots=True)
class TypedAverage:
    """An average as typed, and the samples above it: all, and those since the last average."""

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
    measurement: str
    head: Typed
    """The first cell of its header."""
    rows: range
    """The rows of the sheet that it stands in."""
    columns: range
    samples: tuple[TypedSample, ...]
    averages: tuple[TypedAverage, ...]
    unread: tuple[Typed, ...]
    """Cells in which a number was expected and words stand."""
    empty: tuple[tuple[str, str], ...]
    """Address and metric of cells in which a number was expected and nothing stands."""
    uncounted: tuple[Typed, ...]
    """Formulas without a stored value."""

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
