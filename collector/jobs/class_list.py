"""One row per path that was checked: the list of a class."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from collector.errors import UnusableInputError
from collector.from_host import printable
from collector.jobs.check import Checked

_HEADINGS = ("path", "verdict", "contradictions", "notes", "content", "first findings")
_WIDTHS = (40, 12, 15, 8, 22, 110)
_FIRST = 3
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 32_000


def verdict_of(checked: Checked) -> str:
    """Return `clean`, `findings` or `unusable`."""
    if checked.error:
        return "unusable"
    return "findings" if checked.count("contradiction") else "clean"


def write_class_list(results: Iterable[Checked], path: Path) -> None:
    """Write the list as a workbook where `path` ends with `.xlsx`, else as CSV.

    Raises:
        UnusableInputError: it cannot be written.
    """
    rows = [_row(checked) for checked in results]
    write = _write_workbook if path.suffix.lower() == ".xlsx" else _write_csv
    try:
        write(rows, path)
    except OSError as error:
        raise UnusableInputError(f"--list {path}: cannot be written ({error})") from error


def _row(checked: Checked) -> tuple[str | int, ...]:
    found = sorted(checked.findings, key=lambda finding: finding.severity)
    first = " | ".join(f"{finding.place}: {finding.message}" for finding in found[:_FIRST])
    return (
        str(checked.path),
        verdict_of(checked),
        checked.count("contradiction"),
        checked.count("note"),
        str(checked.content),
        printable(str(checked.error or first))[:_LONGEST],
    )


def _write_csv(rows: Sequence[tuple[str | int, ...]], path: Path) -> None:
    """Write CSV that a spreadsheet opens with the right letters and without running formulas."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADINGS)
        for row in rows:
            writer.writerow(
                f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
                for cell in row
            )


def _write_workbook(rows: Sequence[tuple[str | int, ...]], path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "check"
    sheet.append(_HEADINGS)
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula, whatever a file is called
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(1, column).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_HEADINGS))}{len(rows) + 1}"
    workbook.save(path)
