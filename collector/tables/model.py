"""What a table of the report is, independent of where it is shown.

A table is a rectangle of cells. A cell that a merged cell covers is None, as in the report's own
listing where such a cell is empty.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from collector.log_id import LogId
from collector.subjects.parts.looks import Style
from collector.words import Message

MINUTE_S = 60
DAY_S = 86_400


class SampleKey(NamedTuple):
    """One sample: a quantity in a log."""

    log: LogId
    metric: str


class Source(NamedTuple):
    """The log a number was read from (or should have been)."""

    log: str
    line: int
    """1-based; 0 when no line can be named."""
    outcome: str = "ok"
    """`ok`, `error`, `empty`, `missing`, or `absent` (nobody planned it, the others have it)."""
    reason: Message | None = None


class Cell(NamedTuple):
    """One cell: a heading, a number, `-`, or nothing with the reason why."""

    value: float | str | None = None
    """A number is in the metric's own unit (seconds for boot), or None where it is missing."""
    style: Style = Style.TEXT
    rows: int = 1
    columns: int = 1
    key: SampleKey | None = None
    source: Source | None = None
    average_of: int = 0
    """Of an average: how many cells directly above belong to it; 0 for every other cell."""
    counted: int = 0
    """Of an average: how many of them hold a number."""


Row = tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table with its caption; `header` and `body` have rows of one width."""

    number: int
    subject: str
    caption: str
    header: tuple[Row, ...]
    body: tuple[Row, ...]
    vmms: tuple[str, ...] = field(default=())

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.header[0])


def stored(value: float, style: Style) -> float | int:
    """Return the number that a spreadsheet cell holds so that `style` shows `value`.

    Milliseconds are stored as such, minutes as a fraction of a day (the unit in which
    spreadsheets count time), everything else in its own unit.
    """
    if style is Style.MILLISECONDS:
        value = round(value * 1000, 6)
    elif style is Style.MINUTES:
        return value / DAY_S
    return int(value) if value.is_integer() and style is not Style.HUNDREDTHS else value


def shown(value: float | str | None, style: Style) -> str:
    """Return the text that a spreadsheet shows for `value`; "" for None.

    Rounds half away from zero at 15 significant digits, as spreadsheets do.
    """
    if value is None or isinstance(value, str):
        return value or ""
    if style is Style.MILLISECONDS:
        return f"{_fixed(value * 1000, 0)}ms"
    if style is Style.SECONDS:
        return f"{_fixed(value, 3)}s"
    if style is Style.MINUTES:
        minutes, seconds = divmod(Decimal(_fixed(value, 3)), MINUTE_S)
        return f"{minutes}min {seconds}s"
    if style is Style.HUNDREDTHS:
        return _fixed(value, 2)
    return _fixed(value, 0) if style is Style.COUNT or value.is_integer() else f"{value:.10g}"


def _fixed(value: float, places: int) -> str:
    exact = Decimal(f"{value:.15g}")
    return f"{exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"
