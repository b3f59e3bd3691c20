"""The cells of one table: their numbers, and those that have none."""

from collections.abc import Sequence
from dataclasses import replace

from collector.identities.printed import Printed
from collector.typed.find import Head
from collector.typed.formula import averaged_cells
from collector.typed.grid import Grid, Typed
from collector.typed.meaning import meaning
from collector.typed.names import IOPS
from collector.typed.text import Quantity
from collector.typed.units import in_unit

_SOMETIMES = ("initrd_s", "firmware_s", "loader_s", "read_mib_per_s", "written_mib_per_s")
"""What not every row has."""
_FINEST = 1e-6
_WHOLE = 0.9
_LEAST_STEP = 1e-12
"""What is typed with more digits is no measurement."""
_NEAR = 1e-6


class Cells:
    """The cells below the heading of a table."""

    def __init__(self, grid: Grid, head: Head, others: Sequence[Head]) -> None:
        """Begin with nothing read.

        Args:
            grid: the sheet.
            head: the heading of the table.
            others: the headings of the other tables in the sheet.
        """
        self.grid = grid
        self.head = head
        self.others = others
        self.unread: list[Typed] = []
        self.uncounted: list[Typed] = []
        self.dashes: list[Typed] = []
        self.empty: list[tuple[str, str, str]] = []
        self.steps: dict[tuple[int, str], float | None] = {}

    def label(self, row: int) -> str:
        """Return the text of a row's label."""
        label = self.head.keys.label
        return self.grid.text(row, label) if label else ""

    def _heading(self, column: int) -> str:
        found = self.head.columns.get(column)
        return found.heading if found else ""

    def is_other(self, row: int) -> bool:
        """Whether another table's heading (or its caption) crosses this row in these columns."""
        left = min(self.head.keys.first, *self.head.columns)
        right = max(self.head.columns)
        return any(
            other.top <= row <= other.bottom
            and other.first.column <= right
            and left <= max(other.columns)
            for other in self.others
        )

    def number(self, row: int, column: int, metric: str, vmm: str) -> Printed | None:
        """Return the number in a cell in the unit of `metric`; note what else stands there."""
        cell = self.grid.at(row, column)
        if cell is None:
            if not self._does_not_apply(row):
                place = f"{self.grid.sheet}!{self.grid.address(row, column)}"
                self.empty.append((place, metric, vmm))
            return None
        if cell.formula:
            number = self._calculated(cell, column, metric)
            self.uncounted += [] if number else [cell]
            return number
        if cell.quantity is None:
            if not meaning(cell.text).nothing:
                self.unread.append(cell)
            elif self._needs_number(row, metric):
                self.dashes.append(cell)
            return None
        quantity = cell.quantity
        step = self._column_step(column, quantity)
        if step is not None:
            quantity = replace(quantity, step=step + quantity.spread)
        number = in_unit(quantity, metric, self._heading(column))
        if number is None:
            self.unread.append(cell)
        return number

    def _calculated(self, cell: Typed, column: int, metric: str) -> Printed | None:
        """Return what a formula that nobody has calculated gives, when it is a plain mean."""
        cells = averaged_cells(self.grid.source or self.grid, cell.formula)
        heading = self._heading(column)
        numbers = [each.quantity and in_unit(each.quantity, metric, heading) for each in cells]
        values = [number.value for number in numbers if number]
        if not values or len(values) < len(numbers):
            return None
        return Printed(sum(values) / len(values))

    def _column_step(self, column: int, like: Quantity) -> float | None:
        """Return the finest step that a column's numbers use; None where one number stands alone.

        A stored 31.2 beside others may be 31.20, and a column of 1269.00 and 1261.00 was rounded
        to whole numbers. Averages have more digits than what they are averages of.
        """
        key = (column, like.unit)
        if key not in self.steps:
            numbers = [
                cell
                for row in range(self.head.bottom + 1, self._end() + 1)
                if (cell := self.grid.at(row, column))
                and cell.quantity
                and cell.quantity.unit == like.unit
                and not cell.quantity.spread
                and not meaning(self.label(row)).average
            ]
            used = [used_step(cell.quantity) for cell in numbers if cell.quantity]
            stored = any(cell.stored for cell in numbers)
            self.steps[key] = (
                max(min(used), _FINEST) if len(used) > 1 or (used and stored) else None
            )
        return self.steps[key]

    def _end(self) -> int:
        """Return the last row before another table's heading or title."""
        rows = range(self.head.bottom + 1, self.grid.rows + 1)
        return next((row - 1 for row in rows if self.is_end(row)), self.grid.rows)

    def is_end(self, row: int) -> bool:
        """Whether the table ends above this row: at another's heading, or at a title."""
        labels = (meaning(self.grid.text(row, column)) for column in self.head.keys.columns)
        if self.is_other(row) or any(said.label for said in labels):
            return True
        columns = range(self.head.keys.first, max(self.head.columns) + 1)
        cells = [cell for column in columns if (cell := self.grid.at(row, column))]
        said = [meaning(cell.text) for cell in cells]
        words = bool(cells) and not any(cell.quantity or cell.formula for cell in cells)
        return words and any(
            each.prose or each.caption or (each.subject and not each.mode) for each in said
        )

    def _does_not_apply(self, row: int) -> bool:
        """In the table of operations a read test has no writes: an empty cell is a `-`."""
        iops = any(column.subject == IOPS for column in self.head.columns.values())
        return iops and any(self.grid.at(row, column) for column in self.head.columns)

    def _needs_number(self, row: int, metric: str) -> bool:
        """Whether a `-` stands where each test has a number: operations have one direction only."""
        if metric in _SOMETIMES or self._does_not_apply(row):
            return False
        return any(
            (cell := self.grid.at(row, column)) and cell.quantity for column in self.head.columns
        )

    def missing(self, measured: set[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return the empty cells that should have a number: not every VMM boots with an initrd.

        Args:
            measured: the metrics and VMMs of which the table has numbers.
        """
        return tuple(
            (place, metric)
            for place, metric, vmm in self.empty
            if metric != "initrd_s" or (metric, vmm) in measured
        )


def used_step(quantity: Quantity) -> float:
    """Return the step of a number's last digit that is no zero behind the point."""
    step = quantity.step
    while _LEAST_STEP < step < _WHOLE and _is_whole(quantity.value / (step * 10)):
        step *= 10
    return step


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < _NEAR
