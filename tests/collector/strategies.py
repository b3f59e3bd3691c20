"""Strategies for logs: what a tool would print, beside the values that stand in it.

Each `*_logs()` draws a `Printed`: the text as the tool writes it, and what a parser has to say.
"""

from dataclasses import dataclass

from hypothesis import assume
from hypothesis import strategies as st

__all__ = [
    "Printed",
    "any_log",
    "blame_logs",
    "chain_logs",
    "cpu_logs",
    "fileio_logs",
    "memory_logs",
    "noise",
    "pmap_logs",
    "prompts",
    "rollup_logs",
    "time_logs",
]


@dataclass(frozen=True)
class Printed:
    """A log as a tool prints it, its tool and version, and the values in it."""

    text: str
    tool: str
    version: str | None
    values: dict[str, float | str]


def decimals(digits: int, *, limit: int = 10**7) -> st.SearchStrategy[str]:
    """Draw a printed number with so many decimals."""
    return st.integers(0, limit * 10**digits).map(
        lambda number: f"{number // 10**digits}.{number % 10**digits:0{digits}d}"
    )


HEADS = st.tuples(st.sampled_from(["1.0.20", "1.0.17", "1.1.0-df89d34"]), st.integers(1, 256))


def _head(version: str, threads: int) -> str:
    return (
        f"sysbench {version} (using system LuaJIT 2.1.0-beta3)\n\n"
        "Running the test with following options:\n"
        f"Number of threads: {threads}\n"
        "Initializing random number generator from current time\n\n\n"
    )


START = "Initializing worker threads...\n\nThreads started!\n\n"


@st.composite
def _tails(draw: st.DrawFn, *, new: bool) -> tuple[str, dict[str, float | str]]:
    """Draw what every test ends with: times, latencies, fairness."""
    time, events = draw(decimals(4)), draw(st.integers(1, 10**12))
    low, average, high, percent, total = (draw(decimals(2)) for _ in range(5))
    percentile = draw(st.sampled_from([95, 99, 50, 1, 100, 0]))
    fairness = [draw(decimals(4)), draw(decimals(2)), draw(decimals(4)), draw(decimals(2))]
    eps = draw(decimals(4))
    values: dict[str, float | str] = {}
    if new:
        text = f"Throughput:\n    events/s (eps):                      {eps}\n"
        text += f"    time elapsed:                        {time}s\n"
        values["eps_per_s"] = float(eps)
    else:
        text = f"General statistics:\n    total time:                          {time}s\n"
    text += f"    total number of events:              {events}\n\n"
    values |= {"total_time_s": float(time), "total_events": events}
    latencies, more = _latencies(low, average, high, percent if percentile else None, total)
    values |= {
        (f"latency_p{percentile}_ms" if name == "percentile" else name): number
        for name, number in more.items()
    }
    text += latencies.replace("PCT", f"{percentile:3d}")
    text += (
        "\nThreads fairness:\n"
        f"    events (avg/stddev):           {fairness[0]}/{fairness[1]}\n"
        f"    execution time (avg/stddev):   {fairness[2]}/{fairness[3]}\n\n"
    )
    names = ("events_avg", "events_stddev", "time_avg_s", "time_stddev_s")
    values |= {
        f"fairness_{name}": float(number) for name, number in zip(names, fairness, strict=True)
    }
    return text, values


def _latencies(
    low: str, average: str, high: str, percent: str | None, total: str
) -> tuple[str, dict[str, float | str]]:
    line = (
        "         percentile stats:               disabled\n"
        if percent is None
        else f"        PCTth percentile: {percent:>27}\n"
    )
    text = (
        "Latency (ms):\n"
        f"         min: {low:>39}\n         avg: {average:>39}\n         max: {high:>39}\n"
        f"{line}         sum: {total:>39}\n"
    )
    values: dict[str, float | str] = {
        "latency_min_ms": float(low),
        "latency_avg_ms": float(average),
        "latency_max_ms": float(high),
    }
    if percent is not None:
        values["percentile"] = float(percent)
    return text, values | {"latency_sum_ms": float(total)}


