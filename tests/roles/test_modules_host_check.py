"""The module host_check: each thing that is wrong with a machine is found and told."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from modules import load, load_module, run_module

CHECK = load_module("roles/preflight/library/host_check.py")
PREFLIGHT_LINE = (
    load("roles/preflight/filter_plugins/preflight.py").FilterModule().filters()["preflight_line"]
)
INTEL = "vendor_id\t: GenuineIntel\nmodel name\t: Xeon\nflags\t\t: fpu vmx sse\n"
AMD = "vendor_id\t: AuthenticAMD\nmodel name\t: EPYC\nflags\t\t: fpu svm sse\n"
NOBODY = 65534


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What this machine has, but for KVM: whether it is there differs."""
    monkeypatch.setattr(CHECK, "CPUINFO", tmp_path / "cpuinfo")
    (tmp_path / "cpuinfo").write_text(INTEL)
    monkeypatch.setattr(CHECK, "SYS", tmp_path / "devices")
    (tmp_path / "devices/system/cpu").mkdir(parents=True)
    (tmp_path / "devices/system/cpu/online").write_text("0-1,4\n")
    monkeypatch.setattr(CHECK, "tuners", list)
    return {
        "memory_mib": 1,
        "disk_gib": 0,
        "path": str(tmp_path / "var/lib/not/there/yet"),
        "releases": [CHECK.release()],
        "kvm": False,
        "controller_time": time.time(),
    }


def problems(wanted: dict[str, Any], **changed: Any) -> list[dict[str, str]]:
    """Run the module and return the problems it found."""
    result = run_module(CHECK, **{**wanted, **changed})
    found: list[dict[str, str]] = result["problems"]
    assert result["changed"] is False
    return found


def test_a_good_machine_has_no_problems(wanted: dict[str, Any]) -> None:
    """And its facts are told."""
    result = run_module(CHECK, **wanted)
    assert result["problems"] == result["warnings_found"] == []
    assert result["facts"]["cpu"] == {"vendor": "GenuineIntel", "model": "Xeon", "flag": "vmx"}
    assert result["facts"]["memory_mib"] > 1
    assert result["facts"]["release"] == CHECK.release()


@pytest.mark.parametrize(
    ("changed", "found", "needed", "fix"),
    [
        (
            {"releases": ["debian 98", "debian 99"]},
            CHECK.release(),
            "debian 98 or debian 99",
            "rel",
        ),
        ({"memory_mib": 1 << 30}, "MiB of memory", "1073741824 MiB", "guest_memory_mib"),
        ({"disk_gib": 1 << 30}, "GiB free at", "1073741824 GiB", "Free some space there"),
        ({"controller_time": 86400.0}, "s off", "at most 120 s", "timedatectl"),
    ],
)
def test_what_is_short_is_told(
    wanted: dict[str, Any], changed: dict[str, Any], found: str, needed: str, fix: str
) -> None:
    """One problem each, with what was found, what is needed and what to do."""
    (problem,) = problems(wanted, **changed)
    assert found in problem["found"]
    assert needed == problem["needed"]
    assert fix in problem["fix"]


def test_a_clock_is_wrong_in_both_directions(wanted: dict[str, Any]) -> None:
    """A minute is tolerated; no controller's time is no problem."""
    (ahead,) = problems(wanted, controller_time=time.time() - 500)
    (behind,) = problems(wanted, controller_time=time.time() + 500)
    assert ahead["found"] in {"the clock is +500 s off", "the clock is +501 s off"}
    assert behind["found"] in {"the clock is -500 s off", "the clock is -499 s off"}
    assert problems(wanted, controller_time=time.time() + 60) == []
    assert problems(wanted, controller_time=0) == []


def of_kvm(wanted: dict[str, Any]) -> list[str]:
    """Return what was found of KVM, without the guests that may run here."""
    found = [problem["found"] for problem in problems(wanted, kvm=True)]
    return [text for text in found if not text.startswith("other guests run")]


def test_a_processor_without_virtualisation_is_told(wanted: dict[str, Any]) -> None:
    """KVM is not asked then: what it says would only follow from that."""
    CHECK.CPUINFO.write_text("processor\t: 0\n")
    assert of_kvm(wanted) == ["no vmx in /proc/cpuinfo"]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's rights for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_kvm_that_cannot_be_used_is_told(
    wanted: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, no KVM at all, or forbidden."""
    device = tmp_path / "kvm"
    monkeypatch.setattr(CHECK, "KVM", str(device))
    assert of_kvm(wanted) == [f"{device}: No such file or directory"]
    device.touch(mode=0)
    with as_nobody():
        assert CHECK.ask_kvm() == f"{device}: Permission denied"
    device.chmod(0o600)
    assert of_kvm(wanted) == [f"{device} does not answer: Inappropriate ioctl for device"]


@pytest.mark.parametrize(("cpuinfo", "driver"), [(INTEL, "kvm_intel"), (AMD, "kvm_amd")])
def test_the_driver_to_load_is_the_processors(
    wanted: dict[str, Any], cpuinfo: str, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AMD will do, with a warning."""
    monkeypatch.setattr(CHECK, "KVM", "/nowhere")
    CHECK.CPUINFO.write_text(cpuinfo)
    result = run_module(CHECK, **{**wanted, "kvm": True})
    assert f"modprobe {driver}" in str(result["problems"])
    assert [warning.split()[0] for warning in result["warnings_found"]] == (
        ["AuthenticAMD"] if cpuinfo == AMD else []
    )


