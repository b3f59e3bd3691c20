"""`vmmlab report`: files, exit codes, words on the terminal."""

import csv
from pathlib import Path

import pytest
import report_logs

from collector.cli import main


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return results that carry the report's numbers."""
    report_logs.write_report_results(tmp_path / "results" / "lab" / "pc1")
    return tmp_path / "results"


def test_writes_page_and_samples_beside_the_workbook(results: Path, tmp_path: Path) -> None:
    """The defaults for --html and --csv go by the workbook."""
    assert main(["report", str(results), "-o", str(tmp_path / "new" / "grades.xlsx")]) == 0
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["grades.html", "grades.xlsx", "samples.csv"]


def test_files_go_where_they_are_wanted(results: Path, tmp_path: Path) -> None:
    """--html and --csv name files of their own."""
    out = tmp_path / "out"
    arguments = [
        "-o",
        str(out / "a.xlsx"),
        "--html",
        str(out / "b.htm"),
        "--csv",
        str(out / "c.csv"),
    ]
    assert main(["report", str(results), *arguments]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["a.xlsx", "b.htm", "c.csv"]


@pytest.mark.parametrize("level", ["results", "results/lab", "results/lab/pc1"])
def test_any_level_of_the_results_will_do(results: Path, level: str) -> None:
    """All results, one run, or one host."""
    path = results.parent / level
    assert main(["report", str(path), "-o", str(results.parent / "r.xlsx")]) == 0


def test_exit_code_1_when_a_number_is_missing(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reports are written all the same."""
    (results / "lab/pc1/qemu/boot/default/10.log").unlink()
    assert main(["report", str(results), "-o", str(tmp_path / "r.xlsx"), "--lang", "en"]) == 1
    assert "1 missing, 0 contradictions" in capsys.readouterr().out
    assert (tmp_path / "r.xlsx").is_file()


def test_exit_code_1_when_numbers_contradict(results: Path, tmp_path: Path) -> None:
    """A total that its parts do not make."""
    log = results / "lab/pc1/qemu/boot/default/10.log"
    log.write_text(
        log.read_text(encoding="utf-8").replace("= 6.389s", "= 9.389s"), encoding="utf-8"
    )
    assert main(["report", str(results), "-o", str(tmp_path / "r.xlsx")]) == 1


def test_exit_code_2_for_a_path_without_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the path."""
    (tmp_path / "empty").mkdir()
    assert main(["report", str(tmp_path / "empty"), "-o", str(tmp_path / "r.xlsx")]) == 2
    assert str(tmp_path / "empty") in capsys.readouterr().err
    assert not (tmp_path / "r.xlsx").exists()


def test_text_in_the_csv_is_no_formula(tmp_path: Path) -> None:
    """A spreadsheet that opens the CSV runs nothing."""
    host = tmp_path / "results" / "lab" / "=HYPERLINK(1)"
    report_logs.write_log(
        host, "qemu/boot/default/01.log", report_logs.boot_log(["742ms", "1.000s", "1.742s"])
    )
    main(["report", str(tmp_path / "results"), "-o", str(tmp_path / "r.xlsx")])
    with (tmp_path / "samples.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    assert {row["host"] for row in rows} == {"'=HYPERLINK(1)"}
