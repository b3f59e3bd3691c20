"""Comparing two sides: what is called different, what is refused, what is said beside it."""

import html
import json
import shutil
from collections.abc import Collection as Names
from pathlib import Path

import openpyxl
import pytest
import report_logs

from collector.cli import main
from collector.compare import (
    Comparison,
    compare_pairs,
    compare_sides,
    make_side,
)
from collector.compare.side import Key, Series, Side
from collector.errors import UnusableInputError
from collector.exit_status import ExitStatus
from collector.report.content import pairs_of
from collector.results import Collection, collect, labels_of


def warned(comparison: Comparison) -> list[str]:
    """Return what weakens a comparison, in English."""
    return [str(text) for text in comparison.warnings]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results folder with the report's numbers."""
    root = tmp_path / "results"
    report_logs.write_report_results(root / "run" / "host")
    return root


def compare_vmms(
    collection: Collection, left: str, right: str, accept: Names[str] = ()
) -> list[Comparison]:
    """Compare two VMMs of one collection, metric by metric."""
    return compare_sides(make_side(collection, left), make_side(collection, right), accept)


def record(root: Path, vmm: str, **changed: object) -> None:
    """Write a VMM's record with what must be equal, some of it changed."""
    guest = {"vcpus": 1, "memory_mib": 1024, "disk_format": "raw", "disk_cache": "none"}
    checksums = {"kernel": "a" * 64, "image": "b" * 64}
    facts: dict[str, object] = {"guest": guest, "checksums": checksums, "machine": "pc"}
    facts |= {"disk_engine": "io_uring", "seccomp": "filter", "own_seccomp": "yes"}
    facts |= {"profile": "release", "libc": "glibc"}
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
    assert any("two modes, around 4.47" in text for text in warned(userspace))
    assert any("outliers, kept: repetition 8" in text for text in warned(found["size_kb"]))


def test_latencies_below_the_resolution(results: Path) -> None:
    """0.00 on both sides is no answer, and no division by zero."""
    found = [
        each
        for each in compare_vmms(collect([results]), "stratovirt", "qemu")
        if (each.subject, each.case, each.metric) == ("fileio-latency", "rndrd", "latency_avg_ms")
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
        ({"disk_engine": "native"}, "disk_engine", "disk engine differs"),
        ({"seccomp": "off"}, "seccomp", "seccomp of the VMM's process differs"),
        ({"own_seccomp": "no"}, "own_seccomp", "seccomp filter of the VMM's own differs"),
        ({"profile": "debug"}, "profile", "build profile of the VMM differs"),
        ({"libc": "musl"}, "libc", "C library of the VMM differs"),
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
    assert any(text.startswith(f"accepted: {words}") for text in warned(accepted))


def test_two_builds_of_one_vmm_are_two_sides_with_an_answer(results: Path) -> None:
    """How they were built is what is compared; an engine that differs still forbids it."""
    record(results, "stratovirt", type="stratovirt", version="2.5.0")
    older = {"type": "stratovirt", "version": "2.4.0", "profile": "debug", "libc": "musl"}
    record(results, "qemu", label="stratovirt_2_4", **older)
    assert compared(results)["rss_kb"].verdict == "left lower"
    record(results, "qemu", **older, disk_engine="native")
    assert compared(results)["rss_kb"].verdict == "not comparable"


def test_average_latencies_are_finer_than_their_print(results: Path) -> None:
    """0.01 and 0.02 ms may be nearly the same; the sum of the latencies tells."""
    host = results / "run" / "host"
    for vmm, average in (("stratovirt", 0.01568), ("qemu", 0.01428)):
        for repetition in (1, 2):
            text = report_logs.latency_log("rndrd", average, 6.27, average)
            path = f"{vmm}/fileio-latency/rndrd/{repetition:02}.log"
            report_logs.write_log(host, path, text)
    found = next(
        each
        for each in compare_vmms(collect([results]), "stratovirt", "qemu")
        if (each.case, each.metric) == ("rndrd", "latency_avg_ms")
    )
    assert found.ratio == pytest.approx(0.01568 / 0.01428, rel=1e-3)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"append": "mitigations=off"}, "further kernel parameters differs"),
        ({"cpus": "2-3"}, "host CPUs of the guest differs"),
    ],
)
def test_guests_that_are_run_otherwise_are_refused(
    changed: dict[str, str], words: str, results: Path
) -> None:
    """No further parameter, and no pinning, is recorded as an empty text: that differs."""
    guest = {"vcpus": 1, "memory_mib": 1024, "append": "", "cpus": ""}
    record(results, "stratovirt", guest=guest)
    record(results, "qemu", guest={**guest, **changed})
    refused = compared(results)["rss_kb"]
    assert refused.verdict == "not comparable"
    assert refused.reason.startswith(words)


