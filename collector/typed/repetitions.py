"""Repetitions of one case against each other: the same test does not change by large factors."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from collector.findings import CellFinding
from collector.identities.printed import about
from collector.typed.model import TypedSample, TypedTable
from collector.typed.rows import finding
from collector.words import Message, say

_IMPOSSIBLE = 20.0
_STEADY = 5.0
"""The same for what only the CPU and the memory decide: speeds, and reads from the page cache."""
_REMARKABLE = 3.0
_LEAST_LATENCY_MS = 0.1
_NOT_COMPARED = ("latency_max_ms", "latency_min_ms")
"""The longest of a million events is what it is."""
_STEADY_METRICS = (
    "events_per_second",
    "throughput_mib_per_s",
    "reads_per_s",
    "read_mib_per_s",
)
_DECIMAL_POINT = say("a slip of the decimal point?")
_SLIPS = (
    (1000.0, 1.15, say("a slip of the unit (factor 1000)?")),
    (60.0, 1.1, say("the total of a test of 60 s instead of the number per second?")),
    (100.0, 1.1, _DECIMAL_POINT),
    (10.0, 1.1, _DECIMAL_POINT),
)

_MORE = say(
    "{far} is {times} times more than {near} ({cell}), another repetition of the same test{slip};"
    " compare both with their logs"
)
_LESS = say(
    "{far} is {times} times less than {near} ({cell}), another repetition of the same test{slip};"
    " compare both with their logs"
)


def check_repetitions(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return numbers that are many times another repetition of the same test."""
    groups: dict[tuple[object, ...], list[TypedSample]] = defaultdict(list)
    others: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for table in tables:
        for sample in table.samples:
            if sample.metric in _NOT_COMPARED or sample.number.value <= 0:
                continue
            groups[table.number, sample.vmm, *_test(sample)].append(sample)
            others[_test(sample)].append(sample.number.value)
    findings = []
    for group in groups.values():
        low = min(group, key=lambda sample: sample.number.value)
        high = max(group, key=lambda sample: sample.number.value)
        factor = high.number.value / low.number.value
        if factor < _REMARKABLE or _tiny(low):
            continue
        usual = median(others[_test(low)])
        far = high if high.number.value / usual > usual / low.number.value else low
        near = low if far is high else high
        message = (_MORE if far is high else _LESS).filled(
            far=far.cell.text,
            times=about(factor),
            near=near.cell.text,
            cell=near.cell.address,
            slip=_slip(factor),
        )
        impossible = _STEADY if far.metric in _STEADY_METRICS else _IMPOSSIBLE
        findings.append(finding(far, workbook, message, note=factor < impossible))
    return findings


def _test(sample: TypedSample) -> tuple[object, ...]:
    """Return what repetitions of one test have in common on all sides.

    One long table may hold tests of several block sizes and numbers of threads.
    """
    return (sample.subject, sample.case, sample.parameters, sample.metric)


def _tiny(sample: TypedSample) -> bool:
    """A latency of few hundredths of a millisecond is known to a digit only."""
    return sample.metric.endswith("_ms") and sample.number.value < _LEAST_LATENCY_MS


def _slip(factor: float) -> Message | str:
    for expected, room, words in _SLIPS:
        if expected / room < factor < expected * room:
            return say(": {slip}", slip=words)
    return ""
