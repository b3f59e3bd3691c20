"""Comparing two sides: what is called different, what is refused, what is said beside it."""

import json
from pathlib import Path

import pytest
import report_logs

from collector.cli import main
from collector.compare import Comparison, compare_vmms
from collector.errors import UnusableInputError
from collector.exit_status import ExitStatus
from collector.results import collect


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results folder with the report's numbers."""
    root = tmp_path / "results"
    report_logs.write_report_results(root / "run" / "host")
    return root


def record(root: Path, vmm: str, **changed: object) -> None:
    """Write a VMM's record with what must be equal, some of it changed."""
    guest = {"vcpus": 1, "memory_mib": 1024, "disk_format": "raw", "disk_cache": "none"}
    checksums = {"kernel": "a" * 64, "image": "b" * 64}
    facts: dict[str, object] = {"guest": guest, "checksums": checksums, "machine": "pc"}
    report_logs.write_json(root / "run" / "host" / vmm / "vmm.json", **{**facts, **changed})


def compared(root: Path, *accept: str) -> dict[str, Comparison]:
    """Return StratoVirt against QEMU by metric; of several cases the first."""
    found: dict[str, Comparison] = {}
    for each in compare_vmms(collect([root]), "stratovirt", "qemu", accept):
        found.setdefault(each.metric, each)
    return found


def test_the_report(results: Path) -> None:
    """Ten boots show a difference; two repetitions of a sysbench test cannot."""
    found = compared(results)
    userspace = found["userspace_s"]
    assert userspace.verdict == "left higher"
    assert userspace.ratio == pytest.approx(122.3555 / 4.4765, rel=1e-3)
    assert userspace.interval_low is not None
    assert userspace.interval_high is not None
    assert userspace.interval_low < 27.33 < userspace.interval_high
    assert userspace.p_value is not None
    assert userspace.p_value < 0.001
    assert userspace.effect_size == 1
    assert found["rss_kb"].verdict == "left lower"
    speed = found["events_per_second"]
    assert (speed.verdict, speed.n_left, speed.p_value) == ("too few samples", 2, None)
    assert "at least" in speed.reason
    assert any("two modes, around 4.47" in text for text in userspace.warnings)
    assert any("outliers, kept: repetition 8" in text for text in found["size_kb"].warnings)


def test_latencies_below_the_resolution(results: Path) -> None:
    """0.00 on both sides is no answer, and no division by zero."""
    found = [
        each
        for each in compare_vmms(collect([results]), "stratovirt", "qemu")
        if (each.measurement, each.case, each.metric)
        == ("fileio-latency", "rndrd", "latency_avg_ms")
    ]
    assert (found[0].verdict, found[0].ratio) == ("not comparable", None)
    assert "below the resolution" in found[0].reason


@pytest.mark.parametrize(
    ("changed", "fact", "words"),
    [
        ({"checksums": {"kernel": "a" * 64, "image": "c" * 64}}, "image", "guest image differs"),
        ({"checksums": {"kernel": "c" * 64, "image": "b" * 64}}, "kernel", "guest kernel differs"),
        ({"guest": {"vcpus": 2}}, "vcpus", "vCPUs differs"),
        ({"stand_in": True}, "stand_in", "a stand-in"),
    ],
)
def test_unlike_sides_are_refused(
    changed: dict[str, object], fact: str, words: str, results: Path
) -> None:
    """The difference is named; accepted by name, the comparison is made and says so."""
    record(results, "stratovirt")
    record(results, "qemu", **changed)
    refused = compared(results)["rss_kb"]
    assert (refused.verdict, refused.p_value) == ("not comparable", None)
    assert refused.reason.startswith(words)
    assert refused.median_left == 127114
    accepted = compared(results, fact)["rss_kb"]
    assert accepted.verdict == "left lower"
    assert any(text.startswith(f"accepted: {words}") for text in accepted.warnings)


def test_an_initrd_matters_to_boots_only(results: Path) -> None:
    """It changes what the kernel's time means, and nothing after the boot."""
    record(results, "stratovirt", initrd=False)
    record(results, "qemu", initrd=True)
    found = compared(results)
    assert found["userspace_s"].verdict == "not comparable"
    assert found["rss_kb"].verdict == "left lower"


def test_machine_types_are_what_is_compared(results: Path) -> None:
    """They may differ, with a warning."""
    record(results, "stratovirt", machine="microvm")
    record(results, "qemu")
    rss = compared(results)["rss_kb"]
    assert rss.verdict == "left lower"
    assert rss.warnings[0].startswith("machine types differ")


def test_an_emulated_host_compares_nothing(results: Path) -> None:
    """Its figures show that the chain works."""
    report_logs.write_json(results / "run" / "host" / "host.json", emulated=True)
    verdicts = {each.verdict for each in compared(results).values()}
    assert verdicts == {"not comparable"}
    assert "compare nothing" in compared(results)["rss_kb"].reason


def test_unlike_file_sets_are_refused_case_by_case(results: Path) -> None:
    """Only fileio is concerned."""
    for path in (results / "run" / "host" / "qemu").glob("fileio-iops/*/*.log"):
        path.write_text(path.read_text("utf-8").replace("160KiB each", "320KiB each"), "utf-8")
    found = compared(results)
    assert "file set differs" in found["reads_per_s"].reason
    assert found["rss_kb"].verdict == "left lower"


def test_several_hosts_are_samples_of_one_each(tmp_path: Path) -> None:
    """Repetitions on one host are no evidence about other hosts."""
    for number in range(6):
        report_logs.write_report_results(tmp_path / "run" / f"host{number}", repetitions=3)
    rss = compared(tmp_path)["rss_kb"]
    assert (rss.n_left, rss.n_right) == (6, 6)
    assert any("median of one host" in text for text in rss.warnings)


def test_a_vmm_that_is_not_there(results: Path) -> None:
    """The error says which there are."""
    with pytest.raises(UnusableInputError, match="qemu, stratovirt"):
        compare_vmms(collect([results]), "stratovirt", "firecracker")


def test_the_command(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two VMMs of one run; a difference is exit code 1."""
    sides = [f"{results}:stratovirt", f"{results}:qemu"]
    assert main(["compare", *sides]) == ExitStatus.FINDINGS
    shown = capsys.readouterr().out
    assert "stratovirt (left) against qemu (right)" in shown
    assert "left lower" in shown
    assert main(["compare", *sides, "--json"]) == ExitStatus.FINDINGS
    listed = json.loads(capsys.readouterr().out)
    assert {each["verdict"] for each in listed} >= {"left lower", "too few samples"}


def test_two_runs(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every VMM that both have, or one by name; like with like is exit code 0."""
    report_logs.write_report_results(results / "again" / "host")
    sides = [str(results / "run"), str(results / "again")]
    assert main(["compare", *sides]) == ExitStatus.OK
    shown = capsys.readouterr().out
    assert "run:stratovirt (left) against again:stratovirt (right)" in shown
    assert "run:qemu (left) against again:qemu (right)" in shown
    assert main(["compare", *sides, "--vmm", "qemu"]) == ExitStatus.OK
    assert "stratovirt" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [("", "", "name the VMMs"), (":qemu", "", "which VMM"), (":bochs", ":qemu", "no VMM 'bochs'")],
)
def test_unclear_sides(
    left: str, right: str, words: str, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what there is to choose from."""
    assert main(["compare", f"{results}{left}", f"{results}{right}"]) == ExitStatus.UNUSABLE
    message = capsys.readouterr().err
    assert words in message
    assert "stratovirt" in message
