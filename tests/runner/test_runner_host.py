"""What the runner knows of its lab host: each boot of it, what else ran, its processors."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from modules import load, load_module
from runner_lab import RUN, FakeLab, block, boot_test, fake_lab, footprint_test, guest_test, until

surroundings = import_module("vmmlab_runner.surroundings")
processors = import_module("vmmlab_runner.processors")
knobs = import_module("vmmlab_runner.knobs")
layouts = import_module("vmmlab_runner.layout")

TICK = os.sysconf("SC_CLK_TCK")
GOVERNOR = "sys/devices/system/cpu/cpufreq/policy0/scaling_governor"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[FakeLab]:
    """A lab host with its own folders."""
    yield from fake_lab(tmp_path)


def write(path: Path, text: str) -> None:
    """Write a file of a made-up /proc or /sys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def task(root: Path, pid: int, name: str, seconds: float = 0.0, *, parent: int = 1) -> None:
    """Write a process that has used `seconds`, half of them by children that ended."""
    half = int(seconds * TICK / 2)
    fields = f"S {parent} 1 1 0 -1 4194560 0 0 0 0 {half} 0 {half} 0 20 0 1 0 99"
    write(root / f"proc/{pid}/stat", f"{pid} ({name}) {fields}\n")


def system(root: Path, *, stalled: int = 0, stolen: int = 0) -> None:
    """Write what the kernel says of the whole host: microseconds stalled, ticks stolen."""
    for name in ("cpu", "memory", "io"):
        write(root / f"proc/pressure/{name}", f"some avg10=0.00 total={stalled}\nfull total=0\n")
    write(root / "proc/stat", f"cpu 1 2 3 4 5 6 7 {stolen} 0 0\ncpu0 1 2 3\n")
    write(root / "proc/loadavg", "0.42 0.30 0.10 1/100 4711\n")


def at(look: Any, seconds: float) -> Any:
    """Return a look as if it had been taken at a time."""
    return surroundings.Look(seconds, look.tasks, look.stalled, look.stolen, look.tuning)


def test_what_else_ran_is_told(tmp_path: Path) -> None:
    """Another guest, a job of somebody's, one that ended meanwhile; not the VMM and the runner."""
    layout = layouts.Layout(tmp_path)
    vmm, runner = 100, 200
    system(tmp_path)
    task(tmp_path, 1, "systemd", 50)
    task(tmp_path, vmm, "stratovirt", 7)
    task(tmp_path, runner, "python3", 3)
    task(tmp_path, 201, "ssh", 1, parent=runner)
    task(tmp_path, 300, "(a) job) of", 20)
    task(tmp_path, 301, "dpkg", 5)
    before = at(surroundings.look(layout), 1000)
    system(tmp_path, stalled=2_000_000, stolen=4 * TICK)
    task(tmp_path, 1, "systemd", 50 + 5 + 2)  # dpkg ended after 2 more seconds: they are here
    shutil.rmtree(tmp_path / "proc/301")
    task(tmp_path, vmm, "stratovirt", 27)
    task(tmp_path, runner, "python3", 9)
    task(tmp_path, 201, "ssh", 4, parent=runner)
    task(tmp_path, 300, "(a) job) of", 38)
    task(tmp_path, 400, "qemu-system-x86", 3)
    told = surroundings.between(before, at(surroundings.look(layout), 1020), (runner, vmm))
    assert told["other_cpu"] == pytest.approx((18 + 2 + 3) / 20, abs=0.01)
    assert told["others"]["(a) job) of"] == 0.9
    assert told["others"]["qemu-system-x86"] == 0.15
    assert told["guests"] == ["qemu-system-x86 (400)"]
    assert told["pressure"] == {"cpu": 0.1, "memory": 0.1, "io": 0.1}
    assert told["steal"] == pytest.approx(4 / 20 / (os.cpu_count() or 1), abs=0.001)
    assert "tuning_after" not in told


def test_a_kernel_without_pressure_and_a_quiet_host(tmp_path: Path) -> None:
    """What the kernel does not say is absent; kernel threads are the kernel's work, not others'."""
    layout = layouts.Layout(tmp_path)
    system(tmp_path)
    shutil.rmtree(tmp_path / "proc/pressure")
    before = at(surroundings.look(layout), 0)
    fields = "S 2 0 0 0 -1 69238880 0 0 0 0 900 0 0 0 20 0 1 0 99"
    write(tmp_path / "proc/50/stat", f"50 (kworker/0:1) {fields}\n")
    told = surroundings.between(before, at(surroundings.look(layout), 10), ())
    assert (told["pressure"], told["other_cpu"], told["others"], told["guests"]) == ({}, 0, {}, [])


