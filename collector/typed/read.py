"""From a table's heading to its numbers."""

from collections import Counter, defaultdict

from collector.typed.cells import Cells
from collector.typed.find import Head, find_heads
from collector.typed.grid import Grid, Typed
from collector.typed.keys import Place
from collector.typed.model import TypedAverage, TypedSample, TypedTable
from collector.typed.roles import (
    CAPTION,
    count_of,
    is_average,
    is_other_statistic,
    mode_of,
    vmms_in,
)
from collector.typed.text import is_nothing

_BLANK_ROWS = 3
_LONGEST_LABEL = 24
_VMMS = ("stratovirt", "qemu", "qemu_microvm")
_RATE_OF = {"rndrd": "read_mib_per_s", "seqrd": "read_mib_per_s"}


def read_tables(grids: list[Grid]) -> list[TypedTable]:
    """Return the report's tables in the sheets of a workbook.

    A table may lie on its side. Where both ways of reading find one in the same place, the one that
    finds more numbers is right.
    """
    tables: list[TypedTable] = []
    for grid in grids:
        upright = _read(grid)
        found = upright if grid.generated else [*upright, *_read(grid.turned())]
        kept: list[TypedTable] = []
        for table in sorted(found, key=lambda each: -len(each.samples)):
            if not any(table.overlaps(other) for other in kept):
                kept.append(table)
        kept.sort(key=lambda each: each.head.place)
        tables += [table.numbered(len(tables) + place) for place, table in enumerate(kept)]
    return tables


def _read(grid: Grid) -> list[TypedTable]:
    heads = find_heads(grid)
    if grid.source:
        heads = [head for head in heads if _says_its_rows(grid, head)]
    tables = [_Reader(grid, head, heads).read() for head in heads]
    if grid.source:
        return [table for table in tables if _has_columns(table)]
    return [table for table in tables if table.samples or table.averages]


def _has_columns(table: TypedTable) -> bool:
    """Whether a table that lies on its side has two columns of numbers: a list has one."""
    rows = Counter(sample.row for sample in table.samples)
    return sum(count > 1 for count in rows.values()) > 1


def _says_its_rows(grid: Grid, head: Head) -> bool:
    """Whether a table that lies on its side says what it is of: statistics of tables do as well."""
    column = head.keys.label
    if head.keys.role or column is None:
        return bool(head.keys.role)
    labels = [grid.text(row, column) for row in range(head.bottom + 1, grid.rows + 1)]
    return all(vmms_in(label) for label in labels if label)


