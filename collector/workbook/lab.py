"""The workbook of a whole lab."""

from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from collector.labels import Language, in_words
from collector.report.lab import LabReport, Spread
from collector.workbook import page, styles
from collector.workbook.archive import save
from collector.workbook.charts import add_charts
from collector.workbook.comparison_sheet import add_comparisons
from collector.workbook.overview import write_about, write_answers, write_contents
from collector.workbook.text import at, clean, put_text

_OVERVIEW_WIDTHS = (28, 30, 14, 14, 9, 9, 9, 9, 60)
_SPREAD_HEADS = (
    "subject",
    "case",
    "metric",
    "unit",
    "vmm",
    "hosts",
    "median",
    "q1",
    "q3",
    "lowest",
    "highest",
    "spread",
    "outliers",
)
_SPREAD_WIDTHS = (30, 13, 26, 11, 17, 8, 13, 13, 13, 13, 13, 9, 50)
_SPREAD_FORMATS = {11: "0.0%"}
_HOST_HEADS = ("host", "report", "good", "planned", "missing", "contradictions")
_HOST_WIDTHS = (24, 34, 11, 11, 11, 13)
_FACT_WIDTH = 28
_PROBLEM_HEADS = ("host", "kind", "vmm", "test", "repetition", "metric", "message", "log", "line")
_PROBLEM_WIDTHS = (18, 10, 16, 24, 8, 20, 60, 44, 7)
_CONTENTS = ("hosts", "spread", "charts", "comparison", "problems")
# A lab has no one date; the file needs one that is always the same.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)


def write_lab_workbook(report: LabReport, path: Path) -> None:
    """Write the workbook of `report` to `path`; the same report gives the same bytes."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    styles.register(workbook)
    _overview(workbook, report)
    _hosts(workbook, report)
    _spread(workbook, report)
    add_charts(workbook, report.charts, report.notices, report.language)
    add_comparisons(workbook, report.pairs, report.notices, report.language)
    _problems(workbook, report)
    workbook.properties.title = clean(report.title)
    workbook.properties.creator = "vmmlab"
    save(workbook, path, created=_CREATED, cached={}, lists={})


def _overview(workbook: Workbook, report: LabReport) -> None:
    language = report.language
    sheet, row = page.add_sheet(
        workbook,
        in_words(language, "sheet overview"),
        report.title,
        report.notices,
        _OVERVIEW_WIDTHS,
    )
    sheet.freeze_panes = f"A{row}"
    row = write_about(sheet, report.about, row, len(_OVERVIEW_WIDTHS))
    for pair in report.pairs:
        row = write_answers(sheet, pair, row, language, len(_OVERVIEW_WIDTHS))
    put_text(at(sheet, row, 1), in_words(language, "outlier hosts"), styles.CAPTION)
    row += 1
    for text in report.outlier_lines or [in_words(language, "no outliers")]:
        page.wide_text(sheet, row, (1, len(_OVERVIEW_WIDTHS)), text, styles.PLAIN_TEXT)
        row += 1
    write_contents(sheet, _CONTENTS, (), row + 1, language)
    page.set_page(sheet, landscape=True)


def _hosts(workbook: Workbook, report: LabReport) -> None:
    """Every host with its own workbook and what is recorded about it."""
    language = report.language
    facts = list(dict.fromkeys(name for host in report.hosts for name in host.facts))
    widths = (*_HOST_WIDTHS, *(_FACT_WIDTH,) * len(facts))
    title = in_words(language, "sheet hosts")
    sheet, row = page.add_sheet(workbook, title, title, report.notices, widths)
    head = [*(in_words(language, f"head {heading}") for heading in _HOST_HEADS), *facts]
    rows: list[tuple[str | float | None, ...]] = [
        (
            host.name,
            host.workbook,
            host.good,
            host.planned,
            host.missing,
            host.contradictions,
            *(host.facts.get(name, "") for name in facts),
        )
        for host in report.hosts
    ]
    page.write_rows(sheet, row, head, rows)
    for number, host in enumerate(report.hosts, row + 1):
        cell = at(sheet, number, 2)
        put_text(cell, host.workbook, styles.LIST_LINK)
        cell.hyperlink = host.workbook
        cell.style = styles.LIST_LINK
        if host.missing or host.contradictions:
            for column in (5, 6):
                at(sheet, number, column).fill = styles.MISSING_FILL
    _as_list(sheet, row, len(head))


def _spread(workbook: Workbook, report: LabReport) -> None:
    language = report.language
    title = in_words(language, "sheet spread")
    sheet, row = page.add_sheet(workbook, title, title, report.notices, _SPREAD_WIDTHS)
    explained = in_words(language, "spread explained")
    page.wide_text(sheet, row, (1, len(_SPREAD_WIDTHS)), explained, styles.PLAIN_TEXT)
    row += 1
    head = [in_words(language, f"head {heading}") for heading in _SPREAD_HEADS]
    rows = [_spread_row(spread, language) for spread in report.spreads]
    page.write_rows(sheet, row, head, rows, _SPREAD_FORMATS)
    for number, spread in enumerate(report.spreads, row + 1):
        if spread.outliers:
            at(sheet, number, len(head)).fill = styles.MISSING_FILL
    _as_list(sheet, row, len(head))


def _spread_row(spread: Spread, language: Language) -> tuple[page.Value, ...]:
    first, third = spread.quartiles
    return (
        in_words(language, f"subject {spread.subject}"),
        spread.case,
        spread.metric,
        spread.unit,
        spread.vmm,
        spread.hosts,
        *(
            page.as_printed(value, spread.metric)
            for value in (spread.median, first, third, spread.lowest, spread.highest)
        ),
        (third - first) / spread.median if spread.median else None,
        ", ".join(f"{host} ({value:.6g})" for host, value in spread.outliers),
    )


def _problems(workbook: Workbook, report: LabReport) -> None:
    language = report.language
    found = [(host.name, problem) for host in report.hosts for problem in host.problems]
    sheet, row = page.add_sheet(
        workbook,
        in_words(language, "sheet problems"),
        in_words(language, "title problems", count=len(found)),
        report.notices,
        _PROBLEM_WIDTHS,
    )
    rows = [
        (
            host,
            in_words(language, f"kind {problem.kind}"),
            problem.vmm,
            "/".join(part for part in (problem.subject, problem.case) if part),
            problem.repetition,
            problem.metric,
            problem.message,
            problem.log,
            problem.line or None,
        )
        for host, problem in found
    ]
    head = [in_words(language, f"head {heading}") for heading in _PROBLEM_HEADS]
    page.write_rows(sheet, row, head, rows)
    _as_list(sheet, row, len(head))


def _as_list(sheet: Worksheet, head_row: int, columns: int) -> None:
    """A long list: its head stays in sight, on screen and on paper, and it can be filtered."""
    sheet.freeze_panes = f"B{head_row + 1}"
    last = max(sheet.max_row, head_row)
    sheet.auto_filter.ref = f"A{head_row}:{at(sheet, head_row, columns).column_letter}{last}"
    page.set_page(sheet, landscape=True, repeat_rows=f"{head_row}:{head_row}")