@st.composite
def cpu_logs(draw: st.DrawFn) -> Printed:
    """Draw a log of `sysbench cpu`."""
    version, threads = draw(HEADS)
    primes, speed = draw(st.integers(3, 10**9)), draw(decimals(2))
    tail, more = draw(_tails(new=version.startswith("1.1")))
    text = (
        f"{_head(version, threads)}Prime numbers limit: {primes}\n\n{START}"
        f"CPU speed:\n    events per second: {speed:>8}\n\n{tail}"
    )
    values: dict[str, float | str] = {
        "threads": threads,
        "prime_limit": primes,
        "events_per_second": float(speed),
    }
    return Printed(text, "sysbench-cpu", version, values | more)


@st.composite
def memory_logs(draw: st.DrawFn) -> Printed:
    """Draw a log of `sysbench memory`."""
    version, threads = draw(HEADS)
    block, total = draw(st.integers(1, 10**6)), draw(st.integers(0, 10**8))
    operation, scope = draw(st.sampled_from(["read", "write"])), draw(st.sampled_from(["global"]))
    operations, rate = draw(st.integers(1, 10**12)), draw(decimals(2))
    moved, speed = draw(decimals(2)), draw(decimals(2))
    tail, more = draw(_tails(new=version.startswith("1.1")))
    text = (
        f"{_head(version, threads)}Running memory speed test with the following options:\n"
        f"  block size: {block}KiB\n  total size: {total}MiB\n"
        f"  operation: {operation}\n  scope: {scope}\n\n{START}"
        f"Total operations: {operations} ({rate:>8} per second)\n\n"
        f"{moved:>4} MiB transferred ({speed:>4} MiB/sec)\n\n\n{tail}"
    )
    values: dict[str, float | str] = {
        "threads": threads,
        "block_size_bytes": block * 2**10,
        "memory_total_size_bytes": total * 2**20,
        "memory_operation": operation,
        "memory_scope": scope,
        "total_operations": operations,
        "events_per_second": float(rate),
        "transferred_mib": float(moved),
        "throughput_mib_per_s": float(speed),
    }
    return Printed(text, "sysbench-memory", version, values | more)


MODES = {
    "sequential write (creation)": "seqwr",
    "sequential read": "seqrd",
    "random read": "rndrd",
    "random write": "rndwr",
}


@st.composite
def fileio_logs(draw: st.DrawFn) -> Printed:
    """Draw a log of `sysbench fileio`."""
    version, threads = draw(HEADS)
    mode = draw(st.sampled_from(sorted(MODES)))
    files, size, block = (draw(st.integers(1, 1000)) for _ in range(3))
    reads, writes, fsyncs, read, written = (draw(decimals(2)) for _ in range(5))
    assume(float(reads) + float(writes))
    head = (
        f"{_head(version, threads)}Extra file open flags: (none)\n"
        f"{files} files, {size}KiB each\n{size}MiB total file size\nBlock size {block}KiB\n"
    )
    values: dict[str, float | str] = {
        "threads": threads,
        "file_extra_flags": "none",
        "file_count": files,
        "file_size_bytes": size * 2**10,
        "file_total_size_bytes": size * 2**20,
        "file_block_size_bytes": block * 2**10,
    }
    if mode.startswith("random"):
        head += "Number of IO requests: 0\n"
        head += "Read/Write ratio for combined random IO test: 1.50\n"
        values |= {"file_requests": 0.0, "file_rw_ratio": 1.5}
    head += (
        "Periodic FSYNC enabled, calling fsync() each 100 requests.\n"
        "Calling fsync() at the end of test, Enabled.\n"
        f"Using synchronous I/O mode\nDoing {mode} test\n"
    )
    values |= {
        "file_fsync_freq": 100,
        "file_io_mode": "sync",
        "file_test_mode": MODES[mode],
    }
    numbers = {
        "reads_per_s": float(reads),
        "writes_per_s": float(writes),
        "fsyncs_per_s": float(fsyncs),
        "read_mib_per_s": float(read),
        "written_mib_per_s": float(written),
    }
    if version.startswith("1.1"):
        text = (
            "\nThroughput:\n"
            f"         read:  IOPS={reads} {read} MiB/s ({read} MB/s)\n"
            f"         write: IOPS={writes} {written} MiB/s ({written} MB/s)\n"
            f"         fsync: IOPS={fsyncs}\n\n"
        )
        numbers |= {"read_mb_per_s": float(read), "written_mb_per_s": float(written)}
        latencies = [draw(decimals(2)) for _ in range(5)]
        tail, more = _latencies(*latencies)
        tail = tail.replace("PCT", " 95") + "\n"
        more = {("latency_p95_ms" if n == "percentile" else n): v for n, v in more.items()}
    else:
        text = (
            "\nFile operations:\n"
            f"    reads/s:                      {reads}\n"
            f"    writes/s:                     {writes}\n"
            f"    fsyncs/s:                     {fsyncs}\n\n"
            "Throughput:\n"
            f"    read, MiB/s:                  {read}\n"
            f"    written, MiB/s:               {written}\n\n"
        )
        tail, more = draw(_tails(new=False))
    printed = f"{head}{START}{text}{tail}"
    return Printed(printed, "sysbench-fileio", version, values | numbers | more)


