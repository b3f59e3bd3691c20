"""Checking what a person hands in: a folder of results or a workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from collector.checks.collection import check_collection
from collector.errors import UnusableInputError
from collector.findings import CellFinding, Finding
from collector.logs import read_logs
from collector.results import Collection, collect
from collector.typed.copies import varied_numbers
from collector.typed.grid import made_by_vmmlab
from collector.typed.workbook import check_tables, workbook_tables
from collector.words import COMMA, Field, Message, Text, joined, say, say_counted

_WORKBOOKS = (".xlsx", ".xlsm")
_SPREADSHEETS = (".xls", ".xlsb", ".ods", ".csv", ".tsv", ".et", ".numbers")
_SHARED = 0.5
_LEAST_SHARED = 5
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found under one path."""

    path: Path
    findings: tuple[Finding | CellFinding, ...]
    content: Text
    """What was checked, in words: `2 runs, 208 logs`, `13 tables`."""
    error: Text = ""
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
        return Checked(path, (), "", say("there is no such file or folder"))
    if not path.is_dir() and path.suffix.lower() not in _WORKBOOKS:
        error = (
            say("no workbook (.xlsx), but another spreadsheet: save it as .xlsx and check that")
            if path.suffix.lower() in _SPREADSHEETS
            else say(
                "neither a folder of results nor a workbook (.xlsx); vmmlab parse reads one log"
            )
        )
        return Checked(path, (), "", error)
    try:
        return _folder(path) if path.is_dir() else _workbooks(path, [path])
    except UnusableInputError as error:
        return Checked(path, (), "", str(error))


def _folder(path: Path) -> Checked:
    """Check the results in a folder, and the workbooks in it that people made.

    Raises:
        UnusableInputError: it holds neither, or nothing in them can be used.
    """
    books = [
        book
        for book in sorted(path.rglob("*"))
        if book.suffix.lower() in _WORKBOOKS and not book.name.startswith(("~$", "._"))
    ]
    try:
        collection = collect([path])
    except UnusableInputError:
        if not books:
            raise
        return _workbooks(path, books)
    results = _results(path, collection)
    typed = [book for book in books if not made_by_vmmlab(book)]
    if not typed:
        return results
    try:
        beside = _workbooks(path, typed)
    except UnusableInputError as error:
        note = CellFinding("note", path.name, "", "", _not_checked(error))
        return replace(results, findings=(*results.findings, note))
    return replace(
        results,
        findings=tuple(
            sorted((*results.findings, *beside.findings), key=lambda finding: finding.severity)
        ),
        content=joined([results.content, beside.content], COMMA),
        marks=results.marks | beside.marks,
    )


def _results(path: Path, collection: Collection) -> Checked:
    """Check a collection.

    Raises:
        UnusableInputError: not one of its logs holds a result.
    """
    logs = read_logs(collection)
    found = [log for log in logs if log.log]
    if not any(log.outcome == "ok" for log in found):
        why = f"; the first: {found[0].log}: {found[0].reason}" if found else ""
        raise UnusableInputError(
            f"{path}: none of its {len(found)} logs holds a result{why}; vmmlab parse says what"
            " each of them holds"
        )
    marks = {log.sha256 for log in logs if log.outcome == "ok" and log.tool.startswith("sysbench")}
    content = joined(
        [
            say_counted("{count} run", "{count} runs", count=len(collection.runs)),
            say_counted("{count} log", "{count} logs", count=len(found)),
        ],
        COMMA,
    )
    return Checked(path, tuple(check_collection(collection)), content, marks=frozenset(marks))


def _workbooks(path: Path, books: Sequence[Path]) -> Checked:
    """Check workbooks; one of several that cannot be used is a note.

    Raises:
        UnusableInputError: none of them can be used.
    """
    findings: list[CellFinding] = []
    marks: set[str] = set()
    count = 0
    for book in books:
        name = str(book.relative_to(path)) if book != path else book.name
        try:
            grids, tables = workbook_tables(book)
        except UnusableInputError as error:
            if len(books) == 1:
                raise
            findings.append(CellFinding("note", name, "", "", _not_checked(error)))
            continue
        count += len(tables)
        findings += [
            replace(finding, several=len(books) > 1)
            for finding in check_tables(grids, tables, name)
        ]
        marks |= varied_numbers(tables)
    if not count:
        raise UnusableInputError(f"{path}: none of its {len(books)} workbooks can be used")
    findings.sort(key=lambda finding: finding.severity)
    content = say_counted("{count} table", "{count} tables", count=count)
    if len(books) > 1:
        content = joined([say("{count} workbooks", count=len(books)), content], COMMA)
    return Checked(path, tuple(findings), content, marks=frozenset(marks))


def _not_checked(error: UnusableInputError) -> Message:
    return say("not checked: {reason}", reason=str(error))


def _with_shared(one: Checked, all_checked: Sequence[Checked]) -> Checked:
    """Add a note on the other paths that hold the same measurements."""
    shared = {other.path: len(one.marks & other.marks) for other in all_checked if other is not one}
    least = {other.path: min(len(one.marks), len(other.marks)) for other in all_checked}
    copies = [
        path
        for path, count in sorted(shared.items(), key=lambda item: -item[1])
        if count >= max(_LEAST_SHARED, _SHARED * least[path])
    ]
    if not copies:
        return one
    more = len(copies) - _SHOWN
    names: Field = ", ".join(map(str, copies[:_SHOWN]))
    if more > 0:
        names = say("{names} and {count} more", names=names, count=more)
    message = say(
        "{shared} of {count} measurements are also in {places}: the same run handed in twice, or"
        " copied",
        shared=shared[copies[0]],
        count=len(one.marks),
        places=names,
    )
    note = CellFinding("note", str(one.path), "", "", message)
    return replace(one, findings=(*one.findings, note))
