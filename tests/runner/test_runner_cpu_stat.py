"""CPU time of a guest's unit, beside each test in its guest."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
from runner_lab import RUN, FakeLab, block, boot_test, fake_lab, footprint_test, guest_test

from collector.parsers import parse_log

BLOCKS = import_module("vmmlab_runner.block")
UNIT = "vmmlab-guest-qemu.service"
BEFORE = "usage_usec 5000\nuser_usec 4000\nsystem_usec 1000\n"
STEM = "qemu/vmm-cpu-time/sysbench-cpu.threads-4"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[FakeLab]:
    """A lab host with its own folders."""
    yield from fake_lab(tmp_path)


def count(lab: FakeLab) -> None:
    """Have the lab host's kernel count the CPU time of QEMU's unit."""
    if (lab.root / "sys").is_symlink():
        (lab.root / "sys").unlink()
    stat = lab.root / f"sys/fs/cgroup/system.slice/{UNIT}/cpu.stat"
    stat.parent.mkdir(parents=True)
    stat.write_text(BEFORE)


def test_cpu_time_is_kept_beside_a_test_in_the_guest(lab: FakeLab) -> None:
    """Both readings as they were, parsed to what lies between them; beside tests alone."""
    count(lab)
    # Longer than a busy machine takes to hear that it begins: no pause comes before it here.
    lab.environment["FAKE_SECONDS"] = "3"
    lab.schedule(block(1, "qemu", 1, boot_test(), footprint_test(), guest_test("4")))
    assert lab.call("run", RUN).returncode == 0
    log = lab.results / f"{STEM}/01.log"
    lines = log.read_text().splitlines()
    assert lines[0] == f"cpu.stat of {UNIT} around sysbench-cpu/threads-4"
    assert lines[2:5] == BEFORE.splitlines()
    assert lines[6:] == ["usage_usec 9000", "user_usec 7000", "system_usec 2000", "end of cpu.stat"]
    (run,) = parse_log(log.read_bytes())
    values = {value.metric: value.value for value in run.values}
    assert run.outcome == "ok"
    assert [values[f"vmm_{part}_s"] for part in ("cpu", "user", "system")] == [0.004, 0.003, 0.001]
    sidecar = lab.sidecar(f"{STEM}/01")
    assert sidecar["command"][-1].endswith(f"/{UNIT}/cpu.stat")
    assert (sidecar["exit_code"], sidecar["block"], sidecar["attempt"]) == (0, 1, 1)
    assert sidecar["seconds"] == pytest.approx(values["vmm_wall_s"], abs=0.001)
    assert sorted(path.name for path in (lab.results / "qemu/vmm-cpu-time").iterdir()) == [
        "sysbench-cpu.threads-4"
    ]
    assert lab.progress()["done"] == lab.progress()["planned"] == 3
    assert f"{STEM}/01.json" in (lab.run / "journal").read_text().splitlines()


def test_a_failed_test_has_no_cpu_time(lab: FakeLab) -> None:
    """What the failed attempt took belongs to nothing; the next one counts anew."""
    count(lab)
    lab.set("fail")
    lab.schedule(block(1, "qemu", 1, guest_test("4")))
    lab.call("run", RUN)
    assert not (lab.results / "qemu/vmm-cpu-time").exists()


def test_a_host_that_does_not_count_measures_all_the_same(lab: FakeLab) -> None:
    """Without the unified hierarchy there is no such log, and nothing is missing."""
    lab.schedule(block(1, "qemu", 1, guest_test("4")))
    assert lab.call("run", RUN).returncode == 0
    assert not (lab.results / "qemu/vmm-cpu-time").exists()
    assert lab.progress()["missing"] == []


def test_what_takes_long_comes_last_before_a_test() -> None:
    """An emulated host looks around for longer than the guest waits: no reading waits for that."""
    asked = mock.Mock()
    runner = BLOCKS.BlockRunner.__new__(BLOCKS.BlockRunner)
    runner.block, runner._watch, runner.progress = asked.block, asked.watch, asked.progress
    runner.schedule = mock.Mock(pause=0.5, grace=60.0)
    session = mock.Mock(cpu=asked.cpu)
    with mock.patch.object(runner, "_step", return_value=mock.Mock(timeout=30.0)):
        assert runner._handle({"event": "begin", "index": 0}, session, mock.Mock()) == 90.5
    assert [call[0] for call in asked.method_calls] == [
        "cpu.begin",
        "progress.begin",
        "watch.begin",
    ]
