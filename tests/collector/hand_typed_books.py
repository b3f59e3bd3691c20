"""Workbooks as people type them: the report's tables in many layouts, with mistakes on request."""

import copy
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from collector.findings import CellFinding
from collector.typed.workbook import check_tables, workbook_tables
from collector.words.catalogue import forms

TABLES_JSON = Path(__file__).parent.parent / "data" / "report" / "tables.json"
SAMPLES = 330
"""Numbers in the report's thirteen tables, without labels and averages."""
Table = dict[str, Any]
Edit = tuple[int, int, int, str]
"""Number of the table, row below its header's first row, column, new text."""


def check_workbook(path: Path) -> list[CellFinding]:
    """Return what contradicts what in the tables of a workbook, contradictions first."""
    return check_tables(*workbook_tables(path), path.name)


def report_tables() -> list[Table]:
    """Return the report's tables, to be changed freely."""
    loaded: list[Table] = json.loads(TABLES_JSON.read_text(encoding="utf-8"))
    return loaded


def edited(*edits: Edit) -> list[Table]:
    """Return the report's tables with some cells replaced."""
    tables = report_tables()
    for number, row, column, text in edits:
        tables[number - 1]["rows"][row][column] = text
    return tables


def put(
    sheet: Worksheet,
    table: Table,
    row: int = 1,
    column: int = 1,
    *,
    stride: tuple[int, int] = (1, 1),
    typed: Callable[[str], str | float] = str,
) -> int:
    """Type a table under its caption; return the first row below it."""
    if table["caption"]:
        sheet.cell(row, column, table["caption"])
    row += stride[0]
    for texts in table["rows"]:
        for place, text in enumerate(texts):
            if text:
                sheet.cell(row, column + place * stride[1], typed(text))
        row += stride[0]
    return row


def below_each_other(
    tables: Sequence[Table],
    *,
    above: Sequence[Sequence[str]] = (),
    typed: Callable[[str], str | float] = str,
) -> Workbook:
    """Return a workbook with all tables on one sheet, after the rows of text `above`."""
    workbook = Workbook()
    sheet = first_sheet(workbook)
    for number, texts in enumerate(above, 1):
        for column, text in enumerate(texts, 1):
            sheet.cell(number, column, text)
    row = len(above) + 2 if above else 1
    for table in tables:
        row = put(sheet, table, row, typed=typed) + 1
    return workbook


def first_sheet(workbook: Workbook) -> Worksheet:
    """Return the sheet that a new workbook has."""
    return workbook.worksheets[0]


def address(number: int, row: int, column: int) -> str:
    """Return where `below_each_other` puts a cell of a table."""
    top = 1
    for table in report_tables()[: number - 1]:
        top += len(table["rows"]) + 2
    return f"{'ABCDE'[column]}{top + 1 + row}"


def english(tables: Sequence[Table]) -> list[Table]:
    """Return the tables with captions and headings in English."""
    words = {chinese: other for (_, other), chinese in forms("zh").items()}
    words["延迟第 95 百分位数 (ms)"] = "Latency, percentile 95 (ms)"
    translated = copy.deepcopy(list(tables))
    for table in translated:
        table["caption"] = _english_caption(table["caption"])
        table["rows"] = [[words.get(text, text) for text in row] for row in table["rows"]]
    return translated


def _english_caption(caption: str) -> str:
    for (_, other), chinese in forms("zh").items():
        pattern = re.escape(chinese).replace(r"\{number\}", r"(\d+)").replace(r"\{vmm\}", "(.+)")
        if "{vmm}" in chinese and (found := re.fullmatch(pattern, caption)):
            return other.format(number=found[1], vmm=found[2].replace(" 与 ", " and "))
    return caption
