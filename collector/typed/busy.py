"""Threads, events, time and latency of one row: what a test of so many threads can have done."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from collector.findings import CellFinding
from collector.identities import latency
from collector.identities.printed import about, plain
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import CPU, LATENCY
from collector.typed.rows import ADVICE, Row, finding, numbers_of, table_rows
from collector.words import Message, joined, say

_BUSY = 0.85
_IDLE = 0.6
_HARDLY_ANY = 0.1
_FEW_THREADS = 4
"""With so few threads a cpu test is at work all the time; 64 of them reach 0.88 at times."""
_TIGHT = 0.97
_LOOSE = 0.95
_ENOUGH = 3
_SLACK = 1.01
_SHORTEST_P_MS = 0.05


class _Work(NamedTuple):
    """The largest share of its threads that can have been at work in a row."""

    share: float
    threads: int
    row: Row

    @property
    def speed(self) -> TypedSample:
        return self.row["events_per_second"]


def check_busy(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return rows whose threads did too little, or more than their time allows."""
    findings = []
    works = []
    for table in tables:
        if table.subject not in (CPU, LATENCY):
            continue
        for row in table_rows(table):
            for sample, message in (*_too_short(row), *_too_long(row)):
                findings.append(finding(sample, workbook, joined([message, ADVICE])))
            if table.subject == CPU and (threads := _threads(row)):
                works.append(_Work(_share(row, threads), threads, row))
    return findings + _idle(works, workbook)


def _too_short(row: Row) -> Iterator[tuple[TypedSample, Message]]:
    """Of all events 5 % took at least as long as the 95th percentile."""
    numbers = numbers_of(row)
    name = latency.percentile_metric(numbers)
    average = row.get("latency_avg_ms")
    if name is None or average is None or numbers[name].low < _SHORTEST_P_MS:
        return
    above = 1 - latency.percentile_share(name)
    least = above * numbers[name].low / latency.HALF_BUCKET
    if average.number.high < least / _SLACK:
        yield (
            average,
            say(
                "an average of {average} ms is out of reach: {share} of the events took at least"
                " {percentile} ms ({cell}), so it cannot be below {least} ms",
                average=plain(average.number.value),
                share=f"{above:.0%}",
                percentile=plain(numbers[name].value),
                cell=row[name].cell.address,
                least=about(least),
            ),
        )


def _too_long(row: Row) -> Iterator[tuple[TypedSample, Message]]:
    """No thread is at work for longer than the test."""
    numbers = numbers_of(row)
    needed = ("latency_avg_ms", "total_events", "total_time_s", "threads")
    if any(name not in numbers for name in needed):
        return
    average, events, time, threads = (numbers[name] for name in needed)
    busy = average.low * events.low / 1000
    if busy > threads.value * time.high * _SLACK:
        yield (
            row["latency_avg_ms"],
            say(
                "{events} events of {average} ms on average take {busy} s, but {threads} threads"
                " have only {available} s in a test of {time} s",
                events=plain(events.value),
                average=plain(average.value),
                busy=about(busy),
                threads=plain(threads.value),
                available=about(threads.value * time.value),
                time=plain(time.value),
            ),
        )


def _threads(row: Row) -> int:
    """Return the threads of a row that has a speed and an average latency; else 0."""
    if not {"events_per_second", "latency_avg_ms"} <= row.keys():
        return 0
    case = row["events_per_second"].case
    return int(float(case.removeprefix("threads-"))) if case.startswith("threads-") else 0


def _share(row: Row, threads: int) -> float:
    speed, average = row["events_per_second"].number, row["latency_avg_ms"].number
    return speed.high * average.high / 1000 / threads


def _idle(works: Sequence[_Work], workbook: str) -> list[CellFinding]:
    """Find rows of a cpu table whose speed or latency is far too low for their threads.

    A cpu test does nothing but events, so Little's law is an equality, but for short tests of
    many threads. So a row is held against those of its table with at least as many threads, and
    one of few threads against all of few threads.
    """
    findings = []
    for work in works:
        others = [
            other.share
            for other in works
            if other is not work
            and other.threads >= work.threads
            and other.speed.table == work.speed.table
        ]
        idle = work.share < _IDLE and bool(others) and median(others) > _BUSY
        if work.share < _HARDLY_ANY or idle or _is_loose(work, works):
            message = say(
                "{rate} events/s times {latency} ms average latency = {busy} threads at work, but"
                " the row has {threads} (Little's law): the speed or the latency belongs to another"
                " row",
                rate=plain(work.speed.number.value),
                latency=plain(work.row["latency_avg_ms"].number.value),
                busy=about(work.share * work.threads),
                threads=work.threads,
            )
            findings.append(finding(work.speed, workbook, joined([message, ADVICE])))
    return findings


def _is_loose(work: _Work, works: Sequence[_Work]) -> bool:
    """Whether a row of few threads was less busy than all others of few threads."""
    if work.threads > _FEW_THREADS or work.share >= _LOOSE:
        return False
    others = [each.share for each in works if each is not work and each.threads <= _FEW_THREADS]
    return len(others) >= _ENOUGH and min(others) >= _TIGHT
