"""The report's tables rearranged: other columns, other directions, what programs export."""

import re
from collections.abc import Callable
from pathlib import Path

import hand_typed_books as books
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from collector.findings import CellFinding
from collector.typed.grid import read_grids
from collector.typed.model import TypedSample
from collector.typed.read import read_tables

Tables = list[books.Table]
REPEATED = (5, 6, 9, 10, 12, 13)
"""Tables whose repetitions stand below each other under one label."""


def samples_in(path: Path) -> list[TypedSample]:
    """Return all samples of a workbook."""
    return [sample for table in read_tables(read_grids(path)) for sample in table.samples]


def contradictions(path: Path) -> list[CellFinding]:
    """Return the contradictions of a workbook."""
    return [
        finding for finding in books.check_workbook(path) if finding.severity == "contradiction"
    ]


def filled(tables: Tables) -> None:
    """Repeat each label in the rows below it."""
    for table in tables:
        label = ""
        for row in table["rows"][1:] if table["number"] in REPEATED else ():
            label = row[0] = row[0] or label


def turned(tables: Tables, folder: Path) -> Path:
    """Each table with rows and columns exchanged, under its caption."""
    for table in tables:
        table["rows"] = [list(column) for column in zip(*table["rows"], strict=True)]
    return saved(books.below_each_other(tables), folder)


def repetition_column(tables: Tables, folder: Path) -> Path:
    """A column with the number of the repetition beside that of the case."""
    filled(tables)
    for table in tables:
        for place, row in enumerate(table["rows"]) if table["number"] in REPEATED else ():
            row.insert(1, str((place - 1) % 2 + 1) if place else "次数")
    return saved(books.below_each_other(tables), folder)


def totals_beside(tables: Tables, folder: Path) -> Path:
    """Total time and number of events before the speed, the shortest latency behind it."""
    for table in tables[4:6]:
        head, *rows = table["rows"]
        head[2:2] = ["总时间 (s)", "总事件数", "最小延迟 (ms)"]
        for row in rows:
            row[2:2] = ["60.0007", f"{float(row[1]) * 60.0007:.0f}", "0.50"]
    return saved(books.below_each_other(tables), folder)


def average_columns(tables: Tables, folder: Path) -> Path:
    """A mean behind the repetitions of each access mode."""
    for table in tables[6:8]:
        for place, row in enumerate(table["rows"]):
            for end in (5, 3):
                mean = (
                    f"{sum(map(float, row[end - 2 : end])) / 2:.2f}"
                    if place > 1
                    else "平均" * place
                )
                row.insert(end, mean)
    return saved(books.below_each_other(tables), folder)


def access_column(tables: Tables, folder: Path) -> Path:
    """Sequential and random access below each other, as a second label."""
    for table in tables[6:8]:
        rows = [["内存块大小 (KB)", "访问方式", "第1次 (MiB/s)", "第2次 (MiB/s)"]]
        for block, *speeds in table["rows"][2:]:
            rows += [[block, "顺序", *speeds[:2]], ["", "随机", *speeds[2:]]]
        table["rows"] = rows
    return saved(books.below_each_other(tables), folder)


def one_iops_column(tables: Tables, folder: Path) -> Path:
    """Reads and writes in one column, in thousands."""
    for table in tables[11:]:
        table["rows"] = [
            [row[0], f"{float(row[1 if row[1] != '-' else 2]) / 1000:.5f}k", row[3]]
            if place
            else [row[0], "IOPS", row[3]]
            for place, row in enumerate(table["rows"])
        ]
    return saved(books.below_each_other(tables), folder)


def units_below(tables: Tables, folder: Path) -> Path:
    """The units in a row of their own."""
    for table in tables[2:6] + tables[8:10]:
        head = table["rows"][0]
        units = [re.search(r"\((\D*)\)", text) for text in head]
        bare = [re.sub(r" \(\D*\)", "", text) for text in head]
        table["rows"][:1] = [bare, [found[0] if found else "" for found in units]]
    return saved(books.below_each_other(tables), folder)


def no_word_over_labels(tables: Tables, folder: Path) -> Path:
    """Nothing stands over the labels of rows."""
    for table in tables:
        table["rows"][0][0] = ""
    return saved(books.below_each_other(tables), folder)


def exported(tables: Tables, folder: Path) -> Path:
    """What pandas writes: an index, merged heads on three levels, the index' name below them."""
    path = folder / "typed.xlsx"
    filled(tables)
    with pd.ExcelWriter(path) as writer:
        for table in tables:
            head, *rows = table["rows"]
            name = table["caption"].replace(" ", "")
            if table["number"] in (7, 8, 11):
                second, *rows = rows
                sides = [second[1], second[1], second[3], second[3]]
                columns = pd.MultiIndex.from_tuples(
                    [(head[1], side, place % 2 + 1) for place, side in enumerate(sides)]
                )
                index = pd.Index([row[0] for row in rows], name=head[0])
                frame = pd.DataFrame(
                    [list(map(float, row[1:])) for row in rows], index=index, columns=columns
                )
            else:
                frame = pd.DataFrame(rows, columns=head)
            frame.to_excel(writer, sheet_name=name)
    return path


def formatted_to_the_end(tables: Tables, folder: Path) -> Path:
    """Cells with a format and nothing in them, as far as a sheet goes."""
    workbook = books.below_each_other(tables)
    for row, column in ((1, 16_384), (1_048_576, 1)):
        books.first_sheet(workbook).cell(row, column).font = Font(bold=True)
    return saved(workbook, folder)


