"""Mistakes in tables of the fileio tests."""

from random import Random

from typed_class.machine import Data, Record
from typed_class.mistakes import mistake, of, setter, side

LATENCY = (0, 3)


@mistake("throughput as average latency", "latency", "throughput", latency=LATENCY)
def latency_average(data: Data, _rng: Random) -> None:
    """Throughput as average latency."""
    test = of(data.tests["throughput", "QEMU"], mode=1)[0]
    of(data.tests["latency", "QEMU"], mode=1)[0]["avg"] = test["write_mib"]


@mistake(
    "throughput as longest latency",
    "latency",
    "throughput",
    words=("throughput",),
    latency=LATENCY,
)
def latency_longest(data: Data, _rng: Random) -> None:
    """Throughput as longest latency."""
    test = of(data.tests["throughput", "QEMU"], mode=1)[0]
    of(data.tests["latency", "QEMU"], mode=1)[0]["max"] = test["write_mib"]


mistake("percentile above the maximum (fileio)", "latency", latency=LATENCY)(
    setter("latency", "p95", lambda test: test["max"] * 3, mode=1)
)
mistake("microseconds typed as milliseconds", "latency", latency=LATENCY)(
    setter("latency", "avg", lambda test: test["avg"] * 1000, mode=3)
)
mistake("average far below what p95 allows (fileio)", "latency", latency=LATENCY)(
    setter("latency", "avg", lambda test: 0.001, mode=1)
)


@mistake("labels of reads and writes exchanged", "latency", "iops", latency=LATENCY)
def latency_labels(data: Data, rng: Random) -> None:
    """Labels of reads and writes exchanged."""
    tests = side(data, "latency", rng)
    for test in tests:
        test["mode"] = {0: 1, 1: 0}.get(int(test["mode"]), test["mode"])


@mistake("latency of reads and IOPS above the threads", "latency", "iops", latency=LATENCY)
def latency_across(data: Data, rng: Random) -> None:
    """Latency of reads and IOPS above the threads."""
    for test in of(side(data, "latency", rng), mode=2):
        test.update(avg=round(test["avg"] * 400 + 2, 2), max=90.0, p95=3.02)


FILES = (0, 2)


def moved(test: Record, factor: float) -> None:
    """Latency of reads and IOPS above the threads."""
    for name in ("reads", "writes", "fsyncs"):
        test[name] = round(test[name] * factor, 2)


@mistake("128k requests in the 4k table", "iops", "throughput", words=("KiB",), iops=FILES)
def files_large(data: Data, _rng: Random) -> None:
    """128k requests in the 4k table."""
    for vmm in ("StratoVirt", "QEMU"):
        pairs = zip(
            of(data.tests["iops", vmm], mode=0),
            of(data.tests["throughput", vmm], mode=0),
            strict=True,
        )
        for test, other in pairs:
            test["reads"] = round(other["read_mib"] * 8, 2)


@mistake("4k throughput in the 128k table", "iops", "throughput", words=("KiB",), iops=FILES)
def files_small(data: Data, rng: Random) -> None:
    """4k throughput in the 128k table."""
    vmm = rng.choice(("StratoVirt", "QEMU"))
    pairs = zip(
        of(data.tests["iops", vmm], mode=0),
        of(data.tests["throughput", vmm], mode=0),
        strict=True,
    )
    for test, other in pairs:
        other["read_mib"] = round(test["reads"] / 256, 2)


@mistake("throughput typed as IOPS", "iops", "throughput", iops=FILES)
def files_typed_again(data: Data, rng: Random) -> None:
    """Throughput typed as IOPS."""
    vmm = rng.choice(("StratoVirt", "QEMU"))
    source = of(data.tests["throughput", vmm], mode=0)[0]
    of(data.tests["iops", vmm], mode=0)[0]["reads"] = source["read_mib"]


