"""From a table's heading to its numbers."""

import math
from collections import defaultdict
from dataclasses import replace

from collector.checks.printed import Printed
from collector.checks.typed.find import Head, find_heads
from collector.checks.typed.grid import Grid, Typed
from collector.checks.typed.model import TypedAverage, TypedSample, TypedTable
from collector.checks.typed.roles import (
    CAPTION,
    count_of,
    is_average,
    is_other_statistic,
    mode_of,
    vmms_in,
)
from collector.checks.typed.text import KIB, MIB_PER_S, PER_S, Quantity, is_nothing

_BLANK_ROWS = 3
_FINEST = 1e-3
_LONGEST_LABEL = 24
_VMMS = ("stratovirt", "qemu", "qemu_microvm")
_RATE_OF = {"rndrd": "read_mib_per_s", "seqrd": "read_mib_per_s"}


def read_tables(grids: list[Grid]) -> list[TypedTable]:
    """Return the report's tables in the sheets of a workbook."""
    tables: list[TypedTable] = []
    for grid in grids:
        heads = find_heads(grid)
        for head in heads:
            table = _Reader(grid, head, heads, len(tables)).read()
            if table.samples or table.averages:
                tables.append(table)
    return tables


class _Reader:
    """One table while its rows are read."""

    def __init__(self, grid: Grid, head: Head, heads: list[Head], number: int) -> None:
        self.grid = grid
        self.head = head
        self.others = [other for other in heads if other is not head]
        self.number = number
        self.bottom = head.bottom
        self.samples: list[TypedSample] = []
        self.averages: list[TypedAverage] = []
        self.unread: list[Typed] = []
        self.uncounted: list[Typed] = []
        self.empty: list[tuple[str, str]] = []
        self.repetitions: dict[tuple[str, str, str], int] = defaultdict(int)
        self.averaged: dict[int, int] = defaultdict(int)
        self.steps: dict[tuple[int, str], float] = {}
        self.by_column: dict[int, list[TypedSample]] = defaultdict(list)

    def read(self) -> TypedTable:
        """Return the table."""
        case = ""
        blank = 0
        for row in range(self.head.bottom + 1, self.grid.rows + 1):
            if self._is_other(row):
                break
            label, cells = self._row(row)
            if not label and not cells:
                blank += 1
                if blank > _BLANK_ROWS:
                    break
                continue
            if not any(cell.quantity or cell.uncounted for cell in cells) and (
                CAPTION.match(label) or not self._is_row(label, cells)
            ):
                break
            blank = 0
            self.bottom = row
            if is_average(label):
                self._average_row(row)
            elif not is_other_statistic(label):
                case = self._case(label) or case
                self._sample_row(row, case)
        return TypedTable(
            self.number,
            self.grid.sheet,
            self.head.caption,
            self.head.measurement,
            self.head.first,
            self.bottom,
            tuple(self.samples),
            tuple(self.averages),
            tuple(self.unread),
            tuple(self.empty),
            tuple(self.uncounted),
        )

    def _is_other(self, row: int) -> bool:
        """Whether another table's heading (or its caption) crosses this row in these columns."""
        left = self.head.label or min(self.head.columns)
        right = max(self.head.columns)
        return any(
            other.top <= row <= other.bottom
            and other.first.column <= right
            and left <= max(other.columns)
            for other in self.others
        )

    def _row(self, row: int) -> tuple[str, list[Typed]]:
        label = self.grid.text(row, self.head.label) if self.head.label else ""
        cells = [cell for column in self.head.columns if (cell := self.grid.at(row, column))]
        return label, cells

    def _is_row(self, label: str, cells: list[Typed]) -> bool:
        """Whether a row without numbers still belongs to the table: `随机读 - - -`."""
        if len(label) > _LONGEST_LABEL:
            return False  # prose below the table
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
        seen: dict[tuple[str, str, str], int] = {}
        in_label = vmms_in(self.grid.text(row, self.head.label)) if self.head.label else []
        for column, roles in self.head.columns.items():
            metric = self._metric(roles, case)
            if metric is None:
                continue
            named = in_label or [name for name in _VMMS if name in roles] or [self.head.vmm]
            vmm = named[0]
            place = self._place(roles, case)
            key = (vmm, place, metric)
            if self.head.measurement in ("sysbench-memory", "fileio-throughput"):
                seen[key] = seen.get(key, 0) + 1  # repetitions lie side by side
                repetition = self.repetitions[key] + seen[key]
            else:
                repetition = self.repetitions[key] = self.repetitions[key] + 1
            number = self._number(row, column, metric)
            if number is not None:
                cell = self.grid.cells[row, column]
                sample = TypedSample(
                    self.head.measurement,
                    vmm,
                    place,
                    repetition,
                    metric,
                    number,
                    cell,
                    row,
                    self.number,
                )
                self.samples.append(sample)
                self.by_column[column].append(sample)
        for key, count in seen.items():
            self.repetitions[key] += count

    def _metric(self, roles: frozenset[str], case: str) -> str | None:
        metrics = [role for role in sorted(roles) if role not in (*_VMMS, "seq", "rnd", "rate")]
        if self.head.measurement == "sysbench-memory":
            return "throughput_mib_per_s"
        if self.head.measurement == "fileio-throughput":
            return _RATE_OF.get(case, "written_mib_per_s")
        return metrics[0] if metrics else None

    def _place(self, roles: frozenset[str], case: str) -> str:
        if self.head.measurement == "sysbench-memory":
            mode = next((name for name in ("seq", "rnd") if name in roles), "")
            return f"{mode}-{case}" if mode else case
        return case or "default"

    def _number(self, row: int, column: int, metric: str) -> Printed | None:
        """Return the number in a cell in the unit of `metric`; note what else stands there."""
        cell = self.grid.at(row, column)
        if cell is None:
            if not self._does_not_apply(row):
                self.empty.append((f"{self.grid.sheet}!{_address(row, column)}", metric))
            return None
        if cell.uncounted:
            self.uncounted.append(cell)
            return None
        if cell.quantity is None:
            if not is_nothing(cell.text):
                self.unread.append(cell)
            return None
        quantity = cell.quantity
        if cell.stored:
            step = min(quantity.step, self._column_step(column, quantity))
            quantity = replace(quantity, step=step)
        number = in_unit(quantity, metric, self.head.units.get(column, ""))
        if number is None:
            self.unread.append(cell)
        return number

    def _column_step(self, column: int, like: Quantity) -> float:
        """Return the finest step among a column's numbers: a cell with 31.2 may be 31.20.

        Averages have more digits than what they are averages of, so they do not count.
        """
        key = (column, like.unit)
        if key not in self.steps:
            steps = [math.inf]
            for row in range(self.head.bottom + 1, self.grid.rows + 1):
                cell = self.grid.at(row, column)
                label = self.grid.text(row, self.head.label) if self.head.label else ""
                if self._is_other(row) or is_average(label):
                    break
                if cell and cell.stored and cell.quantity and cell.quantity.unit == like.unit:
                    steps.append(cell.quantity.step)
            self.steps[key] = max(min(steps), _FINEST)
        return self.steps[key]

    def _does_not_apply(self, row: int) -> bool:
        """In the table of operations a read test has no writes: an empty cell is a `-`."""
        return self.head.measurement == "fileio-iops" and any(
            self.grid.at(row, column) for column in self.head.columns
        )

    def _average_row(self, row: int) -> None:
        for column, roles in self.head.columns.items():
            samples = self.by_column[column]
            metric = self._metric(roles, "") if not samples else samples[-1].metric
            if metric is None:
                continue
            number = self._number(row, column, metric)
            since = tuple(samples[self.averaged[column] :])
            self.averaged[column] = len(samples)
            if number is not None and samples:
                cell = self.grid.cells[row, column]
                candidates = (tuple(samples), since) if since else (tuple(samples),)
                self.averages.append(TypedAverage(metric, number, cell, candidates))