class _Reader:
    """One table while its rows are read."""

    def __init__(self, grid: Grid, head: Head, heads: list[Head]) -> None:
        self.grid = grid
        self.head = head
        self.cells = Cells(grid, head, [other for other in heads if other is not head])
        self.bottom = head.bottom
        self.place = Place(grid, head.keys)
        self.averages_at, self.skipped = _statistics(head)
        self.samples: list[TypedSample] = []
        self.averages: list[TypedAverage] = []
        self.repetitions: dict[tuple[str, str, str], int] = defaultdict(int)
        self.averaged: dict[tuple[int, str | None], int] = defaultdict(int)
        self.by_column: dict[int, list[TypedSample]] = defaultdict(list)

    def read(self) -> TypedTable:
        """Return the table."""
        case = ""
        blank = 0
        for row in range(self.head.bottom + 1, self.grid.rows + 1):
            if self.cells.is_other(row):
                break
            label, cells = self._row(row)
            if not label and not cells:
                blank += 1
                if blank > _BLANK_ROWS:
                    break
                continue
            if not any(cell.quantity or cell.formula for cell in cells) and (
                CAPTION.match(label) or not self._is_row(label, cells)
            ):
                break
            blank = 0
            self.bottom = row
            self.place.read(row)
            if is_average(self.place.words):
                self._average_row(row)
            elif not is_other_statistic(self.place.words):
                case = self._case(label) or case
                self._sample_row(row, case)
        return TypedTable(
            0,
            self.grid.sheet,
            self.head.caption,
            self.head.measurement,
            self.head.first,
            *self._area(),
            tuple(self.samples),
            tuple(self.averages),
            tuple(self.cells.unread),
            self.cells.missing({(sample.metric, sample.vmm) for sample in self.samples}),
            tuple(self.cells.uncounted),
        )

    def _area(self) -> tuple[range, range]:
        """Return the rows and the columns of the sheet that the table stands in."""
        rows = range(self.head.top, self.bottom + 1)
        columns = range(self.head.keys.first, max(self.head.columns) + 1)
        return (columns, rows) if self.grid.source else (rows, columns)

    def _row(self, row: int) -> tuple[str, list[Typed]]:
        cells = [cell for column in self.head.columns if (cell := self.grid.at(row, column))]
        return self.cells.label(row), cells

    def _is_row(self, label: str, cells: list[Typed]) -> bool:
        """Whether a row without numbers still belongs to the table: `随机读 - - -`."""
        if len(label) > _LONGEST_LABEL:
            return False  # prose below the table
        if not cells and vmms_in(label):
            return False  # the caption of the next one
        words = [cell for cell in cells if not is_nothing(cell.text)]
        known = self._case(label) is not None or is_average(label)
        return known and (not words or len(words) < len(cells) or len(cells) > 1)

    def _case(self, label: str) -> str | None:
        """Return the case a row label names; None when it names none."""
        measurement = self.head.measurement
        if measurement in ("boot", "memory-footprint"):
            return "default" if count_of(label) is not None else None
        if measurement.startswith("fileio-"):
            return mode_of(label)
        count = count_of(label)
        if count is None:
            return None
        return f"threads-{count}" if measurement == "sysbench-cpu" else f"{count}K"

    def _sample_row(self, row: int, case: str) -> None:
        seen: dict[tuple[str, str, str], list[TypedSample]] = defaultdict(list)
        counts: dict[tuple[str, str, str], int] = defaultdict(int)
        for column, roles in self.head.columns.items():
            metric = self._metric(roles, case)
            if metric is None or column in self.skipped:
                continue
            key = (self._vmm(roles), self._place(roles, case), metric)
            number = self.cells.number(row, column, metric, self._vmm(frozenset()))
            if column in self.averages_at:
                if number is not None and seen[key]:
                    cell = self.grid.cells[row, column]
                    self.averages.append(TypedAverage(metric, number, cell, (tuple(seen[key]),)))
                continue
            counts[key] += 1  # repetitions may lie side by side
            if number is not None:
                repetition = self.repetitions[key] + counts[key]
                cell = self.grid.cells[row, column]
                sample = TypedSample(
                    self.head.measurement, *key[:2], repetition, metric, number, cell, row
                )
                self.samples.append(sample)
                self.by_column[column].append(sample)
                seen[key].append(sample)
        for key, count in counts.items():
            self.repetitions[key] += count

    def _vmm(self, roles: frozenset[str]) -> str:
        """Return the VMM of a cell: its row names it, or its column, or the caption."""
        return self.place.vmm or next((name for name in _VMMS if name in roles), self.head.vmm)

    def _metric(self, roles: frozenset[str], case: str) -> str | None:
        metrics = [role for role in sorted(roles) if role not in (*_VMMS, "seq", "rnd", "rate")]
        if self.head.measurement == "sysbench-memory":
            return "throughput_mib_per_s"
        if self.head.measurement == "fileio-throughput":
            return _RATE_OF.get(case, "written_mib_per_s")
        metric = metrics[0] if metrics else None
        if metric == "operations":
            return "reads_per_s" if case in _RATE_OF else "writes_per_s"
        if metric == "total_s" and self.head.measurement != "boot":
            return "total_time_s"
        return metric

    def _place(self, roles: frozenset[str], case: str) -> str:
        if self.head.measurement == "sysbench-memory":
            mode = next((name for name in ("seq", "rnd") if name in roles), self.place.access)
            return f"{mode}-{case}" if mode else case
        return case or "default"

    def _average_row(self, row: int) -> None:
        for column, roles in self.head.columns.items():
            if column in self.averages_at or column in self.skipped:
                continue  # a mean of means
            samples = [
                sample for sample in self.by_column[column] if self.place.vmm in (None, sample.vmm)
            ]
            metric = self._metric(roles, "") if not samples else samples[-1].metric
            if metric is None:
                continue
            number = self.cells.number(row, column, metric, self._vmm(frozenset()))
            key = (column, self.place.vmm)
            since = tuple(samples[self.averaged[key] :])
            self.averaged[key] = len(samples)
            if number is not None and samples:
                cell = self.grid.cells[row, column]
                candidates = (tuple(samples), since) if since else (tuple(samples),)
                self.averages.append(TypedAverage(metric, number, cell, candidates))


def _statistics(head: Head) -> tuple[set[int], set[int]]:
    """Return the columns of means and of other statistics, where repetitions lie side by side."""
    if head.measurement not in ("sysbench-memory", "fileio-throughput"):
        return set(), set()
    means = {column for column in head.columns if is_average(head.units[column])}
    means = set() if len(means) == len(head.columns) else means  # a heading over all of them
    others = {column for column in head.columns if is_other_statistic(head.units[column])}
    return means, others
