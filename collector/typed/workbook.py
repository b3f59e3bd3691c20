"""All checks of one workbook."""

from pathlib import Path

from collector.errors import UnusableInputError
from collector.findings import CellFinding
from collector.typed.across import check_across
from collector.typed.averages import check_averages
from collector.typed.busy import check_busy
from collector.typed.copies import check_copies
from collector.typed.doubles import check_doubles
from collector.typed.flows import check_flows
from collector.typed.fsyncs import check_fsyncs
from collector.typed.grid import Grid, read_grids
from collector.typed.memory import check_memory
from collector.typed.model import TypedTable
from collector.typed.operations import check_block_sizes
from collector.typed.read import read_tables
from collector.typed.reading import check_reading
from collector.typed.repetitions import check_repetitions
from collector.typed.rows import check_rows
from collector.typed.stated import check_stated


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
        *check_busy(tables, name),
        *check_averages(tables, name),
        *check_repetitions(tables, name),
        *check_memory(tables, name),
        *check_fsyncs(tables, name),
        *check_block_sizes(tables, name),
        *check_flows(tables, name),
        *check_across(tables, name),
        *check_copies(tables, name),
        *check_doubles(tables, name),
        *check_stated(grids, tables, name),
        *check_reading(grids, tables, name),
    ]
    order = {id(each): place for place, each in enumerate(findings)}
    return sorted(findings, key=lambda each: (each.severity, order[id(each)]))
