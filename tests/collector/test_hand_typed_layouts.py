"""The report's own tables, typed in many ways: all numbers are found, and nothing is wrong."""

from collections.abc import Callable
from pathlib import Path

import hand_typed_books as books
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from collector.errors import UnusableInputError
from collector.typed.grid import Grid, Typed, read_grids
from collector.typed.read import read_tables
from collector.typed.roles import role_of
from collector.typed.text import Quantity, normal, read_quantity
from collector.typed.workbook import check_tables

FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．—")  # noqa: RUF001 - the point

ODD = (
    "0",
    "-5",
    "1e999",
    "0.00",
    "1e-300",
    "nan",
    "QEMU",
    "平均值",
    "线程数",
    "IOPS",
    "5s",
    "2min",
)
WHATEVER = st.one_of(st.text(max_size=12), st.sampled_from(ODD), st.floats().map(str))


def plain() -> Workbook:
    """All tables below each other, as text."""
    return books.below_each_other(books.report_tables())


def as_numbers() -> Workbook:
    """Numbers as numbers: Excel drops the zeros at their end."""

    def typed(text: str) -> str | float:
        try:
            return float(text)
        except ValueError:
            return text

    return books.below_each_other(books.report_tables(), typed=typed)


def full_width() -> Workbook:
    """Digits of a Chinese input method, and a long dash."""
    return books.below_each_other(
        books.report_tables(), typed=lambda text: text.translate(FULL_WIDTH)
    )


def thousands() -> Workbook:
    """Thousands separators."""

    def typed(text: str) -> str | float:
        return f"{float(text):,.2f}" if text.count(".") == 1 and text[-1].isdigit() else text

    return books.below_each_other(books.report_tables(), typed=typed)


def units_in_cells() -> Workbook:
    """A unit behind each number."""
    units = {3: "KB", 4: " KB", 7: " MiB/s", 8: "MiB/s", 9: "ms", 10: " ms", 11: "MB/s", 12: "次/s"}
    tables = books.report_tables()
    for table in tables:
        for row in table["rows"]:
            for place in range(1, len(row)):
                if row[place][:1].isdigit() and table["number"] in units:
                    row[place] += units[table["number"]]
    return books.below_each_other(tables)


def a_sheet_each() -> Workbook:
    """Each table on its own sheet."""
    workbook = Workbook()
    for table in books.report_tables():
        books.put(workbook.create_sheet(f"表{table['number']}"), table)
    return workbook


def a_sheet_per_vmm() -> Workbook:
    """No captions: the sheet says which VMM it is."""
    workbook = Workbook()
    rows = dict.fromkeys(("StratoVirt", "QEMU", "吞吐"), 1)
    for table in books.report_tables():
        name = "QEMU" if "QEMU" in table["caption"] else "StratoVirt"
        name = "吞吐" if table["number"] == 11 else name
        sheet = workbook[name] if name in workbook.sheetnames else workbook.create_sheet(name)
        rows[name] = books.put(sheet, {**table, "caption": ""}, rows[name]) + 1
    return workbook


def side_by_side(gap: int) -> Workbook:
    """Two tables beside each other, with or without an empty column between them."""
    workbook = Workbook()
    sheet = books.first_sheet(workbook)
    tables = books.report_tables()
    row = 3
    for place in range(0, len(tables), 2):
        column, ends = 2, []
        for table in tables[place : place + 2]:
            ends.append(books.put(sheet, table, row, column))
            column += len(table["rows"][0]) + gap
        row = max(ends) + 2
    return workbook


def in_one_band() -> Workbook:
    """All thirteen beside each other."""
    workbook = Workbook()
    column = 1
    for table in books.report_tables():
        books.put(books.first_sheet(workbook), table, 2, column)
        column += len(table["rows"][0]) + 2
    return workbook


def sparse() -> Workbook:
    """An empty row and an empty column after each of the table's own."""
    workbook = Workbook()
    row = 1
    for table in books.report_tables():
        row = books.put(books.first_sheet(workbook), table, row, 2, stride=(2, 2)) + 2
    return workbook


def merged() -> Workbook:
    """Merged captions, headings and labels, as the report prints them."""
    workbook = Workbook()
    sheet = books.first_sheet(workbook)
    row = 1
    for table in books.report_tables():
        width, height = len(table["rows"][0]), len(table["rows"])
        end = books.put(sheet, table, row)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
        if table["number"] in (7, 8, 11):
            for area in ((1, 2, 1, 1), (1, 1, 2, 5), (2, 2, 2, 3), (2, 2, 4, 5)):
                sheet.merge_cells(
                    start_row=row + area[0],
                    end_row=row + area[1],
                    start_column=area[2],
                    end_column=area[3],
                )
        if table["number"] in (5, 6, 9, 10, 12, 13):
            for label in range(row + 2, row + 1 + height, 2):
                sheet.merge_cells(start_row=label, end_row=label + 1, start_column=1, end_column=1)
        row = end + 1
    return workbook


