"""Checking what a person hands in: a folder of results or a workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.checks.collection import check_collection
from collector.checks.logs import read_logs
from collector.checks.model import CellFinding, Finding
from collector.checks.typed.copies import varied_numbers
from collector.checks.typed.workbook import check_tables, workbook_tables
from collector.errors import UnusableInputError
from collector.results import collect

_WORKBOOKS = (".xlsx", ".xlsm")
_SHARED = 0.5
_LEAST_SHARED = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found under one path."""

    path: Path
    findings: tuple[Finding | CellFinding, ...]
    content: str
    """What was checked, in words: `2 runs, 208 logs`, `13 tables`."""
    error: str = ""
    """Why the path cannot be used; "" when it can."""
    marks: frozenset[str] = frozenset()
    """What no two measurements share: checksums of logs, or numbers with many digits."""

    def count(self, severity: str) -> int:
        """Return the number of findings of `severity`."""
        return sum(finding.severity == severity for finding in self.findings)


def check_paths(paths: Iterable[Path]) -> list[Checked]:
    """Check each path by itself, then which of them hold the same measurements."""
    checked = [_checked(path) for path in paths]
    return [_with_shared(one, checked) for one in checked]


def _checked(path: Path) -> Checked:
    if not path.exists():
        return Checked(path, (), "", "there is no such file or folder")
    if not path.is_dir() and path.suffix.lower() not in _WORKBOOKS:
        error = "neither a folder of results nor a workbook (.xlsx); vmmlab parse reads one log"
        return Checked(path, (), "", error)
    try:
        return _folder(path) if path.is_dir() else _workbooks(path, [path])
    except UnusableInputError as error:
        return Checked(path, (), "", str(error))


def _folder(path: Path) -> Checked:
    """Check the results in a folder; where there are none, the workbooks in it."""
    try:
        collection = collect([path])
    except UnusableInputError:
        books = [
            book
            for book in sorted(path.rglob("*"))
            if book.suffix.lower() in _WORKBOOKS and not book.name.startswith("~$")
        ]
        if not books:
            raise
        return _workbooks(path, books)
    logs = read_logs(collection)
    found = sum(bool(log.log) for log in logs)
    marks = {log.sha256 for log in logs if log.outcome == "ok" and log.tool.startswith("sysbench")}
    content = f"{_plural(len(collection.runs), 'run')}, {_plural(found, 'log')}"
    return Checked(path, tuple(check_collection(collection)), content, marks=frozenset(marks))


def _workbooks(path: Path, books: Sequence[Path]) -> Checked:
    findings: list[CellFinding] = []
    marks: set[str] = set()
    count = 0
    for book in books:
        grids, tables = workbook_tables(book)
        count += len(tables)
        findings += check_tables(grids, tables, book.name)
        marks |= varied_numbers(tables)
    findings.sort(key=lambda finding: finding.severity)
    content = _plural(count, "table")
    if len(books) > 1:
        content = f"{len(books)} workbooks, {content}"
    return Checked(path, tuple(findings), content, marks=frozenset(marks))


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _with_shared(one: Checked, all_checked: Sequence[Checked]) -> Checked:
    """Add a note for each other path that holds the same measurements."""
    notes: list[Finding | CellFinding] = []
    for other in all_checked:
        shared = len(one.marks & other.marks)
        least = min(len(one.marks), len(other.marks))
        if other is one or shared < max(_LEAST_SHARED, _SHARED * least):
            continue
        message = (
            f"{shared} of {len(one.marks)} measurements are also in {other.path}: the same run"
            " handed in twice, or copied"
        )
        notes.append(CellFinding("note", str(one.path), "", "", message))
    return Checked(one.path, (*one.findings, *notes), one.content, one.error, one.marks)
