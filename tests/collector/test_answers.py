"""Answers: to a subject, to a kind of its cases, or to each case; and when nothing matters."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import report_logs

from collector.cli import main
from collector.compare import compare_pairs
from collector.compare.side import Key, Series, Side
from collector.exit_status import ExitStatus
from collector.report.answers import Answer, answers_of
from collector.report.content import Pair, pairs_of
from collector.report.merged import by_answer
from collector.results import collect, labels_of

STARTS = 10
Factors = dict[tuple[str, str, str], float]
"""Subject, case and metric to what the left side is ahead by."""


def sides(factors: Factors, spread: float = 0.005, seed: int = 1) -> tuple[Side, Side]:
    """Return two sides of ten starts; samples vary by `spread` from start to start."""
    random = np.random.default_rng(seed)
    names = tuple(str(number) for number in range(1, STARTS + 1))

    def drawn(factor: float) -> Series:
        values = 1000 * factor * np.exp(random.normal(0, spread, STARTS))
        return Series(tuple(values.tolist()), names)

    left = {Key(*key): drawn(factor) for key, factor in factors.items()}
    right = {key: drawn(1.0) for key in left}
    return Side("StratoVirt", left, {}, {}), Side("QEMU", right, {}, {})


def answered(factors: Factors, *, margin: float = 0.02, spread: float = 0.005) -> list[Answer]:
    """Return the answers about sides that differ by `factors`."""
    left, right = sides(factors, spread)
    (cases,) = compare_pairs([(left, right)], margin=margin)
    (whole,) = compare_pairs([by_answer(left, right)], margin=margin)
    return list(answers_of(left, right, cases, whole, "en"))


def iops(random_reads: float, reads: float, random_writes: float, writes: float) -> Factors:
    """Return the four cases of the report's last table."""
    return {
        ("fileio-iops", "rndrd", "reads_per_s"): random_reads,
        ("fileio-iops", "seqrd", "reads_per_s"): reads,
        ("fileio-iops", "rndwr", "writes_per_s"): random_writes,
        ("fileio-iops", "seqwr", "writes_per_s"): writes,
    }


def cpu(*factors: float) -> Factors:
    """Return as many numbers of threads."""
    return {
        ("sysbench-cpu", f"threads-{4**place}", "events_per_second"): factor
        for place, factor in enumerate(factors)
    }


def test_reads_and_writes_are_answered_apart() -> None:
    """Reads better and writes worse are two answers, and no mean over both is given."""
    both, reading, writing = answered(iops(1.08, 1.06, 0.9, 0.92))
    assert (both.title, both.ratio, both.p_value) == ("I/O: IOPS", None, None)
    assert both.text.startswith("no answer for all: the cases disagree; reading: StratoVirt is ")
    assert "; writing: StratoVirt is " in both.text
    assert (reading.title, writing.title) == ("I/O: IOPS, reading", "I/O: IOPS, writing")
    assert "higher than QEMU (better)" in reading.text
    assert "lower than QEMU (worse)" in writing.text
    assert reading.ratio == pytest.approx(1.07, abs=0.01)
    assert (reading.cases, writing.cases) == (2, 2)


def test_cases_that_disagree_are_named() -> None:
    """The report's writes: random ones better, sequential ones worse; their mean says nothing."""
    both, _, writing = answered(iops(1.08, 1.06, 1.10, 0.90))
    assert "Random read: StratoVirt is" in both.text
    assert (writing.ratio, writing.p_value, writing.called) == (None, None, True)
    assert writing.text.startswith("no answer for all: the cases disagree; Random write: Strato")
    assert "Sequential write: StratoVirt is 9.9% lower" in writing.text
    (speed,) = answered(cpu(1.05, 1.05, 0.95))
    assert "threads-16: StratoVirt is" in speed.text
    assert "lower than QEMU (worse)" in speed.text


def test_kinds_that_agree_have_a_mean_and_one_answer_each() -> None:
    """Never the mean alone."""
    found = answered(iops(1.08, 1.06, 1.09, 1.05))
    assert [each.cases for each in found] == [4, 2, 2]
    assert all("(better)" in each.text for each in found)
    of_reads = {key: factor for key, factor in iops(1.08, 1.06, 1, 1).items() if "rd" in key[1]}
    assert [each.title for each in answered(of_reads)] == ["I/O: IOPS"]


def test_cases_that_agree_have_one_answer() -> None:
    """However far apart they are."""
    (speed,) = answered(cpu(1.05, 1.20, 1.5))
    assert "better" in speed.text
    assert "geometric mean of 3 cases, whose ratios are 1.0" in speed.text


def test_equal_sides_are_called_equal() -> None:
    """No more than half a percent apart, where two percent would matter."""
    (speed,) = answered(cpu(1, 1, 1, 1, 1))
    assert speed.text.startswith("no difference that matters: ")
    assert not speed.called
    assert 0.98 < (speed.interval_low or 0) < (speed.interval_high or 9) < 1.02


