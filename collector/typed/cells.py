"""The cells of one table: their numbers, and those that have none."""

import math
from collections.abc import Sequence
from dataclasses import replace

from collector.identities.printed import Printed
from collector.typed.find import Head
from collector.typed.formula import averaged_cells
from collector.typed.grid import Grid, Typed
from collector.typed.roles import is_average
from collector.typed.text import Quantity, is_nothing
from collector.typed.units import in_unit

_FINEST = 1e-3


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
        self.empty: list[tuple[str, str, str]] = []
        self.steps: dict[tuple[int, str], float] = {}

    def label(self, row: int) -> str:
        """Return the text of a row's label."""
        label = self.head.keys.label
        return self.grid.text(row, label) if label else ""

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
            if not is_nothing(cell.text):
                self.unread.append(cell)
            return None
        quantity = cell.quantity
        if cell.stored:
            step = min(quantity.step, self._column_step(column, quantity))
            quantity = replace(quantity, step=step)
        number = in_unit(quantity, metric, self.head.units.get(column, ""))
        if number is None:
            self.unread.append(cell)
        return number

    def _calculated(self, cell: Typed, column: int, metric: str) -> Printed | None:
        """Return what a formula that nobody has calculated gives, when it is a plain mean."""
        cells = averaged_cells(self.grid.source or self.grid, cell.formula)
        heading = self.head.units.get(column, "")
        numbers = [each.quantity and in_unit(each.quantity, metric, heading) for each in cells]
        values = [number.value for number in numbers if number]
        if not values or len(values) < len(numbers):
            return None
        return Printed(sum(values) / len(values))

    def _column_step(self, column: int, like: Quantity) -> float:
        """Return the finest step among a column's numbers: a cell with 31.2 may be 31.20.

        Averages have more digits than what they are averages of, so they do not count.
        """
        key = (column, like.unit)
        if key not in self.steps:
            steps = [math.inf]
            for row in range(self.head.bottom + 1, self.grid.rows + 1):
                cell = self.grid.at(row, column)
                if self.is_other(row) or is_average(self.label(row)):
                    break
                if cell and cell.stored and cell.quantity and cell.quantity.unit == like.unit:
                    steps.append(cell.quantity.step)
            self.steps[key] = max(min(steps), _FINEST)
        return self.steps[key]

    def _does_not_apply(self, row: int) -> bool:
        """In the table of operations a read test has no writes: an empty cell is a `-`."""
        return self.head.measurement == "fileio-iops" and any(
            self.grid.at(row, column) for column in self.head.columns
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