def with_prose() -> Workbook:
    """Commands above and sentences directly below each table."""
    workbook = Workbook()
    sheet = books.first_sheet(workbook)
    sheet.cell(1, 1, "实验四 StratoVirt 与 QEMU 性能对比")
    row = 3
    for table in books.report_tables():
        sheet.cell(row, 1, "测试命令: sysbench cpu --time=60 --threads=N run")
        row = books.put(sheet, table, row + 1)
        sheet.cell(row, 1, "StratoVirt 和 QEMU 的平均延迟相差不大, 但是最大延迟明显大于 QEMU")
        row += 2
    return workbook


def in_english() -> Workbook:
    """Captions and headings in English."""
    return books.below_each_other(books.english(books.report_tables()))


LAYOUTS: dict[str, Callable[[], Workbook]] = {
    "plain": plain,
    "numbers": as_numbers,
    "full width": full_width,
    "thousands": thousands,
    "units in cells": units_in_cells,
    "a sheet each": a_sheet_each,
    "a sheet per VMM": a_sheet_per_vmm,
    "side by side": lambda: side_by_side(1),
    "side by side without a gap": lambda: side_by_side(0),
    "in one band": in_one_band,
    "sparse": sparse,
    "merged": merged,
    "with prose": with_prose,
    "English": in_english,
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_number_is_found_and_nothing_is_wrong(name: str, tmp_path: Path) -> None:
    """The report's tables have no finding at all, not even a note, in any layout."""
    path = tmp_path / "typed.xlsx"
    LAYOUTS[name]().save(path)
    tables = read_tables(read_grids(path))
    samples = [sample for table in tables for sample in table.samples]
    assert len(tables) == 13
    assert len(samples) == books.SAMPLES
    assert {sample.vmm for sample in samples} == {"stratovirt", "qemu"}
    assert books.check_workbook(path) == []


def test_a_sample_is_read_with_all_it_means(tmp_path: Path) -> None:
    """Case, repetition, metric and unit of single cells of different tables."""
    path = tmp_path / "typed.xlsx"
    plain().save(path)
    found = {
        sample.cell.address: sample
        for table in read_tables(read_grids(path))
        for sample in table.samples
    }

    def said(number: int, row: int, column: int) -> tuple[object, ...]:
        sample = found[books.address(number, row, column)]
        return (sample.vmm, sample.case, sample.repetition, sample.metric, sample.number.value)

    assert said(2, 3, 1) == ("qemu", "default", 3, "kernel_s", 0.74)
    assert said(1, 10, 3) == ("stratovirt", "default", 10, "total_s", 123.616)
    assert said(5, 4, 4) == ("stratovirt", "threads-4", 2, "latency_p95_ms", 12.75)
    assert said(8, 4, 4) == ("qemu", "rnd-4K", 2, "throughput_mib_per_s", 1714.41)
    assert said(11, 3, 3) == ("qemu", "rndwr", 1, "written_mib_per_s", 484.44)
    assert said(12, 8, 3) == ("stratovirt", "seqwr", 2, "fsyncs_per_s", 13336.37)


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Kernel (s)", "kernel_s"),
        ("user space", "userspace_s"),
        ("总时间", "total_s"),
        ("事件/秒", "events_per_second"),
        ("events/sec", "events_per_second"),
        ("平均时延", "latency_avg_ms"),
        ("延迟(最大)", "latency_max_ms"),
        ("99th percentile (ms)", "latency_p99_ms"),
        ("读 IOPS", "reads_per_s"),
        ("fsync/s", "fsyncs_per_s"),
        ("带宽 (MiB/s)", "rate"),
        ("I/O 类型", "mode"),
        ("第几次", "index"),
        ("总事件数", "total_events"),
        ("虚拟机", "vmm"),
        ("顺序-第一次 (MiB/s)", "seq"),
        ("IOPS (次/s)", "operations"),
        ("表 12 StratoVirt IOPS", None),
        ("键入命令 sysbench cpu --threads=N", None),
        ("threads-4", None),
    ],
)
def test_headings_as_people_word_them(heading: str, role: str | None) -> None:
    """Other words than the report's, in both languages."""
    assert role_of(normal(heading)) == role


