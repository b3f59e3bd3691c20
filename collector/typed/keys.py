"""The columns of a table that say what each row is of: VMM, case, access mode, repetition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from collector.typed.grid import Grid, Typed, is_words
from collector.typed.meaning import Meaning, meaning
from collector.typed.segments import limit

_HEADER_ROWS = 4
_LABEL_ROWS = 40
_NEAR_ROWS = 8
_FIRST = 3
_LEFT = 3
"""Columns left of the numbers that may hold labels without a heading."""
CASES = ("threads", "block", "mode")
"""Labels that tell one case from another; they come before the number of a repetition."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the labels of rows stand.

    Attributes:
        first: the table's first column.
        end: the last column before the numbers.
        columns: column of labels to what stands in it: `vmm`, `threads`, `block`, `mode`, `index`,
            or `count` for numbers whose heading does not say what they count.
        bottom: the row of the labels' headings.
        metrics: whether the labels name metrics, so that the table lies on its side.
    """

    first: int
    end: int
    columns: dict[int, str] = field(default_factory=dict)
    bottom: int = 0
    metrics: bool = False

    @property
    def role(self) -> str:
        """What tells the rows of the table from each other; "" when no column says."""
        found = set(self.columns.values())
        return next((name for name in (*CASES, "count", "index", "vmm") if name in found), "")

    @property
    def label(self) -> int | None:
        """The column of the case, or of the repetition where there is one case only."""
        return next((column for column, role in self.columns.items() if role == self.role), None)


def find_keys(grid: Grid, top: int, segment: Sequence[Typed]) -> Keys:
    """Return where the labels of a table stand whose heading begins with `segment` in row `top`.

    The heading of the labels may stand below that of the numbers, as pandas writes it.
    """
    last = limit(grid, top, segment)
    headed = _headed(grid, top, segment, last)
    bottom = top
    if not headed:
        headed, bottom = _heading_below(grid, top, segment[0].column - 1, last)
    first = min(headed, default=segment[0].column)
    end = max(headed, default=segment[0].column - 1)
    beside = range(first - 1, max(0, first - 1 - _LEFT), -1)
    for column in beside:
        kind = kind_of(_below(grid, top, column, last, _NEAR_ROWS))
        if kind is None or (headed and kind in ("index", "count")):
            break
        headed[column] = kind
    columns = {column: headed[column] for column in sorted(headed)}
    metrics = any(
        meaning(text).metric and not meaning(text).bare
        for column in columns
        for text in _below(grid, bottom, column, last)
    )
    return Keys(min(columns, default=first), end, columns, bottom, metrics)


def _headed(grid: Grid, top: int, segment: Sequence[Typed], last: int) -> dict[int, str]:
    """Return the leading columns of a heading that hold labels."""
    labels: dict[int, str] = {}
    for place, cell in enumerate(segment):
        said = meaning(cell.text)
        kind = kind_of(_below(grid, top, cell.column, last))
        if said.label:
            labels[cell.column] = _agreed(said.role or "", kind)
        elif kind == "count" and {*labels.values()} & {*CASES}:
            break  # the case is known: these are counts of something
        elif place == len(labels) and kind and _is_corner(said, segment[place + 1 :], kind):
            labels[cell.column] = kind
        else:
            break
    return labels


def _is_corner(said: Meaning, others: Sequence[Typed], kind: str) -> bool:
    """Whether a heading that names no label stands over one: `项目`, or the name of the VMM."""
    if said.metric or not others:
        return False
    if not said.heading:
        return True
    beside = meaning(others[0].text)
    return len(said.vmms) == 1 and bool(beside.metric) and kind != "vmm"


def _agreed(role: str, kind: str | None) -> str:
    """Return what a column holds, by its heading and by what stands below it."""
    if kind is None or kind == role:
        return role
    if kind in ("index", "count"):  # bare numbers are what the heading says
        return kind if role in ("vmm", "mode") else role
    if role in ("threads", "block"):
        return role  # texts of another table, further down
    if kind == "vmm" and role in CASES:
        return role if role != "mode" else kind
    return kind


def _heading_below(grid: Grid, top: int, left: int, last: int) -> tuple[dict[int, str], int]:
    for row in range(top + 1, min(top + _HEADER_ROWS, grid.rows) + 1):
        below = grid.at(row, left)
        said = meaning(below.text) if below and is_words(below) else None
        if said and said.label and not grid.at(row, left + 1):
            kind = kind_of(_below(grid, row, left, last))
            return {left: _agreed(said.role or "", kind)}, row
    return {}, top


def _below(grid: Grid, top: int, column: int, last: int, rows: int = _LABEL_ROWS) -> list[str]:
    """Return the texts below a heading in its column, up to a gap of some rows."""
    if column < 1:
        return []
    texts: list[str] = []
    blank = 0
    for row in range(top + 1, min(top + rows, grid.rows) + 1):
        cell = grid.at(row, column)
        blank = 0 if cell or any(grid.in_row(row)) else blank + 1
        if blank > _FIRST or any(meaning(each.text).caption for each in grid.in_row(row)):
            break
        if cell and not cell.copied:
            said = meaning(cell.text)
            if said.caption or (texts and said.label):
                break
            if _has_more(grid, row, column, last):
                texts.append(cell.text)  # a text alone is a title
    return texts


def _has_more(grid: Grid, row: int, column: int, last: int) -> bool:
    beside = (grid.at(row, right) for right in range(column + 1, last + 1))
    return any(cell and not cell.copied for cell in beside)


def kind_of(texts: Sequence[str]) -> str | None:
    """Return what labels these are by themselves; None when they are none."""
    said = [meaning(text) for text in texts]
    said = [each for each in said if not (each.average or each.statistic)]
    named = next(_kinds(said[: 2 * _FIRST]), None)
    if named:
        return named
    numbers = [int(text) for text in texts if text.isdecimal()]
    if not numbers or len(numbers) < len(said):
        return None
    counted = numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 1
    return "index" if counted else "count"


def _kinds(said: Sequence[Meaning]) -> Iterator[str]:
    """Yield what single labels say that they are."""
    for each in said:
        if each.label:
            continue
        if each.mode:
            yield "mode"
        elif each.parameters.threads:
            yield "threads"
        elif each.parameters.block:
            yield "block"
        elif each.access and not each.metric:
            yield "access"
        elif len(each.vmms) == 1 and not each.metric and not each.caption:
            yield "vmm"
        elif each.repetition:
            yield "index"
