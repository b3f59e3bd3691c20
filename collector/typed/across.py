"""The table of latencies (one thread) against that of operations (many): modes and threads."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from collector.findings import CellFinding
from collector.identities.printed import about, plain
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import IOPS, LATENCY
from collector.typed.rows import finding, table_rows
from collector.words import Message, joined, say

_ADVICE = say("compare both with their logs")
_PAIRS = (("rndrd", "rndwr"), ("seqrd", "seqwr"))
_REVERSED = 8.0
"""How many times slower a mode has to be in one table and faster in the other."""
_MOST_THREADS = 64.0
"""Of a table of operations that does not say how many threads its tests had."""
_SLACK = 1.5
"""A request among many may be a little quicker than one alone: requests are merged."""
Cases = dict[str, dict[str, list[TypedSample]]]


def check_across(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return latencies that cannot be of the modes whose operations another table has."""
    latencies: Cases = defaultdict(lambda: defaultdict(list))
    events: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    threads: dict[str, float] = defaultdict(float)
    for table in tables:
        for row in table_rows(table):
            one = next(iter(row.values()))
            if table.subject == LATENCY and "latency_avg_ms" in row:
                if one.parameters.threads in (None, 1.0):
                    latencies[one.vmm][one.case].append(row["latency_avg_ms"])
            elif table.subject == IOPS:
                rates = [row[name].number.value for name in row if name.endswith("s_per_s")]
                events[one.vmm][one.case].append(sum(rates))
                threads[one.vmm] = max(threads[one.vmm], one.parameters.threads or _MOST_THREADS)
    return [
        finding(sample, workbook, joined([message, _ADVICE]))
        for vmm, cases in latencies.items()
        for sample, message in (
            *_exchanged(cases, events[vmm]),
            *_too_many(cases, events[vmm], threads[vmm]),
        )
    ]


def _exchanged(
    cases: dict[str, list[TypedSample]], events: dict[str, list[float]]
) -> Iterator[tuple[TypedSample, Message]]:
    """A mode that is much quicker than another in one table is not much slower in the other."""
    for one, other in _PAIRS:
        if not all(cases.get(mode) and any(events.get(mode, ())) for mode in (one, other)):
            continue
        for slow, quick in ((one, other), (other, one)):
            late = median(sample.number.low for sample in cases[slow])
            early = median(sample.number.high for sample in cases[quick])
            rate, usual = median(events[slow]), median(events[quick])
            if not early or not usual:
                continue
            if late > _REVERSED * early and rate > _REVERSED * usual:
                yield (
                    cases[slow][0],
                    say(
                        "{slow} takes {times} times as long as {quick}, but the table of operations"
                        " has {more} times as many of it: were the labels of the two exchanged?",
                        slow=slow,
                        quick=quick,
                        times=about(late / early),
                        more=about(rate / usual),
                    ),
                )


def _too_many(
    cases: dict[str, list[TypedSample]], events: dict[str, list[float]], threads: float
) -> Iterator[tuple[TypedSample, Message]]:
    """Threads do in a second what each of them can do alone, and hardly more."""
    for case, samples in cases.items():
        rate = median(events[case]) if events.get(case) else 0.0
        least = min(sample.number.low for sample in samples)
        busy = rate * least / 1000
        if busy > threads * _SLACK:
            yield (
                samples[0],
                say(
                    "{rate} requests and fsyncs in a second of {latency} ms each ({case}) keep"
                    " {busy} threads at work, but the test of operations has not more than"
                    " {threads:g}: one of the two tables has numbers of another kind",
                    rate=about(rate),
                    latency=plain(samples[0].number.value),
                    case=case,
                    busy=about(busy),
                    threads=threads,
                ),
            )
