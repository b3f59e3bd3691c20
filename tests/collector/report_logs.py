"""Logs that carry the report's numbers: `tables.json` turned back into what the tools printed.

What the tables do not say (event counts, minima) is made up so that every identity between the
numbers of one log holds.
"""

import json
import math
import re
from pathlib import Path
from typing import Any

TABLES_JSON = Path(__file__).parent.parent / "data" / "report" / "tables.json"
SECONDS = 60.0
FILES = 128
MODES = {"随机读": "rndrd", "随机写": "rndwr", "顺序读": "seqrd", "顺序写": "seqwr"}
MODE_WORDS = {
    "rndrd": "random read",
    "rndwr": "random write",
    "seqrd": "sequential read",
    "seqwr": "sequential write (creation)",
}
# Mean share of a block that a request moves when 128 KiB blocks meet files of 160 KiB.
CUT_SHORT = {"rndrd": 0.70, "rndwr": 0.70, "seqrd": 0.625, "seqwr": 0.625}


def tables() -> list[dict[str, Any]]:
    """Return the thirteen tables as printed."""
    loaded: list[dict[str, Any]] = json.loads(TABLES_JSON.read_text(encoding="utf-8"))
    return loaded


def write_report_results(
    host: Path, *, names: tuple[str, str] = ("stratovirt", "qemu"), repetitions: int | None = None
) -> None:
    """Write the logs of the report's two VMMs below `host`, at most `repetitions` of each test."""
    for path, text in report_logs(names).items():
        if repetitions is None or int(Path(path).stem) <= repetitions:
            write_log(host, path, text)


