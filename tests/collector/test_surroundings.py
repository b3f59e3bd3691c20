"""What a lab host was like while it measured: what changed, what disturbed it, who was pinned."""

import json
from pathlib import Path
from typing import Any

import pytest
from report_logs import cpu_log, write_json, write_log

from collector.checks import check_collection
from collector.compare import Comparison, compare_sides, make_side
from collector.results import collect

CASE = "sysbench-cpu/threads-1"
QUIET: dict[str, Any] = {
    "boot_id": "aaa",
    "facts": "boots/aaa.json",
    "cpus_allowed": "0-3",
    "load1": 0.1,
    "pressure": {"cpu": 0.0, "memory": 0.0, "io": 0.9},
    "steal": 0.0,
    "other_cpu": 0.05,
    "others": {},
    "guests": [],
    "tuning": {"governor": "performance", "turbo": "off"},
}
FACTS: dict[str, Any] = {
    "cpu_model": "Xeon",
    "microcode": "0x1",
    "cpus": 4,
    "cpus_online": "0-3",
    "kernel": "6.1.0-1",
    "governor": "performance",
    "turbo": "off",
    "tuning": {
        "governor": {"before": "powersave", "wanted": "performance", "after": "performance"}
    },
}


def results(tmp_path: Path, *, repetitions: int = 6, **facts: Any) -> Path:
    """Write a run of two VMMs on one quiet host."""
    host = tmp_path / "run/lab1"
    for name in ("host", "boots/aaa"):
        write_json(host / f"{name}.json", **{**FACTS, **facts})
    for vmm, speed in (("qemu", 900.0), ("stratovirt", 1000.0)):
        write_json(host / vmm / "vmm.json", type=vmm, guest={"cpus": ""})
        for number in range(1, repetitions + 1):
            text = cpu_log(1, speed + number, 1000 / (speed + number), 2.0, 1.5)
            write_log(host, f"{vmm}/{CASE}/{number:02}.log", text)
            sidecar(host, vmm, number)
    return host


def sidecar(host: Path, vmm: str, number: int, **changed: Any) -> None:
    """Write the sidecar of one log."""
    surroundings = {**QUIET, **changed}
    write_json(host / f"{vmm}/{CASE}/{number:02}.json", seconds=60.0, host=surroundings)


def speeds(host: Path, *accept: str) -> Comparison:
    """Compare the speeds of both VMMs."""
    collection = collect([host.parent])
    left, right = (make_side(collection, vmm) for vmm in ("qemu", "stratovirt"))
    return next(
        one for one in compare_sides(left, right, accept) if one.metric == "events_per_second"
    )


def found(host: Path) -> list[str]:
    """Return severity and message of what is said of the host's surroundings, in order."""
    about = ("changed while", "tuning did not", "not quiet", "guest_cpus", "not pinned")
    return [
        f"{finding.severity}: {finding.message}"
        for finding in check_collection(collect([host.parent]))
        if any(words in finding.message.english for words in about)
    ]


def test_a_quiet_host_says_nothing(tmp_path: Path) -> None:
    """Also where the guest itself writes to the disk, and where a sidecar is an older one."""
    host = results(tmp_path)
    assert found(host) == []
    write_json(host / f"qemu/{CASE}/01.json", seconds=60.0)
    assert found(host) == []
    speed = speeds(host)
    assert speed.verdict == "left lower", speed.reason


@pytest.mark.parametrize(
    ("name", "value", "said", "fact"),
    [
        ("kernel", "6.1.0-2", "host kernel changed while {}: 6.1.0-1 and 6.1.0-2", "host_kernel"),
        ("microcode", "0x2", "host CPU changed while {}: Xeon, microcode 0x1 and", "host_cpu"),
    ],
)
def test_another_boot_within_a_side(
    tmp_path: Path, name: str, value: str, said: str, fact: str
) -> None:
    """Half of the logs are of another kernel or microcode: named, and not compared."""
    host = results(tmp_path)
    write_json(host / "boots/bbb.json", **{**FACTS, name: value})
    write_json(host / "host.json", **{**FACTS, name: value})
    for number in (4, 5, 6):
        for vmm in ("qemu", "stratovirt"):
            sidecar(host, vmm, number, boot_id="bbb", facts="boots/bbb.json")
    told = found(host)
    assert len(told) == 2
    assert told[1].startswith(f"contradiction: {said.format('QEMU was measured')}")
    speed = speeds(host)
    assert speed.verdict == "not comparable"
    assert "changed while QEMU was measured" in speed.reason
    assert speed.reasons[0].render("zh").startswith("测量 QEMU 期间 主机")
    assert speeds(host, fact).verdict == "left lower"


