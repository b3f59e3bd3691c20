"""Numbers that stand in two places although no two measurements would give the same.

How likely it is that two numbers agree in all digits by chance follows from the workbook itself
(see `chance`).
"""

from collections import defaultdict
from collections.abc import Sequence

from collector.findings import CellFinding
from collector.typed.chance import MEASURED, Chance, kind_of
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import BOOT, FOOTPRINT
from collector.typed.rows import Row, finding, table_rows
from collector.words import say

_DIGITS = 4
"""Significant digits from which a number is looked at at all."""
_ROW_DIGITS = 7
"""Significant digits in which two rows have to agree."""
_UNLIKELY = 0.0003
_UNLIKELY_AND_FAR = 0.002
"""A coincidence that is expected less often than this in a workbook is none; the second where the
number is also far from the other repetitions of its own test, as a copied one is."""
_FAR = 0.03
_FARTHER = 4.0
_FLOWS = {"reads_per_s": "read_mib_per_s", "writes_per_s": "written_mib_per_s"}
_TELLING_DIGITS = 3
"""Latencies of 0.04 ms are the same on all sides."""
_SAME_ROWS = 0.6
_COPIED = say(
    "{number} also stands in {cell}: two measurements hardly ever agree in all digits, so one was"
    " copied into the wrong cell; compare both with their logs"
)
_OF_ANOTHER_KIND = say(
    "{number} also stands in {cell}, a {kind}: two measurements hardly ever agree in all digits,"
    " so one was copied into the wrong cell; compare both with their logs"
)
_PERHAPS = say("{number} also stands in {cell}, which may be chance; compare both with their logs")


