"""Runs of the plans `report` and `compare` as on a real lab host, with a truth that is known."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import report_logs

STARTS = 10
SPREAD = 0.006
"""From start to start."""
TRUTH = {"boot": 0.5, "cpu": 1.0, "memory": 1.03, "reads": 1.10, "writes": 0.92}
"""StratoVirt over QEMU."""


def write_report_run(root: Path) -> Path:
    """Write a run of the plan `report`: two repetitions of each test, QEMU with an initrd."""
    run = root / "report-run"
    report_logs.write_report_results(run / "lab-01")
    _records(run, "report", {"stratovirt": False, "qemu": True})
    return run


def write_compare_run(root: Path) -> Path:
    """Write a run of the plan `compare`: ten starts a side, each test once, booted alike."""
    run = root / "compare-run"
    random = np.random.default_rng(5)
    for vmm in ("stratovirt", "qemu"):
        for number in range(1, STARTS + 1):
            for path, text in _logs_of_a_start(vmm, random):
                report_logs.write_log(run / "lab-01" / vmm, f"{path}/{number:02}.log", text)
    _records(run, "compare", {"stratovirt": False, "qemu": False})
    return run


def _records(run: Path, plan: str, initrd: dict[str, bool]) -> None:
    report_logs.write_json(run / "run.json", run=run.name, plan={"name": plan}, vmms=list(initrd))
    cpu = {"cpu_model": "Intel(R) Xeon(R) CPU E3-1230 v6 @ 3.50GHz", "emulated": False}
    report_logs.write_json(run / "lab-01" / "host.json", **cpu)
    guest = {"vcpus": 1, "memory_mib": 1024, "disk_format": "raw", "disk_cache": "none"}
    checksums = {"kernel": "a" * 64, "image": "b" * 64}
    for vmm, has in initrd.items():
        path = run / "lab-01" / vmm / "vmm.json"
        report_logs.write_json(path, guest=guest, checksums=checksums, initrd=has)


def _logs_of_a_start(vmm: str, random: np.random.Generator) -> Iterator[tuple[str, str]]:
    def drawn(middle: float, what: str) -> float:
        factor = TRUTH[what] if vmm == "stratovirt" else 1.0
        return float(middle * factor * np.exp(random.normal(0, SPREAD)))

    kernel, userspace = drawn(0.6, "boot"), drawn(4.5, "boot")
    times = [f"{kernel:.3f}s", f"{userspace:.3f}s", f"{kernel + userspace:.3f}s"]
    yield "boot/default", report_logs.boot_log(times)
    rss = 4 * round(drawn(90_000, "writes"))
    yield "memory-footprint/default", report_logs.pmap_log(1_128_036, rss, rss - 4000)
    for threads in (1, 4, 16, 32, 64):
        speed = drawn(1250, "cpu")
        average = 1000 * threads / speed
        near = report_logs.percentile_near(average)
        text = report_logs.cpu_log(threads, speed, average, 40 * average, near)
        yield f"sysbench-cpu/threads-{threads}", text
    for block in (1, 2, 4, 8):
        for mode, rate in (("seq", 4000.0), ("rnd", 1500.0)):
            yield (
                f"sysbench-memory/{mode}-{block}K",
                report_logs.memory_log(block, drawn(rate * block**0.5, "memory")),
            )
    for mode in ("rndrd", "seqrd", "rndwr", "seqwr"):
        kind = "reads" if mode.endswith("rd") else "writes"
        average = 1 / drawn(8, kind)
        near = report_logs.percentile_near(average)
        text = report_logs.latency_log(mode, average, 40 * average, near)
        yield f"fileio-latency/{mode}", text
        text = report_logs.throughput_log(mode, drawn(2500, kind))
        yield f"fileio-throughput/{mode}", text
        rate = drawn(20_000, kind)
        reads, writes = (rate, 0.0) if kind == "reads" else (0.0, rate)
        fsyncs = writes * 1.28 + (32 * report_logs.FILES / report_logs.SECONDS if writes else 0)
        text = report_logs.fileio_log(mode, 32, 4, reads, writes, fsyncs)
        yield f"fileio-iops/{mode}", text
