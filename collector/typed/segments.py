"""The texts of a row, cut where one table ends and the next begins beside it."""

import itertools
from collections.abc import Sequence

from collector.typed.grid import Grid, Typed, is_words
from collector.typed.meaning import Meaning, meaning

_LONGEST_HEADING = 48
_BESIDE = 2
_GAP = 3
"""Empty columns that part two tables."""
_ROWS_BELOW = 4


def segments(grid: Grid, row: int) -> list[list[Typed]]:
    """Split a row's texts into tables: a label, or a repeated metric, begins a new one."""
    found: list[list[Typed]] = []
    seen: set[tuple[str, ...]] = set()
    above = names_above(grid, row)
    for cell in grid.in_row(row):
        if cell.copied or not _may_head(cell):
            if found and not cell.copied and cell.quantity and found[-1]:
                found.append([])  # numbers between: what follows belongs to another table
                seen = set()
            continue
        if stands_alone(grid, cell):
            continue
        said = meaning(cell.text)
        named = (_name(said, cell), above.get(cell.column, ""), *said.vmms, *_cases(said))
        again = named in seen and (said.metric not in (None, "rate") or said.label)
        last = found[-1] if found else []
        far = last and cell.column - last[-1].column > _GAP + 1
        apart = (
            said.caption or (last and meaning(last[-1].text).caption) or _is_apart(grid, last, cell)
        )
        if not last or far or again or apart or (said.label and not _goes_on(last, cell)):
            if last or not found:
                found.append([])
            seen = set()
        found[-1].append(cell)
        seen.add(named)
    return [segment for segment in found if segment]


def _is_apart(grid: Grid, segment: Sequence[Typed], cell: Typed) -> bool:
    """Whether a text right of a heading is the title of a table that begins lower down.

    The heading's own texts are next to each other and have numbers right below, it has neither.
    """
    if len(segment) < 2 or segment[-1].column - segment[-2].column > 1:  # noqa: PLR2004
        return False
    below, own = (grid.at(cell.row + 1, each.column) for each in (cell, segment[-1]))
    numbers = own is not None and own.quantity is not None
    return cell.column - segment[-1].column > 1 and numbers and not (below and below.quantity)


def stands_alone(grid: Grid, cell: Typed) -> bool:
    """Whether a text of a turned sheet is a title above tables: nothing stands beside it there."""
    if not grid.source:
        return False
    below = (grid.at(cell.row + down, cell.column) for down in range(1, _GAP))
    return not any(each and not each.copied for each in below)


def _may_head(cell: Typed) -> bool:
    return is_words(cell) and len(cell.text) <= _LONGEST_HEADING and not meaning(cell.text).prose


def _name(said: Meaning, cell: Typed) -> str:
    return said.role or cell.text


def _cases(said: Meaning) -> tuple[str, ...]:
    return tuple(
        str(part) for part in (said.mode, said.access, said.parameters.threads) if part is not None
    )


def _goes_on(segment: Sequence[Typed], cell: Typed) -> bool:
    """Whether a label stands beside others of one table: `线程数 | 次数 | …`."""
    return cell.column - segment[-1].column <= _BESIDE and all(
        meaning(label.text).label for label in segment
    )


def names_above(grid: Grid, row: int) -> dict[int, str]:
    """Return what the row above names over each column; nothing unless it names several cases.

    It may be VMMs, access modes, test modes or numbers of threads, over the columns of each.
    """
    names: dict[int, str] = {}
    name = ""
    for column in range(1, grid.columns + 1):
        cell = grid.at(row - 1, column)
        if cell is not None:
            said = meaning(cell.text)
            group = is_words(cell) and said.case and not (said.caption or said.metric or said.label)
            title = said.prose or (said.subject and not said.mode)
            name = cell.text if group and not title else ""
        if name:
            names[column] = name
    return names if len(set(names.values())) > 1 else {}


def limit(grid: Grid, row: int, segment: Sequence[Typed]) -> int:
    """Return the last column that can belong to the table that begins with `segment`.

    It ends where another begins, or where columns are empty: one column where its own headings
    stand next to each other, two where people left every other column empty.
    """
    starts = [other[0].column for other in segments(grid, row)]
    starts += [cell.column for cell in grid.in_row(row) if meaning(cell.text).caption]
    right = [column for column in starts if column > segment[-1].column]
    end = min(right, default=grid.columns + 1) - 1
    columns = [cell.column for cell in segment]
    near = any(right - left == 1 for left, right in itertools.pairwise(columns))
    last = empty = 0
    for column in range(segment[-1].column, end + 1):
        used = any(grid.at(row + down, column) for down in range(_ROWS_BELOW + 1))
        empty = 0 if used else empty + 1
        last = column if used else last
        if empty > (0 if near else 1):
            break
    return max(last, segment[-1].column)


def among_numbers(grid: Grid, row: int, segment: Sequence[Typed]) -> bool:
    """Whether numbers stand among or beside the words: then they are a row of a table (a unit)."""
    beside = range(segment[0].column, segment[-1].column + 2)
    return any(cell.quantity for column in beside if (cell := grid.at(row, column)))


def is_title(grid: Grid, row: int, segment: Sequence[Typed]) -> bool:
    """Whether these texts stand above a heading without being one: titles, names of groups."""
    last = limit(grid, row, segment)
    if not any(meaning(cell.text).heading for cell in segment):
        return True  # a name, a date
    below = _heading_below(grid, row, segment[0].column, last)
    if not below:
        return False
    covered = all(
        any(
            band[0].column - _BESIDE <= cell.column <= limit(grid, band[0].row, band)
            for band in below
        )
        for cell in segment
    )
    if covered and all(_texts_over(grid, row, band) <= 1 for band in below):
        return True
    own = [meaning(cell.text) for cell in segment]
    theirs = [meaning(cell.text) for band in below for cell in band]
    return not any(said.label or said.metric for said in own) and any(
        said.label or said.metric for said in theirs
    )


def _heading_below(grid: Grid, row: int, left: int, right: int) -> list[list[Typed]]:
    """Return the headings in the next row below that has anything in these columns."""
    for below in range(row + 1, min(row + _ROWS_BELOW, grid.rows) + 1):
        texts = {text for column in range(left, right + 1) if (text := grid.text(below, column))}
        if len(texts) == 1 and meaning(next(iter(texts))).prose:
            continue  # a sentence between title and heading
        if texts:
            return [
                segment
                for segment in segments(grid, below)
                if left <= segment[-1].column
                and segment[0].column <= right
                and not among_numbers(grid, below, segment)
                and _is_heading(segment)
            ]
    return []


def _is_heading(segment: Sequence[Typed]) -> bool:
    """Whether a row of texts can be the whole heading of a table."""
    said = [meaning(cell.text) for cell in segment]
    texts = {cell.text for cell in segment if meaning(cell.text).heading}
    words = any(each.label or each.metric or each.case for each in said)
    return len(texts) > 1 and words and not all(each.unit for each in said)


def _texts_over(grid: Grid, row: int, band: Sequence[Typed]) -> int:
    """Return how many different texts that mean something stand over a heading."""
    left = band[0].column - (0 if meaning(band[0].text).label else 2)
    last = limit(grid, band[0].row, band)
    over = {text for column in range(max(1, left), last + 1) if (text := grid.text(row, column))}
    return sum(meaning(text).heading or meaning(text).caption for text in over)
