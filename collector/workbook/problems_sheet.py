"""The sheet of problems: each with its cell and its log."""

from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from collector.labels import Language, in_words
from collector.report.problems import Problem
from collector.tables.model import SampleKey
from collector.workbook import page, styles
from collector.workbook.text import at, put_text

_HEADINGS = ("kind", "cell", "vmm", "test", "repetition", "metric", "message", "log", "line")
_WIDTHS = (10, 16, 16, 24, 8, 20, 60, 44, 7)


def add_problems(
    workbook: Workbook,
    problems: Sequence[Problem],
    places: Mapping[SampleKey, tuple[str, str]],
    notices: Sequence[str],
    language: Language,
) -> None:
    """Add the sheet; `places` says where each sample stands."""
    sheet, row = page.add_sheet(
        workbook,
        in_words(language, "sheet problems"),
        in_words(language, "title problems", count=len(problems)),
        notices,
        _WIDTHS,
    )
    rows = [
        (
            in_words(language, f"kind {problem.kind}"),
            "",
            problem.vmm,
            "/".join(part for part in (problem.subject, problem.case) if part),
            problem.repetition,
            problem.metric,
            problem.message,
            problem.log,
            problem.line or None,
        )
        for problem in problems
    ]
    head = [in_words(language, f"head {heading}") for heading in _HEADINGS]
    after = page.write_rows(sheet, row, head, rows)
    if not problems:
        put_text(at(sheet, after, 1), in_words(language, "no problems"), styles.PLAIN_TEXT)
    for number, problem in enumerate(problems, row + 1):
        place = next((places[key] for key in places if problem.concerns(key)), None)
        if place is not None:
            title, coordinate = place
            cell = at(sheet, number, 2)
            put_text(cell, f"{title} {coordinate}", styles.LIST_LINK)
            location = f"{quote_sheetname(title)}!{coordinate}"
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
    sheet.freeze_panes = f"A{row + 1}"
    page.set_page(sheet, landscape=True, repeat_rows=f"{row}:{row}")
