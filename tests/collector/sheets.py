"""Reading workbooks back: what a person sees in each cell."""

import csv
import shutil
import subprocess
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

SOFFICE = shutil.which("soffice")
# Commas, UTF-8, cells as shown, every sheet in a file of its own.
_CSV_FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"


def as_shown(value: Any, number_format: str) -> str:
    """Return the text a spreadsheet shows for the formats that the tables use."""
    if value is None or isinstance(value, str):
        return value or ""
    if number_format == '[m]"min "s.000"s"':
        seconds = value.total_seconds() if isinstance(value, timedelta) else value * 86_400
        minutes, rest = divmod(_rounded(seconds, 3), 60)
        return f"{minutes}min {rest}s"
    if number_format == "General":
        return f"{value:.10g}"
    if number_format.startswith("[<0.0001]"):
        return "<0.0001" if value < 0.0001 else f"{value:.4f}"
    digits, _, suffix = number_format.partition('"')
    number = _rounded(value, len(digits.partition(".")[2]))
    if digits.startswith("#,##0"):
        return f"{number:,}"
    assert set(digits) <= set("0.")
    return str(number) + suffix.rstrip('"')


def _rounded(value: float, places: int) -> Decimal:
    exact = Decimal(f"{value:.15g}")
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def read_shown(path: Path) -> dict[str, list[list[str]]]:
    """Return sheet name to the shown text of its cells, from the values stored in the file."""
    workbook = openpyxl.load_workbook(path, data_only=True)
    return {sheet.title: _sheet(sheet) for sheet in workbook.worksheets}


def _sheet(sheet: Worksheet) -> list[list[str]]:
    return [[as_shown(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows()]


def read_by_libreoffice(path: Path, folder: Path) -> dict[str, list[list[str]]]:
    """Return sheet name to the text that LibreOffice shows in its cells."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE or "soffice", profile, "--headless", "--convert-to", _CSV_FILTER]
    subprocess.run([*command, "--outdir", str(folder), str(path)], check=True, capture_output=True)
    shown = {}
    for file in folder.glob(f"{path.stem}-*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            shown[file.stem.removeprefix(f"{path.stem}-")] = list(csv.reader(lines))
    return shown


def find_table(sheets: dict[str, list[list[str]]], caption: str) -> list[list[str]]:
    """Return the rows directly below `caption`, down to an empty one, without empty columns."""
    for rows in sheets.values():
        for number, row in enumerate(rows):
            if row and row[0] == caption:
                table = []
                for below in rows[number + 1 :]:
                    if not any(below):
                        break
                    table.append(below)
                width = max(max(i for i, text in enumerate(r, 1) if text) for r in table)
                return [(r + [""] * width)[:width] for r in table]
    message = f"no table {caption!r} in {list(sheets)}"
    raise AssertionError(message)
