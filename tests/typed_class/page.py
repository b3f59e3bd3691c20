"""A sheet being typed: rows of cells, merged areas, and which cells hold measurements."""

from dataclasses import dataclass, field

from openpyxl.worksheet.worksheet import Worksheet


class Measured(float):
    """A number that was measured: a reader of the sheet has to take it for that."""


class MeasuredText(str):
    """What was measured, as more than a number: a range, a mean with its spread."""

    __slots__ = ()


@dataclass
class Page:
    """One sheet."""

    name: str
    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    row: int = 1
    column: int = 1

    def put(self, *rows: list[object]) -> int:
        """Type rows at the current place and go on below them; return the first of them."""
        first = self.row
        for row in rows:
            for place, value in enumerate(row):
                if value not in (None, ""):
                    self.cells[self.row, self.column + place] = value
            self.row += 1
        return first

    def write(self, sheet: Worksheet, style: "Numbers") -> int:
        """Write the page into a sheet; return how many measured numbers are in it."""
        for (row, column), value in self.cells.items():
            sheet.cell(row, column, style.typed(value))
        for top, left, bottom, right in self.merged:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        for row in self.hidden:
            sheet.row_dimensions[row].hidden = True
        return sum(isinstance(value, Measured | MeasuredText) for value in self.cells.values())


@dataclass(frozen=True)
class Numbers:
    """How numbers are typed: as numbers, or as text with two decimals or more."""

    text: bool = False
    thousands: bool = False

    def typed(self, value: object) -> str | float:
        """Return a cell's value as it is typed."""
        if not isinstance(value, Measured):
            return value if isinstance(value, int | float) else str(value)
        number = float(value)
        if not self.text:
            return int(number) if number == int(number) else number
        if number == int(number) and number > 20_000:
            return f"{number:,.0f}" if self.thousands else f"{number:.0f}"
        digits = max(2, len(f"{number:.10g}".partition(".")[2]))
        return f"{number:,.{digits}f}" if self.thousands else f"{number:.{digits}f}"