def check_copies(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return numbers, rows and tables that were copied from another place."""
    findings, copied = _tables(tables, workbook)
    rest = [table for table in tables if table.number not in copied]
    rows, cells = _rows(rest, workbook)
    samples = [
        sample
        for table in rest
        for sample in table.samples
        if sample.metric in MEASURED
        and not sample.cell.copied
        and (sample.cell.sheet, sample.cell.address) not in cells
    ]
    return findings + rows + _single(samples, workbook)


def varied_numbers(tables: Sequence[TypedTable]) -> set[str]:
    """Return what tells these measurements from all others: their numbers with many digits."""
    return {
        f"{sample.subject}/{sample.case}/{sample.metric} {sample.number.value:.10g}"
        for table in tables
        for sample in table.samples
        if sample.metric in MEASURED and _digits(sample) >= _DIGITS
    }


def _digits(sample: TypedSample) -> int:
    text = f"{sample.number.value:.10g}".replace(".", "").lstrip("0")
    return len(text)


def _same_place(one: TypedSample, other: TypedSample) -> bool:
    """The same sample shown twice in a workbook is no copy of another."""
    return one.cell == other.cell or (
        (one.subject, one.vmm, one.case, one.parameters, one.metric)
        == (other.subject, other.vmm, other.case, other.parameters, other.metric)
        and one.repetition == other.repetition
        and one.table != other.table
    )


def _tables(tables: Sequence[TypedTable], workbook: str) -> tuple[list[CellFinding], set[int]]:
    """Find tables of two VMMs that hold the same numbers."""
    findings: list[CellFinding] = []
    copied: set[int] = set()
    values = {table.number: _values(table) for table in tables}
    for place, table in enumerate(tables):
        for other in tables[:place]:
            mine, theirs = values[table.number], values[other.number]
            shared = mine.keys() & theirs.keys()
            same = [key for key in shared if mine[key].number.value == theirs[key].number.value]
            if (
                other.subject == table.subject
                and len(shared) > 3  # noqa: PLR2004 - fewer numbers are no table
                and len(same) >= _SAME_ROWS * len(shared)
                and not any(_same_place(mine[key], theirs[key]) for key in same)
            ):
                copied.add(table.number)
                message = say(
                    "{same} of {shared} numbers are those of '{table}' ({sheet}!{cell}): one of"
                    " the tables was copied from the other; enter the numbers of its own logs",
                    same=len(same),
                    shared=len(shared),
                    table=other.name,
                    sheet=other.sheet,
                    cell=other.head.address,
                )
                findings.append(finding(next(iter(mine.values())), workbook, message))
                break
    return findings, copied


def _values(table: TypedTable) -> dict[tuple[str, int, str], TypedSample]:
    return {
        (sample.case, sample.repetition, sample.metric): sample
        for sample in table.samples
        if table.subject in (BOOT, FOOTPRINT)
        or (sample.metric in MEASURED and _typed_digits(sample) >= _TELLING_DIGITS)
    }


def _rows(
    tables: Sequence[TypedTable], workbook: str
) -> tuple[list[CellFinding], set[tuple[str, str]]]:
    """Find rows of latencies or speeds that agree in everything that varies."""
    first: dict[tuple[float, ...], Row] = {}
    findings: list[CellFinding] = []
    cells: set[tuple[str, str]] = set()
    for table in tables:
        for row in table_rows(table):
            varied = [row[name] for name in MEASURED if name in row]
            free = _free(row, varied)
            least = _ROW_DIGITS if len(free) > 1 else _ROW_DIGITS - 1
            if len(varied) < 2 or sum(map(_typed_digits, free)) < least:  # noqa: PLR2004
                continue
            key = tuple(sample.number.value for sample in varied)
            other = first.setdefault(key, row)
            one, two = next(iter(row.values())), next(iter(other.values()))
            if other is row or _same_place(one, two):
                continue
            cells |= {(sample.cell.sheet, sample.cell.address) for sample in varied}
            message = say(
                "the whole row is that of {sheet}!{cell}: two measurements never agree in all"
                " digits; enter the numbers of its own log",
                sheet=two.cell.sheet,
                cell=two.cell.address,
            )
            findings.append(finding(one, workbook, message))
    return findings, cells


def _free(row: Row, varied: list[TypedSample]) -> list[TypedSample]:
    """Return the numbers of a row that do not follow from its others.

    An average latency follows from the speed, MiB/s from the requests, fsyncs from the writes.
    """
    followers = {
        "latency_avg_ms": ("events_per_second", "reads_per_s", "writes_per_s", *_FLOWS.values()),
        "fsyncs_per_s": ("writes_per_s",),
        **{flow: (requests,) for requests, flow in _FLOWS.items()},
    }
    return [
        sample
        for sample in varied
        if not any(name in row for name in followers.get(sample.metric, ()))
    ]


def _typed_digits(sample: TypedSample) -> int:
    """Return how many digits of a number were typed: 8.81k has three."""
    step = sample.number.step or 1.0
    return min(_digits(sample), len(f"{sample.number.value / step:.0f}"))


def _single(samples: Sequence[TypedSample], workbook: str) -> list[CellFinding]:
    """Find single numbers that stand in two cells."""
    by_value: dict[float, list[TypedSample]] = defaultdict(list)
    chance = Chance(samples)
    for sample in samples:
        if _digits(sample) >= _DIGITS:
            by_value[sample.number.value].append(sample)
    findings = []
    for group in by_value.values():
        for place, sample in enumerate(group):
            if place == 0 or any(_same_place(sample, other) for other in group[:place]):
                continue
            other = group[0]
            marked, origin = _which(other, sample, samples)
            far = _stands_out(marked, origin, samples)
            unlikely = chance.of(sample, other) < (_UNLIKELY_AND_FAR if far else _UNLIKELY)
            cell = f"{origin.cell.sheet}!{origin.cell.address}"
            if not unlikely:
                message = _PERHAPS.filled(number=marked.cell.text, cell=cell)
            elif kind_of(marked) == kind_of(origin):
                message = _COPIED.filled(number=marked.cell.text, cell=cell)
            else:
                message = _OF_ANOTHER_KIND.filled(
                    number=marked.cell.text, cell=cell, kind=kind_of(origin)
                )
            findings.append(finding(marked, workbook, message, note=not unlikely))
    return findings


def _which(
    one: TypedSample, other: TypedSample, samples: Sequence[TypedSample]
) -> tuple[TypedSample, TypedSample]:
    """Return the cell that is more likely the wrong one, then the other.

    It is the one that fits its own kind less: whose nearest repetition is further away.
    """
    return (one, other) if _misfit(one, samples) > _misfit(other, samples) else (other, one)


def _stands_out(marked: TypedSample, origin: TypedSample, samples: Sequence[TypedSample]) -> bool:
    """Whether a number is far from its own repetitions, and the one it agrees with is not."""
    if marked.metric == "latency_max_ms":
        return False  # the longest of a million events is always far from another one
    off = _misfit(marked, samples)
    return off > _FAR and off > _FARTHER * _misfit(origin, samples)


def _misfit(sample: TypedSample, samples: Sequence[TypedSample]) -> float:
    value = sample.number.value
    others = [
        each.number.value
        for each in samples
        if each.metric == sample.metric
        and (each.case, each.parameters) == (sample.case, sample.parameters)
        and (each.subject, each.vmm) == (sample.subject, sample.vmm)
        and each is not sample
        and each.number.value != value
    ]
    return min((abs(each - value) / max(value, each) for each in others), default=0.0)
