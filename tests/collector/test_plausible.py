"""Numbers that are far from what others found are noted with the source; none is an accusation."""

from pathlib import Path

import pytest
import report_logs

from collector.checks import check_collection
from collector.findings import Finding
from collector.results import collect
from collector.subjects import SUBJECTS

XEON = "Intel(R) Xeon(R) E-2236 CPU @ 3.40GHz"


def noted(root: Path) -> list[Finding]:
    """Return the notes about cited figures."""
    return [one for one in check_collection(collect([root])) if "others found" in str(one.message)]


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host with the report's numbers, whose CPU is known."""
    path = tmp_path / "run" / "pc"
    report_logs.write_report_results(path)
    report_logs.write_json(path / "host.json", cpu_model=XEON)
    return path


def slow_boot(host: Path) -> None:
    """Make one kernel start in seven seconds: milliseconds by ten, or a guest of another kind."""
    text = report_logs.boot_log(["7.000s", "5.000s", "12.000s"])
    report_logs.write_log(host, "qemu/boot/default/01.log", text)


def fast_cpu(host: Path) -> None:
    """Make a test with one thread of another CPU, or another limit of primes."""
    text = report_logs.cpu_log(1, 90_000.0, 0.011, 5.0, 0.01)
    report_logs.write_log(host, "qemu/sysbench-cpu/threads-1/01.log", text)


def test_the_report_is_normal(host: Path) -> None:
    """Both VMMs, in all their numbers."""
    assert noted(host) == []


def test_what_is_far_is_noted_with_its_source(host: Path) -> None:
    """With machine and method; it is no contradiction."""
    slow_boot(host)
    fast_cpu(host)
    notes = noted(host)
    assert [(one.severity, one.vmm, one.metric) for one in notes] == [
        ("note", "qemu", "kernel_s"),
        ("note", "qemu", "events_per_second"),
    ]
    assert str(notes[0].message).startswith("7 s is far from what others found: 0.10 - 0.24 s")
    assert "Firecracker, NSDI'20, published data; m5d.metal" in str(notes[0].message)


def test_a_cpu_without_a_known_speed_is_not_judged(host: Path) -> None:
    """The band is for each GHz."""
    report_logs.write_json(host / "host.json", cpu_model="AMD EPYC 7763")
    fast_cpu(host)
    assert noted(host) == []


@pytest.mark.parametrize(
    ("record", "content"),
    [("host.json", {"emulated": True}), ("qemu/vmm.json", {"stand_in": True})],
)
def test_emulated_hosts_and_stand_ins_are_not_judged(
    record: str, content: dict[str, object], host: Path
) -> None:
    """Their numbers compare nothing."""
    slow_boot(host)
    report_logs.write_json(host / record, **content)
    assert noted(host) == []


def test_each_figure_has_a_source_and_a_band_around_it() -> None:
    """Of all subjects together at least boot, footprint and cpu."""
    cited = {name: subject.cited for name, subject in SUBJECTS.items() if subject.cited}
    assert {"boot", "memory-footprint", "sysbench-cpu"} <= cited.keys()
    for figures in cited.values():
        for one in figures:
            assert one.source
            assert str(one.machine)
            assert str(one.method)
            assert 0 < one.band[0] * 10 < one.band[1]
