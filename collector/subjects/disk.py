"""The disk itself, `sysbench fileio` with O_DIRECT: past the guest's page cache, and the host's.

The report's own file set lives in the guest's memory, so that its numbers are those of memory. Here
the files are opened with O_DIRECT; the role `guest` gives all VMMs a disk past the host's cache.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from collector.subjects.fileio import (
    IOPS_COLUMNS,
    IOPS_QUANTITY,
    IOPS_WORDS,
    MODE_WORDS,
    MOVED,
    OPERATIONS,
    RATES,
    fileio_subject,
)
from collector.subjects.fileio.stated import strays_of
from collector.subjects.parts import sysbench
from collector.subjects.parts.looks import Chart, PerCase, Table, Texts
from collector.subjects.parts.model import Stated, Stray, Subject
from collector.words import say

KEY = "disk"
_FLAG = "--file-extra-flags=direct"


def _disk(
    shape: str, numbers: tuple[tuple[str, ...], ...], table: Table, chart: Chart, texts: Texts
) -> Subject:
    of_folder = strays_of(shape, KEY)

    def strays(log: Stated, plan: Mapping[str, Any]) -> Iterator[Stray]:
        yield from of_folder(log, plan)
        flags = log.words.get("file_extra_flags", "")
        if log.tool == "sysbench-fileio" and "direct" not in flags:
            message = say(
                "the files were not opened with O_DIRECT (extra flags: {flags}), so this is a"
                " number of the guest's memory and not of the disk; expected {wanted}",
                flags=flags or "-",
                wanted=_FLAG,
            )
            yield Stray("file_extra_flags", message)

    return fileio_subject(
        shape,
        key=KEY,
        flags=(_FLAG,),
        strays=strays,
        numbers=numbers,
        table=table,
        charts=(chart,),
        texts=texts,
    )


SUBJECTS = (
    _disk(
        "latency",
        (sysbench.LATENCIES, ("latency_avg_ms",)),
        Table(None, PerCase("mode", sysbench.LATENCY_COLUMNS)),
        Chart("disk latency", ("latency_avg_ms",)),
        Texts(
            caption=say("Table {number} {vmm} disk latency (O_DIRECT)"),
            sheet=say("Disk latency"),
            title=say("Disk: latency (O_DIRECT)"),
            quantity=say("Average latency (ms)"),
            axis=MODE_WORDS["mode"],
            more={
                **MODE_WORDS,
                **sysbench.LATENCY_WORDS,
                "chart disk latency": say("Disk average latency"),
            },
        ),
    ),
    _disk(
        "throughput",
        (MOVED, MOVED),
        Table(None, PerCase("mode", (("read mib", MOVED[0]), ("written mib", MOVED[1])))),
        Chart("disk throughput", MOVED),
        Texts(
            caption=say("Table {number} {vmm} disk throughput (O_DIRECT)"),
            sheet=say("Disk throughput"),
            title=say("Disk: throughput (O_DIRECT)"),
            quantity=say("Throughput (MiB/s)"),
            axis=MODE_WORDS["mode"],
            more={
                **MODE_WORDS,
                "read mib": say("Read (MiB/s)"),
                "written mib": say("Written (MiB/s)"),
                "chart disk throughput": say("Disk throughput"),
            },
        ),
    ),
    _disk(
        "iops",
        (OPERATIONS, RATES),
        Table(None, PerCase("mode", IOPS_COLUMNS)),
        Chart("disk operations", RATES),
        Texts(
            caption=say("Table {number} {vmm} disk IOPS (O_DIRECT)"),
            sheet=say("Disk IOPS"),
            title=say("Disk: IOPS (O_DIRECT)"),
            quantity=IOPS_QUANTITY,
            axis=MODE_WORDS["mode"],
            more={
                **MODE_WORDS,
                **IOPS_WORDS,
                "chart disk operations": say("Disk IOPS"),
            },
        ),
    ),
)
