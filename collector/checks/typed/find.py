"""Finding the report's tables in a grid, wherever they are and however they are laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.checks.typed.grid import Grid, Typed
from collector.checks.typed.roles import CAPTION, LABELS, role_of, vmm_of_caption, vmms_in
from collector.checks.typed.text import is_nothing

_CAPTION_ROWS = 8
_SECTION_ROWS = 60
_HEADER_ROWS = 6
_BODY_ROWS = 4
_LONGEST_NAME = 24
_LATENCIES = ("latency_avg_ms", "latency_max_ms", "latency_min_ms")
_BOOT = {"kernel_s", "initrd_s", "userspace_s", "total_s", "firmware_s", "loader_s"}
_OPERATIONS = {"reads_per_s", "writes_per_s", "fsyncs_per_s"}


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of one table: its rows, its columns, and what they mean."""

    top: int
    bottom: int
    label: int | None
    """Column of the row labels."""
    columns: dict[int, frozenset[str]]
    """Data column to the roles and VMM names that stand above it."""
    units: dict[int, str]
    """Data column to all the text above it."""
    measurement: str
    caption: str
    vmm: str
    first: Typed


def find_heads(grid: Grid) -> list[Head]:
    """Return the headings of the tables in `grid`, top to bottom, left to right."""
    heads: list[Head] = []
    for row in range(1, grid.rows + 1):
        for segment in _segments(grid, row):
            if any(
                head.top < row <= head.bottom
                and head.first.column <= segment[-1].column
                and segment[0].column <= max(head.columns)
                for head in heads
            ):
                continue
            if _among_numbers(grid, row, segment):
                continue
            head = _head(grid, row, segment, _limit(grid, row, segment))
            if head and (CAPTION.match(head.caption) or not grid.generated):
                heads.append(head)
    return heads


def _words(cell: Typed) -> bool:
    """A heading is words, not a number; `95%` in a heading is one of its words."""
    return cell.quantity is None and not is_nothing(cell.text)


def _segments(grid: Grid, row: int) -> list[list[Typed]]:
    """Split a row's headings into tables: a label, or a repeated metric, begins a new one."""
    segments: list[list[Typed]] = []
    seen: set[tuple[str, ...]] = set()
    for cell in grid.in_row(row):
        role = role_of(cell.text) if _words(cell) and not cell.copied else None
        if role is None and (not segments or cell.copied or not _is_vmm(cell)):
            continue
        named = (role or cell.text, *vmms_in(cell.text))
        again = named in seen and role not in (None, "rate", "seq", "rnd")
        if not segments or role in LABELS or again:
            segments.append([])
            seen = set()
        segments[-1].append(cell)
        seen.add(named)
    return segments


def _among_numbers(grid: Grid, row: int, segment: Sequence[Typed]) -> bool:
    """Whether numbers stand among or beside the words: then they are a row of a table (a unit)."""
    beside = range(segment[0].column, segment[-1].column + 2)
    return any(cell.quantity for column in beside if (cell := grid.at(row, column)))


def _is_vmm(cell: Typed) -> bool:
    return (
        _words(cell)
        and len(vmms_in(cell.text)) == 1
        and len(cell.text) < _LONGEST_NAME
        and not CAPTION.match(cell.text)
    )


def _limit(grid: Grid, row: int, segment: Sequence[Typed]) -> int:
    """Return the last column that can belong to the table that begins with `segment`."""
    starts = [
        other[0].column for other in _segments(grid, row) if other[0].column > segment[-1].column
    ]
    return min(starts, default=grid.columns + 1) - 1


def _head(grid: Grid, top: int, segment: list[Typed], limit: int) -> Head | None:
    first_role = role_of(segment[0].text)
    label = segment[0].column if first_role in LABELS else None
    start = segment[0].column + (label is not None)
    stack: dict[int, list[str]] = {}
    if _names_sides(grid, top - 1, start, limit):
        _add_row(grid, top - 1, start, limit, stack)
    bottom = top
    for row in range(top, min(top + _HEADER_ROWS, grid.rows + 1)):
        if row > top and not any(grid.at(row, column) for column in range(start, limit + 1)):
            continue  # people leave rows empty
        if row > top and not _continues(grid, row, label, start, limit):
            break
        bottom = row
        _add_row(grid, row, start, limit, stack)
    for column in [column for column in stack if _is_beyond(grid, top, bottom, column)]:
        del stack[column]
    columns = {column: _meaning(texts) for column, texts in stack.items()}
    columns = {column: roles for column, roles in columns.items() if roles}
    found = {role for roles in columns.values() for role in roles}
    caption, vmm = _caption(grid, top, segment[0].column - 1, max(columns, default=start))
    measurement = _measurement(found, first_role, caption)
    if measurement is None or not columns or (label is None and len(columns) < 2):  # noqa: PLR2004
        return None
    if label is None and start > 1 and _has_labels(grid, bottom + 1, start - 1):
        label = start - 1
    units = {column: " ".join(dict.fromkeys(texts)) for column, texts in stack.items()}
    return Head(top, bottom, label, columns, units, measurement, caption, vmm, segment[0])


