"""From results to files: one report per lab host, and one for the whole lab."""

import multiprocessing
import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from collector.checks import Finding, check_collection
from collector.compare.model import MARGIN
from collector.html import write_lab_page, write_page
from collector.labels import Language, in_words
from collector.report.content import make_report
from collector.report.csv_file import write_samples
from collector.report.lab import HostLine, host_line, make_lab_report
from collector.results import Collection, collect
from collector.tables.host_data import split
from collector.workbook import write_workbook
from collector.workbook.lab import write_lab_workbook

_WORTH_PROCESSES = 12
"""Hosts from which it pays to start processes: each imports everything anew."""
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Files:
    """Where the report goes."""

    workbook: Path
    html: Path
    csv: Path

    def of_host(self, name: str) -> "Files":
        """Return the files of one host among many: the name of the host is in theirs."""
        part = _UNSAFE.sub("_", name)
        workbook, html = (
            path.with_name(f"{path.stem}-{part}{path.suffix}")
            for path in (self.workbook, self.html)
        )
        return Files(workbook, html, self.csv)


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written and whether anything is wrong with it."""

    lines: tuple[str, ...]
    """For the terminal: what was reported, how much of it is there, where it is."""
    clean: bool
    """Nothing is missing and nothing contradicts anything."""


def make_reports(
    results: Sequence[Path], files: Files, language: Language, margin: float = MARGIN
) -> Summary:
    """Write workbook, page and CSV of everything under `results`.

    What differs by less than `margin`, a share of the value, is said not to matter.

    With one lab host they are about that host; with several, workbook and page are about the
    whole lab, and each host has its own beside them.

    Raises UnusableInputError when there is nothing to report about.
    """
    collection = collect(results)
    findings = check_collection(collection)
    write_samples(collection.samples, files.csv)
    hosts = list(split(collection))
    if len(hosts) == 1:
        report = make_report(hosts[0], findings, language, margin)
        write_workbook(report, files.workbook)
        write_page(report, files.html)
        clean = all(problem.kind == "note" for problem in report.problems)
        return _summary(report.notices, report.about, clean, files, language)
    several_runs = len(collection.runs) > 1
    jobs = [
        _Job(one, _about(one, findings), files, several_runs, language, margin) for one in hosts
    ]
    if len(jobs) < _WORTH_PROCESSES:
        lines = [_write_host(job) for job in jobs]
    else:
        # Not forked: libraries of this process have threads.
        context = multiprocessing.get_context("forkserver")
        with ProcessPoolExecutor(mp_context=context) as pool:
            lines = [done.result() for done in [pool.submit(_write_host, job) for job in jobs]]
    lab = make_lab_report(collection, lines, language, margin)
    write_lab_workbook(lab, files.workbook)
    write_lab_page(lab, files.html)
    clean = not any(line.missing or line.contradictions for line in lines)
    return _summary(lab.notices, lab.about, clean, files, language)


def _about(one: Collection, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings about the one host of `one`."""
    (run,) = one.runs
    (host,) = run.hosts
    return [
        finding
        for finding in findings
        if finding.run in {"", run.name} and finding.host in {"", host.name}
    ]


@dataclass(frozen=True, slots=True)
class _Job:
    """What it takes to write the files of one host among many."""

    one: Collection
    findings: Sequence[Finding]
    """Those about it."""
    files: Files
    several_runs: bool
    language: Language
    margin: float


def _write_host(job: _Job) -> HostLine:
    """Write the files of one host among many; return what the lab's report says of it."""
    report = make_report(job.one, job.findings, job.language, job.margin)
    run, host = report.data.run.name, report.data.host.name
    name = f"{run}/{host}" if job.several_runs else host
    own = job.files.of_host(name)
    write_workbook(report, own.workbook)
    write_page(report, own.html)
    return host_line(report, name, own.workbook.name, own.html.name)


def _summary(
    notices: Sequence[str],
    about: Sequence[tuple[str, str]],
    clean: bool,
    files: Files,
    language: Language,
) -> Summary:
    places = (("workbook", files.workbook), ("page", files.html), ("csv", files.csv))
    return Summary(
        (
            *notices,
            *(f"{label}: {text}" for label, text in about),
            *(f"{in_words(language, f'written {kind}')}: {path}" for kind, path in places),
        ),
        clean,
    )
