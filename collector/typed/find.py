"""Finding the report's tables in a grid, wherever they are and however they are laid out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collector.typed.columns import Column, columns_of
from collector.typed.context import Context, context_of
from collector.typed.grid import Grid, Typed, is_words
from collector.typed.keys import Keys, find_keys
from collector.typed.meaning import meaning
from collector.typed.segments import (
    among_numbers,
    is_title,
    limit,
    names_above,
    segments,
    stands_alone,
)

_HEADER_ROWS = 6
_BODY_ROWS = 4
_UNIT_LABEL = re.compile(r"单位|units?", re.IGNORECASE)
_LISTING = re.compile(r"(?:start )?address|mapping|地址|映射", re.IGNORECASE)
"""Headings of `pmap`'s listing: a row for each mapping, which is no measurement."""


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of one table: its rows, its columns, and what they mean."""

    top: int
    bottom: int
    keys: Keys
    """The columns that say what a row is of."""
    columns: dict[int, Column]
    """Each column of numbers and what they are."""
    context: Context
    first: Typed

    @property
    def caption(self) -> str:
        """What the table is called."""
        return self.context.caption


def find_heads(grid: Grid) -> list[Head]:
    """Return the headings of the tables in `grid`, top to bottom, left to right."""
    heads: list[Head] = []
    for row in range(1, grid.rows + 1):
        for segment in segments(grid, row):
            if _is_inside(heads, row, segment) or among_numbers(grid, row, segment):
                continue
            if is_title(grid, row, segment) or _is_listing(grid, row):
                continue
            head = _head(grid, row, segment)
            if head and (meaning(head.caption).caption or not grid.generated):
                heads.append(head)
    return heads


def _is_listing(grid: Grid, row: int) -> bool:
    return any(_LISTING.fullmatch(cell.text) for cell in grid.in_row(row))


def _is_inside(heads: Sequence[Head], row: int, segment: Sequence[Typed]) -> bool:
    """Whether these texts are a further row of a heading that is known."""
    return any(
        head.top < row <= head.bottom
        and head.first.column <= segment[-1].column
        and segment[0].column <= max(head.columns)
        for head in heads
    )


def _head(grid: Grid, top: int, segment: list[Typed]) -> Head | None:
    keys = find_keys(grid, top, segment)
    if len({cell.text for cell in segment}) + bool(keys.columns) < 2:  # noqa: PLR2004
        return None  # a text alone is a title, or the label of a row
    start, last = keys.end + 1, limit(grid, top, segment)
    stack, bottom = _stack(grid, top, keys, last)
    context = context_of(grid, top, keys.first, max(stack, default=start))
    columns = columns_of(stack, keys, context)
    if not columns:
        return None
    return Head(top, bottom, keys, columns, context, segment[0])


def _stack(grid: Grid, top: int, keys: Keys, last: int) -> tuple[dict[int, list[str]], int]:
    """Return the texts over each column of numbers, from the top, and the heading's last row."""
    start = keys.end + 1
    stack: dict[int, list[str]] = {}
    for column, name in names_above(grid, top).items():
        if start <= column <= last:
            stack[column] = [name]
    bottom = top
    for row in range(top, min(top + _HEADER_ROWS, grid.rows + 1)):
        if row > max(top, keys.bottom):
            if not any(grid.at(row, column) for column in range(start, last + 1)):
                continue  # people leave rows empty
            if not _continues(grid, row, keys, start, last):
                break
        bottom = row
        _add_row(grid, row, start, last, stack)
    for column in [column for column in stack if _is_beyond(grid, top, bottom, column)]:
        del stack[column]
    return stack, bottom


def _continues(grid: Grid, row: int, keys: Keys, start: int, last: int) -> bool:
    """Whether a row below the first belongs to the heading: words, and no number, no label."""
    cells = [cell for column in range(start, last + 1) if (cell := grid.at(row, column))]
    beside = [grid.at(row, column) for column in keys.columns]
    if not cells or any(cell and not cell.copied and not _says_unit(cell) for cell in beside):
        return False
    if _numbered(cells):
        return True
    if any(not (is_words(cell) or _is_case(cell)) for cell in cells):
        return False
    return all(_is_unit(cell) for cell in cells) or any(
        meaning(cell.text).heading and not meaning(cell.text).caption for cell in cells
    )


def _is_unit(cell: Typed) -> bool:
    return meaning(cell.text).unit


def _says_unit(cell: Typed) -> bool:
    """Whether a label stands beside units: it is one, or says that they are."""
    return _is_unit(cell) or bool(_UNIT_LABEL.fullmatch(cell.text))


def _is_case(cell: Typed) -> bool:
    """Whether a number with a unit is the size of a block: `4K`, below the name of a VMM."""
    return bool(meaning(cell.text).parameters.block) and not cell.stored


def _numbered(cells: Sequence[Typed]) -> bool:
    """Whether these are the numbers of repetitions: `1 2 1 2`."""
    numbers = [int(cell.text) for cell in cells if cell.text.isdecimal()]
    highest = max(*numbers, 1) if numbers else 1
    return len(numbers) == len(cells) > 1 and numbers == [
        place % highest + 1 for place in range(len(numbers))
    ]


def _add_row(grid: Grid, row: int, start: int, last: int, stack: dict[int, list[str]]) -> None:
    """Add a row's headings to the columns under them; an empty one continues its left one."""
    text = ""
    for column in range(start, last + 1):
        cell = grid.at(row, column)
        if cell is not None and (is_words(cell) or _is_case(cell)):
            text = "" if stands_alone(grid, cell) else cell.text
        elif cell is None and not _spreads(text):
            text = ""
        if text:
            stack.setdefault(column, []).append(text)


def _spreads(text: str) -> bool:
    """Whether a heading may stand for the empty ones to its right: those of repetitions do."""
    said = meaning(text)
    return said.metric == "rate" or said.case or bool(said.vmms)


def _is_beyond(grid: Grid, top: int, bottom: int, column: int) -> bool:
    """Whether a column has neither a heading of its own nor a number: it is right of the table."""
    return not any(grid.at(row, column) for row in range(top, bottom + _BODY_ROWS))
