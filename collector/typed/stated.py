"""What a workbook says about how it was measured, side against side.

Read from tables with a column (or a row) per VMM, from `label: value` pairs under a VMM's name,
and from command lines.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from collector.findings import CellFinding
from collector.results import KNOWN_VMMS
from collector.subjects.parts.folder import size_in_bytes
from collector.typed.commands import command_facts, commands, impossible_block_sizes
from collector.typed.grid import Grid, Typed
from collector.typed.model import TypedTable
from collector.typed.roles import vmms_in
from collector.typed.text import is_nothing
from collector.words import joined, say

_GUEST = r"(?:虚拟机|系统|客户机|guest)? ?"
_FACTS: tuple[tuple[str, str], ...] = (
    ("machine", r"机器类型|机型|虚拟机类型|machine(?: type)?|主板类型"),
    ("disk_format", r"(?:虚拟)?(?:磁盘|硬盘|镜像|映像)(?:文件)?(?:格式|类型)"),
    ("disk_format", r"(?:disk|image) ?(?:format|type)"),
    ("image", _GUEST + r"(?:磁盘)?(?:镜像|映像)(?:文件|版本|名称)?|rootfs|根文件系统"),
    ("image", _GUEST + r"(?:操作系统|os|发行版)(?:版本)?|(?:guest |disk )?image"),
    ("kernel", _GUEST + r"(?:内核|kernel)(?:版本| version|镜像| image)?"),
    ("vcpus", r"v?cpu ?(?:数量?|核数|个数|核心数|count|s)?|核数|核心数|smp"),
    ("memory", _GUEST + r"(?:内存|memory|ram)(?:大小|容量| size)?(?: ?\((?:mib?|gib?)\))?"),
    ("file_set", r"(?:测试)?文件(?:集|总大小|大小|总量|数量?|个数)|测试文件"),
    ("file_set", r"file[- _]?(?:total[- _]?size|set|num)"),
    ("disk_cache", r"(?:磁盘)?缓存(?:模式|方式)?|(?:disk )?cache(?: mode)?"),
    ("sysbench", r"sysbench ?(?:版本|version)?"),
    ("seconds", r"(?:单次)?测试(?:时间|时长)|(?:test )?duration|--time"),
    ("clocksource", r"(?:guest )?(?:时钟源|clock ?source)"),
)
_WORDS = {
    "machine": say("machine type"),
    "disk_format": say("disk format"),
    "image": say("guest image"),
    "kernel": say("guest kernel"),
    "vcpus": say("vCPUs"),
    "memory": say("guest memory"),
    "file_set": say("file set"),
    "disk_cache": say("disk cache mode"),
    "sysbench": say("sysbench version"),
    "seconds": say("length of a test"),
    "clocksource": say("clocksource"),
}
_PATTERNS = tuple((fact, re.compile(pattern)) for fact, pattern in _FACTS)
_NOTES_ONLY = ("machine", "clocksource")
"""StratoVirt's microvm against a standard QEMU machine is what the report compares."""
_SECTION_ROWS = 15
_LONGEST_LABEL = 24


class Stated(NamedTuple):
    """A fact that a cell states about a VMM ("" for all)."""

    fact: str
    value: str
    vmm: str
    cell: Typed


def check_stated(
    grids: Sequence[Grid], tables: Sequence[TypedTable], workbook: str
) -> list[CellFinding]:
    """Return the facts in which the sides differ, as far as the workbook states them."""
    by_fact: dict[str, list[Stated]] = defaultdict(list)
    for grid in grids:
        found = [*_columns_per_vmm(grid), *_rows_per_vmm(grid), *_pairs(grid, tables)]
        for vmm, text, cell in commands(grid):
            found += [Stated(fact, value, vmm, cell) for fact, value in command_facts(text)]
        for stated in found:
            by_fact[stated.fact].append(stated)
    findings = [
        finding
        for fact, known in by_fact.items()
        if (finding := _differs(fact, known, workbook)) is not None
    ]
    return findings + impossible_block_sizes(grids, tables, workbook)


def fact_of(text: str) -> str | None:
    """Return the fact that a label names, the label naming nothing else."""
    label = re.sub(r"stratovirt|qemu(?:[ _-]?microvm)?", "", text.lower())
    label = label.strip(" :的()")
    if not label or len(label) > _LONGEST_LABEL:
        return None
    return next((fact for fact, pattern in _PATTERNS if pattern.fullmatch(label)), None)


def same_value(value: str) -> str:
    """Return a value in one form: `1G`, `1024 MiB` and `1024m` are the same."""
    text = value.lower().replace(" ", "").replace("ib", "").rstrip("b")
    size = size_in_bytes(text)
    if size is not None and not text.isdecimal():
        return f"{size:.0f} bytes"
    return re.sub(r"[个核]$", "", text)