def test_two_vmms_in_one_table(tmp_path: Path) -> None:
    """A VMM over each group of columns, or in each heading, or in each row's label."""
    rows = books.report_tables()
    body = [
        [*left, *right[1:]] for left, right in zip(rows[4]["rows"], rows[5]["rows"], strict=True)
    ]
    groups = ["", "StratoVirt", "", "", "", "QEMU", "", "", ""]
    one_line = [f"{'QEMU ' if place > 4 else ''}{text}" for place, text in enumerate(body[0])]
    boots = [[f"StratoVirt {row[0]}", *row[1:]] for row in rows[0]["rows"][1:4]]
    layouts = [
        ([groups, *body], 80),
        ([one_line, *body[1:]], 80),
        ([rows[0]["rows"][0], *boots], 9),
    ]
    for table, count in layouts:
        workbook = Workbook()
        caption = {"caption": "表 5 StratoVirt 与 QEMU 对比", "rows": table}
        books.put(books.first_sheet(workbook), caption)
        path = tmp_path / "typed.xlsx"
        workbook.save(path)
        samples = [each for found in read_tables(read_grids(path)) for each in found.samples]
        assert len(samples) == count
        assert sum(sample.vmm == "qemu" for sample in samples) == (count // 2 if count > 9 else 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("742ms", Quantity(0.742, 0.001, "s")),
        ("2min 2.438s", Quantity(122.438, 0.001, "s")),
        ("2分2.438秒", Quantity(122.438, 0.001, "s")),
        ("2:02.438", Quantity(122.438, 0.001, "s")),
        ("1,258.20", Quantity(1258.2, 0.01)),
        ("12,75", Quantity(12.75, 0.01)),
        ("1 128 036", Quantity(1128036.0, 1.0)),
        ("１，２５８．２０ 次／s", Quantity(1258.2, 0.01, "次/s")),  # noqa: RUF001
        ("约 98.29万", Quantity(982900.0, 100.0)),
        ("1258.20①", Quantity(1258.2, 0.01)),
        ("1258.20 (重测)", Quantity(1258.2, 0.01)),
        ("124 (MB)", Quantity(124.0, 1.0, "mb")),
        ("742ms*", Quantity(0.742, 0.001, "s")),
        ("982.91k", Quantity(982.91, 0.01, "k")),
        ("1258.20²", None),
        ("10³", None),
        ("12½", None),
        ("1258.20 (1249.61)", None),
        ("—", None),
        ("N/A", None),
        ("12.8.3", None),
        ("1258.2O", None),
        ("0.79 0.80", None),
        ("随机读", None),
    ],
)
def test_numbers_as_people_type_them(text: str, expected: Quantity | None) -> None:
    """Units, separators and full-width forms are read; what is unclear is no number."""
    found = read_quantity(text)
    assert (found is None) == (expected is None)
    if found and expected:
        assert found.value == pytest.approx(expected.value)
        assert found.step == pytest.approx(expected.step)
        assert found.unit == expected.unit


def test_numbers_with_the_unit_in_their_format() -> None:
    """A spreadsheet keeps `742ms` as 742 with a format, and minutes as a part of a day."""
    assert read_quantity(742, '0"ms"') == Quantity(0.742, 0.001, "s")


def test_a_missing_table_and_an_unreadable_cell_are_notes(tmp_path: Path) -> None:
    """What cannot be checked is named and is no contradiction."""
    path = tmp_path / "typed.xlsx"
    tables = [table for table in books.edited((5, 1, 1, "1258.2O")) if table["number"] != 11]
    books.below_each_other(tables).save(path)
    findings = books.check_workbook(path)
    assert {finding.severity for finding in findings} == {"note"}
    assert any("1258.2O" in finding.message.english for finding in findings)
    assert any("fileio-throughput" in finding.message.english for finding in findings)


def test_formulas_without_values_are_named(tmp_path: Path) -> None:
    """Saving by openpyxl stores no value with a formula: the check says what to do."""
    tables = books.edited((3, 11, 1, "=SUM(B31:B40)/10"))
    path = tmp_path / "typed.xlsx"
    books.below_each_other(tables).save(path)
    (finding,) = books.check_workbook(path)
    assert finding.severity == "note"
    assert "save" in finding.message.english


def test_a_workbook_without_tables_cannot_be_used(tmp_path: Path) -> None:
    """The error names the sheets that were searched."""
    path = tmp_path / "other.xlsx"
    workbook = Workbook()
    books.first_sheet(workbook)["A1"] = "shopping"
    workbook.save(path)
    with pytest.raises(UnusableInputError, match="Sheet"):
        books.check_workbook(path)
    path.write_bytes(b"no workbook")
    with pytest.raises(UnusableInputError, match="save it as"):
        books.check_workbook(path)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 11), st.integers(0, 4), WHATEVER)))
def test_nothing_that_is_typed_crashes_a_check(edits: list[tuple[int, int, int, str]]) -> None:
    """Any text in any cell, headings included: findings or none, never an exception."""
    cells: dict[tuple[int, int], Typed] = {}
    top = 1
    changed = {edit[:3]: edit[3] for edit in edits}
    for number, table in enumerate(books.report_tables()):
        rows = [[table["caption"]], *table["rows"]]
        for down, texts in enumerate(rows):
            for column, text in enumerate(texts):
                shown = changed.get((number, down, column), text)
                if shown:
                    place = (top + down, column + 1)
                    cells[place] = Typed("S", *place, normal(shown), read_quantity(shown))
        top += len(rows) + 1
    grid = Grid("S", cells, top, 5)
    check_tables([grid], read_tables([grid]), "typed.xlsx")