def write_log(host: Path, path: str, text: str) -> Path:
    """Write one log below `host`."""
    target = host / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def write_json(path: Path, **content: object) -> None:
    """Write one of the records that lie beside logs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"format": 1, **content}), encoding="utf-8")


def report_logs(  # noqa: C901 - one loop per table
    names: tuple[str, str] = ("stratovirt", "qemu"),
) -> dict[str, str]:
    """Return relative path to text of every log that the report's tables stand for."""
    rows = {table["number"]: table["rows"] for table in tables()}
    logs: dict[str, str] = {}
    for side, vmm in enumerate(names):
        for row in rows[1 + side][1:-1]:
            logs[f"{vmm}/boot/default/{int(row[0]):02}.log"] = boot_log(row[1:])
        for row in rows[3 + side][1:-1]:
            path = f"{vmm}/memory-footprint/default/{int(row[0]):02}.log"
            logs[path] = pmap_log(*(int(cell) for cell in row[1:]))
        for threads, repetition, row in _numbered(rows[5 + side][1:]):
            speed, average, longest, percentile = (float(cell) for cell in row)
            path = f"{vmm}/sysbench-cpu/threads-{threads}/{repetition:02}.log"
            logs[path] = cpu_log(int(threads), speed, average, longest, percentile)
        for row in rows[7 + side][2:]:
            for column, cell in enumerate(row[1:]):
                mode, repetition = ("seq", "rnd")[column // 2], column % 2 + 1
                path = f"{vmm}/sysbench-memory/{mode}-{row[0]}K/{repetition:02}.log"
                logs[path] = memory_log(int(row[0]), float(cell))
        for word, repetition, row in _numbered(rows[9 + side][1:]):
            average, longest, percentile = (float(cell) for cell in row)
            logs[f"{vmm}/fileio-latency/{MODES[word]}/{repetition:02}.log"] = latency_log(
                MODES[word], average, longest, percentile
            )
        for row in rows[11][2:]:
            for repetition in (1, 2):
                rate = float(row[2 * side + repetition])
                path = f"{vmm}/fileio-throughput/{MODES[row[0]]}/{repetition:02}.log"
                logs[path] = throughput_log(MODES[row[0]], rate)
        for word, repetition, row in _numbered(rows[12 + side][1:]):
            reads, writes, fsyncs = (0.0 if cell == "-" else float(cell) for cell in row)
            logs[f"{vmm}/fileio-iops/{MODES[word]}/{repetition:02}.log"] = fileio_log(
                MODES[word], 32, 4, reads, writes, fsyncs
            )
    return logs


def _numbered(rows: list[list[str]]) -> list[tuple[str, int, list[str]]]:
    """Give each row the word that its merged first cell carries, and its repetition."""
    found: list[tuple[str, int, list[str]]] = []
    for row in rows:
        word, repetition = (row[0], 1) if row[0] else (found[-1][0], found[-1][1] + 1)
        found.append((word, repetition, row[1:]))
    return found


def boot_log(times: list[str]) -> str:
    """Return what `systemd-analyze` says; `times` are its parts and the total, as in a table."""
    words = ("kernel", "userspace") if len(times) == 3 else ("kernel", "initrd", "userspace")
    # The table's unit goes by column; the tool itself says 983ms.
    shown = [
        f"{match[1].lstrip('0')}ms" if (match := re.fullmatch(r"0\.(\d{3})s", time)) else time
        for time in times
    ]
    parts = " + ".join(f"{time} ({word})" for time, word in zip(shown, words, strict=False))
    last = shown[-2]
    return (
        f"Startup finished in {parts} = {shown[-1]} \n"
        f"graphical.target reached after {last} in userspace.\n"
    )


def pmap_log(size: int, rss: int, dirty: int) -> str:
    """Return what `pmap -x` says of a process of one mapping."""
    return (
        "4321:   /opt/vmm/bin/vmm -machine microvm\n"
        "Address           Kbytes     RSS   Dirty Mode  Mapping\n"
        f"00007f0000000000 {size:7} {rss:7} {dirty:7} rw---   [ anon ]\n"
        "---------------- ------- ------- ------- \n"
        f"total kB         {size:7} {rss:7} {dirty:7}\n"
    )


def cpu_log(threads: int, speed: float, average: float, longest: float, percentile: float) -> str:
    """Return what `sysbench cpu` says."""
    # The time that makes the printed speed right for a whole number of events.
    events = round(speed * SECONDS)
    return (
        _opening(threads)
        + "\nPrime numbers limit: 10000\n\nInitializing worker threads...\n\nThreads started!\n\n"
        + f"CPU speed:\n    events per second: {speed:8.2f}\n\n"
        + _closing(threads, events, events / speed, (average, average, longest, percentile))
    )


def memory_log(block_kib: int, rate: float) -> str:
    """Return what `sysbench memory` with 4 threads says of `rate` MiB/s."""
    per_second = rate * 1024 / block_kib
    events = round(per_second * SECONDS)
    return (
        _opening(4)
        + "\nRunning memory speed test with the following options:\n"
        + f"  block size: {block_kib}KiB\n  total size: 1024000MiB\n  operation: write\n"
        + "  scope: global\n\nInitializing worker threads...\n\nThreads started!\n\n"
        + f"Total operations: {events} ({per_second:8.2f} per second)\n\n"
        + f"{rate * SECONDS:.2f} MiB transferred ({rate:.2f} MiB/sec)\n\n\n"
        + _closing(4, events, SECONDS, (0.0, 0.0, 12.01, 0.0))
    )


def latency_log(mode: str, average: float, longest: float, percentile: float) -> str:
    """Return what `sysbench fileio` with one thread and 4 KiB blocks says."""
    # One thread: operations per second times average latency is one; a fast one proves nothing.
    total = 1000 / average if average else 400_000.0
    writes = total / 2.28 if mode.endswith("wr") else 0.0
    fsyncs = writes * 1.28 + (FILES / SECONDS if writes else 0)
    reads = 0.0 if writes else total
    latency = (0.0, average, longest, percentile)
    return fileio_log(mode, 1, 4, reads, writes, fsyncs, latency=latency)


def throughput_log(mode: str, rate: float) -> str:
    """Return what `sysbench fileio` with 32 threads and 128 KiB blocks says of `rate` MiB/s."""
    operations = rate / (128 / 1024) / CUT_SHORT[mode]
    writes = operations if mode.endswith("wr") else 0.0
    fsyncs = writes * 1.28 + (32 * FILES / SECONDS if writes else 0)
    return fileio_log(mode, 32, 128, 0.0 if writes else operations, writes, fsyncs, rate=rate)


def fileio_log(  # noqa: PLR0917 - the three rates stand as in the log
    mode: str,
    threads: int,
    block_kib: int,
    reads: float,
    writes: float,
    fsyncs: float,
    *,
    rate: float | None = None,
    latency: tuple[float, float, float, float] | None = None,
) -> str:
    """Return what `sysbench fileio` says; `latency` is minimum, average, maximum, percentile."""
    moved = rate if rate is not None else (reads + writes) * block_kib / 1024
    ending = threads * FILES / SECONDS if writes else 0.0
    events = round((reads + writes + fsyncs - ending) * SECONDS)
    if latency is None:
        average = threads / (events / SECONDS) * 1000
        latency = (0.0, average, max(average * 40, 1.0), percentile_near(average * 2))
    return (
        _opening(threads)
        + "\nExtra file open flags: (none)\n"
        + f"{FILES} files, 160KiB each\n20MiB total file size\nBlock size {block_kib}KiB\n"
        + "Number of IO requests: 0\nRead/Write ratio for combined random IO test: 1.50\n"
        + "Periodic FSYNC enabled, calling fsync() each 100 requests.\n"
        + "Calling fsync() at the end of test, Enabled.\nUsing synchronous I/O mode\n"
        + f"Doing {MODE_WORDS[mode]} test\n"
        + "Initializing worker threads...\n\nThreads started!\n\n\n"
        + f"File operations:\n    reads/s:                      {reads:.2f}\n"
        + f"    writes/s:                     {writes:.2f}\n"
        + f"    fsyncs/s:                     {fsyncs:.2f}\n\n"
        + f"Throughput:\n    read, MiB/s:                  {0.0 if writes else moved:.2f}\n"
        + f"    written, MiB/s:               {moved if writes else 0.0:.2f}\n\n"
        + _closing(threads, events, SECONDS, latency)
    )


def percentile_near(value: float) -> float:
    """Return the percentile next to `value` that sysbench can print.

    Its histogram has 1024 buckets between 0.001 and 100000 ms, equally wide in the logarithm.
    """
    width = (math.log(100_000) - math.log(0.001)) / 1023
    bucket = round((math.log(value) - math.log(0.001)) / width) if value > 0 else 0
    return math.exp(math.log(0.001) + bucket * width)


def _opening(threads: int) -> str:
    return (
        "sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n\n"
        "Running the test with following options:\n"
        f"Number of threads: {threads}\n"
        "Initializing random number generator from current time\n\n"
    )


def _closing(
    threads: int, events: int, seconds: float, latency: tuple[float, float, float, float]
) -> str:
    shortest, average, longest, percentile = latency
    total = average * events
    return (
        "General statistics:\n"
        f"    total time:                          {seconds:.4f}s\n"
        f"    total number of events:              {events}\n\n"
        "Latency (ms):\n"
        f"         min:                            {shortest:12.2f}\n"
        f"         avg:                            {average:12.2f}\n"
        f"         max:                            {longest:12.2f}\n"
        f"         95th percentile:                {percentile:12.2f}\n"
        f"         sum:                            {total:12.2f}\n\n"
        "Threads fairness:\n"
        f"    events (avg/stddev):           {events / threads:.4f}/0.00\n"
        f"    execution time (avg/stddev):   {total / threads / 1000:.4f}/0.00\n\n"
    )
