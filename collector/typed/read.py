"""From a table's heading to its numbers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from collector.typed.cells import Cells
from collector.typed.columns import Column
from collector.typed.counted import counted
from collector.typed.find import Head, find_heads
from collector.typed.grid import Grid, Typed
from collector.typed.meaning import meaning
from collector.typed.model import TypedSample, TypedStatistic, TypedTable
from collector.typed.place import Place
from collector.typed.samples import Sampled, sampled
from collector.typed.sideways import better, has_columns

_BLANK_ROWS = 3
_LONGEST_LABEL = 24


def read_tables(grids: list[Grid]) -> list[TypedTable]:
    """Return the report's tables in the sheets of a workbook.

    A table may lie on its side. Where both ways of reading find one in the same place, the one that
    finds more numbers is right.
    """
    tables: list[TypedTable] = []
    for grid in grids:
        upright = _read(grid)
        kept = upright if grid.generated else better(upright, _read(grid.turned()))
        kept.sort(key=lambda each: each.head.place)
        for table in kept:
            for part in table.subjects():
                tables.append(part.numbered(len(tables)))
    return tables


def _read(grid: Grid) -> list[TypedTable]:
    heads = find_heads(grid)
    tables = [_Reader(grid, head, heads).read() for head in heads]
    if grid.source:
        return [table for table in tables if has_columns(table)]
    return [table for table in tables if table.samples or table.statistics]


@dataclass
class _Found:
    """What has been read of a table so far."""

    samples: list[TypedSample] = field(default_factory=list)
    statistics: list[TypedStatistic] = field(default_factory=list)
    repetitions: dict[Sampled, int] = field(default_factory=lambda: defaultdict(int))
    averaged: dict[tuple[int, str | None], int] = field(default_factory=lambda: defaultdict(int))
    by_column: dict[int, list[TypedSample]] = field(default_factory=lambda: defaultdict(list))


class _Reader:
    """One table while its rows are read."""

    def __init__(self, grid: Grid, head: Head, heads: list[Head]) -> None:
        self.grid = grid
        self.head = head
        self.cells = Cells(grid, head, [other for other in heads if other is not head])
        self.bottom = head.bottom
        self.place = Place(grid, head.keys)
        self.group_vmm = ""
        self.strange: list[Typed] = []
        self.found = _Found()

    def read(self) -> TypedTable:
        """Return the table."""
        blank = 0
        for row in range(self.head.bottom + 1, self.grid.rows + 1):
            if self.cells.is_end(row):
                break
            label, cells = self._row(row)
            if not label and not cells:
                blank += 1
                if blank > _BLANK_ROWS:
                    break
                continue
            numbers = any(cell.quantity or cell.formula for cell in cells)
            if not numbers and self._take_group(row):
                blank = 0
                continue
            if not numbers and not self._is_row(row, label, cells):
                break
            blank = 0
            self.bottom = row
            self.place.read(row)
            self._read_row(row)
        return self._table()

    def _read_row(self, row: int) -> None:
        if self.place.average:
            self._statistic_row(row, "mean")
        elif self.place.statistic:
            self._statistic_row(row, self.place.statistic)
        elif self.place.strange:
            self.strange += [cell for cell in self._row(row)[1] if cell.quantity]
        else:
            self._sample_row(row)

    def _table(self) -> TypedTable:
        found = self.found
        measured = {(sample.metric, sample.vmm) for sample in found.samples}
        rows = range(self.head.top, self.bottom + 1)
        columns = range(self.head.keys.first, max(self.head.columns) + 1)
        rows, columns = (columns, rows) if self.grid.source else (rows, columns)
        return TypedTable(
            0,
            self.grid.sheet,
            self.head.caption,
            next(iter(self.head.columns.values())).subject,
            self.head.first,
            rows,
            columns,
            tuple(found.samples),
            tuple(found.statistics),
            tuple(self.cells.unread),
            self.cells.missing(measured),
            tuple(self.cells.dashes),
            tuple(self.cells.uncounted),
            tuple(self._unknown(range(self.head.bottom + 1, self.bottom + 1))),
            self.head.context,
        )

    def _unknown(self, rows: range) -> Iterator[Typed]:
        """Yield the numbers among the table's that its headings and labels say nothing of."""
        columns = range(self.head.keys.first, max(self.head.columns) + 1)
        for column in columns:
            known = column in self.head.columns or column in self.head.keys.columns
            for row in rows:
                cell = self.grid.at(row, column)
                if cell and cell.quantity and not cell.copied and not known:
                    yield cell
        yield from self.strange

    def _row(self, row: int) -> tuple[str, list[Typed]]:
        cells = [cell for column in self.head.columns if (cell := self.grid.at(row, column))]
        return self.cells.label(row), cells

    def _take_group(self, row: int) -> bool:
        """Take in a row that says what the rows below it are of: `线程=4`, over all columns."""
        left, right = self.head.keys.first, max(self.head.columns)
        texts = {text for column in range(left, right + 1) if (text := self.grid.text(row, column))}
        said = meaning(next(iter(texts))) if len(texts) == 1 else None
        title = said is None or said.caption or said.prose or said.metric
        if said is None or title or not said.case or (said.subject and not said.mode):
            return False
        if row >= self.grid.rows or self.cells.is_other(row + 1):
            return False
        _, below = self._row(row + 1)
        if not any(cell.quantity for cell in below):
            return False
        self.place.take(said)
        self.group_vmm = said.vmms[0] if said.vmms else self.group_vmm
        return True

    def _is_row(self, row: int, label: str, cells: list[Typed]) -> bool:
        """Whether a row without numbers still belongs to the table: `随机读 - - -`."""
        said = meaning(label)
        if said.prose or len(label) > _LONGEST_LABEL or said.caption:
            return False  # prose below the table, the caption of the next one
        if len(self._texts(row)) == 1 and (cells or said.vmms or said.metric):
            return False  # a title
        words = [cell for cell in cells if not meaning(cell.text).nothing]
        known = bool(said.case or said.average or said.statistic or label.isdecimal())
        return known and (not words or len(words) < len(cells) or len(cells) > 1)

    def _texts(self, row: int) -> set[str]:
        """Return the different texts in a row of the table."""
        columns = range(self.head.keys.first, max(self.head.columns) + 1)
        return {text for column in columns if (text := self.grid.text(row, column))}

    def _column_of(self, column: Column) -> Sampled:
        return sampled(column, self.place, self.head, self.group_vmm)

    def _sample_row(self, row: int) -> None:
        seen: dict[Sampled, list[TypedSample]] = defaultdict(list)
        counts: dict[Sampled, int] = defaultdict(int)
        for number, column in self.head.columns.items():
            of = self._column_of(column)
            if column.statistic:
                self._statistic_beside(row, number, of, seen[of])
                continue
            counts[of] += 1  # repetitions may lie side by side
            printed = self.cells.number(row, number, of.metric, of.vmm)
            if printed is not None:
                repetition = self.found.repetitions[of] + counts[of]
                cell = self.grid.cells[row, number]
                sample = TypedSample(
                    column.subject,
                    of.vmm,
                    of.case,
                    repetition,
                    of.metric,
                    printed,
                    cell,
                    row,
                    parameters=of.parameters,
                )
                self.found.samples.append(sample)
                self.found.by_column[number].append(sample)
                seen[of].append(sample)
        for of, count in counts.items():
            self.found.repetitions[of] += count

    def _statistic_beside(
        self, row: int, number: int, of: Sampled, samples: list[TypedSample]
    ) -> None:
        kind = self.head.columns[number].statistic
        if kind == "other" or not samples:
            return
        printed = self.cells.number(row, number, of.metric, of.vmm)
        if printed is not None:
            cell = self.grid.cells[row, number]
            self.found.statistics.append(
                TypedStatistic(kind, of.metric, printed, cell, (tuple(samples),))
            )

    def _statistic_row(self, row: int, kind: str) -> None:
        if kind == "other":
            return
        for number, column in self.head.columns.items():
            if column.statistic:
                continue  # a mean of means
            samples = [
                sample
                for sample in self.found.by_column[number]
                if self.place.vmm in (None, sample.vmm)
            ]
            metric = samples[-1].metric if samples else self._column_of(column).metric
            printed = self.cells.number(row, number, metric, "")
            key = (number, self.place.vmm)
            since = samples[self.found.averaged[key] :]
            if kind == "mean":
                self.found.averaged[key] = len(samples)
            if printed is not None and samples:
                cell = self.grid.cells[row, number]
                last = [each for each in samples if each.case == samples[-1].case]
                candidates = counted(self.grid, samples, since, last)
                self.found.statistics.append(
                    TypedStatistic(kind, metric, printed, cell, candidates)
                )