def _address(row: int, column: int) -> str:
    return Typed("", row, column, "", None).address


def in_unit(quantity: Quantity, metric: str, heading: str) -> Printed | None:
    """Return a typed number in the unit of `metric`; None for a unit of something else.

    A cell's own unit goes before that in its heading; a bare number is in the metric's unit.
    """
    heading = heading.lower()
    if metric.endswith("_kb"):
        factors, base = KIB, "mb" if "mb" in heading or "mib" in heading else ""
    elif metric.endswith("_mib_per_s"):
        factors, base = MIB_PER_S, next((u for u in ("gib/s", "gb/s") if u in heading), "")
    elif metric.endswith("_per_s") or metric == "events_per_second":
        factors, base = PER_S, ""
    else:
        return _time(quantity, heading, milliseconds=metric.endswith("_ms"))
    factor = factors.get(quantity.unit or base)
    if factor is None:
        return None
    return Printed(quantity.value * factor, quantity.step * factor)


def _time(quantity: Quantity, heading: str, *, milliseconds: bool) -> Printed | None:
    if quantity.unit not in ("", "s"):
        return None
    seconds = 1.0
    if not quantity.unit:
        in_ms = "ms" in heading or "毫秒" in heading
        in_s = "(s)" in heading or "秒" in heading
        seconds = 1e-3 if in_ms or (milliseconds and not in_s) else 1.0
    factor = seconds * (1000 if milliseconds else 1)
    return Printed(round(quantity.value * factor, 9), quantity.step * factor)
