"""What all sheets share: title, notices, frozen head, widths, A4."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from collector.metrics import metric
from collector.tables.cells import NOT_APPLICABLE
from collector.workbook import styles
from collector.workbook.text import at, display_width, put_text

P_VALUE = '[<0.0001]"<0.0001";0.0000'
"""Number format of p values."""
_MARGIN = 2
"""Digits that the borders of a cell and the ends of its lines take."""
_LINE_HEIGHT, _HIGHEST = 16.0, 400.0
"""Points; a row cannot be higher than 409."""
_PAPER, _SPARE = 88, 11
"""Width of upright A4 paper, and of columns beside a table that is smaller, in digits."""
NARROWEST = 8
"""Width of a column, in digits."""


def add_sheet(
    workbook: Workbook, name: str, title: str, notices: Sequence[str], widths: Sequence[float]
) -> tuple[Worksheet, int]:
    """Add a sheet with its title and the notices; return it and the first free row.

    `widths` are those of its columns, in digits; the notices spread over all of them.
    """
    sheet: Worksheet = workbook.create_sheet(name)
    room = list(widths)
    # The paper is wider than a small table, and so are notices.
    room += [_SPARE] * math.ceil(max(0, _PAPER - sum(widths)) / _SPARE)
    for index, width in enumerate(room, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    put_text(at(sheet, 1, 1), title, styles.TITLE)
    for row, notice in enumerate(notices, 2):
        wide_text(sheet, row, (1, len(room)), notice, styles.NOTICE)
    return sheet, 2 + len(notices) + 1


def wide_text(sheet: Worksheet, row: int, columns: tuple[int, int], text: str, style: str) -> None:
    """Write `text` over the columns from the first to the last, as many lines high as it needs."""
    first, last = columns
    put_text(at(sheet, row, first), text, style)
    if last > first:
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    letters = (get_column_letter(column) for column in range(first, last + 1))
    total = sum(sheet.column_dimensions[letter].width for letter in letters)
    lines = _lines(text, total)
    if lines > 1 or style == styles.NOTICE:
        sheet.row_dimensions[row].height = min(_LINE_HEIGHT * lines, _HIGHEST)


def _lines(text: str, width: float) -> int:
    """Return how many lines `text` takes in `width`, which letters hardly ever fill with less."""
    return max(1, math.ceil((display_width(text) + _MARGIN) / width))


def set_page(sheet: Worksheet, *, landscape: bool, repeat_rows: str | None = None) -> None:
    """Set up A4 paper, one page wide, with sheet name and page number at the foot."""
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.6, 0.8, 0.4
    sheet.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart("&A"), right=_HeaderFooterPart("&P / &N")
    )
    if repeat_rows:
        sheet.print_title_rows = repeat_rows


class Shown(NamedTuple):
    """A number with the format of its own that it has in a column of unlike numbers."""

    value: float | None
    number_format: str


Value = str | float | Shown | None


def as_printed(value: float | None, name: str) -> Shown:
    """Return a number of the metric `name` with as many decimals as its tool prints."""
    known = metric(name)
    if known.whole:
        return Shown(value, "#,##0")
    return Shown(value, "#,##0.000" if known.unit == "s" else "#,##0.00")


def write_rows(
    sheet: Worksheet,
    first_row: int,
    head: Sequence[str],
    rows: Sequence[Sequence[Value]],
    formats: Mapping[int, str] | None = None,
) -> int:
    """Write a plain list with its head; return the row after it.

    `formats`: 0-based column to number format. Rows get the height that their longest text needs.
    """
    formats = formats or {}
    for column, text in enumerate(head, 1):
        put_text(at(sheet, first_row, column), text, styles.HEAD)
    fit_height(sheet, first_row, head)
    row = first_row
    for row, values in enumerate(rows, first_row + 1):
        for column, value in enumerate(values, 1):
            cell = at(sheet, row, column)
            if isinstance(value, str):
                put_text(cell, value, styles.CELL_TEXT)
                if value == NOT_APPLICABLE:
                    cell.style = styles.CELL_NUMBER
                continue
            code = formats.get(column - 1, "General")
            cell.style = styles.CELL_NUMBER
            cell.value, cell.number_format = (
                value if isinstance(value, Shown) else Shown(value, code)
            )
        fit_height(sheet, row, values)
    return row + 1


def fit_height(sheet: Worksheet, row: int, values: Sequence[object]) -> None:
    """Make a row as high as its longest text needs: not every program does it by itself."""
    lines = max(
        (
            _lines(value, sheet.column_dimensions[get_column_letter(column)].width)
            for column, value in enumerate(values, 1)
            if isinstance(value, str)
        ),
        default=1,
    )
    if lines > 1:
        sheet.row_dimensions[row].height = min(_LINE_HEIGHT * lines, _HIGHEST)