def span(milliseconds: int) -> str:
    """Return a span as systemd prints it with the accuracy of a millisecond."""
    if milliseconds < 1000:
        return f"{milliseconds}ms" if milliseconds else "0"
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours}h"] if hours else []
    parts += [f"{minutes}min"] if minutes else []
    if rest:
        parts.append(f"{seconds}.{rest:03d}s")
    elif seconds:
        parts.append(f"{seconds}s")
    return " ".join(parts)


UNITS = st.from_regex(r"[a-z][a-z0-9@\\-]{0,30}\.(service|mount|device|target)", fullmatch=True)


@st.composite
def time_logs(draw: st.DrawFn) -> Printed:
    """Draw the answer of `systemd-analyze`."""
    lengths = st.integers(1, 10**8)
    names = ["firmware", "loader", "kernel", "initrd"]
    parts = {name: draw(lengths) for name in names if name == "kernel" or draw(st.booleans())}
    parts["userspace"] = draw(lengths)
    total = sum(parts.values())
    text = "Startup finished in "
    text += " + ".join(f"{span(length)} ({name})" for name, length in parts.items())
    text += f" = {span(total)} \n"
    values: dict[str, float | str] = {f"{name}_s": length / 1000 for name, length in parts.items()}
    values["total_s"] = total / 1000
    if draw(st.booleans()):
        reached = draw(lengths)
        text += f"graphical.target reached after {span(reached)} in userspace.\n"
        values |= {"boot_target": "graphical.target", "target_s": reached / 1000}
    return Printed(text, "systemd-analyze", None, values)


@st.composite
def blame_logs(draw: st.DrawFn) -> Printed:
    """Draw the answer of `systemd-analyze blame`."""
    units = draw(st.lists(UNITS, min_size=1, max_size=20, unique=True))
    lengths = sorted((draw(st.integers(1, 10**7)) for _ in units), reverse=True)
    width = max(len(span(length)) for length in lengths)
    rows = zip(units, lengths, strict=True)
    text = "".join(f"{span(length):>{width}} {unit}\n" for unit, length in rows)
    values: dict[str, float | str] = {
        f"blame_s[{unit}]": length / 1000 for unit, length in zip(units, lengths, strict=True)
    }
    return Printed(text, "systemd-analyze", None, values)


UNEVEN = st.integers(1, 10**7).filter(lambda milliseconds: milliseconds % 60_000)
"""Spans that do not end with whole minutes, which might be cut off."""


