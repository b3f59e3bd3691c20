"""The sheet of all comparisons: every metric of every case."""

from collections.abc import Sequence

from openpyxl import Workbook

from collector.compare.model import Comparison
from collector.labels import Language, in_words
from collector.report.content import Pair
from collector.report.verdicts import remarks_of, verdict_text
from collector.workbook import page
from collector.workbook.styles import CAPTION, PLAIN_TEXT
from collector.workbook.text import at, put_text

_HEADINGS = (
    "subject",
    "case",
    "metric",
    "unit",
    "median left",
    "median right",
    "ratio",
    "low",
    "high",
    "p",
    "effect",
    "verdict",
    "remark",
)
_WIDTHS = (15, 14, 25, 10, 13, 13, 8, 8, 8, 9, 8, 24, 44)
_FORMATS = {
    6: "0.000",
    7: "0.000",
    8: "0.000",
    9: page.P_VALUE,
    10: "0.00",
}


def add_comparisons(
    workbook: Workbook, pairs: Sequence[Pair], notices: Sequence[str], language: Language
) -> None:
    """Add the sheet, one list per pair of VMMs."""
    title = in_words(language, "sheet comparison")
    sheet, row = page.add_sheet(workbook, title, title, notices, _WIDTHS)
    sheet.freeze_panes = f"A{row}"
    if not pairs:
        put_text(at(sheet, row, 1), in_words(language, "one side only"), PLAIN_TEXT)
    for pair in pairs:
        put_text(at(sheet, row, 1), f"{pair.left} : {pair.right}", CAPTION)
        head = [
            in_words(language, f"head {heading}", left=pair.left, right=pair.right)
            for heading in _HEADINGS
        ]
        rows = [_row(comparison, pair.remarks, language) for comparison in pair.comparisons]
        row = page.write_rows(sheet, row + 1, head, rows, _FORMATS)
        for text in pair.remarks:
            remark = in_words(language, "remarks", text=text)
            page.wide_text(sheet, row, (1, len(_WIDTHS)), remark, PLAIN_TEXT)
            row += 1
        row += 1
    page.set_page(sheet, landscape=True)


def _row(
    comparison: Comparison, common: Sequence[str], language: Language
) -> tuple[page.Value, ...]:
    return (
        in_words(language, f"sheet {comparison.subject}"),
        comparison.case,
        comparison.metric,
        comparison.unit,
        page.as_printed(comparison.median_left, comparison.metric),
        page.as_printed(comparison.median_right, comparison.metric),
        comparison.ratio,
        comparison.interval_low,
        comparison.interval_high,
        comparison.p_value,
        comparison.effect_size,
        verdict_text(comparison, language),
        in_words(language, "joint").join(
            text for text in remarks_of(comparison, language) if text not in common
        ),
    )
