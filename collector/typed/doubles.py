"""Boots and footprints that were typed twice: rows that agree in all that varies.

Two boots may agree by chance; how likely that is follows from how far apart the others are.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import quantiles

from collector.findings import CellFinding
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import BOOT, FOOTPRINT
from collector.typed.rows import Row, finding, table_rows
from collector.words import say_counted

_VARIED = ("kernel_s", "initrd_s", "userspace_s", "rss_kb", "dirty_kb")
"""What varies by itself: a total is a sum, and a size is what was asked for."""
_FEW = 4
_LEAST_SPREAD = 5e-4
"""Of a number, where the others do not vary at all."""
_QUARTILES = 1.349
"""Distance of the quartiles of a normal distribution, in standard deviations."""
_UNLIKELY = 1e-3


def check_doubles(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return rows of boots and footprints that are those above them once more."""
    findings = []
    for table in tables:
        if table.subject not in (BOOT, FOOTPRINT):
            continue
        sides: dict[str, list[Row]] = defaultdict(list)
        for row in table_rows(table):
            sides[next(iter(row.values())).vmm].append(row)
        for rows in sides.values():
            findings += _side(rows, workbook)
    return findings


def _side(rows: list[Row], workbook: str) -> list[CellFinding]:
    names = [name for name in _VARIED if all(name in row for row in rows)]
    if len(rows) < _FEW or len(names) < 2:  # noqa: PLR2004 - one number agrees by chance
        return []
    step = min(sample.number.step for row in rows for sample in row.values())
    chance = math.prod(_chance([row[name] for row in rows], step) for name in names)
    findings = []
    for run in _runs(rows, names):
        expected = (len(rows) - len(run) + 1) * chance ** (len(run) - 1)
        first, again = run[0][names[0]], run[1][names[0]]
        message = say_counted(
            "the row is the same as the one above ({cell}) in all that varies ({metrics}): one"
            " measurement was typed again; enter the numbers of its own",
            "{count} rows are the same as the one above ({cell}) in all that varies ({metrics}):"
            " one measurement was typed again; enter the numbers of their own",
            count=len(run) - 1,
            cell=first.cell.address,
            metrics=", ".join(names),
        )
        findings.append(finding(again, workbook, message, note=expected >= _UNLIKELY))
    return findings


def _runs(rows: Sequence[Row], names: Sequence[str]) -> list[list[Row]]:
    """Return the rows that follow each other and are the same."""
    runs: list[list[Row]] = [[rows[0]]]
    for row in rows[1:]:
        if all(row[name].number.value == runs[-1][-1][name].number.value for name in names):
            runs[-1].append(row)
        else:
            runs.append([row])
    return [run for run in runs if len(run) > 1]


def _chance(samples: Sequence[TypedSample], step: float) -> float:
    """Return how likely two of these numbers agree: a step over the width of their spread."""
    values = sorted({sample.number.value for sample in samples})
    typical = values[len(values) // 2]
    spread = _LEAST_SPREAD * typical
    if len(values) > 2:  # noqa: PLR2004
        low, _, high = quantiles(values, n=4)
        spread = max(spread, (high - low) / _QUARTILES)
    step = max(step, _pages(samples[0]))
    return min(1.0, step / (2 * math.sqrt(math.pi) * max(spread, 1e-12)))


def _pages(sample: TypedSample) -> float:
    return 4.0 if sample.metric.endswith("_kb") else 0.0
