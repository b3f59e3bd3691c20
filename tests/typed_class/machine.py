"""Numbers that a machine could have measured: they obey what real ones obey."""

import math
from dataclasses import dataclass, field
from random import Random

MODES = ("rndrd", "rndwr", "seqrd", "seqwr")
_WIDTH = (math.log(1e5) - math.log(1e-3)) / 1023
USUAL_SPREADS = {"cpu": 0.012, "memory": 0.012, "reads": 0.02, "writes": 0.02}
REPORT_SPREADS = {"cpu": 0.018, "memory": 0.019, "reads": 0.016, "writes": 0.034}
"""The relative spreads of repetitions: a machine's, and those of the report's tables."""
Record = dict[str, float]
"""Metric to the printed number of one test, and the parameters of the test."""


@dataclass
class Data:
    """What was measured of two VMMs: subject and VMM to the tests in their order."""

    tests: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    mean_of: dict[str, int] = field(default_factory=dict)
    """Subject to a mistake in its summary rows; see `tables.summary`."""
    seconds: int = 60


def bucket(milliseconds: float) -> float:
    """Return the percentile that sysbench would print: the middle of a bucket."""
    place = round(math.log(max(milliseconds, 1e-3) / 1e-3) / _WIDTH)
    return round(1e-3 * math.exp(place * _WIDTH), 2)


class Machine:
    """One lab machine with two VMMs on it."""

    def __init__(
        self, rng: Random, seconds: int = 60, files: int = 128, vary: dict[str, float] | None = None
    ) -> None:
        """Draw how fast it is; `vary` are relative spreads of repetitions."""
        self.vary = vary or USUAL_SPREADS
        self.rng = rng
        self.seconds = seconds
        self.files = files
        self.base = rng.uniform(600, 3000)
        self.side = {vmm: rng.uniform(0.85, 1.15) for vmm in ("StratoVirt", "QEMU")}
        self.initrd = rng.random() < 0.5

    def measured(self, threads: tuple[int, ...], runs: int, block: int = 4, boots: int = 5) -> Data:
        """Return all subjects of both VMMs."""
        data = Data(seconds=self.seconds)
        for vmm in self.side:
            data.tests["boot", vmm] = [self.boot(vmm) for _ in range(max(runs, boots))]
            data.tests["footprint", vmm] = self.footprints(vmm, max(runs, boots))
            data.tests["cpu", vmm] = [self.cpu(vmm, n) for n in threads for _ in range(runs)]
            data.tests["memory", vmm] = [
                self.memory(vmm, size, access)
                for size in (1, 2, 4, 8)
                for access in ("seq", "rnd")
                for _ in range(2)
            ]
            for subject, count, size in (
                ("latency", 1, 4),
                ("throughput", 32, 128),
                ("iops", 32, block),
            ):
                data.tests[subject, vmm] = [
                    self.fileio(vmm, mode, count, size) for mode in MODES for _ in range(2)
                ]
        return data

    def boot(self, vmm: str) -> Record:
        """Return one boot in seconds; systemd adds before it rounds."""
        slow = 1.0 if vmm == "StratoVirt" else 0.7
        kernel = self.rng.gauss(1.1, 0.09) * slow
        user = self.rng.gauss(12.4, 0.35) * slow
        initrd = self.rng.gauss(1.15, 0.03) if self.initrd and vmm == "QEMU" else 0.0
        record = {"kernel": round(kernel, 3), "user": round(user, 3)}
        if initrd:
            record["initrd"] = round(initrd, 3)
        record["total"] = round(kernel + user + initrd, 3)
        return record

    def footprints(self, vmm: str, runs: int) -> list[Record]:
        """Return what pmap says in some boots, in kB."""
        size, rss = (281_000, 31_500) if vmm == "StratoVirt" else (396_000, 128_000)
        tests = []
        for _ in range(runs):
            resident = 4 * round(self.rng.gauss(rss, rss / 150))
            dirty = resident - 4 * round(self.rng.gauss(rss / 21, rss / 400))
            vary = 0 if vmm == "StratoVirt" else self.rng.randrange(3) * 257
            sizes = 4 * (size + vary), resident, dirty
            tests.append(dict(zip(("size", "rss", "dirty"), map(float, sizes), strict=True)))
        return tests

    def cpu(self, vmm: str, threads: int) -> Record:
        """Return one cpu test on a single core."""
        time = self.seconds + self.rng.uniform(0.0002, 0.0009) * max(1, threads / 4)
        events = round(self.base * self.side[vmm] * self.rng.gauss(1, self.vary["cpu"]) * time)
        busy = self.rng.uniform(0.997, 0.9995) if threads < 32 else self.rng.uniform(0.88, 0.999)
        average = busy * threads * time / events * 1000
        p95 = bucket(average * self.rng.uniform(1.05, 1.6 if threads == 1 else 3.5))
        longest = max(p95, average) * self.rng.uniform(1.4, 5)
        return {
            "threads": threads,
            "eps": round(events / time, 2),
            "time": round(time, 4),
            "events": events,
            "min": round(min(1000 / self.base, average) * 0.9, 2),
            "avg": round(average, 2),
            "max": round(longest, 2),
            "p95": p95,
        }

    def memory(self, vmm: str, block: int, access: str) -> Record:
        """Return one memory test: MiB in a second."""
        cost = 0.42 / self.side[vmm] + block * (0.05 if access == "seq" else 0.42)
        rate = block / cost * 1000 * self.rng.gauss(1, self.vary["memory"])
        return {"block": block, "access": float(access == "seq"), "rate": round(rate, 2)}

    def fileio(self, vmm: str, mode: str, threads: int, block: int) -> Record:
        """Return one file test: reads from the page cache, writes paced by fsyncs."""
        reading = mode.endswith("rd")
        side = self.side[vmm]
        rate = (900_000 if block == 4 else 95_000 if block > 32 else 400_000) * side
        rate = rate if reading else 9_000 * side * (1 if mode == "rndwr" else 1.1)
        if threads == 1:
            rate *= 0.35
        rate *= self.rng.gauss(1, self.vary["reads" if reading else "writes"])
        time = self.seconds + self.rng.uniform(0.01, 0.08)
        requests = int(rate * time)
        syncs = 0 if reading else requests // 100 * self.files
        average = threads * time / (requests + syncs) * 1000 * self.rng.uniform(0.985, 0.999)
        p95 = bucket(average * self.rng.uniform(1.2, 3.0))
        longest = max(average, p95) * self.rng.uniform(3, 20) + 1.5
        rate = requests / time
        flow = round(rate * block / 1024, 2)
        return {
            "mode": MODES.index(mode),
            "threads": threads,
            "block": block,
            "reads": round(rate, 2) if reading else 0.0,
            "writes": 0.0 if reading else round(rate, 2),
            "fsyncs": 0.0 if reading else round((syncs + threads * self.files) / time, 2),
            "read_mib": flow if reading else 0.0,
            "write_mib": 0.0 if reading else flow,
            "min": 0.0,
            "avg": round(average, 2),
            "max": round(longest, 2),
            "p95": 0.0 if p95 < 0.01 else p95,
        }