def test_an_initrd_matters_to_boots_and_memory(results: Path) -> None:
    """It changes what the kernel's time means, and lies in the VMM's memory; the rest is equal."""
    record(results, "stratovirt", initrd=False)
    record(results, "qemu", initrd=True)
    found = compared(results)
    assert found["userspace_s"].verdict == "not comparable"
    assert found["rss_kb"].verdict == "not comparable"
    assert found["events_per_second"].verdict == "too few samples"


def test_machine_types_are_what_is_compared(results: Path) -> None:
    """They may differ, with a warning."""
    record(results, "stratovirt", machine="microvm")
    record(results, "qemu")
    rss = compared(results)["rss_kb"]
    assert rss.verdict == "left lower"
    assert warned(rss)[0].startswith("machine types differ")


def test_an_emulated_host_compares_nothing(results: Path) -> None:
    """Its figures show that the chain works."""
    report_logs.write_json(results / "run" / "host" / "host.json", emulated=True)
    verdicts = {each.verdict for each in compared(results).values()}
    assert verdicts == {"not comparable", "one side only"}
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
    assert any("median of one host" in text for text in warned(rss))


def fast_and_slow_hosts(root: Path, hosts: int, ratio: float) -> Comparison:
    """Return a lab whose hosts differ by up to 60 %; `ratio` is StratoVirt's to QEMU's on each."""
    for number in range(hosts):
        for vmm, factor in (("stratovirt", ratio), ("qemu", 1.0)):
            # Half a percent that is each host's own.
            own = 1 + 0.005 * (-1) ** (number * (2 if vmm == "qemu" else 1) // 2)
            speed = 1000 * (1 + 0.6 * number / hosts) * factor * own
            text = report_logs.cpu_log(1, speed, 1000 / speed, 5.0, 1.0)
            path = f"{vmm}/sysbench-cpu/threads-1/01.log"
            report_logs.write_log(root / "lab" / f"h{number}", path, text)
    return compared(root)["events_per_second"]


PAIRED = "compared host by host: ratio and interval are estimated from the hosts' ratios"


def test_hosts_that_differ_do_not_hide_a_difference_on_each(tmp_path: Path) -> None:
    """3 % on every host is a difference, although one host is 60 % faster than another."""
    speed = fast_and_slow_hosts(tmp_path, 20, 1.03)
    assert speed.verdict == "left higher"
    assert speed.ratio == pytest.approx(1.03, abs=0.011)
    assert speed.interval_low is not None
    assert speed.interval_low > 1
    assert speed.effect_size == 1
    assert any(text.startswith(PAIRED) for text in warned(speed))
    assert (speed.n_left, speed.n_right) == (20, 20)


def test_equal_sides_on_hosts_that_differ(tmp_path: Path) -> None:
    """Nothing is called where each host has its own half percent only."""
    speed = fast_and_slow_hosts(tmp_path, 20, 1.0)
    assert speed.verdict == "no difference that matters"
    assert speed.ratio == pytest.approx(1, abs=0.011)


def test_few_hosts_are_not_compared_in_pairs(tmp_path: Path) -> None:
    """Six pairs give no p value that stands; six against six samples can, and say so if not."""
    speed = fast_and_slow_hosts(tmp_path, 6, 1.03)
    assert speed.verdict == "no difference"
    assert not any(text.startswith(PAIRED) for text in warned(speed))


def test_a_host_that_lacks_a_side_is_no_pair(tmp_path: Path) -> None:
    """The others are compared in pairs, whatever their order, and it is named."""
    fast_and_slow_hosts(tmp_path, 20, 1.03)
    shutil.rmtree(tmp_path / "lab/h4/qemu/sysbench-cpu")
    speed = compared(tmp_path)["events_per_second"]
    assert (speed.verdict, speed.n_left, speed.n_right) == ("left higher", 19, 19)
    assert speed.ratio == pytest.approx(1.03, abs=0.011)
    assert "not compared on h4: no samples of QEMU" in warned(speed)
    assert any(text.startswith(PAIRED) for text in warned(speed))


def hosts_compared(left: list[float], right: list[float]) -> Comparison:
    """Return a comparison of the footprints on as many hosts as there are numbers."""
    key = Key("memory-footprint", "default", "rss_kb")
    names = tuple(f"h{number}" for number in range(len(left)))
    one, other = (
        Side(label, {key: Series(tuple(values), names)}, {}, {}, per_host=True)
        for label, values in (("left", left), ("right", right))
    )
    (found,) = compare_sides(one, other)
    return found


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_sides_that_are_ahead_on_half_of_the_hosts_each_are_equal(scale: float) -> None:
    """By the same factor: how its logarithm is rounded must not look like a difference."""
    more, less = [127.5] * 20, [127.0] * 20
    other = [scale * each for each in more], [scale * each for each in less]
    found = hosts_compared([*more, *other[1]], [*less, *other[0]])
    assert warned(found)[0].startswith(PAIRED)
    assert found.p_value == pytest.approx(1)


def test_remarks_on_pairs_are_about_their_ratios() -> None:
    """Two kinds of hosts weaken nothing; a ratio that is another on some of them does."""
    kinds = [1000.0 * (1 + place % 2) + place for place in range(20)]
    noisy = [each * (1.03 + 0.001 * (place % 7)) for place, each in enumerate(kinds)]
    assert not [text for text in warned(hosts_compared(noisy, kinds)) if "two modes" in text]
    on_some = [each * (1.03 if place % 4 else 1.15) for place, each in enumerate(kinds)]
    texts = warned(hosts_compared(on_some, kinds))
    assert texts[-1] == "the hosts' ratios: two modes, around 1.03 and 1.15"
    on_one = [*noisy[:13], 2 * noisy[13], *noisy[14:]]
    assert warned(hosts_compared(on_one, kinds))[-1].startswith(
        "the hosts' ratios: outliers, kept: h13 (2.07"
    )


@pytest.mark.parametrize(
    ("language", "paired", "otherwise"),
    [
        (
            "en",
            "Wilcoxon's signed-rank test",
            "Where no remark says otherwise: ratio by Hodges-Lehmann",
        ),
        ("zh", "Wilcoxon 符号秩检验", "除非另有说明，比值用 Hodges-Lehmann 估计"),  # noqa: RUF001 - Chinese
    ],
)
def test_the_report_of_a_lab_names_the_test(
    language: str, paired: str, otherwise: str, tmp_path: Path
) -> None:
    """On the page and in the workbook; what is said of all comparisons leaves room for it."""
    fast_and_slow_hosts(tmp_path / "results", 20, 1.03)
    path = tmp_path / "lab.xlsx"
    main(["report", str(tmp_path / "results"), "-o", str(path), "--lang", language])
    overview = openpyxl.load_workbook(path).worksheets[0]
    cells = [str(cell.value) for row in overview.iter_rows() for cell in row]
    page = html.unescape(path.with_suffix(".html").read_text("utf-8"))
    for words in (paired, otherwise):
        assert words in page
        assert any(words in text for text in cells)


def test_a_host_without_a_ratio_keeps_all_from_being_paired() -> None:
    """A sample of 0 has none; ranks take it as it is, and all of them are compared one way."""
    found = hosts_compared([0.0, *[103.0 + place for place in range(19)]], [100.0] * 20)
    assert not any(text.startswith(PAIRED) for text in warned(found))
    assert (found.verdict, found.interval_low) == ("left higher", None)


LAB = 7
"""Hosts: five of them can show a difference in all metrics that are made here."""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A run of many hosts, each with a kernel of its own, which is the same for both VMMs."""
    for number in range(LAB):
        for vmm, kernel in (("stratovirt", 500), ("qemu", 600)):
            text = report_logs.boot_log([f"{kernel + number}ms", "5.000s", f"5.{kernel + number}s"])
            report_logs.write_log(
                tmp_path / "lab" / f"h{number}", f"{vmm}/boot/default/01.log", text
            )
            path = tmp_path / "lab" / f"h{number}" / vmm / "vmm.json"
            report_logs.write_json(path, checksums={"kernel": f"{number}" * 64})
    return tmp_path


def test_hosts_may_be_unlike_each_other(lab: Path) -> None:
    """What has to be the same is so on each of them."""
    kernel = compared(lab)["kernel_s"]
    assert (kernel.verdict, kernel.n_left, kernel.n_right) == ("left lower", LAB, LAB)
    assert warned(kernel)[-1] == "each sample is the median of one host"
    assert not [text for text in warned(kernel) if "not compared on" in text]


def test_a_host_with_unlike_sides_does_not_stand_in_the_way(lab: Path) -> None:
    """It is taken out, and named with the reason; so is one that lacks a side."""
    path = lab / "lab/h2/qemu/vmm.json"
    report_logs.write_json(path, checksums={"kernel": "f" * 64})
    shutil.rmtree(lab / "lab/h5/stratovirt")
    kernel = compared(lab)["kernel_s"]
    assert (kernel.verdict, kernel.n_left, kernel.n_right) == ("left lower", LAB - 2, LAB - 2)
    assert kernel.median_left == pytest.approx(0.503)
    differs = f"guest kernel differs: StratoVirt {'2' * 12}…, QEMU {'f' * 12}…"
    assert f"not compared on h2: {differs}" in warned(kernel)
    assert "not compared on h5: no samples of StratoVirt" in warned(kernel)
    accepted = compared(lab, "kernel")["kernel_s"]
    assert accepted.n_left == LAB - 1
    assert f"accepted: {differs}" in warned(accepted)


def test_an_emulated_host_among_others_is_taken_out(lab: Path) -> None:
    """It compares nothing, and the others do."""
    report_logs.write_json(lab / "lab/h0/host.json", emulated=True)
    kernel = compared(lab)["kernel_s"]
    assert (kernel.verdict, kernel.n_left) == ("left lower", LAB - 1)
    (text,) = (text for text in warned(kernel) if text.startswith("not compared on h0: "))
    assert "measured on an emulated host" in text


def test_many_hosts_taken_out_are_counted(lab: Path) -> None:
    """Three are named; what is left is compared, too few as they are."""
    for number in range(2, LAB):
        shutil.rmtree(lab / f"lab/h{number}/qemu")
    kernel = compared(lab)["kernel_s"]
    assert (kernel.verdict, kernel.n_left, kernel.n_right) == ("too few samples", 2, 2)
    assert "not compared on h2, h3, h4 and 2 more: no samples of QEMU" in warned(kernel)


def test_sides_that_are_unlike_on_every_host_are_refused(lab: Path) -> None:
    """As on one host; also where each value is there on both sides, but never on one host."""
    for number in range(LAB):
        path = lab / f"lab/h{number}/qemu/vmm.json"
        report_logs.write_json(path, checksums={"kernel": f"{(number + 1) % LAB}" * 64})
    kernel = compared(lab)["kernel_s"]
    assert (kernel.verdict, kernel.n_left) == ("not comparable", LAB)
    first = f"guest kernel differs: StratoVirt {'0' * 12}…, QEMU {'1' * 12}…"
    assert kernel.reason == f"{first} (on h0, otherwise on {LAB - 1} more)"


def test_sides_without_a_common_host_are_refused(lab: Path) -> None:
    """A difference between them would be one of hosts."""
    for number in range(LAB):
        shutil.rmtree(lab / f"lab/h{number}" / ("qemu" if number % 2 else "stratovirt") / "boot")
    kernel = compared(lab)["kernel_s"]
    assert (kernel.verdict, kernel.reason) == (
        "not comparable",
        "no host has samples of both sides",
    )


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


def test_no_fact_moves_the_cursor(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a lab host says of its guest is shown without control characters; so are errors."""
    record(results, "stratovirt", guest={"vcpus": "\x1b[2J\x9b1"}, machine="\x1b]0;x\x07")
    record(results, "qemu")
    main(["compare", f"{results}:stratovirt", f"{results}:qemu"])
    shown = capsys.readouterr().out
    assert "vCPUs differs: stratovirt  [2J 1, qemu 1" in shown
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
    assert main(["compare", "no\x1b[2J", str(results)]) == ExitStatus.UNUSABLE
    assert "no [2J: no such folder" in capsys.readouterr().err


def test_what_only_one_side_has_is_named(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other plans on the two sides: the common cases are compared, and all others are named."""
    shutil.rmtree(results / "run" / "host" / "qemu" / "sysbench-cpu" / "threads-4")
    sides = [f"{results}:stratovirt", f"{results}:qemu", "--json"]
    main(["compare", *sides])
    listed = json.loads(capsys.readouterr().out)
    lone = [each for each in listed if each["case"] == "threads-4"]
    assert {each["verdict"] for each in lone} == {"one side only"}
    assert {(each["n_left"], each["n_right"], each["median_right"]) for each in lone} == {
        (2, 0, None)
    }
    assert {each["reason"] for each in lone} == {"no samples of qemu"}
    initrd = [each for each in listed if each["metric"] == "initrd_s"]
    assert [(each["n_left"], each["n_right"]) for each in initrd] == [(0, 10)]


def test_nothing_in_common(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Boots on one side and footprints on the other are no comparison."""
    results = tmp_path / "results" / "run" / "host"
    report_logs.write_report_results(results)
    shutil.rmtree(results / "qemu" / "boot")
    for folder in (results / "stratovirt").iterdir():
        if folder.name != "boot":
            shutil.rmtree(folder)
    sides = [f"{results / name}" for name in ("stratovirt", "qemu")]
    assert main(["compare", *sides]) == ExitStatus.UNUSABLE
    assert "no metric in common" in capsys.readouterr().err


def test_a_log_without_a_result_is_counted(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no sample, and the reader is told: what fails is often what is slow."""
    log = results / "run" / "host" / "qemu" / "boot" / "default" / "03.log"
    log.write_text("Bootup is not yet finished. Please try again later.\n", "utf-8")
    main(["compare", f"{results}:stratovirt", f"{results}:qemu"])
    shown = capsys.readouterr().out
    assert "boot/default boot_s (10, 9)" in shown
    assert "qemu: logs without a result, left out: 1" in shown


def test_unlike_parameters_are_refused_by_name(results: Path) -> None:
    """The parameter that differs is named, and no other."""
    for path in (results / "run" / "host" / "qemu").glob("sysbench-cpu/threads-1/*.log"):
        path.write_text(path.read_text("utf-8").replace("limit: 10000", "limit: 20000"), "utf-8")
    found = compared(results)["events_per_second"]
    assert found.verdict == "not comparable"
    assert found.reason == "test parameter prime_limit differs: StratoVirt 10000, QEMU 20000"
    assert compared(results, "parameters")["events_per_second"].verdict == "too few samples"


def test_constant_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without any spread there is still a difference, or none; a p value is never shown as 0."""
    for vmm, kernel in (("stratovirt", "500ms"), ("qemu", "600ms")):
        for number in range(1, 11):
            times = [kernel, "5.000s", f"5.{kernel[0]}00s"]
            text = report_logs.boot_log(times)
            report_logs.write_log(tmp_path / "run/pc", f"{vmm}/boot/default/{number:02}.log", text)
    assert main(["compare", f"{tmp_path}:stratovirt", f"{tmp_path}:qemu"]) == ExitStatus.FINDINGS
    shown = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "_s" in line}
    assert shown["kernel_s"].endswith("<0.0001  -1.00  left lower (better)")
    assert shown["userspace_s"].endswith("1.0000  +0.00  no difference that matters (0.1% at most)")


def test_one_sample_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be said, and how many would be needed is."""
    for vmm in ("stratovirt", "qemu"):
        text = report_logs.boot_log(["500ms", "5.000s", "5.500s"])
        report_logs.write_log(tmp_path / "run/pc", f"{vmm}/boot/default/01.log", text)
    assert main(["compare", f"{tmp_path}:stratovirt", f"{tmp_path}:qemu"]) == ExitStatus.FINDINGS
    shown = capsys.readouterr().out
    assert "1 and 1 samples cannot show a difference; at least" in shown
    assert "0 of 0 tested metrics differ" in shown


def test_pairs_of_one_command_are_one_family(results: Path) -> None:
    """Chance has as many tries as there are metrics in all pairs together."""
    collection = collect([results])
    left, right = (make_side(collection, name) for name in ("stratovirt", "qemu"))
    (alone,) = [each for each in compare_sides(left, right) if each.metric == "rss_kb"]
    both = compare_pairs([(left, right), (right, left)])
    twice = [each for pair in both for each in pair if each.metric == "rss_kb"]
    assert alone.p_value is not None
    assert [each.p_value for each in twice] == pytest.approx([2 * alone.p_value] * 2)


def test_pairs_of_one_report_are_one_family(results: Path) -> None:
    """A third VMM gives chance as many tries again; the overview reckons with that."""
    host = results / "run" / "host"

    def of_footprints() -> list[float | None]:
        collection = collect([results])
        pairs = pairs_of(collection, labels_of(collection.runs), "en")
        answers = [answer for pair in pairs for answer in pair.answers]
        return [each.p_value for each in answers if each.subject == "memory-footprint"]

    (alone,) = of_footprints()
    assert alone is not None
    shutil.copytree(host / "qemu", host / "qemu_microvm")
    assert of_footprints() == pytest.approx([2 * alone] * 2)


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