def test_a_new_boot_with_the_same_facts_changes_nothing(tmp_path: Path) -> None:
    """A reboot alone is no reason not to compare."""
    host = results(tmp_path)
    write_json(host / "boots/bbb.json", **FACTS)
    for vmm in ("qemu", "stratovirt"):
        sidecar(host, vmm, 6, boot_id="bbb", facts="boots/bbb.json")
    assert found(host) == []


def test_one_side_measured_again_on_another_kernel(tmp_path: Path) -> None:
    """Each side is of one kernel, but not of the same."""
    host = results(tmp_path)
    write_json(host / "boots/bbb.json", **{**FACTS, "kernel": "6.1.0-2"})
    for number in range(1, 7):
        sidecar(host, "qemu", number, boot_id="bbb", facts="boots/bbb.json")
    assert found(host) == []
    speed = speeds(host)
    assert speed.reason == "host kernel differs: QEMU 6.1.0-2, StratoVirt 6.1.0-1"


def test_a_tuning_that_did_not_last(tmp_path: Path) -> None:
    """A daemon turned a knob back: before a measurement, or while it ran; others do not count."""
    host = results(tmp_path)
    sidecar(host, "qemu", 3, tuning_after={"governor": "powersave", "turbo": "off"})
    sidecar(host, "qemu", 4, tuning={"governor": "powersave", "turbo": "off"})
    sidecar(host, "stratovirt", 1, tuning_after={"governor": "performance", "turbo": "on"})
    (told,) = found(host)
    assert told.startswith(
        "contradiction: the tuning did not last: governor powersave instead of performance in 2 of"
        " 6 measurements; stop what turned it back"
    )


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({"guests": ["qemu-system-x86 (77)"]}, "another guest ran: qemu-system-x86 (77)"),
        ({"steal": 0.1}, "the hypervisor below took 10% of the processors' time"),
        (
            {"other_cpu": 1.02, "others": {"apt-get": 0.9}},
            "other programs kept 1.0 processors busy (apt-get)",
        ),
        ({"pressure": {"memory": 0.2}}, "programs waited for memory in 20% of the time"),
    ],
)
def test_a_host_that_was_not_quiet(tmp_path: Path, seen: dict[str, Any], said: str) -> None:
    """A note on the log's cells, and a remark beside the answer; both also in Chinese."""
    host = results(tmp_path)
    sidecar(host, "qemu", 2, **seen)
    assert found(host) == [f"note: the host was not quiet: {said}"]
    speed = speeds(host)
    assert "QEMU: measured while the host was not quiet: 1" in map(str, speed.warnings)
    write_json(host / "host.json", **FACTS, emulated=True)
    assert found(host) == []


def test_guests_that_are_not_pinned(tmp_path: Path) -> None:
    """Worth a note on unlike processors; a contradiction where pinning was asked for."""
    hybrid: dict[str, Any] = {
        "cpu_kinds": {"performance": "0-1", "efficient": "2-3"},
        "sockets": 2,
        "smt": "on",
    }
    host = results(tmp_path, **hybrid)
    kinds = "processors of several kinds and 2 sockets and SMT"
    said = f"note: the guests were not pinned on a host with {kinds}: set guest_cpus"
    assert found(host) == [said, said]
    for asked in ("P-cores", 0):
        for vmm in ("qemu", "stratovirt"):
            write_json(host / vmm / "vmm.json", type=vmm, guest={"cpus": asked})
        said = f"guest_cpus asks for {asked}, but the kernel"
        assert [said in each for each in found(host)] == [True, True]
    for vmm in ("qemu", "stratovirt"):
        for number in range(1, 7):
            sidecar(host, vmm, number, cpus_allowed="2-3")
    assert found(host) == []


def test_what_a_hostile_host_says_raises_nothing(tmp_path: Path) -> None:
    """Facts of any form are taken as nothing."""
    host = results(tmp_path)
    wrongs: list[Any] = [[], "x", 7, {"a": []}, None]
    for number, wrong in enumerate(wrongs, start=1):
        strange = dict.fromkeys(QUIET, wrong)
        write_json(host / f"qemu/{CASE}/{number:02}.json", seconds=60.0, host=strange)
    (host / "boots/bbb.json").write_text(json.dumps([1]))
    check_collection(collect([host.parent]))
