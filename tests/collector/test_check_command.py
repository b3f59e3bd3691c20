"""`vmmlab check`: exit codes, what it prints, the list of a class."""

import csv
import json
import shutil
from pathlib import Path

import hand_typed_books as books
import pytest
import report_logs
from openpyxl import load_workbook

from collector.cli import main
from collector.exit_status import ExitStatus


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """What a class hands in: a clean workbook, a wrong one, results, and something else."""
    books.below_each_other(books.report_tables()).save(tmp_path / "anna.xlsx")
    wrong = books.edited((5, 1, 1, "75492"), (2, 3, 1, "740s"))
    books.below_each_other(wrong).save(tmp_path / "bo.xlsx")
    report_logs.write_report_results(tmp_path / "chen" / "run" / "host", repetitions=1)
    (tmp_path / "dora.txt").write_text("no results")
    return tmp_path


def test_clean_input(handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Notes do not change the exit code."""
    assert main(["check", str(handed_in / "anna.xlsx")]) == ExitStatus.OK
    assert main(["check", str(handed_in / "chen")]) == ExitStatus.OK
    shown = capsys.readouterr().out
    assert "0 contradictions, 0 notes (13 tables)" in shown
    assert "note at" in shown
    assert main(["check", "--no-notes", str(handed_in / "chen")]) == ExitStatus.OK
    assert "note at" not in capsys.readouterr().out


def test_findings(handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each contradiction is shown with its cell."""
    assert main(["check", str(handed_in / "bo.xlsx")]) == ExitStatus.FINDINGS
    assert f"contradiction at Sheet!{books.address(5, 1, 1)}" in capsys.readouterr().out


def test_json(handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same for programs."""
    paths = [str(handed_in / name) for name in ("bo.xlsx", "chen")]
    assert main(["check", "--json", *paths]) == ExitStatus.FINDINGS
    book, results = json.loads(capsys.readouterr().out)
    assert (book["verdict"], results["verdict"]) == ("findings", "clean")
    assert book["findings"][0]["place"].startswith("Sheet!")


@pytest.mark.parametrize("name", ["dora.txt", "nobody", "empty"])
def test_unusable_input(name: str, handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named; the others are checked all the same."""
    (handed_in / "empty").mkdir()
    paths = [str(handed_in / name), str(handed_in / "anna.xlsx")]
    assert main(["check", *paths]) == ExitStatus.UNUSABLE
    shown = capsys.readouterr().out
    assert f"{paths[0]}: UNUSABLE" in shown
    assert "0 contradictions" in shown


def test_a_folder_with_workbooks_only(handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there are no results, the workbooks are what was handed in."""
    folder = handed_in / "bo"
    folder.mkdir()
    shutil.copy(handed_in / "bo.xlsx", folder / "report.xlsx")
    (folder / "~$report.xlsx").write_bytes(b"Excel's lock")
    assert main(["check", str(folder)]) == ExitStatus.FINDINGS
    assert "13 tables" in capsys.readouterr().out


def test_the_list_of_a_class(handed_in: Path) -> None:
    """One row per path, as CSV and as a workbook, in the given order."""
    paths = [str(handed_in / name) for name in ("bo.xlsx", "anna.xlsx", "chen", "dora.txt")]
    assert main(["check", *paths, "--list", str(handed_in / "class.csv")]) == ExitStatus.UNUSABLE
    assert main(["check", *paths, "--list", str(handed_in / "class.xlsx")]) == ExitStatus.UNUSABLE
    text = (handed_in / "class.csv").read_text("utf-8-sig")
    head, *rows = csv.reader(text.splitlines())
    assert [row[1] for row in rows] == ["findings", "clean", "clean", "unusable"]
    assert [row[0] for row in rows] == paths
    assert int(rows[0][2]) > 0
    assert "Sheet!" in rows[0][5]
    sheet = load_workbook(handed_in / "class.xlsx").worksheets[0]
    shown = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    assert shown == [head, *rows]


def test_the_list_runs_no_formula(tmp_path: Path) -> None:
    """A path that begins like a formula stays text in both kinds of list."""
    path = tmp_path / "=HYPERLINK(1).xlsx"
    books.below_each_other(books.report_tables()).save(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert main(["check", path.name, "--list", "list.csv"]) == ExitStatus.OK
        assert main(["check", path.name, "--list", "list.xlsx"]) == ExitStatus.OK
    assert "\n'=HYPERLINK" in (tmp_path / "list.csv").read_text("utf-8-sig")
    cell = load_workbook(tmp_path / "list.xlsx").worksheets[0]["A2"]
    assert (cell.data_type, cell.value) == ("s", path.name)


def test_a_list_of_another_kind_is_refused(handed_in: Path) -> None:
    """Before anything is checked."""
    with pytest.raises(SystemExit) as stop:
        main(["check", str(handed_in / "anna.xlsx"), "--list", "class.doc"])
    assert stop.value.code == ExitStatus.UNUSABLE


def test_the_same_numbers_handed_in_twice(
    handed_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A note on both, for the grader to look at."""
    paths = [str(handed_in / name) for name in ("anna.xlsx", "bo.xlsx")]
    main(["check", "--json", *paths])
    assert capsys.readouterr().out.count("handed in twice, or copied") == 2


def test_our_own_workbook_is_read(handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `vmmlab report` writes has its values stored: no finding, in both languages."""
    for language in ("zh", "en"):
        target = handed_in / f"{language}.xlsx"
        main(["report", str(handed_in / "chen"), "-o", str(target), "--lang", language])
        capsys.readouterr()
        assert main(["check", str(target)]) == ExitStatus.OK
        assert "0 contradictions, 0 notes (13 tables)" in capsys.readouterr().out
