"""`vmmlab check`: exit codes, what it prints, the list of a class."""

import csv
import io
import json
import shutil
import zipfile
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
    paths = [str(handed_in / name) for name in ("bo.xlsx", "dora.txt")]
    assert main(["check", "--lang", "zh", *paths]) == ExitStatus.UNUSABLE
    shown = capsys.readouterr().out
    assert f"位于 Sheet!{books.address(5, 1, 1)}" in shown
    assert "13 个表格" in shown
    assert "无法使用\n    既不是结果文件夹" in shown
    assert "contradiction" not in shown


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


def test_workbooks_beside_results(handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both are checked; what vmmlab wrote itself says nothing new, and what is broken is named."""
    folder = handed_in / "chen"
    main(["report", str(folder), "-o", str(folder / "ours.xlsx")])
    capsys.readouterr()
    assert main(["check", str(folder)]) == ExitStatus.OK
    assert "(1 run, 54 logs)" in capsys.readouterr().out
    (folder / "broken.xlsx").write_bytes(b"nothing")
    assert main(["check", str(folder)]) == ExitStatus.OK
    assert "broken.xlsx: not a workbook" in capsys.readouterr().out.replace("\n    ", " ")
    for name in ("anna.xlsx", "bo.xlsx"):
        shutil.copy(handed_in / name, folder)
    assert main(["check", str(folder)]) == ExitStatus.FINDINGS
    shown = capsys.readouterr().out
    assert "(1 run, 54 logs, 3 workbooks, 26 tables)" in shown
    assert "contradiction at [bo.xlsx]Sheet!" in shown


def test_results_without_a_result(handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Logs that are all cut off are no clean hand-in."""
    for log in (handed_in / "chen").rglob("*.log"):
        log.write_bytes(log.read_bytes()[:30])
    assert main(["check", str(handed_in / "chen")]) == ExitStatus.UNUSABLE
    shown = capsys.readouterr().out.replace("\n    ", " ")
    assert "none of its 54 logs holds a result; the first: chen/run/host/" in shown


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "locked by a password"),
        ("cut.xlsx", b"PK\x03\x04", "not a zip file"),
        ("other.ods", b"PK", "save it as .xlsx"),
        ("first.log", b"sysbench", "vmmlab parse reads one log"),
    ],
)
def test_files_that_are_no_workbook(
    name: str, content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what it may be, and what to do."""
    (tmp_path / name).write_bytes(content)
    assert main(["check", str(tmp_path / name)]) == ExitStatus.UNUSABLE
    assert words in capsys.readouterr().out.replace("\n    ", " ")


def test_damaged_workbooks_never_crash(handed_in: Path) -> None:
    """Whatever is wrong inside, it is read or refused."""
    whole = (handed_in / "anna.xlsx").read_bytes()
    parts = zipfile.ZipFile(io.BytesIO(whole))
    for number, name in enumerate(parts.namelist()):
        damaged = handed_in / f"damaged-{number}.xlsx"
        with zipfile.ZipFile(damaged, "w") as target:
            for part in parts.namelist():
                content = parts.read(part)
                target.writestr(part, content[: len(content) // 2] if part == name else content)
        assert main(["check", str(damaged)]) in {ExitStatus.OK, ExitStatus.UNUSABLE}


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
    """One note on each, for the grader to look at."""
    names = ["anna.xlsx", "bo.xlsx", "2.xlsx", "3.xlsx", "4.xlsx"]
    for name in names[2:]:
        shutil.copy(handed_in / "anna.xlsx", handed_in / name)
    main(["check", "--json", *(str(handed_in / name) for name in names)])
    shown = capsys.readouterr().out
    assert shown.count("handed in twice, or copied") == len(names)
    assert "4.xlsx and 1 more" in shown


def test_our_own_workbook_is_read(handed_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `vmmlab report` writes has its values stored: no finding, in both languages."""
    for language in ("zh", "en"):
        target = handed_in / f"{language}.xlsx"
        main(["report", str(handed_in / "chen"), "-o", str(target), "--lang", language])
        capsys.readouterr()
        assert main(["check", str(target)]) == ExitStatus.OK
        assert "0 contradictions, 0 notes (13 tables)" in capsys.readouterr().out
