"""A sheet as a grid of what people see: text and numbers by row and column."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from collector.checks.typed.text import Quantity, normal, read_quantity
from collector.errors import UnusableInputError

_GENERATOR = "vmmlab"
_MOST_CELLS = 200_000
"""Cells of one sheet that are looked at; a report has some hundreds."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One cell with something in it."""

    sheet: str
    row: int
    column: int
    text: str
    quantity: Quantity | None
    stored: bool = False
    """It holds a number, not text: trailing zeros are lost."""
    copied: bool = False
    """It is covered by a merged cell, whose content it shows."""
    uncounted: bool = False
    """It holds a formula whose value nobody has stored."""

    @property
    def address(self) -> str:
        """The cell's name, e.g. `B12`."""
        return f"{get_column_letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet; cells that are empty are absent."""

    sheet: str
    cells: dict[tuple[int, int], Typed] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0
    generated: bool = False
    """The workbook was written by `vmmlab report`, where each table has its caption."""

    def at(self, row: int, column: int) -> Typed | None:
        """Return the cell, None when it is empty."""
        return self.cells.get((row, column))

    def text(self, row: int, column: int) -> str:
        """Return the cell's text, "" when it is empty."""
        cell = self.cells.get((row, column))
        return cell.text if cell else ""

    def in_row(self, row: int) -> Iterator[Typed]:
        """Yield the cells of a row from left to right."""
        for column in range(1, self.columns + 1):
            if (row, column) in self.cells:
                yield self.cells[row, column]


def read_grids(path: Path) -> list[Grid]:
    """Return the sheets of the workbook `path` that hold anything.

    Raises:
        UnusableInputError: the file is no workbook that can be read.
    """
    try:
        shown = load_workbook(path, data_only=True)
        typed = load_workbook(path)
    except (BadZipFile, InvalidFileException, OSError, KeyError, ValueError, TypeError) as error:
        raise UnusableInputError(
            f"{path}: not a workbook that can be read ({error}); save it as .xlsx"
        ) from error
    generated = shown.properties.creator == _GENERATOR
    grids = [_grid(sheet, typed[sheet.title]) for sheet in shown.worksheets]
    return [replace(grid, generated=generated) for grid in grids if grid.cells]


def _grid(sheet: Any, formulas: Any) -> Grid:
    cells: dict[tuple[int, int], Typed] = {}
    for row in sheet.iter_rows(max_row=min(sheet.max_row, _MOST_CELLS // max(1, sheet.max_column))):
        for cell in row:
            if cell.value is None:
                formula = formulas.cell(cell.row, cell.column).value
                if isinstance(formula, str) and formula.startswith("="):
                    place = (cell.row, cell.column)
                    cells[place] = Typed(sheet.title, *place, "", None, uncounted=True)
                continue
            text = normal(cell.value)
            if text:
                quantity = read_quantity(cell.value, str(cell.number_format))
                place = (cell.row, cell.column)
                stored = isinstance(cell.value, int | float)
                cells[place] = Typed(sheet.title, *place, text, quantity, stored=stored)
    for area in sheet.merged_cells.ranges:
        anchor = cells.get((area.min_row, area.min_col))
        if anchor is None or area.size["rows"] * area.size["columns"] > _MOST_CELLS:
            continue
        for row_number, column in area.cells:
            if (row_number, column) not in cells:
                cells[row_number, column] = Typed(
                    sheet.title,
                    row_number,
                    column,
                    anchor.text,
                    anchor.quantity,
                    stored=anchor.stored,
                    copied=True,
                )
    return Grid(
        sheet.title,
        cells,
        max((row for row, _ in cells), default=0),
        max((column for _, column in cells), default=0),
    )
