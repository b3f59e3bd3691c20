"""Reading and writing in the guest, `sysbench fileio`, in the three shapes of the report."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from collector.identities import fileio
from collector.identities.modes import MODES, idle_metrics
from collector.identities.printed import Numbers, Problem
from collector.identities.repeated import fairness
from collector.subjects.parts import sysbench
from collector.subjects.parts.folder import (
    BYTES,
    THREADS,
    differs,
    nothing,
    nothing_derived,
    size_in_bytes,
)
from collector.subjects.parts.looks import Chart, Matrix, PerCase, Table, Texts
from collector.subjects.parts.metric import Metric
from collector.subjects.parts.model import Case, Stated, Stray, Subject
from collector.subjects.parts.plan import Costs, Plan, PlanPart, Step
from collector.words import Message, Text, say

_KEY = "fileio"
_ORDER = {mode: place for place, mode in enumerate(MODES)}
_PLANNED_MODES = ("rndrd", "rndwr", "seqrd", "seqwr")
_SHAPES = {"latency": (1.0, 4096.0), "throughput": (32.0, 131072.0), "iops": (32.0, 4096.0)}
"""Threads and bytes of a block in the report's commands, for folders without a plan."""
REPORT_BLOCKS = {f"fileio-{shape}": block for shape, (_, block) in _SHAPES.items()}
"""Subject to bytes of a block in the report's commands."""
_MODE_WORDS: dict[str, Message] = {
    "mode": say("Test mode"),
    "rndrd": say("Random read"),
    "rndwr": say("Random write"),
    "seqrd": say("Sequential read"),
    "seqwr": say("Sequential write"),
    "rndrw": say("Random read and write"),
    "seqrewr": say("Sequential rewrite"),
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


def _schema(shape: str) -> dict[str, Any]:
    """Return the schema of the key that the three share, as far as one of them knows it."""
    modes = {
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "items": {"enum": list(_PLANNED_MODES)},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["total_size", "modes"],
        "anyOf": [{"required": [shape]}],
        "properties": {
            "total_size": {"$ref": "#/$defs/size"},
            "modes": modes,
            shape: {
                "type": "object",
                "additionalProperties": False,
                "required": ["threads", "block_size"],
                "properties": {
                    "threads": {"$ref": "#/$defs/threads"},
                    "block_size": {"$ref": "#/$defs/size"},
                },
            },
        },
    }


def _plan(shape: str) -> PlanPart:
    def count(plan: Plan) -> int:
        return plan.repetitions if plan.parts.get(_KEY, {}).get(shape) else 0

    def steps(plan: Plan, costs: Costs) -> Iterator[Step]:
        for mode in plan.parts[_KEY]["modes"]:
            yield _step(plan, costs, shape, mode)

    return PlanPart({_KEY: _schema(shape)}, (), count, steps, sysbench.measuring, nothing)


def _step(plan: Plan, costs: Costs, shape: str, mode: str) -> Step:
    """Return one test; `seqwr` leaves its files truncated, so each makes its own."""
    part = plan.parts[_KEY]
    size = f"--file-total-size={part['total_size']}"
    cleanup = ["sysbench", "fileio", size, "cleanup"]
    test = sysbench.test(
        plan,
        mode,
        "fileio",
        f"--threads={part[shape]['threads']}",
        f"--file-block-size={part[shape]['block_size']}",
        size,
        f"--file-test-mode={mode}",
    )
    return Step(
        mode,
        test.command,
        before=[cleanup, ["sysbench", "fileio", size, "prepare"]],
        after=[cleanup],
        seconds=plan.seconds + costs.prepare,
    )


def _case(case: str) -> Case | None:
    return Case(_MODE_WORDS[case], (_ORDER[case],)) if case in _ORDER else None


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


def _strays(shape: str) -> Callable[[Stated, Mapping[str, Any]], Iterator[Stray]]:
    def strays(log: Stated, plan: Mapping[str, Any]) -> Iterator[Stray]:
        mode = log.words.get("file_test_mode")
        if mode and log.case in MODES and mode != log.case:
            said: Text = MODES[mode].words if mode in MODES else mode
            message = say(
                "the log is of a {mode} test ({code}), but lies in the folder {folder} ({other}):"
                " move it to the folder of its own mode",
                mode=said,
                code=mode,
                folder=log.case,
                other=MODES[log.case].words,
            )
            yield Stray("file_test_mode", message)
        planned = _planned(shape, plan)
        threads, block = planned or _SHAPES[shape]
        if sysbench.threads_of(log.case) is not None:
            threads = None  # the folder says it
        # without a plan the report's commands are a guess, unless they are those of another table
        sure = planned is not None or _of_another_table(log, shape)
        name = f"fileio-{shape}"
        for stray in (
            *differs(log, name, "threads", threads, THREADS),
            *differs(log, name, "file_block_size_bytes", block, BYTES),
        ):
            yield stray._replace(sure=sure)

    return strays


def _of_another_table(log: Stated, shape: str) -> bool:
    """Whether a log has the block size, or the single thread, of another of the report's tables."""
    own_threads, own_block = _SHAPES[shape]
    block = log.numbers.get("file_block_size_bytes")
    if block != own_block and block in REPORT_BLOCKS.values():
        return True
    return own_threads == 1 and block == own_block


def _planned(shape: str, plan: Mapping[str, Any]) -> tuple[float | None, float | None] | None:
    """Return threads and bytes of a block as planned; None where no plan says."""
    part = plan.get(_KEY)
    planned = part.get(shape) if isinstance(part, dict) else None
    if not isinstance(planned, dict):
        return None
    threads = planned.get("threads")
    return (
        float(threads) if isinstance(threads, int | float) else None,
        size_in_bytes(planned.get("block_size", "")),
    )


def _subject(
    shape: str,
    *,
    numbers: tuple[tuple[str, ...], ...],
    table: Table,
    charts: tuple[Chart, ...],
    texts: Texts,
) -> Subject:
    """Return the subject of one shape; `numbers` are the metrics compared, and the headline."""
    compared, headline = numbers
    return Subject(
        name=f"fileio-{shape}",
        plan=_plan(shape),
        formats=sysbench.formats("sysbench-fileio"),
        metrics=_METRICS,
        compared=compared,
        headline=headline,
        derived=nothing_derived,
        identities=_identities,
        details=fairness,
        strays=_strays(shape),
        case=_case,
        idle=_idle,
        unaffected_by=sysbench.UNAFFECTED_BY,
        table=table,
        charts=charts,
        texts=texts,
    )


FILEIO_LATENCY = _subject(
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
        axis=_MODE_WORDS["mode"],
        more={
            **_MODE_WORDS,
            **sysbench.LATENCY_WORDS,
            "chart fileio latency": say("I/O average latency"),
            "chart fileio longest": say("I/O maximum latency"),
        },
    ),
)
_MOVED = ("read_mib_per_s", "written_mib_per_s")
FILEIO_THROUGHPUT = _subject(
    "throughput",
    numbers=(_MOVED, _MOVED),
    table=Table(11, Matrix("mode", "throughput", _MOVED, across="vmms")),
    charts=(Chart("throughput", _MOVED),),
    texts=Texts(
        caption=say("Table {number} {vmm} throughput"),
        sheet=say("IO throughput"),
        title=say("I/O: throughput"),
        quantity=say("Throughput (MiB/s)"),
        axis=_MODE_WORDS["mode"],
        more={
            **_MODE_WORDS,
            "throughput": say("Throughput (MiB/s)"),
            "chart throughput": say("I/O throughput"),
        },
    ),
)
_RATES = ("reads_per_s", "writes_per_s")
FILEIO_IOPS = _subject(
    "iops",
    numbers=((*_RATES, "fsyncs_per_s"), _RATES),
    table=Table(
        12,
        PerCase(
            "mode",
            (("reads", "reads_per_s"), ("writes", "writes_per_s"), ("fsyncs", "fsyncs_per_s")),
        ),
    ),
    charts=(Chart("reads", ("reads_per_s",)), Chart("writes", ("writes_per_s",))),
    texts=Texts(
        caption=say("Table {number} {vmm} IOPS"),
        sheet=say("IOPS"),
        title=say("I/O: IOPS"),
        quantity=say("Reads or writes per second"),
        axis=_MODE_WORDS["mode"],
        more={
            **_MODE_WORDS,
            "reads": say("Reads per second"),
            "writes": say("Writes per second"),
            "fsyncs": say("File syncs per second"),
            "chart reads": say("IOPS, reads"),
            "chart writes": say("IOPS, writes"),
        },
    ),
)

SUBJECTS = (FILEIO_LATENCY, FILEIO_THROUGHPUT, FILEIO_IOPS)