def _names_sides(grid: Grid, row: int, start: int, limit: int) -> bool:
    """Whether the row above a heading names a VMM over each group of its columns."""
    cells = [cell for cell in grid.in_row(row) if start <= cell.column <= limit]
    named = {vmms_in(cell.text)[0] for cell in cells if _is_vmm(cell)}
    return len(named) > 1


def _continues(grid: Grid, row: int, label: int | None, start: int, limit: int) -> bool:
    """Whether a row below the first belongs to the heading: words, and no number, no label."""
    cells = [cell for column in range(start, limit + 1) if (cell := grid.at(row, column))]
    if not cells or any(not _words(cell) for cell in cells):
        return False
    beside = grid.at(row, label) if label else None
    if beside is not None and not beside.copied:
        return False
    return any(role_of(cell.text) or vmms_in(cell.text) or "次" in cell.text for cell in cells)


def _add_row(grid: Grid, row: int, start: int, limit: int, stack: dict[int, list[str]]) -> None:
    """Add a row's headings to the columns under them; an empty one continues its left one."""
    text = ""
    for column in range(start, limit + 1):
        cell = grid.at(row, column)
        if cell is not None and _words(cell):
            text = cell.text
        elif cell is None and not _spreads(text):
            text = ""
        if text:
            stack.setdefault(column, []).append(text)


def _is_beyond(grid: Grid, top: int, bottom: int, column: int) -> bool:
    """Whether a column has neither a heading of its own nor a number: it is right of the table."""
    return not any(grid.at(row, column) for row in range(top, bottom + _BODY_ROWS))


def _spreads(text: str) -> bool:
    """Whether a heading may stand for the empty ones to its right: those of repetitions do."""
    return role_of(text) in ("rate", "seq", "rnd") or bool(vmms_in(text))


def _meaning(texts: Sequence[str]) -> frozenset[str]:
    roles = {role for text in texts if (role := role_of(text))}
    roles |= {vmm for text in texts for vmm in vmms_in(text)}
    return frozenset(roles - set(LABELS))


def _measurement(found: set[str], label: str | None, caption: str) -> str | None:
    """Return what a table with these headings measures; None when it is none of the report's."""
    low = caption.lower()
    latency = any(name.startswith("latency_") for name in found)
    vmms = bool(found & {"stratovirt", "qemu", "qemu_microvm"})
    rate = "rate" in found
    through = rate or (vmms and ("吞吐" in low or "throughput" in low))
    rules = (
        ("sysbench-cpu", "events_per_second" in found or (latency and label == "threads")),
        ("boot", len(found & _BOOT) > 1 and not rate),
        ("memory-footprint", "rss_kb" in found or {"size_kb", "dirty_kb"} <= found),
        ("sysbench-memory", label == "block" and (rate or bool(found & {"seq", "rnd"}))),
        ("fileio-iops", bool(found & _OPERATIONS) and label == "mode"),
        ("fileio-latency", latency and label == "mode"),
        ("fileio-throughput", label == "mode" and through),
    )
    return next((name for name, fits in rules if fits), None)


def _has_labels(grid: Grid, row: int, column: int) -> bool:
    return any(grid.at(below, column) for below in range(row, row + 3))


def _caption(grid: Grid, top: int, left: int, right: int) -> tuple[str, str]:
    """Return the caption above a table and the VMM it names.

    The caption is the nearest text above it with a number (`表 3 …`) or with a VMM's name. Where
    it names none, a section's heading further up or the sheet's name may.
    """
    caption = ""
    for row in range(top - 1, max(0, top - _CAPTION_ROWS), -1):
        cells = [cell for cell in grid.in_row(row) if left <= cell.column <= right]
        if any(cell.quantity for cell in cells):
            break
        texts = [cell.text for cell in cells if CAPTION.match(cell.text) or vmms_in(cell.text)]
        if texts:
            caption = texts[-1] if len(set(texts)) == 1 else texts[0]
            break
    if vmm := vmm_of_caption(caption):
        return caption, vmm
    if vmms_in(caption):
        return caption, ""
    for row in range(top - 1, max(0, top - _SECTION_ROWS), -1):
        for cell in grid.in_row(row):
            heading = _words(cell) and not CAPTION.match(cell.text)
            if heading and cell.column <= right and len(vmms_in(cell.text)) == 1:
                return caption, vmms_in(cell.text)[0]
    sheet = vmms_in(grid.sheet)
    return caption, sheet[0] if len(sheet) == 1 else ""
