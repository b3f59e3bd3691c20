"""Finding the report's tables in a grid, wherever they are and however they are laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.typed.captions import caption_of
from collector.typed.grid import Grid, Typed, is_words
from collector.typed.keys import Keys, find_keys
from collector.typed.roles import CAPTION, LABELS, role_of, vmms_in
from collector.typed.text import is_unit

_HEADER_ROWS = 6
_BODY_ROWS = 4
_BESIDE = 2
_LONGEST_NAME = 24
_LATENCIES = ("latency_avg_ms", "latency_max_ms", "latency_min_ms")
_BOOT = {"kernel_s", "initrd_s", "userspace_s", "total_s", "firmware_s", "loader_s"}
_OPERATIONS = {"reads_per_s", "writes_per_s", "fsyncs_per_s", "operations"}


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of one table: its rows, its columns, and what they mean."""

    top: int
    bottom: int
    keys: Keys
    """The columns that say what a row is of."""
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


def _segments(grid: Grid, row: int) -> list[list[Typed]]:
    """Split a row's headings into tables: a label, or a repeated metric, begins a new one."""
    segments: list[list[Typed]] = []
    seen: set[tuple[str, ...]] = set()
    above = _sides_above(grid, row)
    for cell in grid.in_row(row):
        role = role_of(cell.text) if is_words(cell) and not cell.copied else None
        if role is None and (not segments or cell.copied or not _is_vmm(cell)):
            continue
        named = (role or cell.text, above.get(cell.column, ""), *vmms_in(cell.text))
        again = named in seen and role not in (None, "rate", "seq", "rnd")
        labelled = role in LABELS and not _goes_on(segments[-1:], cell)
        if not segments or labelled or again:
            segments.append([])
            seen = set()
        segments[-1].append(cell)
        seen.add(named)
    return segments


def _goes_on(segments: list[list[Typed]], cell: Typed) -> bool:
    """Whether a label stands beside others of one table: `线程数 | 次数 | …`."""
    return bool(segments) and (
        cell.column - segments[-1][-1].column <= _BESIDE
        and all(role_of(label.text) in LABELS for label in segments[-1])
    )


def _sides_above(grid: Grid, row: int) -> dict[int, str]:
    """Return the VMM that the row above names over each column; none unless it names several."""
    names: dict[int, str] = {}
    name = ""
    for column in range(1, grid.columns + 1):
        cell = grid.at(row - 1, column)
        if cell is not None:
            name = vmms_in(cell.text)[0] if _is_vmm(cell) else ""
        if name:
            names[column] = name
    return names if len(set(names.values())) > 1 else {}


def _among_numbers(grid: Grid, row: int, segment: Sequence[Typed]) -> bool:
    """Whether numbers stand among or beside the words: then they are a row of a table (a unit)."""
    beside = range(segment[0].column, segment[-1].column + 2)
    return any(cell.quantity for column in beside if (cell := grid.at(row, column)))


def _is_vmm(cell: Typed) -> bool:
    return (
        is_words(cell)
        and len(vmms_in(cell.text)) == 1
        and len(cell.text) < _LONGEST_NAME
        and not CAPTION.match(cell.text)
    )


def _limit(grid: Grid, row: int, segment: Sequence[Typed]) -> int:
    """Return the last column that can belong to the table that begins with `segment`."""
    starts = [other[0].column for other in _segments(grid, row)]
    starts += [cell.column for cell in grid.in_row(row) if CAPTION.match(cell.text)]
    right = [column for column in starts if column > segment[-1].column]
    return min(right, default=grid.columns + 1) - 1


def _head(grid: Grid, top: int, segment: list[Typed], limit: int) -> Head | None:
    keys = find_keys(grid, top, segment)
    start = keys.end + 1
    stack: dict[int, list[str]] = {}
    if set(_sides_above(grid, top)) & set(range(start, limit + 1)):
        _add_row(grid, top - 1, start, limit, stack)
    bottom = top
    for row in range(top, min(top + _HEADER_ROWS, grid.rows + 1)):
        if row > max(top, keys.bottom):
            if not any(grid.at(row, column) for column in range(start, limit + 1)):
                continue  # people leave rows empty
            if not _continues(grid, row, keys.label, start, limit):
                break
        bottom = row
        _add_row(grid, row, start, limit, stack)
    for column in [column for column in stack if _is_beyond(grid, top, bottom, column)]:
        del stack[column]
    columns = {column: _meaning(texts) for column, texts in stack.items()}
    columns = {column: roles for column, roles in columns.items() if roles}
    found = {role for roles in columns.values() for role in roles}
    caption, vmm = caption_of(grid, top, keys.first - 1, max(columns, default=start))
    measurement = _measurement(found, keys.role, caption)
    if measurement is None or not columns or (not keys.role and len(columns) < 2):  # noqa: PLR2004
        return None
    units = {column: " ".join(dict.fromkeys(texts)) for column, texts in stack.items()}
    keys = keys.completed(grid, bottom + 1)
    return Head(top, bottom, keys, columns, units, measurement, caption, vmm, segment[0])


def _continues(grid: Grid, row: int, label: int | None, start: int, limit: int) -> bool:
    """Whether a row below the first belongs to the heading: words, and no number, no label."""
    cells = [cell for column in range(start, limit + 1) if (cell := grid.at(row, column))]
    beside = grid.at(row, label) if label else None
    if not cells or (beside is not None and not beside.copied):
        return False
    if _numbered(cells):
        return True
    if any(not is_words(cell) for cell in cells):
        return False
    return all(is_unit(cell.text) for cell in cells) or any(
        role_of(cell.text) or vmms_in(cell.text) or "次" in cell.text for cell in cells
    )


def _numbered(cells: Sequence[Typed]) -> bool:
    """Whether these are the numbers of repetitions: `1 2 1 2`."""
    numbers = [int(cell.text) for cell in cells if cell.text.isdecimal()]
    highest = max(numbers, default=0)
    return len(numbers) == len(cells) > 1 and numbers == [
        place % highest + 1 for place in range(len(numbers))
    ]


def _add_row(grid: Grid, row: int, start: int, limit: int, stack: dict[int, list[str]]) -> None:
    """Add a row's headings to the columns under them; an empty one continues its left one."""
    text = ""
    for column in range(start, limit + 1):
        cell = grid.at(row, column)
        if cell is not None and is_words(cell):
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


def _measurement(found: set[str], label: str, caption: str) -> str | None:
    """Return what a table with these headings measures; None when it is none of the report's."""
    low = caption.lower()
    latency = any(name.startswith("latency_") for name in found)
    modes = bool(found & {"seq", "rnd"})
    vmms = bool(found & {"stratovirt", "qemu", "qemu_microvm"})
    rate = "rate" in found
    through = rate or (vmms and ("吞吐" in low or "throughput" in low))
    rules = (
        ("sysbench-cpu", "events_per_second" in found or (latency and label == "threads")),
        ("boot", len(found & _BOOT) > 1 and not rate),
        ("memory-footprint", "rss_kb" in found or {"size_kb", "dirty_kb"} <= found),
        ("sysbench-memory", label == "block" and (rate or modes)),
        ("sysbench-memory", not label and modes and rate),
        ("fileio-iops", bool(found & _OPERATIONS) and label == "mode"),
        ("fileio-latency", latency and label == "mode"),
        ("fileio-throughput", label == "mode" and through),
    )
    return next((name for name, fits in rules if fits), None)
