"""The table of operations (4 KiB blocks) against itself and against that of throughput (128 KiB).

The workbook does not say how the tests were run, so the report's commands are assumed: 20 MB in
128 files, 32 threads, an fsync of all files after each 100 requests and by each thread at the end.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from collector.findings import CellFinding
from collector.identities.modes import MODES
from collector.identities.printed import about, plain
from collector.identities.requests import request_size
from collector.typed.model import TypedSample, TypedTable
from collector.typed.rows import finding, table_rows

_FILES = 128
_FILE_SIZE = 160 * 1024
_LARGE = 128 * 1024
_SMALL = 4 * 1024
_MIB = 1 << 20
_PER_REQUEST = _FILES / 100
_AT_END = 32 * _FILES
_ENOUGH = 3
_SAME = 0.002
_LONG_S = 30.0
_ROUND = 3.0
_NEARLY = 0.002
"""A round of fsyncs that is cut short takes so much from the fsyncs in a second."""
_ENDLESS = 36_000.0
"""Tests of ten hours and more: there are no fsyncs beyond the periodic ones."""
_REMARKABLE = 1.3
_LONG = 2.0
_SHORT = 5.0
"""How much longer than usual a test may seem by its fsyncs: remarkable, and no more possible."""
_ABSURD = 8.0
_FAR_OFF = 2.0


def check_fsyncs(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return rows whose writes and fsyncs cannot be of one test.

    fsyncs = 1.28 writes + 4096 in the whole test, so each row tells how long its test took; rows
    of one workbook tell the same.
    """
    rows = [
        (row["writes_per_s"], row["fsyncs_per_s"])
        for table in tables
        if table.measurement == "fileio-iops"
        for row in table_rows(table)
        if {"writes_per_s", "fsyncs_per_s"} <= row.keys() and row["writes_per_s"].number.value > 0
    ]
    seconds = {fsyncs.cell: _seconds(writes, fsyncs) for writes, fsyncs in rows}
    known = [value for value in seconds.values() if value is not None]
    if len(rows) - len(known) > len(rows) / 2:
        message = (
            "fsyncs per write are not 1.28 in most rows, as they are with sysbench's 128 files and"
            " an fsync each 100 requests: was --file-num or --file-fsync-freq changed?"
        )
        return [finding(rows[0][1], workbook, message, note=True)]
    usual = median(known) if len(known) >= _ENOUGH else None
    findings = []
    for writes, fsyncs in rows:
        implied = seconds[fsyncs.cell]
        off = None if implied is None else _off(implied, usual)
        if off is not None and off < _REMARKABLE:
            continue
        slightly = off is not None and off < (_LONG if usual and usual >= _LONG_S else _SHORT)
        words = _slight if slightly else _impossible
        findings.append(
            finding(fsyncs, workbook, words(writes, fsyncs, implied, usual), note=slightly)
        )
    return findings


def _slight(
    writes: TypedSample, fsyncs: TypedSample, implied: float | None, usual: float | None
) -> str:
    return (
        f"by its fsyncs/s and writes/s ({writes.cell.address}) the test took {about(implied or 0)}"
        f" s, the others {about(usual or 0)} s: was {fsyncs.cell.text} mistyped, or --time another?"
    )


def _impossible(
    writes: TypedSample, fsyncs: TypedSample, _implied: float | None, usual: float | None
) -> str:
    ratio = fsyncs.number.value / writes.number.value
    expected = _PER_REQUEST + (_AT_END / usual / writes.number.value if usual else 0)
    return (
        f"{plain(fsyncs.number.value)} fsyncs/s over {plain(writes.number.value)} writes/s"
        f" ({writes.cell.address}) = {ratio:.3f}, but an fsync of all 128 files after each 100"
        f" writes, and one by each thread at the end, make {expected:.3f}: one of the two cells"
        " belongs to another test; compare with the log"
    )


def _seconds(writes: TypedSample, fsyncs: TypedSample) -> float | None:
    """Return how long the test took by its fsyncs; None when there are too few of them.

    The last round of fsyncs may be cut short, and a test without fsyncs at the end has none.
    """
    extra = fsyncs.number.high - _PER_REQUEST * writes.number.low
    if extra < -max(_ROUND, _NEARLY * fsyncs.number.value):
        return None
    return _AT_END / extra if extra > _AT_END / _ENDLESS else _ENDLESS


def _off(seconds: float, usual: float | None) -> float:
    """Return by which factor a test is longer or shorter than the others; 1 where none is known.

    The fsyncs at the end may take seconds themselves, which matters in short tests.
    """
    if seconds >= _ENDLESS:
        return 1.0
    if usual is None or usual >= _ENDLESS:
        return math.inf if seconds < 1 else 1.0
    return max(seconds / usual, usual / seconds)


