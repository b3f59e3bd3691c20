"""A sheet as a grid of what people see: text and numbers by row and column."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from collector.errors import UnusableInputError
from collector.labels import LANGUAGES, in_words
from collector.typed.text import Quantity, is_nothing, normal, read_quantity

_GENERATOR = "vmmlab"
_OURS = ("sheet overview", "sheet environment", "sheet samples")
"""Sheets that tell a workbook of `vmmlab report` that another program has saved again."""
_OLE = b"\xd0\xcf\x11\xe0"
"""How the files of old Office begin, and those that are locked by a password."""
_PERCENTILE = re.compile(r"(?:50|75|90|95|99(?:\.9)?) ?%")
_LATENCY = re.compile(r"平均|最[大小]|延迟|时延|lat|avg|max", re.IGNORECASE)
"""What stands beside the heading of a percentile."""
_MOST_MERGED = 200_000
"""Cells of a merged area that are filled with what it shows."""


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
    formula: str = ""
    """A formula whose value nobody has stored."""
    turned: bool = False
    """Row and column are exchanged: it is seen in a grid that was turned."""

    @property
    def address(self) -> str:
        """The cell's name, e.g. `B12`."""
        row, column = self.place
        return f"{get_column_letter(column)}{row}"

    @property
    def place(self) -> tuple[int, int]:
        """Row and column in the sheet."""
        return (self.column, self.row) if self.turned else (self.row, self.column)


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet; cells that are empty are absent."""

    sheet: str
    cells: dict[tuple[int, int], Typed] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0
    generated: bool = False
    """The workbook was written by `vmmlab report`, where each table has its caption."""
    source: "Grid | None" = None
    """The sheet as it is, when this is the sheet turned."""

    def turned(self) -> "Grid":
        """Return the sheet with rows and columns exchanged."""
        cells = {
            (column, row): replace(cell, row=column, column=row, turned=True)
            for (row, column), cell in self.cells.items()
        }
        return Grid(self.sheet, cells, self.columns, self.rows, self.generated, self)

    def address(self, row: int, column: int) -> str:
        """Return the name of a cell, which may be empty."""
        return Typed(self.sheet, row, column, "", None, turned=self.source is not None).address

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


def is_words(cell: Typed) -> bool:
    """Whether a cell holds words, as a heading does, not a number and not a dash."""
    return cell.quantity is None and not is_nothing(cell.text)


def made_by_vmmlab(path: Path) -> bool:
    """Whether a workbook names `vmmlab report` as its maker; False when it cannot be read."""
    try:
        with ZipFile(path) as parts:
            return f"creator>{_GENERATOR}<".encode() in parts.read("docProps/core.xml")
    except (BadZipFile, KeyError, OSError, ValueError):
        return False


def read_grids(path: Path) -> list[Grid]:
    """Return the sheets of the workbook `path` that hold anything.

    Raises:
        UnusableInputError: the file is no workbook that can be read.
    """
    head = b""
    try:
        with path.open("rb") as file:
            head = file.read(len(_OLE))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not read: validations, drawings
            shown = load_workbook(path, data_only=True)
            typed = load_workbook(path)
    except Exception as error:  # openpyxl lets through whatever a broken file makes it meet
        reason = "an old .xls, or locked by a password" if head == _OLE else _reason(error)
        raise UnusableInputError(
            f"{path}: not a workbook that can be read ({reason}); open it in a spreadsheet program"
            " and save it as .xlsx, without a password"
        ) from error
    ours = any(
        {in_words(language, name) for name in _OURS} <= {*shown.sheetnames}
        for language in LANGUAGES
    )
    generated = ours or shown.properties.creator == _GENERATOR
    grids = [_grid(sheet, typed[sheet.title]) for sheet in shown.worksheets]
    return [replace(grid, generated=generated) for grid in grids if grid.cells]


def _reason(error: Exception) -> str:
    """Return the first line of an error, or what it is when it says nothing."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _percentile_headings(cells: dict[tuple[int, int], Typed]) -> list[tuple[int, int]]:
    """Return where `95%` is a heading, in a row or a column of words: `平均 | 最大 | 95%`."""
    found = [place for place, cell in cells.items() if _PERCENTILE.fullmatch(cell.text)]
    lines: dict[tuple[str, int], list[Typed]] = {
        line: [] for row, column in found for line in (("row", row), ("column", column))
    }
    for (row, column), cell in cells.items() if found else ():
        for line in (("row", row), ("column", column)):
            if line in lines and not _PERCENTILE.fullmatch(cell.text):
                lines[line].append(cell)
    return [
        (row, column)
        for row, column in found
        if any(_is_heading(lines[line]) for line in (("row", row), ("column", column)))
    ]


def _is_heading(line: list[Typed]) -> bool:
    return all(is_words(cell) for cell in line) and any(_LATENCY.search(cell.text) for cell in line)


def _grid(sheet: Any, formulas: Any) -> Grid:
    cells: dict[tuple[int, int], Typed] = {}
    place: tuple[int, int]
    for place, cell in sorted(sheet._cells.items()):  # noqa: SLF001 - a row may have 16,384 empty ones
        if cell.value is None:
            formula = formulas.cell(*place).value
            if isinstance(formula, str) and formula.startswith("="):
                cells[place] = Typed(sheet.title, *place, "", None, formula=formula)
            continue
        text = normal(cell.value)
        if text:
            quantity = read_quantity(cell.value, str(cell.number_format))
            stored = isinstance(cell.value, int | float)
            cells[place] = Typed(sheet.title, *place, text, quantity, stored=stored)
    for area in sheet.merged_cells.ranges:
        anchor = cells.get((area.min_row, area.min_col))
        if anchor is None or area.size["rows"] * area.size["columns"] > _MOST_MERGED:
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
    for place in _percentile_headings(cells):
        cells[place] = replace(cells[place], quantity=None)
    return Grid(
        sheet.title,
        cells,
        max((row for row, _ in cells), default=0),
        max((column for _, column in cells), default=0),
    )
