"""From results to files: one report per lab host, and one for the whole lab."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.checks import check_collection
from collector.html import write_page
from collector.labels import Language
from collector.report.content import make_report
from collector.report.csv_file import write_samples
from collector.results import collect
from collector.workbook import write_workbook


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written and whether anything is wrong with it."""

    lines: tuple[str, ...]
    clean: bool
    """Nothing is missing and nothing contradicts anything."""


def make_reports(
    results: Sequence[Path], workbook: Path, html: Path, csv: Path, language: Language
) -> Summary:
    """Write workbook, page and CSV of everything under `results`.

    With one lab host they are about that host; with several there is one of each per host, with the
    host's name in the file's name, and `workbook` and `html` are about the whole lab.

    Raises UnusableInputError when there is nothing to report about.
    """
    collection = collect(results)
    lines: list[str] = []
    clean = True
    findings = check_collection(collection)
    write_samples(collection.samples, csv)
    for run in collection.runs:
        for host in run.hosts:
            report = make_report(collection, run, host, findings, language)
            write_workbook(report, workbook)
            write_page(report, html)
            clean = clean and all(problem.kind == "note" for problem in report.problems)
            lines += [*report.notices, *(f"{label}: {text}" for label, text in report.about)]
    return Summary(tuple(lines), clean)
