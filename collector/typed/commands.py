"""Command lines and captions in a workbook: what they say about files, blocks and machines."""

import re
from collections.abc import Iterator, Sequence

from collector.findings import CellFinding
from collector.identities.printed import about
from collector.typed.grid import Grid, Typed
from collector.typed.model import TypedTable
from collector.typed.roles import vmms_in
from collector.words import say

_NEAR_ROWS = 6
_FASTEST = 64.0 * (1 << 30)
"""Bytes in a second that no file test moves on the machines of a course: page caches manage some
GiB/s for each core."""
_COMMAND = re.compile(r"sysbench\b.*?(?=sysbench\b|$)", re.IGNORECASE)
_OPTION = re.compile(r"--([a-z-]+)[= ]([\w.]+)")
_HYPERVISOR = re.compile(
    r"(qemu-system-\w+|qemu-kvm|(?:^|[ /])stratovirt)\b.*?\s-\w", re.IGNORECASE
)


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


def impossible_block_sizes(
    grids: Sequence[Grid], tables: Sequence[TypedTable], workbook: str
) -> list[CellFinding]:
    """Return tables of operations that no test can have done with the blocks that they state."""
    findings = []
    for table in tables:
        rates = [
            sample
            for sample in table.samples
            if sample.metric in ("reads_per_s", "writes_per_s") and sample.parameters.block
        ]
        fastest = max(rates, key=lambda sample: sample.number.value, default=None)
        block = (fastest.parameters.block if fastest else None) or 0.0
        if fastest is None or fastest.number.value * block <= _FASTEST:
            continue
        grid = next(grid for grid in grids if grid.sheet == table.sheet)
        cell = _command_above(grid, table) or table.head
        message = say(
            "blocks of {size:g} KiB above '{table}', but {rate} ({cell}) requests/s of that size"
            " would be {speed} GiB/s, which nothing moves: the numbers are of smaller blocks, or"
            " the size is that of another table",
            size=block / 1024,
            table=table.name,
            rate=fastest.cell.text,
            cell=fastest.cell.address,
            speed=about(fastest.number.value * block / (1 << 30)),
        )
        findings.append(CellFinding("contradiction", workbook, cell.sheet, cell.address, message))
    return findings


def _command_above(grid: Grid, table: TypedTable) -> Typed | None:
    """Return the command directly above a table that states a block size."""
    above = [
        cell
        for _, text, cell in commands(grid)
        if "file-block-size" in text and 0 < table.rows.start - cell.row <= _NEAR_ROWS
    ]
    return above[-1] if above else None
