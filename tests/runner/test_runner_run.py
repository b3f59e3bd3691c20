"""The runner on a fake lab host: what it leaves when all goes well, and when it is continued."""

import json
import os
import re
import signal
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from runner_lab import RUN, FakeLab, block, boot_test, fake_lab, footprint_test, guest_test, until


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[FakeLab]:
    """A lab host with its own folders."""
    yield from fake_lab(tmp_path)


FILEIO: dict[str, Any] = {
    "measurement": "fileio-iops",
    "case": "rndwr",
    "before": [["sysbench", "fileio", "cleanup"], ["sysbench", "fileio", "prepare"]],
    "command": ["sysbench", "fileio", "run"],
    "after": [["sysbench", "fileio", "cleanup"]],
}


def test_everything_is_measured(lab: FakeLab) -> None:
    """Two blocks of two VMMs leave all files of the results contract."""
    lab.schedule(
        block(1, "stratovirt", 1, boot_test(), footprint_test(), guest_test("4")),
        block(2, "qemu", 1, boot_test(), guest_test("0", **FILEIO)),
    )
    done = lab.call("run", RUN)
    assert done.returncode == 0, done.stderr
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert sorted(
        str(path.relative_to(lab.results)) for path in lab.results.rglob("*") if path.is_file()
    ) == [
        *(f"boots/{path.name}" for path in (lab.results / "boots").glob(f"{boot_id}-*.json")),
        "host.json",
        "qemu/boot/default/01.json",
        "qemu/boot/default/01.log",
        "qemu/console/01.log",
        "qemu/fileio-iops/rndwr/01.json",
        "qemu/fileio-iops/rndwr/01.log",
        "qemu/vmm.json",
        "stratovirt/boot/default/01.json",
        "stratovirt/boot/default/01.log",
        "stratovirt/console/01.log",
        "stratovirt/memory-footprint/default/01.json",
        "stratovirt/memory-footprint/default/01.log",
        "stratovirt/sysbench-cpu/threads-4/01.json",
        "stratovirt/sysbench-cpu/threads-4/01.log",
        "stratovirt/vmm.json",
    ]
    workplace = lab.state / "guest/workplace"
    assert (lab.results / "stratovirt/sysbench-cpu/threads-4/01.log").read_text() == (
        f"sysbench 1.0.20: cpu --threads=4 run in {workplace} with C\nand its errors\n"
    )
    progress = lab.progress()
    assert (progress["state"], progress["planned"], progress["done"]) == ("done", 5, 5)
    assert progress["missing"] == []
    assert progress["current"] is None
    assert progress["seconds_left"] == 0
    assert 0 < progress["guest_seconds"] < progress["wall_seconds"]
    assert progress["files"] == 16
    assert lab.lines("starts") == [
        "vmmlab-guest-stratovirt.service",
        "vmmlab-guest-qemu.service",
    ]
    calls = lab.lines("systemctl.log")
    assert f"enable --no-reload vmmlab-run@{RUN}.service" in calls
    assert calls[-1] == f"disable --no-reload vmmlab-run@{RUN}.service"
    assert len(lab.lines("ssh.log")) == 2, "one connection for each guest"