def with_remarks(tables: Tables, folder: Path) -> Path:
    """Footnotes and remarks behind numbers."""
    for (number, row), remark in zip(
        ((3, 3), (5, 3), (6, 3), (11, 3)), (" (重测)", "*", "①", "(第一次)"), strict=True
    ):
        tables[number - 1]["rows"][row][1] += remark
    return saved(books.below_each_other(tables), folder)


def means_as_formulas(tables: Tables, folder: Path) -> Path:
    """Means that a program wrote as formulas, and no spreadsheet has calculated."""
    for place, column in enumerate("BCD", 1):
        first, last = (books.address(3, row, place) for row in (1, 10))
        tables[2]["rows"][11][place] = f"=AVERAGE(${column}${first[1:]}:{last})"
    return saved(books.below_each_other(tables), folder)


def saved(workbook: Workbook, folder: Path) -> Path:
    """Save a workbook and return where."""
    path = folder / "typed.xlsx"
    workbook.save(path)
    return path


LAYOUTS: dict[Callable[[Tables, Path], Path], int] = {
    turned: books.SAMPLES,
    repetition_column: books.SAMPLES,
    totals_beside: books.SAMPLES + 60,
    average_columns: books.SAMPLES,
    access_column: books.SAMPLES,
    one_iops_column: books.SAMPLES,
    units_below: books.SAMPLES,
    no_word_over_labels: books.SAMPLES,
    exported: books.SAMPLES,
    formatted_to_the_end: books.SAMPLES,
    with_remarks: books.SAMPLES,
    means_as_formulas: books.SAMPLES,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_number_is_found_and_nothing_is_wrong(
    layout: Callable[[Tables, Path], Path], tmp_path: Path
) -> None:
    """However the report's tables are arranged, they have no finding, not even a note."""
    path = layout(books.report_tables(), tmp_path)
    samples = samples_in(path)
    assert len(samples) == LAYOUTS[layout]
    assert {sample.vmm for sample in samples} == {"stratovirt", "qemu"}
    assert books.check_workbook(path) == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_mistake_is_found_in_every_arrangement(
    layout: Callable[[Tables, Path], Path], tmp_path: Path
) -> None:
    """Total events typed as events per second, and a wrong digit in a boot's total."""
    path = layout(books.edited((5, 3, 1, "74101"), (1, 4, 3, "2min 3.420s")), tmp_path)
    messages = [finding.message.english for finding in contradictions(path)]
    assert any("total number of events" in message for message in messages)
    assert any("more than rounding" in message for message in messages)


def test_one_table_with_a_column_of_vmms(tmp_path: Path) -> None:
    """Long tables: StratoVirt has no initrd, and each VMM has its own mean."""
    tables = books.report_tables()
    head = ["虚拟机", *tables[1]["rows"][0]]
    rows = [["StratoVirt", *row[:2], "", *row[2:]] for row in tables[0]["rows"][1:]]
    rows += [["QEMU", *row] for row in tables[1]["rows"][1:]]
    path = saved(books.below_each_other([{"caption": "", "rows": [head, *rows]}]), tmp_path)
    samples = samples_in(path)
    assert [sum(each.vmm == vmm for each in samples) for vmm in ("stratovirt", "qemu")] == [30, 40]
    assert contradictions(path) == []
    rows[14][2] = "473ms"
    path = saved(books.below_each_other([{"caption": "", "rows": [head, *rows]}]), tmp_path)
    assert {finding.cell for finding in contradictions(path)} == {"C24", "F17"}


def test_a_vmm_over_each_group_of_columns(tmp_path: Path) -> None:
    """Both VMMs' latencies beside each other, under merged names: threads are threads."""
    _, _, _, _, left, right, *_ = books.report_tables()
    workbook = Workbook()
    sheet = books.first_sheet(workbook)
    for column, name in ((2, "StratoVirt"), (6, "QEMU")):
        sheet.cell(1, column, name)
        sheet.merge_cells(start_row=1, end_row=1, start_column=column, end_column=column + 3)
    rows = [[*one, *other[1:]] for one, other in zip(left["rows"], right["rows"], strict=True)]
    for row in rows:
        sheet.append(row)
    path = saved(workbook, tmp_path)
    samples = samples_in(path)
    assert {sample.case for sample in samples} == {f"threads-{n}" for n in (1, 4, 16, 32, 64)}
    assert sum(sample.vmm == "qemu" for sample in samples) == 40
    assert contradictions(path) == []


def test_a_table_without_the_initrd_is_a_note(tmp_path: Path) -> None:
    """A part that is left out is no contradiction; minutes that are left out are one."""
    tables = books.report_tables()[:2]
    for row in tables[1]["rows"]:
        del row[2]
    (finding,) = (
        each
        for each in books.check_workbook(saved(books.below_each_other(tables), tmp_path))
        if "no table" not in each.message.english
    )
    assert (finding.severity, finding.cell) == ("note", "D17")
    assert "initrd" in finding.message.english
    for row in tables[0]["rows"][1:]:
        row[2] = row[2].replace("2min ", "")
    assert len(contradictions(saved(books.below_each_other(tables), tmp_path))) == 10


def test_a_mean_of_the_wrong_cells(tmp_path: Path) -> None:
    """A formula that leaves the last row out, stored or not."""
    path = saved(books.below_each_other(books.edited((3, 11, 1, "=AVERAGE(B31:B39)"))), tmp_path)
    assert contradictions(path) == []  # all sizes of table 3 are the same
    path = saved(books.below_each_other(books.edited((4, 11, 2, "=AVERAGE(C45:C53)"))), tmp_path)
    (finding,) = contradictions(path)
    assert finding.cell == "C55"
    assert "says =AVERAGE(C45:C53); it is the mean without C54" in finding.message.english
