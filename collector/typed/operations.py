"""The table of operations (4 KiB blocks) against itself and against that of throughput (128 KiB).

Where a table does not say how its tests were run, the report's commands are assumed: 20 MB in 128
files, blocks of 4 KiB for the one and of 128 KiB for the other. Where it does, its own count.
"""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from collector.findings import CellFinding
from collector.identities.modes import MODES
from collector.identities.printed import about
from collector.identities.requests import request_size
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import THROUGHPUT
from collector.typed.rows import finding
from collector.words import say

_FILES = 128
_FILE_SIZE = 160 * 1024
_LARGE = 128 * 1024
_SMALL = 4 * 1024
_MIB = 1 << 20
_SAME = 0.002
_SAME_WRITES = 0.0005
"""Fsyncs set the pace of writes, whatever the block, so their rates are near each other anyway."""
_SAME_WHOLE = 0.0001
"""The same where no request is cut at a file's end: then digits alone part them."""
_ABSURD = 8.0
_FAR_OFF = 2.0
_OF_LARGE_BLOCKS = say("the operations are those of the 128 KiB blocks: measure them with 4 KiB")


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
            elif table.subject == THROUGHPUT:
                flows[sample.vmm, sample.case].append(sample)
    findings: list[CellFinding] = []
    for key in rates.keys() & flows.keys():
        if _blocks(rates[key], _SMALL) != {_SMALL} or _blocks(flows[key], _LARGE) != {_LARGE}:
            continue  # other tests than the report's, and other files perhaps
        found = _same_test(rates[key], flows[key], workbook)
        findings += found or _absurd(rates[key], flows[key], workbook)
    return sorted(findings, key=lambda each: (each.sheet, each.cell))


def _operations(case: str) -> str:
    return "reads_per_s" if case in ("rndrd", "seqrd") else "writes_per_s"


def _blocks(samples: list[TypedSample], usual: int) -> set[float]:
    """Return the block sizes that are stated, where none is the report's."""
    return {sample.parameters.block or usual for sample in samples}


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
        (_SMALL, say("the throughput is that of the 4 KiB blocks: measure it with 128 KiB")),
        (large, _OF_LARGE_BLOCKS),
        (_LARGE, _OF_LARGE_BLOCKS),
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
                say(
                    "operations per second times {size} KiB is exactly the throughput ({cells}),"
                    " so both tables hold one and the same {mode} test: {advice}",
                    size=about(size / 1024),
                    cells=addresses,
                    mode=MODES[case].words,
                    advice=words,
                ),
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
    near = _SAME if rate.metric == "reads_per_s" else _SAME_WRITES
    if near == _SAME_WRITES and size in (_SMALL, _LARGE):
        near = _SAME_WHOLE
    room = rate.number.step * size / _MIB + flow.number.step if exactly else near * expected
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
            form = say(
                "{speed} MiB/s are {large} operations/s with 128 KiB blocks, more than {small}"
                " operations/s with 4 KiB blocks ({cell}): one of the tables holds numbers of"
                " another kind; compare with the logs"
            )
        elif flow.number.value * _ABSURD < rate * _SMALL / _MIB:
            form = say(
                "{speed} MiB/s are {large} operations/s with 128 KiB blocks, which moves less than"
                " {small} operations/s with 4 KiB blocks ({cell}): one of the tables holds numbers"
                " of another kind; compare with the logs"
            )
        else:
            continue
        message = form.filled(
            speed=flow.cell.text,
            large=about(operations),
            small=about(rate),
            cell=f"{rates[0].cell.sheet}!{rates[0].cell.address}",
        )
        findings.append(finding(flow, workbook, message))
    return findings
