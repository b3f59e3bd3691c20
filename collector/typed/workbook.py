"""All checks of one workbook."""

from pathlib import Path

from collector.errors import UnusableInputError
from collector.findings import CellFinding
from collector.subjects import REPORTED
from collector.typed.averages import check_averages
from collector.typed.copies import check_copies
from collector.typed.fsyncs import check_fsyncs
from collector.typed.grid import Grid, read_grids
from collector.typed.memory import check_memory
from collector.typed.model import TypedTable
from collector.typed.operations import check_block_sizes
from collector.typed.read import read_tables
from collector.typed.repetitions import check_repetitions
from collector.typed.rows import check_rows
from collector.typed.stated import check_stated
from collector.words import say


def workbook_tables(path: Path) -> tuple[list[Grid], list[TypedTable]]:
    """Return the sheets of a workbook and the report's tables in them.

    Raises:
        UnusableInputError: it cannot be read, or holds none of the report's tables.
    """
    grids = read_grids(path)
    tables = read_tables(grids)
    if not tables:
        raise UnusableInputError(
            f"{path}: none of the report's tables was found in the sheets"
            f" {', '.join(grid.sheet for grid in grids) or '(all empty)'}; they are found by"
            " their headings (内核启动时间, RSS, 平均延迟 … or Kernel, RSS, Average latency …)"
        )
    return grids, tables


def check_tables(grids: list[Grid], tables: list[TypedTable], name: str) -> list[CellFinding]:
    """Return the findings about the tables of the workbook called `name`, contradictions first."""
    findings = [
        *check_rows(tables, name),
        *check_averages(tables, name),
        *check_repetitions(tables, name),
        *check_memory(tables, name),
        *check_fsyncs(tables, name),
        *check_block_sizes(tables, name),
        *check_copies(tables, name),
        *check_stated(grids, tables, name),
        *_unreadable(tables, name),
        *_missing(tables, name),
    ]
    order = {id(each): place for place, each in enumerate(findings)}
    return sorted(findings, key=lambda each: (each.severity, order[id(each)]))


def _unreadable(tables: list[TypedTable], workbook: str) -> list[CellFinding]:
    """Say which cells could not be checked, and why."""
    findings = []
    for table in tables:
        for cell in table.unread:
            message = say(
                "'{cell}' is not a number with a unit that fits: it was not checked", cell=cell.text
            )
            findings.append(CellFinding("note", workbook, cell.sheet, cell.address, message))
        if table.uncounted:
            cell = table.uncounted[0]
            message = say(
                "{count} formulas have no stored value: open the workbook in a spreadsheet"
                " program and save it, then check again",
                count=len(table.uncounted),
            )
            findings.append(CellFinding("note", workbook, cell.sheet, cell.address, message))
        if table.empty:
            place, _ = table.empty[0]
            sheet, _, address = place.rpartition("!")
            message = say(
                "{count} numbers are missing in '{table}'", count=len(table.empty), table=table.name
            )
            findings.append(CellFinding("note", workbook, sheet, address, message))
    return findings


def _missing(tables: list[TypedTable], workbook: str) -> list[CellFinding]:
    """Say which subjects have no table, and which cases only one side has."""
    found = {table.measurement for table in tables}
    missing = [subject for subject in REPORTED if subject not in found]
    findings = []
    if missing:
        message = say("no table found of: {subjects}", subjects=", ".join(missing))
        findings.append(CellFinding("note", workbook, "", "", message))
    for subject in REPORTED:
        cases: dict[str, set[str]] = {}
        for table in tables:
            if table.measurement == subject:
                for sample in table.samples:
                    cases.setdefault(sample.vmm, set()).add(sample.case)
        common = set.intersection(*cases.values()) if cases else set()
        for vmm, own in cases.items():
            if alone := sorted(own - common):
                message = say(
                    "{subject}: {side} has {cases}, which another side has not",
                    subject=subject,
                    side=vmm or say("one side"),
                    cases=", ".join(alone),
                )
                findings.append(CellFinding("note", workbook, "", "", message))
    return findings
