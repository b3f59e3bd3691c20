"""The workbook of one lab host."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from collector.report.content import HostReport
from collector.subjects import SUBJECTS
from collector.workbook import styles
from collector.workbook.archive import save
from collector.workbook.charts import add_charts
from collector.workbook.comparison_sheet import add_comparisons
from collector.workbook.environment_sheet import add_environment
from collector.workbook.overview import add_overview
from collector.workbook.problems_sheet import add_problems
from collector.workbook.samples import add_samples
from collector.workbook.table_sheet import TableSheets
from collector.workbook.text import clean

_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""What a workbook says of its making when the run says nothing of its own time."""


def write_workbook(report: HostReport, path: Path) -> None:
    """Write the workbook of `report` to `path`; the same report gives the same bytes."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    styles.register(workbook)
    language, notices = report.language, report.notices
    add_overview(workbook, report)
    sheets = TableSheets(workbook, report.problems, notices, language)
    for subject in SUBJECTS:
        chosen = [table for table in report.tables if table.subject == subject]
        if chosen:
            sheets.add(subject, chosen)
    add_charts(workbook, report.charts, notices, language)
    add_comparisons(workbook, report.pairs, notices, language)
    add_problems(workbook, report.problems, sheets.places, notices, language)
    labels = [report.data.labels[vmm.name] for vmm in report.data.vmms]
    add_environment(workbook, report.facts, labels, notices, language)
    name, rows = add_samples(workbook, report.samples, report.data, notices, language)
    workbook.properties.title = clean(report.title)
    workbook.properties.creator = "vmmlab"
    save(
        workbook,
        path,
        created=run_date(report.data.run.meta),
        cached=sheets.cached,
        lists={name: rows},
    )


def run_date(meta: dict[str, Any]) -> datetime:
    """Return when a run ended or began, from its run.json."""
    for name in ("finished", "started"):
        try:
            date = datetime.fromisoformat(str(meta.get(name)))
            return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return _NO_DATE
