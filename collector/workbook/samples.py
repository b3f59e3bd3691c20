"""The sheet of all samples.

A run leaves thousands of them: writing their rows as XML takes a tenth of the time of cell objects.
"""

from collections.abc import Sequence
from functools import lru_cache
from html import escape

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter

from collector.labels import Language, in_words
from collector.tables.host_data import HostData
from collector.workbook import page, styles
from collector.workbook.text import at, clean, needs_quote, put_text

COLUMNS = (
    "vmm",
    "measurement",
    "case",
    "repetition",
    "metric",
    "value",
    "unit",
    "log",
    "line",
    "sha256",
    "parser",
)
_WIDTHS = (16, 18, 14, 11, 22, 14, 10, 58, 7, 20, 18)
_NUMBERS = {"repetition", "value", "line"}


def add_samples(
    workbook: Workbook,
    samples: pd.DataFrame,
    data: HostData,
    notices: Sequence[str],
    language: Language,
) -> tuple[str, tuple[str, str]]:
    """Add the sheet with its head; return its name, last cell and the XML of its rows."""
    name = in_words(language, "sheet samples")
    sheet, row = page.add_sheet(
        workbook,
        name,
        in_words(language, "title samples", run=data.run.name, host=data.host.name),
        notices,
        _WIDTHS,
    )
    for column, heading in enumerate(COLUMNS, 1):
        put_text(at(sheet, row, column), heading, styles.HEAD)
    quoted = Cell(sheet, row, 1)
    quoted.quotePrefix = True
    quoted_style = quoted.style_id
    right = Cell(sheet, row, 1)
    right.alignment = styles.TOP_RIGHT
    right_style = right.style_id
    words = samples["text"].tolist()
    columns = [samples[heading].tolist() for heading in COLUMNS]
    letters = [get_column_letter(column) for column in range(1, len(COLUMNS) + 1)]
    lines: list[str] = []
    for number, (word, *values) in enumerate(zip(words, *columns, strict=True), row + 1):
        lines.append(f'<row r="{number}">')
        for heading, letter, value in zip(COLUMNS, letters, values, strict=True):
            if heading == "value" and value != value:  # noqa: PLR0124 - NaN: it is a word
                lines.append(_text(f"{letter}{number}", word, quoted_style))
            elif heading in _NUMBERS:
                shown = int(value) if value == int(value) else value
                lines.append(f'<c r="{letter}{number}" s="{right_style}"><v>{shown!r}</v></c>')
            else:
                lines.append(_text(f"{letter}{number}", value, quoted_style))
        lines.append("</row>")
    last = f"{letters[-1]}{row + len(words)}"
    sheet.freeze_panes = f"A{row + 1}"
    sheet.auto_filter.ref = f"A{row}:{last}"
    page.set_page(sheet, landscape=True, repeat_rows=f"{row}:{row}")
    return name, (last, "".join(lines))


def _text(coordinate: str, text: str, quoted: int) -> str:
    style = f' s="{quoted}"' if needs_quote(text) else ""
    return f'<c r="{coordinate}"{style} t="inlineStr">{_inline(text)}</c>'


@lru_cache(maxsize=4096)
def _inline(text: str) -> str:
    """Most texts of the list come many times over."""
    return f'<is><t xml:space="preserve">{escape(clean(text), quote=False)}</t></is>'
