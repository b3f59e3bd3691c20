"""Tables of sysbench cpu and sysbench memory."""

import re

from collector.labels import Language, say
from collector.tables.cells import heading, number, percentile_heading, percentile_metric, spread
from collector.tables.host_data import HostData
from collector.tables.model import Cell, Row, SampleKey, Style

_THREADS = re.compile(r"threads-(\d+)")
_BLOCKS = re.compile(r"(seq|rnd)-(\d+)([BKMG]?)")
_KIB = {"": 1 / 1024, "B": 1 / 1024, "K": 1, "M": 1024, "G": 1024**2}
_ACCESS_MODES = ("seq", "rnd")


def threads_of(case: str) -> int | None:
    """Return the number of threads that a case of sysbench-cpu names, or None."""
    match = _THREADS.fullmatch(case)
    return int(match[1]) if match else None


def block_of(case: str) -> tuple[str, float] | None:
    """Return access mode and block size in KiB that a case of sysbench-memory names, or None."""
    match = _BLOCKS.fullmatch(case)
    return (match[1], int(match[2]) * _KIB[match[3]]) if match else None


def cpu(data: HostData, vmm: str, language: Language) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return header and body: one row per number of threads and repetition."""
    subject = "sysbench-cpu"
    percentile = percentile_metric(data, vmm, subject)
    metrics = ("events_per_second", "latency_avg_ms", "latency_max_ms", percentile)
    header = tuple(
        heading(text)
        for text in (
            say(language, "threads"),
            say(language, "cpu speed"),
            say(language, "latency avg"),
            say(language, "latency max"),
            percentile_heading(language, percentile),
        )
    )
    named = ((threads_of(case), case) for case in data.all_cases(subject))
    cases = sorted((threads, case) for threads, case in named if threads is not None)
    repetitions = data.repetitions(subject, (case for _, case in cases))
    body: list[Row] = []
    for threads, case in cases:
        first: Cell | None = Cell(float(threads), Style.COUNT, rows=len(repetitions))
        for repetition in repetitions:
            keys = (SampleKey(vmm, subject, case, repetition, metric) for metric in metrics)
            body.append((first, *(number(data, key, Style.HUNDREDTHS) for key in keys)))
            first = None
    return (header,), tuple(body)


def memory(data: HostData, vmm: str, language: Language) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return header and body: one row per block size, one column per access and repetition."""
    subject = "sysbench-memory"
    named = ((block_of(case), case) for case in data.all_cases(subject))
    cases = {block: case for block, case in named if block is not None}
    modes = [mode for mode in _ACCESS_MODES if any(mode == found for found, _ in cases)]
    repetitions = data.repetitions(subject, cases.values())
    span = len(repetitions)
    header: tuple[Row, ...] = (
        (
            heading(say(language, "block size"), rows=2),
            *spread(heading(say(language, "transfer rate"), columns=span * len(modes))),
        ),
        (
            None,
            *(
                cell
                for mode in modes
                for cell in spread(heading(say(language, mode), columns=span))
            ),
        ),
    )
    body = tuple(
        (
            Cell(float(size), Style.PLAIN),
            *(
                number(
                    data,
                    SampleKey(
                        vmm,
                        subject,
                        cases.get((mode, size), f"{mode}-{size:g}K"),
                        repetition,
                        "throughput_mib_per_s",
                    ),
                    Style.HUNDREDTHS,
                )
                for mode in modes
                for repetition in repetitions
            ),
        )
        for size in sorted({size for _, size in cases})
    )
    return header, body
