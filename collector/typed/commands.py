"""Command lines and captions in a workbook: what they say about files, blocks and machines."""

import re
from collections.abc import Iterator, Sequence

from collector.findings import CellFinding
from collector.subjects.fileio import REPORT_BLOCKS
from collector.subjects.parts.folder import size_in_bytes
from collector.typed.grid import Grid, Typed
from collector.typed.model import TypedTable
from collector.typed.roles import vmms_in

_NEAR_ROWS = 6
_APART_ROWS = 3
_COMMAND = re.compile(r"sysbench\b.*?(?=sysbench\b|$)", re.IGNORECASE)
_OPTION = re.compile(r"--([a-z-]+)[= ]([\w.]+)")
_HYPERVISOR = re.compile(
    r"(qemu-system-\w+|qemu-kvm|(?:^|[ /])stratovirt)\b.*?\s-\w", re.IGNORECASE
)
_SIZE = re.compile(r"(?<![\w.])(\d+)\s*([kmg])(?:i?b)?(?!\w)", re.IGNORECASE)


def commands(grid: Grid) -> Iterator[tuple[str, str, Typed]]:
    """Yield VMM ("" when none is named), text and cell of each command line in a sheet."""
    for _, cell in sorted(grid.cells.items()):
        if cell.copied or cell.quantity is not None:
            continue
        if found := _HYPERVISOR.search(cell.text):
            yield ("qemu" if "qemu" in found[1].lower() else "stratovirt"), cell.text, cell
        names = vmms_in(cell.text)
        for command in _COMMAND.findall(cell.text):
            if "--" in command:
                yield (names[0] if len(names) == 1 else ""), command, cell


def command_facts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the facts that a command line states."""
    options = dict(_OPTION.findall(text))
    if "fileio" in text and "file-total-size" in options:
        files = options.get("file-num")
        yield "file_set", options["file-total-size"] + (f" in {files} files" if files else "")
    if not _HYPERVISOR.search(text):
        return
    if found := re.search(r"\s-m\s+(?:size=)?(\d+)([mMgG]?)", text):
        yield "memory", f"{found[1]}{found[2] or 'M'}"
    if found := re.search(r"\s-smp\s+(?:cpus=)?(\d+)", text):
        yield "vcpus", found[1]
    if found := re.search(r"\s-(?:machine|M)\s+(?:type=)?(\w+)", text):
        yield "machine", found[1]
    if found := re.search(r"format=(\w+)", text) or re.search(r"file=\S+?\.(qcow2|raw|vmdk)", text):
        yield "disk_format", found[1]


def wrong_block_sizes(
    grids: Sequence[Grid], tables: Sequence[TypedTable], workbook: str
) -> list[CellFinding]:
    """Return fileio tables whose caption or command says another block size than the report's."""
    findings = []
    for table in tables:
        expected = REPORT_BLOCKS.get(table.measurement)
        grid = next(grid for grid in grids if grid.sheet == table.sheet)
        if expected is None:
            continue
        said = _in_caption(table) or _in_command(grid, table)
        if said is None or said[0] == expected:
            continue
        size, cell = said
        message = (
            f"blocks of {size / 1024:g} KiB above the table of {table.measurement}, which is of"
            f" {expected / 1024:g} KiB blocks: its numbers belong to another table"
        )
        findings.append(CellFinding("contradiction", workbook, cell.sheet, cell.address, message))
    return findings


def _in_caption(table: TypedTable) -> tuple[float, Typed] | None:
    found = next((each for each in _SIZE.findall(table.caption) if each[1] in "kK"), None)
    return (float(found[0]) * 1024, table.head) if found else None


def _in_command(grid: Grid, table: TypedTable) -> tuple[float, Typed] | None:
    """Return the block size of the one command that stands directly above a table.

    Several commands together are a list for several tables and say nothing about this one.
    """
    sizes: list[tuple[float, Typed]] = []
    for _, text, cell in commands(grid):
        options = dict(_OPTION.findall(text))
        size = size_in_bytes(options.get("file-block-size", ""))
        if size is not None:
            sizes.append((size, cell))
    above = [(size, cell) for size, cell in sizes if 0 < table.rows.start - cell.row <= _NEAR_ROWS]
    if not above:
        return None
    size, cell = above[-1]
    crowd = [each for each in sizes if abs(each[1].row - cell.row) < _APART_ROWS]
    return (size, cell) if len(crowd) == 1 else None