@mistake("IOPS typed as throughput", "iops", "throughput", iops=FILES)
def files_other_way(data: Data, rng: Random) -> None:
    """IOPS typed as throughput."""
    vmm = rng.choice(("StratoVirt", "QEMU"))
    source = of(data.tests["iops", vmm], mode=1)[0]
    of(data.tests["throughput", vmm], mode=1)[0]["write_mib"] = source["writes"]


@mistake("MiB/s of another block size in one table", "iops", words=("KiB",), iops=(1,))
def files_other_block(data: Data, rng: Random) -> None:
    """MiB/s of another block size in one table."""
    for test in side(data, "iops", rng):
        test["read_mib"], test["write_mib"] = test["read_mib"] * 31, test["write_mib"] * 31


@mistake("MiB/s typed as latency in one table", "iops", iops=(1,))
def files_flow_as_latency(data: Data, rng: Random) -> None:
    """MiB/s typed as latency in one table."""
    test = of(side(data, "iops", rng), mode=3)[0]
    test["avg"] = round(test["writes"] / 8, 2)


for count in (16, 64):

    @mistake(f"{count} files on one side", "iops", words=("number of files",), iops=FILES)
    def files_files(data: Data, rng: Random, count: int = count) -> None:
        """Some files on one side."""
        for test in side(data, "iops", rng):
            test["fsyncs"] = round(test["fsyncs"] * count / 128, 2)


@mistake("fsyncs of another row", "iops", words=("fsync",), iops=FILES)
def files_fsyncs(data: Data, rng: Random) -> None:
    """Fsyncs of another row."""
    tests = side(data, "iops", rng)
    of(tests, mode=1)[0]["fsyncs"] = of(tests, mode=3)[0]["fsyncs"]


@mistake("a digit of fsyncs", "iops", words=("fsync",), iops=FILES)
def files_digit(data: Data, rng: Random) -> None:
    """A digit of fsyncs."""
    of(side(data, "iops", rng), mode=3)[0]["fsyncs"] += 3000


@mistake("writes in the row of a read test", "iops", words=("must be 0",), iops=FILES)
def files_direction(data: Data, rng: Random) -> None:
    """Writes in the row of a read test."""
    test = of(side(data, "iops", rng), mode=1)[0]
    test["reads"], test["writes"] = test["writes"], 0.0


@mistake("reads and writes exchanged in all rows", "iops", words=("must be 0",), iops=FILES)
def files_directions(data: Data, rng: Random) -> None:
    """Reads and writes exchanged in all rows."""
    for test in side(data, "iops", rng):
        test["reads"], test["writes"] = test["writes"], test["reads"]


@mistake("total requests as requests/s", "iops", iops=FILES)
def files_total(data: Data, rng: Random) -> None:
    """Total requests as requests/s."""
    moved(of(side(data, "iops", rng), mode=0)[0], 60)


@mistake("a thousand times too few reads", "iops", iops=FILES)
def files_thousand(data: Data, rng: Random) -> None:
    """A thousand times too few reads."""
    moved(of(side(data, "iops", rng), mode=2)[0], 0.001)


@mistake("IOPS of the other VMM", "iops", words=("copied",), iops=FILES)
def files_copied(data: Data, _rng: Random) -> None:
    """IOPS of the other VMM."""
    data.tests["iops", "QEMU"] = [dict(test) for test in data.tests["iops", "StratoVirt"]]


@mistake("throughput times ten", "throughput", throughput=(0, 1))
def files_ten(data: Data, rng: Random) -> None:
    """Throughput times ten."""
    of(side(data, "throughput", rng), mode=0)[0]["read_mib"] *= 10


@mistake("throughput of reads and writes exchanged", "throughput", "iops", throughput=(0,))
def files_modes(data: Data, rng: Random) -> None:
    """Throughput of reads and writes exchanged."""
    tests = side(data, "throughput", rng)
    for one, other in zip(of(tests, mode=0), of(tests, mode=1), strict=True):
        one["read_mib"], other["write_mib"] = other["write_mib"], one["read_mib"]
