"""What the report says of a run of `report`, of one of `compare`, and of both together."""

from pathlib import Path

import openpyxl
import pytest
import simulated_runs

from collector.cli import main
from collector.exit_status import ExitStatus

COMPARE = "The plan compare answers what this run leaves open"


def answers(results: Path, output: Path) -> dict[str, str]:
    """Return the text of each answer by its title, from the workbook, and the lines below them."""
    assert main(["report", str(results), "-o", str(output), "--lang", "en"]) == ExitStatus.OK
    rows = list(openpyxl.load_workbook(output).worksheets[0].iter_rows(values_only=True))
    (start,) = [place for place, row in enumerate(rows) if row[0] == "Subject"]
    found: dict[str, str] = {}
    for row in rows[start + 1 :]:
        if row[0]:
            found.setdefault(str(row[0]), str(row[-1] or ""))  # the contents name subjects again
    page = output.with_suffix(".html").read_text("utf-8")
    assert all(title in page for title in found if title.startswith("I/O"))
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results with a run of each plan, of one host."""
    path = tmp_path_factory.mktemp("simulated") / "results"
    simulated_runs.write_report_run(path)
    simulated_runs.write_compare_run(path)
    return path


def test_a_run_of_report_leaves_all_open_and_names_compare(root: Path, tmp_path: Path) -> None:
    """Two samples a side, and an initrd on one side alone."""
    found = answers(root / "report-run", tmp_path / "report.xlsx")
    assert found["Boot time"].startswith("not comparable; boots with an initrd differs")
    assert found["CPU performance"].startswith("too few samples to tell")
    assert found["I/O: IOPS, writing"].startswith("too few samples to tell")
    assert any(title.startswith(COMPARE) for title in found)


def test_a_run_of_compare_answers_all(root: Path, tmp_path: Path) -> None:
    """What the simulated VMMs are: half the boot, equal cpus, better reads and worse writes."""
    found = answers(root / "compare-run", tmp_path / "compare.xlsx")
    assert found["Boot time"].endswith("times QEMU (better)")
    assert found["CPU performance"].startswith("no difference that matters: 0.")
    assert "3.1% higher than QEMU (better)" in found["Memory performance"]
    for subject in ("single-queue latency", "throughput", "IOPS"):
        assert found[f"I/O: {subject}"].startswith("no answer for all: the cases disagree")
        assert "(better)" in found[f"I/O: {subject}, reading"]
        assert "(worse)" in found[f"I/O: {subject}, writing"]
    assert not any(title.startswith(COMPARE) for title in found)


def test_both_together_lead_to_the_answers_of_each(root: Path, tmp_path: Path) -> None:
    """Two runs are too few hosts for all of them; each has its own report beside."""
    found = answers(root, tmp_path / "both.xlsx")
    assert any(title.startswith("Too few hosts for an answer about all") for title in found)
    assert not any(title.startswith(COMPARE) for title in found)
    names = {path.name for path in tmp_path.glob("both-*.xlsx")}
    assert names == {"both-compare-run_lab-01.xlsx", "both-report-run_lab-01.xlsx"}
