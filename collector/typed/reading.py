"""What of a workbook was not read, and what is not there: nothing is left out in silence."""

from collections.abc import Iterator, Sequence

from collector.findings import CellFinding
from collector.subjects import REPORTED
from collector.typed.grid import Grid, Typed
from collector.typed.model import TypedTable
from collector.words import say

_LEAST_NUMBERS = 4
"""Numbers beside each other that may be a table; fewer are a sentence or a setting."""
_NEAR_ROWS, _NEAR_COLUMNS = 2, 3


def check_reading(
    grids: Sequence[Grid], tables: Sequence[TypedTable], workbook: str
) -> list[CellFinding]:
    """Return notes on what could not be checked."""
    return [
        *_unreadable(tables, workbook),
        *_dashes(tables, workbook),
        *_left_out(grids, tables, workbook),
        *_missing(tables, workbook),
    ]


def _dashes(tables: Sequence[TypedTable], workbook: str) -> Iterator[CellFinding]:
    for table in tables:
        for cell in table.dashes:
            message = say("'{cell}' stands where each test has a number", cell=cell.text)
            yield CellFinding("note", workbook, cell.sheet, cell.address, message)


def _left_out(
    grids: Sequence[Grid], tables: Sequence[TypedTable], workbook: str
) -> Iterator[CellFinding]:
    """Say where numbers stand beside each other that no table was made of."""
    for grid in grids:
        if grid.generated:
            continue
        areas = [
            (table.rows, range(table.columns.start - 1, table.columns.stop))  # an index is beside
            for table in tables
            if table.sheet == grid.sheet
        ]
        free = [
            cell
            for cell in grid.cells.values()
            if cell.quantity
            and not cell.copied
            and not any(cell.row in rows and cell.column in columns for rows, columns in areas)
        ]
        for group in _groups(free):
            if len(group) < _LEAST_NUMBERS:
                continue
            message = say(
                "not read: {count} numbers in {first} to {last}, because no heading or title above"
                " them says what they are of",
                count=len(group),
                first=group[0].address,
                last=group[-1].address,
            )
            yield CellFinding("note", workbook, grid.sheet, group[0].address, message)


def _groups(cells: Sequence[Typed]) -> list[list[Typed]]:
    """Return the numbers that stand near each other, in the order of the sheet."""
    groups: list[list[Typed]] = []
    for cell in sorted(cells, key=lambda each: each.place):
        near = [
            group
            for group in groups
            if any(
                cell.row - other.row <= _NEAR_ROWS
                and abs(cell.column - other.column) <= _NEAR_COLUMNS
                for other in reversed(group[-2 * _NEAR_COLUMNS * _LEAST_NUMBERS :])
            )
        ]
        joined = [each for group in near for each in group]
        groups = [group for group in groups if group not in near]
        groups.append([*joined, cell])
    return [sorted(group, key=lambda each: each.place) for group in groups]


def _unreadable(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Say which cells could not be checked, and why."""
    findings = []
    for table in tables:
        for cell in table.unread:
            message = say(
                "'{cell}' is not a number with a unit that fits: it was not checked", cell=cell.text
            )
            findings.append(CellFinding("note", workbook, cell.sheet, cell.address, message))
        if table.unknown:
            message = say(
                "not read: {count} numbers in {first} to {last}, because their heading or label"
                " says nothing that is known",
                count=len(table.unknown),
                first=table.unknown[0].address,
                last=table.unknown[-1].address,
            )
            cell = table.unknown[0]
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


def _missing(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Say which subjects have no table, and which cases only one side has."""
    found = {table.subject for table in tables}
    missing = [subject for subject in REPORTED if subject not in found]
    findings = []
    if missing:
        message = say("no table found of: {subjects}", subjects=", ".join(missing))
        findings.append(CellFinding("note", workbook, "", "", message))
    for subject in REPORTED:
        cases: dict[str, set[str]] = {}
        for table in tables:
            if table.subject == subject:
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
