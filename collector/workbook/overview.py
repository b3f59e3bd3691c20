"""The first sheet: what was compared, on what, and the answer per subject in one line."""

from openpyxl import Workbook
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from collector.labels import Language, say
from collector.report.content import HostReport, Pair
from collector.workbook import page, styles
from collector.workbook.text import at, put_text

_WIDTHS = (24, 22, 13, 13, 8, 8, 8, 8, 56)
_FORMATS = {2: "#,##0.00", 3: "#,##0.00", 4: "0.000", 5: "0.000", 6: "0.000", 7: "0.0000"}
_HEADINGS = (
    "subject",
    "quantity",
    "median left",
    "median right",
    "ratio",
    "low",
    "high",
    "p",
    "answer",
)


def add_overview(workbook: Workbook, report: HostReport) -> None:
    """Add the sheet."""
    language = report.language
    name = say(language, "sheet overview")
    sheet, row = page.add_sheet(workbook, name, report.title, report.notices, _WIDTHS)
    sheet.freeze_panes = f"A{row}"
    row = _about(sheet, report, row)
    if not report.pairs:
        put_text(at(sheet, row, 1), say(language, "one side only"), styles.PLAIN_BOLD)
        row += 2
    for pair in report.pairs:
        row = _answers(sheet, pair, row, language)
    _contents(sheet, report, row)
    page.set_page(sheet, landscape=True)


def _about(sheet: Worksheet, report: HostReport, row: int) -> int:
    """Two columns: what, and which."""
    for label, text in report.about:
        put_text(at(sheet, row, 1), label, styles.PLAIN_BOLD)
        put_text(at(sheet, row, 2), text, styles.PLAIN_TEXT)
        sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=len(_WIDTHS))
        row += 1
    return row + 1


def _answers(sheet: Worksheet, pair: Pair, row: int, language: Language) -> int:
    text = say(language, "compared", left=pair.left, right=pair.right)
    put_text(at(sheet, row, 1), text, styles.CAPTION)
    head = [
        say(language, f"head {heading}", left=pair.left, right=pair.right) for heading in _HEADINGS
    ]
    rows = [
        (
            say(language, f"subject {answer.subject}"),
            say(language, f"quantity {answer.subject}"),
            answer.median_left,
            answer.median_right,
            answer.ratio,
            answer.interval_low,
            answer.interval_high,
            answer.p_value,
            pair.own_text(answer, language),
        )
        for answer in pair.answers
    ]
    after = page.write_rows(sheet, row + 1, head, rows, _FORMATS)
    for text in _remarks(pair, language):
        put_text(at(sheet, after, 1), text, styles.PLAIN_TEXT)
        sheet.merge_cells(start_row=after, end_row=after, start_column=1, end_column=len(_WIDTHS))
        after += 1
    if not pair.answers:
        put_text(at(sheet, after, 1), say(language, "no answers"), styles.PLAIN_TEXT)
        after += 1
    return after + 1


def _remarks(pair: Pair, language: Language) -> list[str]:
    common = [say(language, "remarks", text=say(language, "joint").join(pair.remarks))]
    return [say(language, "p explained"), *(common if pair.remarks else [])]


def _contents(sheet: Worksheet, report: HostReport, row: int) -> None:
    """A list of the sheets and tables that leads to them."""
    language = report.language
    put_text(at(sheet, row, 1), say(language, "contents"), styles.CAPTION)
    places = [(say(language, f"sheet {table.subject}"), table.caption) for table in report.tables]
    places += [
        (say(language, f"sheet {name}"), say(language, f"about {name}"))
        for name in ("charts", "comparison", "problems", "environment", "samples")
    ]
    for number, (title, text) in enumerate(places, row + 1):
        cell = at(sheet, number, 1)
        put_text(cell, title, styles.LINK)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(title)}!A1")
        put_text(at(sheet, number, 2), text, styles.PLAIN_TEXT)
        sheet.merge_cells(start_row=number, end_row=number, start_column=2, end_column=6)