def test_a_sure_difference_may_not_matter() -> None:
    """Half a percent is there, and told; the margin decides whether it is called."""
    (small,) = answered(cpu(1.005, 1.005, 1.005), spread=0.001)
    assert small.p_value is not None
    assert small.p_value < 0.05
    assert (small.called, small.text[:26]) == (False, "no difference that matters")
    (strict,) = answered(cpu(1.005, 1.005, 1.005), spread=0.001, margin=0)
    assert "0.5% higher than QEMU (better)" in strict.text


def test_what_could_have_been_shown_stands_beside_no_difference() -> None:
    """A noisy run shows nothing, and says how little that means."""
    (noisy,) = answered(cpu(1.0), spread=0.05)
    assert noisy.text.startswith("no difference shown; one of ")
    percent = float(noisy.text.split("one of ")[1].split("%")[0])
    expected = (1.96 + 1.28) * math.sqrt(2 / STARTS) * 5
    assert percent == pytest.approx(expected, rel=0.5)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """The report's numbers, two repetitions of each test."""
    root = tmp_path / "results"
    report_logs.write_report_results(root / "run" / "host")
    return root


def test_a_run_that_leaves_questions_open_names_the_plan_that_answers(results: Path) -> None:
    """Two repetitions show nothing; the emulated host would not in any plan."""
    collection = collect([results])
    (pair,) = pairs_of(collection, labels_of(collection.runs), "en")
    advice = "The plan compare answers what this run leaves open"
    assert any(text.startswith(advice) for text in pair.below("en"))
    report_logs.write_json(results / "run" / "host" / "host.json", emulated=True)
    collection = collect([results])
    (pair,) = pairs_of(collection, labels_of(collection.runs), "en")
    assert not any(text.startswith(advice) for text in pair.below("en"))


def ten_speeds(host: Path, vmm: str, speed: float) -> None:
    """Write ten starts of a VMM with one cpu test each, no two of them quite the same."""
    for number in range(1, STARTS + 1):
        own = speed * (1 + 0.001 * number)
        text = report_logs.cpu_log(1, own, 1000 / own, 5.0, 1.0)
        report_logs.write_log(host, f"{vmm}/sysbench-cpu/threads-1/{number:02}.log", text)


def with_control(host: Path, control: float) -> list[Pair]:
    """Return the pairs of a run whose control is that much faster than QEMU itself."""
    for vmm, factor in (("stratovirt", 1.1), ("qemu", 1.0), ("qemu_control", control)):
        ten_speeds(host, vmm, 1000 * factor)
    label = "QEMU (control)"
    report_logs.write_json(host / "qemu_control" / "vmm.json", control_of="qemu", label=label)
    collection = collect([host.parent])
    return list(pairs_of(collection, labels_of(collection.runs), "en"))


def test_a_control_that_holds_is_a_pair_of_its_own(tmp_path: Path) -> None:
    """It is compared with its own VMM alone, and says nothing against the other answers."""
    pair, control = with_control(tmp_path / "run" / "pc", 1.0)
    assert (control.left, control.right) == ("QEMU", "QEMU (control)")
    assert control.below("en")[0].startswith("A control: both sides are the same VMM.")
    assert control.answers[0].text.startswith("no difference that matters")
    assert (pair.left, pair.right) == ("StratoVirt", "QEMU")
    assert "control" not in pair.answers[0].text


def test_a_control_that_fails_is_in_every_answer(tmp_path: Path) -> None:
    """A run in which a VMM differs from itself shows no other difference for sure."""
    pair, control = with_control(tmp_path / "run" / "pc", 1.05)
    assert control.answers[0].called
    for answer in pair.answers:
        assert answer.text.endswith("; this run's own control failed")
        assert answer.remarks[0].startswith("the control of this run failed: QEMU was called diff")


def test_a_side_compared_with_itself_is_told_so(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However its path is written; that nothing differs would be no news."""
    for other in (f"{results}:qemu", f"{results / 'run' / 'host'}:qemu"):
        assert main(["compare", f"{results}:qemu", other]) == ExitStatus.UNUSABLE
        assert "a side is compared with itself" in capsys.readouterr().err


def test_the_margin_is_an_option(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In percent, of report and compare alike; nonsense is refused."""
    sides_given = [f"{results}:stratovirt", f"{results}:qemu"]
    main(["compare", *sides_given, "--margin", "60", "--json"])
    found = {each["metric"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["size_kb"]["verdict"] == "no difference that matters"
    assert found["size_kb"]["margin"] == pytest.approx(0.6)
    report = ["report", str(results), "-o", str(results / "r.xlsx"), "--lang", "en"]
    main([*report, "--margin", "5%"])
    assert "A difference matters from 5% on" in (results / "r.html").read_text("utf-8")
    for wrong in ("-1", "two", "100"):
        with pytest.raises(SystemExit) as refused:
            main([*report, f"--margin={wrong}"])
        assert refused.value.code == ExitStatus.UNUSABLE
        assert "no percentage from 0" in capsys.readouterr().err