def test_sidecars_say_how_it_was_measured(lab: FakeLab) -> None:
    """Boot has the host's clock, a footprint its settle time, each its guest's facts."""
    lab.schedule(block(3, "stratovirt", 2, boot_test(2), footprint_test(2)))
    assert lab.call("run", RUN).returncode == 0
    boot = lab.sidecar("stratovirt/boot/default/02")
    assert boot["command"] == ["systemd-analyze"]
    assert (boot["exit_code"], boot["attempt"], boot["block"]) == (0, 1, 3)
    assert boot["environment"] == {"LC_ALL": "C"}
    assert boot["guest"]["sysbench"] == "1.0.20"
    assert boot["started"] < boot["finished"]
    clocks = boot["host_clock"]
    assert 0 < clocks["kernel_s"] <= clocks["ssh_s"] < clocks["login_s"]
    assert clocks["running_s"] > clocks["kernel_s"]
    footprint = lab.sidecar("stratovirt/memory-footprint/default/02")
    assert "host_clock" not in footprint
    assert 2.0 <= footprint["settle_s"] < 10.0
    assert footprint["settled"] is True
    assert footprint["command"][1].split("/")[2].isdigit()
    vmm = json.loads((lab.results / "stratovirt/vmm.json").read_text())
    assert vmm["name"] == "stratovirt"
    assert vmm["command_line"][1].endswith("vmm.py")
    own = re.search(r"^Seccomp:\s*(\d)", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert vmm.get("seccomp") == (own and {"0": "off", "2": "filter"}[own[1]])
    host = json.loads((lab.results / "host.json").read_text())
    assert host["host"] == "lab1"
    assert host["emulated"] is True


def test_another_run_of_the_same_name_is_refused(lab: FakeLab) -> None:
    """Results of last week's are not this week's, however alike their names are."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    lab.call("run", RUN)
    log = (lab.results / "qemu/sysbench-cpu/threads-1/01.log").read_bytes()
    lab.schedule(block(1, "qemu", 1, guest_test("1")), started="friday")
    refused = lab.call("start", RUN)
    assert refused.returncode != 0
    assert refused.stdout == ""
    assert "holds a run of the same name that was started monday, not friday" in refused.stderr
    assert "give this run another name" in refused.stderr
    assert (lab.results / "qemu/sysbench-cpu/threads-1/01.log").read_bytes() == log
    assert lab.call("run", RUN).returncode == 0, "the run that was there still goes on"


def test_a_run_does_not_go_on_with_another_build(lab: FakeLab) -> None:
    """What was measured with the old one would be told to be of the new one."""
    path = lab.root / "etc/vmmlab/vmms/qemu.json"
    known = json.loads(path.read_text())
    path.write_text(json.dumps({**known, "checksums": {"binary": "old", "kernel": "same"}}))
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    assert lab.call("run", RUN).returncode == 0
    path.write_text(json.dumps({**known, "checksums": {"binary": "new", "kernel": "same"}}))
    lab.schedule(block(1, "qemu", 1, guest_test("1")), block(2, "qemu", 2, guest_test("1", 2)))
    assert lab.call("run", RUN).returncode != 0
    progress = lab.progress()
    assert progress["state"] == "failed"
    assert "qemu: checksums binary changed since the first logs" in progress["message"]
    vmm = json.loads((lab.results / "qemu/vmm.json").read_text())
    assert vmm["checksums"]["binary"] == "old"
    assert lab.tests() == 1


def test_a_complete_run_starts_nothing(lab: FakeLab) -> None:
    """The second time nothing is measured, and no guest is started."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    lab.call("run", RUN)
    assert lab.call("start", RUN).stdout == "complete\n"
    assert lab.call("run", RUN).returncode == 0
    assert lab.tests() == 1
    assert len(lab.lines("starts")) == 1
    assert lab.progress()["state"] == "done"


def test_start_asks_systemd(lab: FakeLab) -> None:
    """The controller's word starts the unit and does not wait for it."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    done = lab.call("start", RUN, "--who", "ta@controller")
    assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
    assert f"start --no-block vmmlab-run@{RUN}.service" in lab.lines("systemctl.log")
    assert lab.progress()["state"] == "running"
    assert (lab.run / "who").read_text() == "ta@controller"


def test_what_was_sent_is_on_the_disk_before_the_run_starts(
    lab: FakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is to outlive a power cut must not start before its schedule would."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    calls = lab.state / "systemctl.log"

    def sync() -> None:
        with calls.open("a") as log:
            log.write("sync\n")

    for name, value in lab.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "sync", sync)
    runner, layout = import_module("vmmlab_runner.run"), import_module("vmmlab_runner.layout")
    run = runner.Run(layout.Layout(lab.root), RUN)
    assert runner.request(run, "ta@controller") == "started"
    noted = lab.lines("systemctl.log")
    assert noted.index("sync") < noted.index(f"start --no-block vmmlab-run@{RUN}.service")


def test_a_killed_run_goes_on(lab: FakeLab) -> None:
    """SIGKILL in the middle: at most the measurement in progress is made again."""
    lab.environment["FAKE_SECONDS"] = "2"
    tests = [guest_test(str(number)) for number in range(1, 5)]
    lab.schedule(block(1, "qemu", 1, *tests))
    runner = lab.begin()
    until(lambda: lab.tests() == 3)
    until(lambda: lab.progress()["done"] == 2)
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    lab.stop_guest("qemu")
    before = lab.progress()["done"]
    assert lab.call("run", RUN).returncode == 0
    after = lab.progress()
    assert (before, after["done"], after["missing"]) == (2, 4, [])
    # On a slow machine the guest begins the next one before it is stopped.
    assert lab.tests() in (5, 6), "the one in progress was made twice"
    journal = (lab.run / "journal").read_text().splitlines()
    assert len([name for name in journal if name.endswith("01.json")]) == 4


def test_a_stopped_run_stops_its_guest_and_stays_enabled(lab: FakeLab) -> None:
    """A shutdown of the lab host: the run goes on after it."""
    lab.environment["FAKE_SECONDS"] = "20"
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    runner = lab.begin()
    until(lambda: lab.tests() == 1)
    runner.terminate()
    assert runner.wait(timeout=20) == 0
    calls = lab.lines("systemctl.log")
    assert calls[-1] == "stop vmmlab-guest-qemu.service"
    assert not any(call.startswith("disable") for call in calls)
    assert lab.progress()["state"] == "running"


def test_two_runs_do_not_share_a_lab_host(lab: FakeLab) -> None:
    """The second is told who has the first one and since when."""
    lab.environment["FAKE_SECONDS"] = "20"
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    lab.call("start", RUN, "--who", "ta@controller")
    runner = lab.begin()
    until(lambda: lab.tests() == 1)
    other = lab.run.with_name("other")
    other.mkdir()
    for name in ("asked.json", "schedule.json"):
        (other / name).write_bytes((lab.run / name).read_bytes())
    refused = lab.call("start", "other")
    assert refused.returncode == 4
    assert f"taken by the run '{RUN}', started by ta@controller, since 2" in refused.stderr
    assert lab.call("run", "other").returncode == 4
    assert lab.call("start", RUN).stdout == "running\n"
    runner.terminate()
    runner.wait()


def test_a_run_that_keeps_crashing_ends(lab: FakeLab) -> None:
    """A lab host that crashes at each start is not started for ever."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    (lab.run / "starts").write_text("20")
    done = lab.call("run", RUN)
    assert done.returncode == 3
    assert "started 20 times" in lab.progress()["message"]
    assert lab.tests() == 0


def test_a_run_that_goes_on_at_the_next_boot_has_the_host(lab: FakeLab) -> None:
    """Nobody has the lock until its runner starts; another run is refused all the same."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    assert lab.call("start", RUN).stdout == "started\n"
    assert f"enable --no-reload vmmlab-run@{RUN}.service" in lab.lines("systemctl.log")
    wants = lab.root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / f"vmmlab-run@{RUN}.service").symlink_to("/nowhere")
    other = lab.run.with_name("other")
    other.mkdir()
    (other / "asked.json").write_bytes((lab.run / "asked.json").read_bytes())
    refused = lab.call("start", "other")
    assert refused.returncode == 4
    assert f"taken by the run '{RUN}', which goes on at the next boot" in refused.stderr
    assert lab.call("run", RUN).returncode == 0
    assert lab.call("start", "other").stdout == "started\n", "it has ended, whatever its link says"


def test_results_under_another_name_are_not_gone_on_with(lab: FakeLab) -> None:
    """One machine is one lab host: what it measured as lab1 does not become another's."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    assert lab.call("start", RUN).returncode == 0
    asked = json.loads((lab.run / "asked.json").read_text())
    (lab.run / "asked.json").write_text(json.dumps({**asked, "host": "lab2"}))
    refused = lab.call("start", RUN)
    assert refused.returncode == 4
    assert "measured for the run 'first-run' as 'lab1', not as 'lab2'" in refused.stderr


def test_attempts_count_on(lab: FakeLab) -> None:
    """Also where this host, torn down meanwhile, knows nothing of those that failed before."""
    lab.schedule(block(1, "qemu", 1, guest_test("1", failed=2)))
    assert lab.call("run", RUN).returncode == 0
    assert lab.sidecar("qemu/sysbench-cpu/threads-1/01")["attempt"] == 3
    lab.set("fail")
    lab.schedule(block(1, "qemu", 1, guest_test("2", failed=2)))
    lab.call("run", RUN)
    names = {path.name for path in lab.results.glob("qemu/sysbench-cpu/threads-2/*.log")}
    assert names == {"01.failed-3.log", "01.failed-4.log"}


@pytest.mark.parametrize(
    ("file", "said", "reason"),
    [
        ("lab", {"no_direct": "/var/lib is a tmpfs"}, "/var/lib is a tmpfs"),
        (
            "vmms/qemu",
            {"guest": {"disk_cache": "writeback"}},
            (
                "its guests' disks go through the host's cache, as a plan without disk wants them;"
                " provision it with this plan"
            ),
        ),
    ],
)
def test_a_host_whose_disk_cannot_be_measured_leaves_it_out(
    lab: FakeLab, file: str, said: dict[str, Any], reason: str
) -> None:
    """With the reason, and without a guest for it; everything else is measured."""
    path = lab.root / f"etc/vmmlab/{file}.json"
    known = json.loads(path.read_text())
    path.write_text(json.dumps({**known, **said}))
    direct = ["sysbench", "fileio", "--file-extra-flags=direct", "run"]
    test = guest_test("0", measurement="disk-iops", case="rndrd", command=direct)
    lab.schedule(block(1, "qemu", 1, guest_test("1"), test), block(2, "qemu", 2, test))
    lab.call("run", RUN)
    assert (lab.results / "qemu/sysbench-cpu/threads-1/01.log").exists()
    missing = lab.progress()["missing"]
    assert {entry["measurement"] for entry in missing} == {"disk-iops"}
    assert missing[0]["reason"] == f"left out on this host: {reason}"
    assert len(lab.lines("starts")) == 1
