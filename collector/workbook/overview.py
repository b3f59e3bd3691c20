"""The first sheet: what was compared, on what, and the answer per subject in one line."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from collector.labels import Language, in_words
from collector.report.answers import Answer
from collector.report.content import HostReport, Pair
from collector.subjects import SUBJECTS
from collector.tables.cells import NOT_APPLICABLE
from collector.tables.model import Table
from collector.workbook import page, styles
from collector.workbook.text import at, put_text

_WIDTHS = (28, 30, 14, 14, 9, 9, 9, 9, 60)
_FORMATS = {4: "0.000", 5: "0.000", 6: "0.000", 7: page.P_VALUE}
_OTHER_SHEETS = ("charts", "comparison", "problems", "environment", "samples")
_BLOCKS = ((1, 2, 2), (3, 4, 8))
"""Columns of the contents: links, and first and last of the text beside them."""
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
    name = in_words(language, "sheet overview")
    sheet, row = page.add_sheet(workbook, name, report.title, report.notices, _WIDTHS)
    sheet.freeze_panes = f"A{row}"
    row = write_about(sheet, report.about, row, len(_WIDTHS))
    if not report.pairs:
        put_text(at(sheet, row, 1), in_words(language, "one side only"), styles.PLAIN_BOLD)
        row += 2
    for pair in report.pairs:
        row = write_answers(sheet, pair, row, language, len(_WIDTHS))
    names = [subject for subject in SUBJECTS if any(subject == t.subject for t in report.tables)]
    write_contents(sheet, [*names, *_OTHER_SHEETS], report.tables, row, language)
    page.set_page(sheet, landscape=True)


def write_about(sheet: Worksheet, lines: Sequence[tuple[str, str]], row: int, columns: int) -> int:
    """Write label and text of each line from `row` on; return the row after a gap."""
    for label, text in lines:
        put_text(at(sheet, row, 1), label, styles.PLAIN_BOLD)
        page.wide_text(sheet, row, (2, columns), text, styles.PLAIN_TEXT)
        row += 1
    return row + 1


def write_answers(sheet: Worksheet, pair: Pair, row: int, language: Language, columns: int) -> int:
    """Write the answers of one pair from `row` on; return the row after a gap."""
    text = in_words(language, "compared", left=pair.left, right=pair.right)
    put_text(at(sheet, row, 1), text, styles.CAPTION)
    head = [
        in_words(language, f"head {heading}", left=pair.left, right=pair.right)
        for heading in _HEADINGS
    ]
    rows = [
        (
            answer.title,
            in_words(language, f"quantity {answer.subject}"),
            *_medians(answer),
            answer.ratio,
            answer.interval_low,
            answer.interval_high,
            answer.p_value,
            pair.own_text(answer, language),
        )
        for answer in pair.answers
    ]
    after = page.write_rows(sheet, row + 1, head, rows, _FORMATS)
    for text in pair.below(language):
        page.wide_text(sheet, after, (1, columns), text, styles.PLAIN_TEXT)
        after += 1
    if not pair.answers:
        put_text(at(sheet, after, 1), in_words(language, "no answers"), styles.PLAIN_TEXT)
        after += 1
    return after + 1


def _medians(answer: Answer) -> tuple[page.Value, page.Value]:
    """Both medians; of several cases together there is none."""
    if answer.cases > 1:
        return NOT_APPLICABLE, NOT_APPLICABLE
    name = answer.metrics[0]
    return page.as_printed(answer.median_left, name), page.as_printed(answer.median_right, name)


def write_contents(
    sheet: Worksheet, names: Sequence[str], tables: Sequence[Table], row: int, language: Language
) -> None:
    """Write a list of sheets that leads to them.

    Tables are named by their numbers: a caption stands above its table and nowhere else.
    """
    put_text(at(sheet, row, 1), in_words(language, "contents"), styles.CAPTION)
    subjects = [name for name in names if name in SUBJECTS]
    others = [name for name in names if name not in SUBJECTS]
    for block, (link, first, last) in zip(filter(None, (subjects, others)), _BLOCKS, strict=False):
        for number, name in enumerate(block, row + 1):
            title = in_words(language, f"sheet {name}")
            cell = at(sheet, number, link)
            put_text(cell, title, styles.LINK)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(title)}!A1")
            own = [
                in_words(language, "table number", number=table.number)
                for table in tables
                if table.subject == name
            ]
            text = ", ".join(own) or in_words(language, f"about {name}")
            # Without a second block there is room beside the first.
            page.wide_text(sheet, number, (first, last if subjects else 8), text, styles.PLAIN_TEXT)