@st.composite
def chain_logs(draw: st.DrawFn) -> Printed:
    """Draw the answer of `systemd-analyze critical-chain`."""
    units = draw(st.lists(UNITS, min_size=1, max_size=10, unique=True))
    text = (
        'The time when unit became active or started is printed after the "@" character.\n'
        'The time the unit took to start is printed after the "+" character.\n\n'
    )
    values: dict[str, float | str] = {}
    for depth, unit in enumerate(units):
        active, took = draw(UNEVEN), draw(st.just(0) | UNEVEN)
        tree = "  " * (depth - 1) + "└─" if depth else ""
        text += f"{tree}{unit} @{span(active)}" + (f" +{span(took)}\n" if took else "\n")
        values[f"chain_active_s[{unit}]"] = active / 1000
        if took:
            values[f"chain_took_s[{unit}]"] = took / 1000
    return Printed(text, "systemd-analyze", None, values)


@st.composite
def pmap_logs(draw: st.DrawFn) -> Printed:
    """Draw the answer of `pmap -x`."""
    sizes = st.tuples(*[st.integers(0, 10**6)] * 3)
    rows = draw(st.lists(sizes, min_size=1, max_size=8))
    totals = [sum(row[column] for row in rows) for column in range(3)]
    text = f"{draw(st.integers(1, 99999))}:   ./stratovirt -m 1024\n"
    text += "Address           Kbytes     RSS   Dirty Mode  Mapping\n"
    for number, (size, rss, dirty) in enumerate(rows):
        text += f"{number:016x} {size:7d} {rss:7d} {dirty:7d} rw---   [ anon ]\n"
    text += "---------------- ------- ------- ------- \n"
    text += f"total kB {totals[0]:15d} {totals[1]:7d} {totals[2]:7d}\n"
    names = ("size_kb", "rss_kb", "dirty_kb")
    values: dict[str, float | str] = dict(zip(names, totals, strict=True))
    return Printed(text, "pmap", None, values)


@st.composite
def rollup_logs(draw: st.DrawFn) -> Printed:
    """Draw a `smaps_rollup`."""
    names = ["Rss", "Pss", "Pss_Dirty", "Shared_Clean", "Private_Dirty", "AnonHugePages", "Locked"]
    numbers = {name: draw(st.integers(0, 10**9)) for name in names}
    text = "558feb30e000-7ffe14b03000 ---p 00000000 00:00 0                          [rollup]\n"
    text += "".join(f"{name + ':':<16}{number:8d} kB\n" for name, number in numbers.items())
    values: dict[str, float | str] = {
        f"{name.lower()}_kb": number for name, number in numbers.items()
    }
    return Printed(text, "smaps_rollup", None, values)


def any_log() -> st.SearchStrategy[Printed]:
    """Draw a log of any tool."""
    return st.one_of(
        cpu_logs(),
        memory_logs(),
        fileio_logs(),
        time_logs(),
        blame_logs(),
        chain_logs(),
        pmap_logs(),
        rollup_logs(),
    )


def noise() -> st.SearchStrategy[str]:
    """Draw a line that a console puts between the lines of a tool."""
    stamps = st.integers(0, 10**9).map(lambda n: f"[{n // 10**6:5d}.{n % 10**6:06d}] ")
    kernel = st.tuples(stamps, st.text(st.characters(min_codepoint=32, max_codepoint=126)))
    return st.one_of(
        kernel.map("".join),
        st.just("[\x1b[0;32m  OK  \x1b[0m] Started \x1b[0;1;39mGetty on tty1\x1b[0m."),
        st.just("         Starting Network Name Resolution..."),
        st.just("systemd[1]: Reached target Timers."),
    )


def prompts() -> st.SearchStrategy[str]:
    """Draw a shell's prompt."""
    return st.sampled_from(
        ["root@guest:~# ", "[root@localhost ~]# ", "student@lab-7:/tmp$ ", "~ # ", "bash-5.1# "]
    )