def _differs(fact: str, known: list[Stated], workbook: str) -> CellFinding | None:
    """Compare the VMMs in what is said of each; what is said of no VMM has to be one value."""
    sides: dict[str, list[Stated]] = defaultdict(list)
    for stated in known:
        sides[stated.vmm].append(stated)
    for one, other in combinations([vmm for vmm in sides if vmm], 2):
        mine = {same_value(stated.value) for stated in sides[one]}
        odd = next((each for each in sides[other] if same_value(each.value) not in mine), None)
        if odd is not None:
            return _finding(fact, sides[one][0], odd, workbook)
    anonymous = sides.get("", [])
    if fact == "file_set" and len({same_value(each.value) for each in anonymous}) > 1:
        first = anonymous[0]
        odd = next(e for e in anonymous if same_value(e.value) != same_value(first.value))
        return _finding(fact, first, odd, workbook)
    return None


def _finding(fact: str, one: Stated, other: Stated, workbook: str) -> CellFinding:
    names = [f"{KNOWN_VMMS.get(each.vmm, each.vmm)} " if each.vmm else "" for each in (one, other)]
    message = say(
        "{fact} differs: {one} ({cell}), {other}",
        fact=_WORDS[fact],
        one=f"{names[0]}{one.value}",
        cell=f"{one.cell.sheet}!{one.cell.address}",
        other=f"{names[1]}{other.value}",
    )
    note = fact in _NOTES_ONLY
    advice = (
        say("part of a difference is the machine's, not the VMM's")
        if note
        else say("numbers measured on unlike sides compare nothing: measure both with the same")
    )
    return CellFinding(
        "note" if note else "contradiction",
        workbook,
        other.cell.sheet,
        other.cell.address,
        joined([message, advice]),
    )


def _named(cell: Typed) -> str:
    """Return the one VMM a short text names, as a heading does."""
    names = vmms_in(cell.text)
    short = len(cell.text) < _LONGEST_LABEL and cell.quantity is None
    return names[0] if len(names) == 1 and short else ""


def _columns_per_vmm(grid: Grid) -> Iterator[Stated]:
    """Tables with a column per VMM and a row per fact."""
    for row in range(1, grid.rows + 1):
        columns = {cell.column: name for cell in grid.in_row(row) if (name := _named(cell))}
        if len(set(columns.values())) < 2:  # noqa: PLR2004
            continue
        left = min(columns)
        for below in range(row + 1, grid.rows + 1):
            labels = [cell for cell in grid.in_row(below) if cell.column < left]
            if not any(grid.in_row(below)):
                break
            fact = fact_of(labels[-1].text) if labels else None
            if fact is None:
                continue
            for column, vmm in columns.items():
                cell = grid.at(below, column)
                if cell is not None and not is_nothing(cell.text):
                    yield Stated(fact, cell.text, vmm, cell)


def _rows_per_vmm(grid: Grid) -> Iterator[Stated]:
    """Tables with a row per VMM and a column per fact."""
    for row in range(1, grid.rows + 1):
        facts = {cell.column: fact for cell in grid.in_row(row) if (fact := fact_of(cell.text))}
        if len(set(facts.values())) < 2:  # noqa: PLR2004
            continue
        for below in range(row + 1, grid.rows + 1):
            cells = list(grid.in_row(below))
            vmm = _named(cells[0]) if cells else ""
            if not vmm or cells[0].column >= min(facts):
                break
            for column, fact in facts.items():
                cell = grid.at(below, column)
                if cell is not None and not is_nothing(cell.text):
                    yield Stated(fact, cell.text, vmm, cell)


def _pairs(grid: Grid, tables: Sequence[TypedTable]) -> Iterator[Stated]:
    """`label: value` in one cell or in two, under the name of a VMM or with it in the label."""
    inside = {row for table in tables if table.sheet == grid.sheet for row in table.rows}
    for (row, column), cell in sorted(grid.cells.items()):
        if row in inside or cell.copied:
            continue
        label, colon, value = cell.text.partition(":")
        beside = grid.at(row, column + 1)
        if not (colon and value.strip()):
            value = beside.text if beside and not _named(beside) else ""
        fact = fact_of(label)
        if fact is None or is_nothing(value) or fact_of(value):
            continue
        names = vmms_in(label) or _section(grid, row, column)
        if len(names) == 1:
            yield Stated(fact, value.strip(), names[0], cell)


def _section(grid: Grid, row: int, column: int) -> list[str]:
    """Return the VMM that the nearest heading above names; none where two stand side by side."""
    for above in range(row - 1, max(0, row - _SECTION_ROWS), -1):
        named = [cell for cell in grid.in_row(above) if _named(cell)]
        if len({_named(cell) for cell in named}) > 1:
            return []
        if named and named[0].column <= column:
            return [_named(named[0])]
    return vmms_in(grid.sheet)
