"""Text on its way into a cell: what a spreadsheet can hold, and never a formula."""

import re
import unicodedata
from typing import cast

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

LONGEST = 32_000
"""Characters; a cell holds 32,767."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Spreadsheets read _x0041_ as an escaped character.
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def clean(text: str) -> str:
    """Return `text` without what XML cannot carry, cut where a cell ends."""
    text = _UNPRINTABLE.sub("\ufffd", text)
    if len(text) > LONGEST:
        text = text[:LONGEST] + "…"
    return _ESCAPED.sub("_x005F_", text)


def at(sheet: Worksheet, row: int, column: int) -> Cell:
    """Return a cell that is not covered by a merged one."""
    return cast("Cell", sheet.cell(row, column))


def put_text(cell: Cell, text: str, style: str) -> None:
    """Store `text` in `cell` as text, whatever it begins with, in the named `style`."""
    cell.style = style
    cell.value = clean(text)
    cell.data_type = "s"
    if needs_quote(text):
        cell.quotePrefix = True


def needs_quote(text: str) -> bool:
    """Tell whether a spreadsheet might take `text` for a formula when somebody edits it."""
    return text[:1] in {"=", "+", "-", "@"} and len(text) > 1


def display_width(text: str) -> int:
    """Return how many digits wide `text` is: East Asian characters take two."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)
            for line in text.splitlines()
        ),
        default=0,
    )
