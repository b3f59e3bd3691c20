"""A class' workbooks, made by `typed_class`: all is read, nobody accused, and mistakes show."""

# ruff: noqa: RUF001 - Chinese punctuation is meant

from pathlib import Path

import pytest
from openpyxl import Workbook
from typed_class.books import DRAWS, SUBJECTS, honest, planted
from typed_class.mistakes import MISTAKES

from collector.findings import CellFinding
from collector.typed.workbook import check_tables, workbook_tables

ONE_OF_EACH = sum(len(draws) for draws in DRAWS.values())
HARD = {
    ("the table of the other VMM", 1),
    ("a footprint of another order", 1),
    ("percentile above the maximum", 1),
}
"""Kind and layout in which a mistake may go unseen: no false alarm is worth it."""


def found(path: Path) -> list[CellFinding]:
    """Return the contradictions of a workbook."""
    findings = check_tables(*workbook_tables(path), path.name)
    return [each for each in findings if each.severity == "contradiction"]


def test_honest_workbooks_are_read_and_not_accused(tmp_path: Path) -> None:
    """Each layout of each subject comes once, in the company of others."""
    for book in honest(tmp_path, ONE_OF_EACH, seed=11):
        grids, tables = workbook_tables(book.path)
        read = {
            (cell.sheet, cell.address)
            for table in tables
            for cell in (
                *(sample.cell for sample in table.samples),
                *(each.cell for each in table.statistics),
            )
        }
        findings = check_tables(grids, tables, book.name)
        contradictions = [
            str(each.message) for each in findings if each.severity == "contradiction"
        ]
        assert contradictions == [], book.name
        accusing = [str(each.message) for each in findings if "was copied" in str(each.message)]
        assert accusing == [], book.name
        assert len(read) == book.measured, book.name


def test_planted_mistakes_are_found(tmp_path: Path) -> None:
    """Every third kind, in the ordinary layout and in another, and told as what happened."""
    assert {subject for each in MISTAKES.values() for subject in each.subjects} == {*SUBJECTS}
    for number, (name, book) in enumerate(planted(tmp_path, seed=11, every=3)):
        if (name, number % 2) in HARD:
            continue
        messages = [str(each.message) for each in found(book.path)]
        words = MISTAKES[name].words
        assert messages, (name, book.name)
        assert not words or any(word in each for word in words for each in messages), messages


def saved(rows: list[list[object]], folder: Path) -> Path:
    """Save one sheet."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(row)
    path = folder / "typed.xlsx"
    workbook.save(path)
    return path


Rows = list[list[object]]
CPU: list[object] = ["Run", "Events per second", "Average latency (ms)"]
IOPS: list[object] = ["测试方式", "读取速率 (次/s)", "写入速率 (次/s)", "文件同步速率 (次/s)"]
HONEST: dict[str, Rows] = {
    "rndrw syncs after reads too": [
        ["StratoVirt IOPS"], IOPS, ["随机读写", 12000.0, 8000.0, 25668.3]],
    "short tests of one thread": [
        ["QEMU IOPS"], IOPS, ["随机写", "-", 625.57, 864.06], ["顺序写", "-", 1474.39, 1912.06]],
    "blocks of its own": [
        ["QEMU fileio (16K)"], IOPS, ["随机写", "-", 9660.41, 12431.76]],
    "microseconds in the heading": [
        ["StratoVirt 延迟"], ["测试方式", "平均延迟 (us)", "最大延迟 (ms)"], ["随机写", 220, 8.74]],
    "whole numbers as .00": [
        ["StratoVirt CPU"], ["线程数", "CPU 速度 (事件数/s)", "平均延迟 (ms)"],
        ["16", "1269.00", "12.14"], ["32", "1269.00", "23.67"], ["64", "1145.00", "49.36"]],
    "a row of means of footprints": [
        ["对比（平均值）"], ["指标", "StratoVirt", "QEMU"], ["内存段总大小 (KB)", 1124000, 1584617],
        ["RSS (KB)", 126218, 513394], ["Dirty (KB)", 120112, 489090]],
}  # fmt: skip
WRONG: dict[str, tuple[Rows, str]] = {
    "average times events": (
        [["QEMU CPU"], ["Threads", "avg latency (ms)", "Total time (s)", "Total events"],
         [1, 5.92, 54.2095, 10000]], "have only 54.209 s"),
    "a smallest that is none": (
        [["QEMU CPU, 4 threads"], CPU, [1, 1231.22, 3.25], [2, 1227.97, 3.25],
         ["min", 1227.98, 3.25]], "smallest of the 2 numbers"),
    "totals, threads in the caption": (
        [["QEMU sysbench cpu --threads=4"], CPU, [1, 5313, 3.75], [2, 5155, 3.87]],
        "total number of events"),
    "a latency that is a throughput": (
        [["StratoVirt IOPS"], [*IOPS, "平均延迟 (ms)"], ["顺序写", "-", 6094.09, 7890.24, 761.76]],
        "blocks of 128 KiB, typed as a latency"),
    "other files on one side": (
        [["StratoVirt IOPS"], IOPS, ["顺序写", "-", 6352.27, 1066.46],
         ["随机写", "-", 7010.55, 1172.03], [], ["QEMU IOPS"], IOPS,
          ["顺序写", "-", 2610.44, 3476.36]], "another number of files"),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_a_true_table_is_not_accused(name: str, tmp_path: Path) -> None:
    """What tables say of themselves goes before what the report did."""
    assert found(saved(HONEST[name], tmp_path)) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_table_is_told_as_what_happened(name: str, tmp_path: Path) -> None:
    """A grader repeats it to a student."""
    rows, words = WRONG[name]
    messages = [str(each.message) for each in found(saved(rows, tmp_path))]
    assert any(words in each for each in messages), messages


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    """A table whose headings nobody knows is a note, and so is a `-` where a number belongs."""
    rows: Rows = [
        ["QEMU CPU, 4 threads"], CPU, [1, 1231.22, "-"], [2, 1227.97, 3.25], [], [], [],
        ["甲", "乙"], [1.5, 2.5], [3.5, 4.5],
    ]  # fmt: skip
    path = saved(rows, tmp_path)
    notes = [str(each.message) for each in check_tables(*workbook_tables(path), path.name)]
    assert any(each.startswith("not read: 4 numbers in A9 to B10") for each in notes), notes
    assert "'-' stands where each test has a number" in notes