@pytest.mark.parametrize("asked", ["P-cores", "2-", "2-3", "1-0", "-1", "0,x", "1.5", "numa"])
def test_processors_that_are_not_there_are_told(wanted: dict[str, Any], asked: str) -> None:
    """The variable is named, with what was found and what the host has."""
    found = problems(wanted, kvm=True, guest_cpus=asked)
    (told,) = (each for each in found if "guest_cpus" in each["found"])
    assert told["found"] == f"guest_cpus '{asked}'"
    assert told["needed"] == "some of the processors that are online: 0-1,4"
    assert "Correct guest_cpus of this host in the inventory" in told["fix"]


@pytest.mark.parametrize("asked", ["", "0", "0-1", "1,4", "0 4"])
def test_processors_that_are_there_will_do(wanted: dict[str, Any], asked: str) -> None:
    """In each form that systemd takes."""
    found = problems(wanted, kvm=True, guest_cpus=asked)
    assert not any("guest_cpus" in each["found"] for each in found)


def test_unlike_processors_without_pinning_are_told(wanted: dict[str, Any]) -> None:
    """Hybrid ones, several sockets and SMT; once guests are pinned, nothing is said."""
    devices = CHECK.SYS
    for number in (0, 1):
        topology = devices / f"system/cpu/cpu{number}/topology"
        topology.mkdir(parents=True)
        (topology / "physical_package_id").write_text(f"{number}\n")
    (devices / "system/cpu/smt").mkdir()
    (devices / "system/cpu/smt/active").write_text("1\n")
    for kind, cpus in (("cpu_core", "0-1"), ("cpu_atom", "4")):
        (devices / kind).mkdir()
        (devices / kind / "cpus").write_text(f"{cpus}\n")
    (said,) = run_module(CHECK, **{**wanted, "kvm": True})["warnings_found"]
    assert said.startswith(
        "processors of two kinds (0-1 fast, 4 efficient) and 2 sockets and SMT, and guests are not"
        " pinned (guest_cpus is empty)"
    )
    assert run_module(CHECK, **{**wanted, "kvm": True, "guest_cpus": "0"})["warnings_found"] == []


def test_daemons_that_turn_the_tuning_back_are_named(
    wanted: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that run; a host without systemd has none."""
    monkeypatch.undo()
    monkeypatch.setattr(CHECK, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(CHECK, "SYS", tmp_path / "devices")
    program = tmp_path / "systemctl"
    program.write_text(
        "#!/bin/sh\n"
        "case \"$*\" in *tuned.service*) echo 'tuned.service loaded active running x';; esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (said,) = run_module(CHECK, **{**wanted, "kvm": True})["warnings_found"]
    assert said.startswith("tuned.service may turn the tuning back")
    assert said.endswith("systemctl stop tuned.service")
    monkeypatch.setenv("PATH", "/nowhere")
    assert CHECK.tuners() == []


@contextmanager
def process_called(name: str, folder: Path) -> Iterator[int]:
    """Run a process of this name; hand out its id once the kernel shows the name.

    Popen returns when exec closes its pipe, a moment before exec gives the process its name.
    """
    program = folder / name
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([str(program), "60"]) as process:
        comm = Path(f"/proc/{process.pid}/comm")
        try:
            while comm.read_text().strip() != name[:15]:
                time.sleep(0.01)
            yield process.pid
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["qemu-system-x86_64", "stratovirt", "kvm"])
def test_guests_of_others_are_told_by_name(
    wanted: dict[str, Any], name: str, tmp_path: Path
) -> None:
    """The kernel shortens a process's name to 15 letters."""
    with process_called(name, tmp_path) as pid:
        found = str(problems(wanted, kvm=True, own_units="no such unit"))
    assert f"{name[:15]} ({pid})" in found


@pytest.mark.parametrize("name", ["kvm-pit", "kvm-nx-lpage-re", "sleep"])
def test_other_processes_are_no_guests(name: str, tmp_path: Path) -> None:
    """The kernel has threads of its own for each guest."""
    with process_called(name, tmp_path) as pid:
        assert not [found for found in CHECK.foreign_guests("no such unit") if str(pid) in found]


def test_guests_of_the_lab_are_its_own(tmp_path: Path) -> None:
    """They are known by their control group."""
    own_group = Path("/proc/self/cgroup").read_text().splitlines()[0]
    with process_called("stratovirt", tmp_path) as pid:
        assert not [found for found in CHECK.foreign_guests(own_group) if str(pid) in found]


def test_a_problem_is_one_line_for_people() -> None:
    """Host, found, needed, fix."""
    problem = {"found": "1 MiB", "needed": "2 MiB", "fix": "Buy more."}
    assert PREFLIGHT_LINE(problem, "lab1") == "lab1: found 1 MiB; needed 2 MiB. Buy more."