def check_block_sizes(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return where operations and throughput are of one and the same test, or cannot be."""
    rates: dict[tuple[str, str], list[TypedSample]] = defaultdict(list)
    flows: dict[tuple[str, str], list[TypedSample]] = defaultdict(list)
    for table in tables:
        for sample in table.samples:
            if sample.number.value <= 0:
                continue
            if sample.metric == _operations(sample.case):
                rates[sample.vmm, sample.case].append(sample)
            elif table.measurement == "fileio-throughput":
                flows[sample.vmm, sample.case].append(sample)
    findings: list[CellFinding] = []
    for key in rates.keys() & flows.keys():
        found = _same_test(rates[key], flows[key], workbook)
        findings += found or _absurd(rates[key], flows[key], workbook)
    return sorted(findings, key=lambda each: (each.sheet, each.cell))


def _operations(case: str) -> str:
    return "reads_per_s" if case in ("rndrd", "seqrd") else "writes_per_s"


def _same_test(
    rates: list[TypedSample], flows: list[TypedSample], workbook: str
) -> list[CellFinding]:
    """Whether each throughput is exactly what the operations move, with one size of a request.

    One pair may nearly agree by chance where fsyncs set the pace; all repetitions do not. A single
    pair has to agree in every digit.
    """
    case = rates[0].case
    if len(rates) != len(flows):
        return []
    odd = _odd_repetition(rates)
    if odd is not None:
        rates = [odd]
    large = request_size(_LARGE, _FILE_SIZE, _FILES, random=case.startswith("rnd")).low
    for size, words in (
        (_SMALL, "the throughput is that of the 4 KiB blocks: measure it with 128 KiB"),
        (large, "the operations are those of the 128 KiB blocks: measure them with 4 KiB"),
        (_LARGE, "the operations are those of the 128 KiB blocks: measure them with 4 KiB"),
    ):
        if not _all_equal(rates, flows, size):
            continue
        marked = flows if size == _SMALL else rates
        other = rates if size == _SMALL else flows
        addresses = ", ".join(f"{each.cell.sheet}!{each.cell.address}" for each in other)
        return [
            finding(
                each,
                workbook,
                f"operations per second times {about(size / 1024)} KiB is exactly the throughput"
                f" ({addresses}), so both tables hold one and the same {MODES[case].words} test:"
                f" {words}",
            )
            for each in marked
        ]
    return []


def _odd_repetition(rates: list[TypedSample]) -> TypedSample | None:
    """Return the one repetition that is far from the others, None where all are alike."""
    for rate in rates if len(rates) > 1 else ():
        others = median(other.number.value for other in rates if other is not rate)
        value = rate.number.value
        if max(value / others, others / value) > _FAR_OFF and value < others:
            return rate
    return None


def _all_equal(rates: list[TypedSample], flows: list[TypedSample], size: float) -> bool:
    """Whether each rate moves, with requests of `size`, just what one of the flows says."""
    if len(rates) == 1 == len(flows):
        return _equal(rates[0], flows[0], size, exactly=True)
    if len(rates) == 1:
        return any(_equal(rates[0], flow, size) for flow in flows)
    pairs = zip(sorted(rates, key=_value), sorted(flows, key=_value), strict=True)
    return all(_equal(rate, flow, size) for rate, flow in pairs)


def _value(sample: TypedSample) -> float:
    return sample.number.value


def _equal(rate: TypedSample, flow: TypedSample, size: float, *, exactly: bool = False) -> bool:
    expected = rate.number.value * size / _MIB
    room = rate.number.step * size / _MIB + flow.number.step if exactly else _SAME * expected
    return abs(flow.number.value - expected) <= room


def _absurd(rates: list[TypedSample], flows: list[TypedSample], workbook: str) -> list[CellFinding]:
    """A block of 128 KiB takes longer than one of 4 KiB, and moves more in a second."""
    case = rates[0].case
    large = request_size(_LARGE, _FILE_SIZE, _FILES, random=case.startswith("rnd")).low
    rate = median(sample.number.value for sample in rates)
    findings = []
    for flow in flows:
        operations = flow.number.value * _MIB / large
        if operations > _ABSURD * rate:
            problem = f"{about(operations)} operations/s with 128 KiB blocks, more than"
        elif flow.number.value * _ABSURD < rate * _SMALL / _MIB:
            problem = f"{about(operations)} operations/s with 128 KiB blocks, which moves less than"
        else:
            continue
        message = (
            f"{flow.cell.text} MiB/s are {problem} {about(rate)} operations/s with 4 KiB blocks"
            f" ({rates[0].cell.sheet}!{rates[0].cell.address}): one of the tables holds numbers of"
            " another kind; compare with the logs"
        )
        findings.append(finding(flow, workbook, message))
    return findings
