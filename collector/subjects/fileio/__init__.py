"""Reading and writing in the guest, `sysbench fileio`, in the three shapes of the report."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from collector.identities import fileio
from collector.identities.modes import MODES, idle_metrics
from collector.identities.printed import Numbers, Problem
from collector.identities.repeated import fairness
from collector.subjects.fileio.planned import KEY, plan_of
from collector.subjects.fileio.stated import REPORT_BLOCKS, strays_of
from collector.subjects.parts import sysbench
from collector.subjects.parts.folder import nothing_derived
from collector.subjects.parts.looks import Chart, Matrix, PerCase, Table, Texts
from collector.subjects.parts.metric import Metric
from collector.subjects.parts.model import Case, Stated, Stray, Subject
from collector.words import Message, say

__all__ = [
    "IOPS_COLUMNS",
    "IOPS_QUANTITY",
    "IOPS_WORDS",
    "MODE_WORDS",
    "MOVED",
    "OPERATIONS",
    "RATES",
    "REPORT_BLOCKS",
    "SUBJECTS",
    "fileio_subject",
]

Strays = Callable[[Stated, Mapping[str, Any]], Iterable[Stray]]
_ORDER = {mode: place for place, mode in enumerate(MODES)}
MODE_WORDS: dict[str, Message] = {
    "mode": say("Test mode"),
    "rndrd": say("Random read"),
    "rndwr": say("Random write"),
    "seqrd": say("Sequential read"),
    "seqwr": say("Sequential write"),
    "rndrw": say("Random read and write"),
    "seqrewr": say("Sequential rewrite"),
}
MOVED = ("read_mib_per_s", "written_mib_per_s")
RATES = ("reads_per_s", "writes_per_s")
OPERATIONS = (*RATES, "fsyncs_per_s")
IOPS_COLUMNS = tuple(zip(("reads", "writes", "fsyncs"), OPERATIONS, strict=True))
IOPS_QUANTITY = say("Reads or writes per second")
IOPS_WORDS: dict[str, Message] = {
    "reads": say("Reads per second"),
    "writes": say("Writes per second"),
    "fsyncs": say("File syncs per second"),
}
_METRICS = (
    *sysbench.METRICS,
    Metric("reads_per_s", "reads/s", "read requests in a second", True),
    Metric("writes_per_s", "writes/s", "write requests in a second", True),
    Metric("fsyncs_per_s", "fsyncs/s", "fsync requests in a second", True),
    Metric("read_mib_per_s", "MiB/s", "read in a second", True),
    Metric("written_mib_per_s", "MiB/s", "written in a second", True),
    Metric("read_mb_per_s", "MB/s", "read in a second, in 10^6 bytes", True),
    Metric("written_mb_per_s", "MB/s", "written in a second, in 10^6 bytes", True),
    Metric("file_test_mode", "", "seqwr seqrewr seqrd rndrd rndwr or rndrw"),
    Metric("file_block_size_bytes", "B", "size of one request", whole=True),
    Metric("file_count", "files", "number of files", whole=True),
    Metric("file_size_bytes", "B", "size of one file", whole=True),
    Metric("file_total_size_bytes", "B", "size of all files", whole=True),
    Metric("file_requests", "requests", "limit on the number of requests; 0: none", whole=True),
    Metric("file_rw_ratio", "", "reads for each write in the mode rndrw"),
    Metric("file_fsync_freq", "requests", "an fsync of all files after so many", whole=True),
    Metric("file_merged_bytes", "B", "sequential requests are merged up to this size"),
    Metric("file_io_mode", "", "sync, async or mmap"),
    Metric("file_extra_flags", "", "additional flags of open()"),
)


def _case(case: str) -> Case | None:
    if case not in _ORDER:
        return None
    kinds = [word for word in ("reads", "writes") if getattr(MODES[case], word)]
    return Case(MODE_WORDS[case], (_ORDER[case],), kind=" ".join(kinds))


def _idle(case: str, words: Mapping[str, str]) -> tuple[str, ...]:
    return idle_metrics(words.get("file_test_mode", case))


def _identities(numbers: Numbers, log: Stated) -> list[Problem]:
    mode = log.words.get("file_test_mode", "")
    problems = [*sysbench.identities(numbers, log), *fileio.other_direction(numbers, mode)]
    if log.words.get("file_io_mode", "sync") == "sync" and "file_merged_bytes" not in numbers:
        problems += fileio.bytes_per_request(numbers, mode)
        problems += fileio.fsyncs(numbers, mode, log.seconds)
        problems += fileio.file_events(numbers, log.seconds)
    return problems


def fileio_subject(
    shape: str,
    *,
    key: str = KEY,
    flags: tuple[str, ...] = (),
    strays: Strays | None = None,
    numbers: tuple[tuple[str, ...], ...],
    table: Table,
    charts: tuple[Chart, ...],
    texts: Texts,
) -> Subject:
    """Return the subject of one shape; `numbers` are the metrics compared, and the headline.

    `key` is that of a plan, `flags` are further options of the command, and `strays` what else a
    log must say in the subject's folder.
    """
    compared, headline = numbers
    return Subject(
        name=f"{key}-{shape}",
        plan=plan_of(shape, key, flags),
        formats=sysbench.formats("sysbench-fileio"),
        metrics=_METRICS,
        compared=compared,
        headline=headline,
        derived=nothing_derived,
        identities=_identities,
        details=fairness,
        strays=strays or strays_of(shape),
        case=_case,
        idle=_idle,
        unaffected_by=sysbench.UNAFFECTED_BY,
        table=table,
        charts=charts,
        texts=texts,
        cited=(),
    )


FILEIO_LATENCY = fileio_subject(
    "latency",
    numbers=(sysbench.LATENCIES, ("latency_avg_ms",)),
    table=Table(9, PerCase("mode", sysbench.LATENCY_COLUMNS)),
    charts=(
        Chart("fileio latency", ("latency_avg_ms",)),
        Chart("fileio longest", ("latency_max_ms",)),
    ),
    texts=Texts(
        caption=say("Table {number} {vmm} single-queue read and write latency"),
        sheet=say("IO latency"),
        title=say("I/O: single-queue latency"),
        quantity=say("Average latency (ms)"),
        axis=MODE_WORDS["mode"],
        more={
            **MODE_WORDS,
            **sysbench.LATENCY_WORDS,
            "chart fileio latency": say("I/O average latency"),
            "chart fileio longest": say("I/O maximum latency"),
        },
    ),
)
FILEIO_THROUGHPUT = fileio_subject(
    "throughput",
    numbers=(MOVED, MOVED),
    table=Table(11, Matrix("mode", "throughput", MOVED, across="vmms")),
    charts=(Chart("throughput", MOVED),),
    texts=Texts(
        caption=say("Table {number} {vmm} throughput"),
        sheet=say("IO throughput"),
        title=say("I/O: throughput"),
        quantity=say("Throughput (MiB/s)"),
        axis=MODE_WORDS["mode"],
        more={
            **MODE_WORDS,
            "throughput": say("Throughput (MiB/s)"),
            "chart throughput": say("I/O throughput"),
        },
    ),
)
FILEIO_IOPS = fileio_subject(
    "iops",
    numbers=(OPERATIONS, RATES),
    table=Table(12, PerCase("mode", IOPS_COLUMNS)),
    charts=(Chart("reads", ("reads_per_s",)), Chart("writes", ("writes_per_s",))),
    texts=Texts(
        caption=say("Table {number} {vmm} IOPS"),
        sheet=say("IOPS"),
        title=say("I/O: IOPS"),
        quantity=IOPS_QUANTITY,
        axis=MODE_WORDS["mode"],
        more={
            **MODE_WORDS,
            **IOPS_WORDS,
            "chart reads": say("IOPS, reads"),
            "chart writes": say("IOPS, writes"),
        },
    ),
)

SUBJECTS = (FILEIO_LATENCY, FILEIO_THROUGHPUT, FILEIO_IOPS)