@pytest.mark.parametrize(
    "name",
    [
        *("qemu-system-x86", "kvm", "stratovirt", "firecracker", "cloud-hyperviso", "VBoxHeadless"),
        *("VirtualBoxVM", "vmware-vmx"),
    ],
)
def test_preflight_and_the_runner_know_the_same_guests(name: str) -> None:
    """What preflight refuses is what a sidecar names."""
    check = load_module("roles/preflight/library/host_check.py")
    assert check.GUESTS.match(name)
    assert surroundings.GUESTS.match(name)
    assert not surroundings.GUESTS.match("kvm-nx-lpage-re")
    assert not check.GUESTS.match("kvm-nx-lpage-re")
    assert surroundings.GUESTS.pattern == check.GUESTS.pattern


def test_the_runner_reads_what_the_tuning_sets(tmp_path: Path) -> None:
    """Both have the same names and words for the same files."""
    tuning = load("roles/host_tuning/files/tuning.py")
    write(tmp_path / GOVERNOR, "powersave\n")
    write(tmp_path / GOVERNOR.replace("policy0", "policy1"), "schedutil\n")
    write(tmp_path / "sys/devices/system/cpu/intel_pstate/no_turbo", "1\n")
    write(tmp_path / "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
    for _ in range(2):
        expected = {}
        for knob in tuning.KNOBS:
            paths, words = knob.find(tmp_path)
            expected[knob.name] = tuning.summary(tuning.values(knob, paths), words)
        assert knobs.read(tmp_path / "sys") == expected
        # The other driver's word for the same, the other way round.
        (tmp_path / "sys/devices/system/cpu/intel_pstate/no_turbo").unlink(missing_ok=True)
        write(tmp_path / "sys/devices/system/cpu/cpufreq/boost", "1\n")
    assert expected == {
        "governor": "powersave, schedutil",
        "turbo": "on",
        "thp": "madvise",
        "ksm": None,
    }


def test_processors_of_several_kinds_are_told(tmp_path: Path) -> None:
    """Hybrid ones, several sockets and SMT decide on how fast a guest is that is not pinned."""
    cpu = tmp_path / "devices/system/cpu"
    for number, package in enumerate((0, 0, 1, 1)):
        write(cpu / f"cpu{number}/topology/physical_package_id", f"{package}\n")
    write(cpu / "online", "0-3\n")
    write(cpu / "smt/active", "1\n")
    assert processors.describe(tmp_path) == {
        "cpus_online": "0-3",
        "sockets": 2,
        "smt": "on",
        "cpu_kinds": None,
    }
    write(tmp_path / "devices/cpu_core/cpus", "0-1\n")
    write(tmp_path / "devices/cpu_atom/cpus", "2-3\n")
    assert processors.describe(tmp_path)["cpu_kinds"] == {"performance": "0-1", "efficient": "2-3"}
    assert set(processors.describe(tmp_path / "nothing").values()) == {None}


def test_where_the_threads_may_run_is_read_back(tmp_path: Path) -> None:
    """Of all threads: one that is elsewhere shows."""
    with subprocess.Popen(["sleep", "60"]) as process:
        os.sched_setaffinity(process.pid, {0})
        assert processors.allowed(Path("/proc"), process.pid) == "0"
        process.kill()
    for thread, cpus in ((7, "2-3"), (8, "2-3"), (9, "0-7")):
        write(tmp_path / f"7/task/{thread}/status", f"Name:\tx\nCpus_allowed_list:\t{cpus}\n")
    assert processors.allowed(tmp_path, 7) == "0-7; 2-3"
    assert processors.allowed(tmp_path, 70) == ""


def test_sidecars_say_what_the_host_was_like(lab: FakeLab) -> None:
    """Each names the boot and its facts; the VMM's record says what the kernel says."""
    tests = boot_test(), footprint_test(), guest_test("1")
    lab.schedule(block(1, "qemu", 1, *tests))
    assert lab.call("run", RUN).returncode == 0
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    every = f"0-{(os.cpu_count() or 1) - 1}" if (os.cpu_count() or 1) > 1 else "0"
    for stem in ("boot/default", "memory-footprint/default", "sysbench-cpu/threads-1"):
        host = lab.sidecar(f"qemu/{stem}/01")["host"]
        assert host["boot_id"] == boot_id
        assert (lab.results / host["facts"]).parent.name == "boots"
        assert set(host["pressure"]) <= {"cpu", "memory", "io"}
        assert host["other_cpu"] >= 0
        assert host["load1"] >= 0
        assert host["cpus_allowed"] == every
        assert set(host["tuning"]) == {"governor", "turbo", "thp", "ksm"}
    vmm = json.loads((lab.results / "qemu/vmm.json").read_text())
    assert vmm["cpus_allowed"] == every
    assert (lab.results / host["facts"]).read_text() == (lab.results / "host.json").read_text()


def test_a_second_boot_keeps_the_facts_of_the_first(lab: FakeLab) -> None:
    """After a reboot the earlier logs stay logs of the earlier boot."""
    for name in ("proc", "sys"):
        (lab.root / name).unlink()
    system(lab.root)
    write(lab.root / GOVERNOR, "performance\n")
    write(lab.root / "proc/cpuinfo", "model name\t: Xeon\nmicrocode\t: 0x1\n")
    facts = []
    for repetition, (boot_id, microcode) in enumerate(
        [("aaa", "0x1"), ("bbb", "0x2"), ("bbb", "0x2"), ("bbb", "0x3")], start=1
    ):
        write(lab.root / "proc/sys/kernel/random/boot_id", f"{boot_id}\n")
        write(lab.root / "proc/cpuinfo", f"model name\t: Xeon\nmicrocode\t: {microcode}\n")
        lab.schedule(block(repetition, "qemu", repetition, guest_test("1", repetition)))
        assert lab.call("run", RUN).returncode == 0
        host = lab.sidecar(f"qemu/sysbench-cpu/threads-1/{repetition:02d}")["host"]
        facts.append((host["boot_id"], host["facts"]))
        kept = json.loads((lab.results / host["facts"]).read_text())
        assert (kept["boot_id"], kept["microcode"]) == (boot_id, microcode)
    # The second start in one boot finds the same facts; the third, microcode that was loaded late.
    assert [boot_id for boot_id, _ in facts] == ["aaa", "bbb", "bbb", "bbb"]
    files = [file for _, file in facts]
    assert files[1] == files[2]
    assert len(set(files)) == len(os.listdir(lab.results / "boots")) == 3  # noqa: PTH208
    # Also where a teardown took the earlier files away: what is fetched replaces none of them.
    shutil.rmtree(lab.results)
    lab.schedule(block(5, "qemu", 5, guest_test("1", 5)))
    write(lab.root / "proc/cpuinfo", "model name\t: Xeon\nmicrocode\t: 0x4\n")
    assert lab.call("run", RUN).returncode == 0
    assert lab.sidecar("qemu/sysbench-cpu/threads-1/05")["host"]["facts"] not in files


def test_tuning_is_read_before_and_after(lab: FakeLab) -> None:
    """A daemon that turns a knob back while a test runs is in that test's sidecar."""
    (lab.root / "sys").unlink()
    write(lab.root / GOVERNOR, "performance\n")
    lab.environment["FAKE_SECONDS"] = "3"
    lab.schedule(block(1, "qemu", 1, guest_test("1"), guest_test("2"), guest_test("4")))
    runner = lab.begin()
    until(lambda: lab.tests() == 2)
    until(lambda: (lab.progress()["current"] or {}).get("case") == "threads-2")
    time.sleep(1.0)  # the host is looked at after the progress is told
    write(lab.root / GOVERNOR, "powersave\n")
    assert runner.wait(timeout=60) == 0
    first, second, third = (
        lab.sidecar(f"qemu/sysbench-cpu/threads-{threads}/01")["host"] for threads in (1, 2, 4)
    )
    assert (first["tuning"]["governor"], "tuning_after" in first) == ("performance", False)
    assert second["tuning"]["governor"] == "performance"
    assert second["tuning_after"]["governor"] == "powersave"
    assert (third["tuning"]["governor"], "tuning_after" in third) == ("powersave", False)


def test_the_host_is_kept_awake(lab: FakeLab) -> None:
    """As long as the runner lives, also where it is killed; host.json says that logind agreed."""
    lab.environment["FAKE_SECONDS"] = "20"
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    runner = lab.begin()
    until(lambda: lab.tests() == 1)
    (asked,) = lab.lines("inhibit.log")
    assert "--what=sleep:idle --mode=block --who=vmmlab" in asked
    inhibitor = lab.pid("inhibit")
    assert Path(f"/proc/{inhibitor}").exists()
    assert json.loads((lab.results / "host.json").read_text())["kept_awake"] is True
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    until(lambda: not Path(f"/proc/{inhibitor}/cmdline").exists() or not running(inhibitor))


def running(pid: int) -> bool:
    """Tell whether a process still runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_host_without_logind_is_measured(lab: FakeLab) -> None:
    """A minimal host does not fall asleep by itself; that nothing is held is recorded."""
    lab.set("no-logind")
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    done = lab.call("run", RUN)
    assert done.returncode == 0, done.stderr
    assert json.loads((lab.results / "host.json").read_text())["kept_awake"] is False


def test_a_host_without_systemd_inhibit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its absence is no error."""
    awake = import_module("vmmlab_runner.awake")
    monkeypatch.setattr(awake, "INHIBIT", ("no-such-program",))
    with awake.Awake() as kept:
        assert kept.held is False


def test_the_disk_engine_is_read_from_the_command_line() -> None:
    """Whatever the VMM calls the rest of its drive's options; another option's word is none."""
    unit = import_module("vmmlab_runner.unit")
    code = "import time; print(flush=True); time.sleep(60)"
    for options, engine in (
        (["-drive", "if=none,file=d.raw,cache=writeback,aio=io_uring"], "io_uring"),
        (["-drive", "id=rootfs,direct=on,aio=native,readonly=off"], "native"),
        (["-append", "vaio=1", "-drive", "id=rootfs"], None),
    ):
        words = [sys.executable, "-c", code, *options]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            process = unit.Process(pid=child.pid, started=0.0, ticks="")
            assert process.read_back(Path("/nowhere")).get("disk_engine") == engine
            child.kill()


def test_a_vmms_own_seccomp_filter_is_told_from_its_units() -> None:
    """By their number, in any of its threads; a kernel that does not count them says nothing."""
    own_filter = import_module("vmmlab_runner.unit").own_filter
    unit, more = "Seccomp:\t2\nSeccomp_filters:\t14\n", "Seccomp:\t2\nSeccomp_filters:\t15\n"
    assert own_filter(unit, [unit, unit]) == {"own_seccomp": "no"}
    assert own_filter(unit, [unit, more]) == {"own_seccomp": "yes"}
    assert own_filter("Seccomp:\t2\n", ["Seccomp:\t2\n"]) == {}
    assert own_filter(unit, []) == {}


def test_the_c_library_is_what_the_process_has_mapped() -> None:
    """Not what the build was meant to have."""
    libc_of = import_module("vmmlab_runner.unit").libc_of
    assert libc_of(Path("/proc/self/maps").read_text()) == "glibc"
    line = "7f00-7f01 r-xp 00000000 08:01 42 "
    assert libc_of(f"{line}/usr/lib/libc-2.31.so\n") == "glibc"
    assert libc_of(f"{line}/lib/ld-musl-x86_64.so.1\n") == "musl"
    assert libc_of(
        f"{line}/opt/vmmlab/store/x/bin/stratovirt\n7f02-7f03 rw-p 0 0:0 0 [heap]\n"
    ) == ("linked statically")


def test_the_disk_below_a_volume_is_named(tmp_path: Path) -> None:
    """A volume on a partition of a disk: the disk's model, the scheduler in brackets."""
    disk = import_module("vmmlab_runner.disk")
    number = tmp_path.stat().st_dev
    real, volume = tmp_path / "sys/devices/sda", tmp_path / "sys/devices/dm-0"
    for path, text in (
        (real / "queue/scheduler", "none [mq-deadline] bfq\n"),
        (real / "queue/rotational", "0\n"),
        (real / "device/model", "Samsung SSD 860 \n"),
        (real / "sda2/partition", "2\n"),
        (volume / "queue/scheduler", "[none]\n"),
        (tmp_path / "mounts", f"/dev/dm-0 {tmp_path} ext4 rw 0 0\n"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (volume / "slaves").mkdir()
    (volume / "slaves/sda2").symlink_to(real / "sda2")
    block = tmp_path / "sys/dev/block"
    block.mkdir(parents=True)
    (block / f"{os.major(number)}:{os.minor(number)}").symlink_to(volume)
    found = disk.describe(tmp_path / "sys", tmp_path / "not/there/yet", tmp_path / "mounts")
    assert found == {
        "file_system": "ext4",
        "device": "sda",
        "model": "Samsung SSD 860",
        "scheduler": "mq-deadline",
        "rotational": "0",
    }
