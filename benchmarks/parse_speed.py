"""How long parsing and tables of a class take, against reading and hashing its files.

1,000 hosts with 100 logs each by default: what the plan `report` leaves for one VMM. The logs are
the real ones of `tests/data/logs` with other numbers in each. Both sides run in one process, one
after the other, the files in the page cache for both. Parsing ends with the frame of all samples;
the tables are those of every host.

    python benchmarks/parse_speed.py [--hosts 1000] [--sidecars] [--keep FOLDER]
"""

import argparse
import gc
import hashlib
import json
import os
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

LOGS = Path(__file__).parent.parent / "tests" / "data" / "logs"
MODES = {
    "rndrd": "fileio-rndwr-4k",
    "rndwr": "fileio-rndwr-4k",
    "seqrd": "fileio-seqrd-4k",
    "seqwr": "fileio-seqrd-4k",
}
LARGEST_RATIO = 3.0
LARGEST_MB = 500
NUMBER = re.compile(rb"(?<![\w./])[1-9][0-9]*\.[0-9]{2}(?![0-9A-Za-z/])")


def plan() -> Iterator[tuple[str, str, bytes]]:
    """Yield measurement, case and log of the 100 logs of one VMM."""
    diagnosed = {
        ("boot", "default"): "systemd-analyze-time/report-qemu",
        ("boot", "blame"): "systemd-analyze-blame/guest",
        ("boot", "critical-chain"): "systemd-analyze-critical-chain/guest",
        ("memory-footprint", "default"): "pmap-x/sleep",
        ("memory-footprint", "smaps-rollup"): "smaps-rollup/sleep",
    }
    tests = {("sysbench-cpu", f"threads-{n}"): "sysbench/cpu" for n in (1, 4, 16, 32, 64)}
    for mode, size in product(("seq", "rnd"), ("1K", "2K", "4K", "8K")):
        tests["sysbench-memory", f"{mode}-{size}"] = "sysbench/memory-rnd-4K"
    for shape, (mode, name) in product(("latency", "throughput", "iops"), MODES.items()):
        tests[f"fileio-{shape}", mode] = f"sysbench/{name}"
    for times, cases in ((10, diagnosed), (2, tests)):
        for (measurement, case), name in cases.items():
            for _ in range(times):
                yield measurement, case, (LOGS / f"{name}.log").read_bytes()


def write_class(root: Path, hosts: int, *, sidecars: bool) -> int:
    """Write a run of so many hosts below `root`; return how many files it has."""
    chance = random.Random(2026)  # noqa: S311 - figures, not secrets
    logs = list(plan())
    files = 0
    for number in range(hosts):
        counts: dict[tuple[str, str], int] = {}
        for measurement, case, data in logs:
            repetition = counts[measurement, case] = counts.get((measurement, case), 0) + 1
            folder = root / "class" / f"lab-{number:04d}" / "stratovirt" / measurement / case
            if repetition == 1:
                folder.mkdir(parents=True)
            options, start, results = data.rpartition(b"Threads started!")
            results = NUMBER.sub(lambda _: b"%.2f" % (chance.random() * 1000), results)
            (folder / f"{repetition:02d}.log").write_bytes(options + start + results)
            files += 1
            if sidecars:
                (folder / f"{repetition:02d}.json").write_text(json.dumps(sidecar(repetition)))
    return files


def sidecar(repetition: int) -> dict[str, Any]:
    """Return what the runner writes beside a log."""
    return {
        "format": 1,
        "command": ["sysbench", "cpu", "--time=60", "--threads=4", "run"],
        "started": "2026-11-23T10:00:00.000Z",
        "finished": "2026-11-23T10:01:00.012Z",
        "exit_code": 0,
        "attempt": 1,
        "seconds": 60.012,
        "environment": {"LC_ALL": "C"},
        "guest": {"kernel": "6.1.0", "sysbench": "1.0.20", "clocksource": "kvm-clock"},
        "block": repetition,
    }


def read_and_hash(root: Path) -> int:
    """Read and hash every file below `root`; return how many there are."""
    count = 0
    for folder, _, names in os.walk(root):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123 - the floor
                hashlib.sha256(file.read()).hexdigest()
            count += 1
    return count


def apart(work: Callable[[], int]) -> tuple[float, float, int]:
    """Do `work` in a process of its own; return its CPU time (s), peak memory (MB) and answer.

    CPU time, since the files are in the page cache and other programs may run.
    """
    end, begin = os.pipe()
    child = os.fork()
    if child == 0:
        before = time.process_time()
        answer = work()
        seconds = time.process_time() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(begin, json.dumps([seconds, peak, answer]).encode())
        os._exit(0)
    os.close(begin)
    with os.fdopen(end, "rb") as pipe:
        seconds, peak, answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    return seconds, peak, answer


def collect_all(root: Path) -> int:
    """Return how many samples are below `root`; the imports are part of it."""
    from collector.results import collect  # noqa: PLC0415 - the import counts

    gc.freeze()  # as the command line does
    return len(collect([root]).samples)


def make_all_tables(root: Path) -> int:
    """Return how many tables the hosts below `root` have; the imports are part of it."""
    from collector.results import collect  # noqa: PLC0415 - the import counts
    from collector.tables import make_tables  # noqa: PLC0415
    from collector.tables.host_data import index_hosts  # noqa: PLC0415

    gc.freeze()  # as the command line does
    return sum(len(make_tables(host, "zh")) for host in index_hosts(collect([root])))


def main() -> int:
    """Measure, print, and tell whether both bounds hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--sidecars", action="store_true", help="with a sidecar beside each log")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--keep", type=Path, help="use (and leave) the logs in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = arguments.keep or Path(temporary)
        if not (root / "class").exists():
            write_class(root, arguments.hosts, sidecars=arguments.sidecars)
        read_and_hash(root)
        works = (read_and_hash, collect_all, make_all_tables)
        rounds = [[apart(partial(work, root)) for work in works] for _ in range(arguments.rounds)]
    floor, collection, tables = (min(measured) for measured in zip(*rounds, strict=True))
    print(f"{floor[2]} files read and hashed: {floor[0]:.2f} s")
    for name, (seconds, peak, _) in {
        f"parsed into {collection[2]} samples": collection,
        f"parsed, and made into {tables[2]} tables": tables,
    }.items():
        print(f"{name}: {seconds:.2f} s, {seconds / floor[0]:.2f} times that, peak {peak:.0f} MB")
    print(f"goal: at most {LARGEST_RATIO} times that, at most {LARGEST_MB} MB")
    return int(tables[0] > LARGEST_RATIO * floor[0] or tables[1] > LARGEST_MB)


if __name__ == "__main__":
    sys.exit(main())
