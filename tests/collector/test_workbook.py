"""The workbook beside its tables: marks, notices, links, paper, and the file itself."""

import hashlib
import re
import zipfile
from pathlib import Path

import awkward_results
import openpyxl
import pandas as pd
import pytest
import report_logs
import sheets
from openpyxl.workbook import Workbook

from collector.cli import main


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with a run full of trouble and its reports in both languages."""
    folder = tmp_path_factory.mktemp("awkward")
    awkward_results.write_awkward_results(folder / "results" / "quick")
    for language in ("zh", "en"):
        path = folder / language / "report.xlsx"
        assert main(["report", str(folder / "results"), "-o", str(path), "--lang", language]) == 1
    return folder


@pytest.fixture(scope="module")
def workbooks(awkward: Path) -> dict[str, Workbook]:
    """Return the workbook in each language; reading one takes longer than writing it."""
    return {
        language: openpyxl.load_workbook(awkward / language / "report.xlsx")
        for language in ("zh", "en")
    }


@pytest.fixture(scope="module")
def workbook(workbooks: dict[str, Workbook]) -> Workbook:
    """Return the Chinese workbook."""
    return workbooks["zh"]


def find(workbook: Workbook, caption: str) -> tuple[str, int]:
    """Return sheet and row of `caption`; it stands once in the workbook."""
    places = [
        (sheet.title, cell.row)
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == caption
    ]
    assert len(places) == 1
    return places[0]


def test_sheets_in_the_order_of_reading(workbook: Workbook) -> None:
    """The overview first, then the tables, then what explains them."""
    assert workbook.sheetnames == [
        "概览",
        "启动时间",
        "内存占用",
        "CPU 性能",
        "内存性能",
        "IO 延迟",
        "IO 吞吐量",
        "IOPS",
        "图表",
        "比较",
        "问题",
        "环境",
        "样本",
    ]


def test_same_input_gives_the_same_bytes(awkward: Path, tmp_path: Path) -> None:
    """Workbook, page and samples do not depend on when or where they are made."""
    digests = []
    for name in ("one", "two/deeper"):
        folder = tmp_path / name
        main(["report", str(awkward / "results"), "-o", str(folder / "report.xlsx")])
        digests.append(
            {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
        )
    assert digests[0] == digests[1]
    assert sorted(digests[0]) == ["report.html", "report.xlsx", "samples.csv"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sheet_says_what_the_numbers_are_not(
    workbooks: dict[str, Workbook], language: str
) -> None:
    """Stand-in, emulated host and a VMM that was left out, with its reason, on every sheet."""
    for sheet in workbooks[language].worksheets:
        top = [str(sheet.cell(row, 1).value) for row in range(2, 5)]
        words = (
            ("替身", "模拟", "没有测量")
            if language == "zh"
            else ("stand-in", "emulated", "left out")
        )
        for word, text in zip(words, top, strict=True):
            assert word in text
        assert "calc" in top[2]


def test_nothing_stands_between_caption_and_header(workbook: Workbook) -> None:
    """The header is the row below the caption, in the first column."""
    name, row = find(workbook, "表 5 StratoVirt CPU 性能情况")
    assert workbook[name].cell(row + 1, 1).value == "线程数"
    assert workbook[name].cell(row - 1, 1).value is None


def test_merged_cells_are_those_of_the_report(workbook: Workbook) -> None:
    """Threads cover their repetitions; headings cover their columns."""
    name, row = find(workbook, "表 8 QEMU 内存性能情况")
    merged = {str(one) for one in workbook[name].merged_cells.ranges}
    head = row + 1
    assert {f"A{head}:A{head + 1}", f"B{head}:E{head}", f"B{head + 1}:C{head + 1}"} <= merged
    name, row = find(workbook, "表 5 StratoVirt CPU 性能情况")
    assert f"A{row + 2}:A{row + 3}" in {str(one) for one in workbook[name].merged_cells.ranges}


def test_every_number_leads_to_its_log(workbook: Workbook) -> None:
    """Each cell of a table that holds a sample names metric and log in its comment."""
    name, row = find(workbook, "表 11 StratoVirt 与 QEMU 吞吐量")
    sheet = workbook[name]
    for line in range(row + 3, row + 7):
        for column in range(2, 6):
            comment = sheet.cell(line, column).comment
            assert comment is not None
            assert re.search(r"mib_per_s\n.*/fileio-throughput/.*/0[12]\.log:\d+$", comment.text)


def test_missing_number_is_empty_with_its_reason(workbook: Workbook) -> None:
    """Never a zero; the comment says why, and the sheet of problems leads to the cell."""
    name, row = find(workbook, "表 6 QEMU CPU 性能情况")
    cell = workbook[name].cell(row + 7, 2)
    assert cell.value is None
    assert cell.comment is not None
    assert "Cannot create thread" in cell.comment.text
    problems = workbook["问题"]
    rows = {row[1].value: row for row in problems.iter_rows() if row[1].hyperlink}
    line = rows[f"{name} {cell.coordinate}"]
    assert line[0].value == "缺失"
    link = line[1].hyperlink
    assert link is not None
    assert link.location == f"'{name}'!{cell.coordinate}"
    assert str(line[7].value).endswith("qemu/sysbench-cpu/threads-16/02.log")


def test_contradictory_number_is_shown_and_marked(workbook: Workbook) -> None:
    """The number stays, its cell is marked, its comment says what is wrong."""
    name, row = find(workbook, "表 5 StratoVirt CPU 性能情况")
    cell, good = workbook[name].cell(row + 4, 2), workbook[name].cell(row + 5, 2)
    assert cell.value == 74101
    assert cell.comment is not None
    assert "利特尔法则" in cell.comment.text
    assert cell.fill.fgColor.rgb != good.fill.fgColor.rgb


def test_average_is_a_formula_with_its_result(awkward: Path, workbook: Workbook) -> None:
    """Any viewer shows it at once; a missing repetition does not count."""
    name, row = find(workbook, "表 2 QEMU 启动时间情况")
    cell = workbook[name].cell(row + 12, 2)
    assert cell.value == f"=AVERAGE(B{row + 2}:B{row + 11})"
    stored = openpyxl.load_workbook(awkward / "zh" / "report.xlsx", data_only=True)[name]
    values = [stored.cell(row + 1 + boot, 2).value for boot in range(1, 11)]
    numbers = [value for value in values if isinstance(value, int | float)]
    assert values[3] is None
    assert stored[cell.coordinate].value == pytest.approx(sum(numbers) / 9)
    assert pd.read_excel(awkward / "zh" / "report.xlsx", sheet_name=name, header=None).iloc[
        row + 11, 1
    ] == pytest.approx(stored[cell.coordinate].value)


def test_no_formula_is_without_its_result(awkward: Path) -> None:
    """Also in the parts of the file that nobody reads by hand."""
    with zipfile.ZipFile(awkward / "zh" / "report.xlsx") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist() if "sheet" in name)
    assert b"<f>" in content
    assert not re.search(rb"</f><v\s*/>|</f><v></v>|</f></c>", content)


def test_text_from_files_is_never_a_formula(workbooks: dict[str, Workbook]) -> None:
    """Whatever hosts, reasons and versions say, the only formulas are our averages."""
    for workbook in workbooks.values():
        for sheet in workbook.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        assert str(cell.value).startswith("=AVERAGE(")
                    elif isinstance(cell.value, str) and cell.value.startswith("="):
                        assert cell.data_type in {"s", "inlineStr"}
                        assert cell.quotePrefix


def test_every_sheet_is_set_up_for_reading_and_paper(workbook: Workbook) -> None:
    """Frozen head, A4, one page wide."""
    for sheet in workbook.worksheets:
        assert sheet.freeze_panes
        assert str(sheet.page_setup.paperSize) == "9"
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.page_setup.fitToHeight == 0
        fitting = sheet.sheet_properties.pageSetUpPr
        assert fitting is not None
        assert fitting.fitToPage


def test_charts_show_their_axes(awkward: Path) -> None:
    """One chart per subject at least, none with a deleted axis, drawn from numbers."""
    with zipfile.ZipFile(awkward / "zh" / "report.xlsx") as archive:
        charts = [archive.read(name) for name in archive.namelist() if "charts/chart" in name]
    assert len(charts) >= 7
    for chart in charts:
        assert chart.count(b'delete val="0"') >= 2
        assert b'delete val="1"' not in chart


def test_samples_are_all_there(awkward: Path, workbook: Workbook) -> None:
    """The sheet holds what the CSV holds."""
    table = pd.read_csv(awkward / "zh" / "samples.csv")
    sheet = workbook["样本"]
    head = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "vmm")
    rows = list(sheet.iter_rows(min_row=head + 1, values_only=True))
    assert len(rows) == len(table)
    assert [row[4] for row in rows] == table["metric"].tolist()
    numbers = pd.to_numeric(pd.Series([row[5] for row in rows]), errors="coerce")
    pd.testing.assert_series_equal(numbers, table["value"], check_names=False, check_dtype=False)


def test_environment_marks_what_differs(workbook: Workbook) -> None:
    """Machine types and cache modes differ, vCPUs do not."""
    rows = {row[0].value: row for row in workbook["环境"].iter_rows()}
    assert rows["机器类型 (machine)"][4].value == "≠"
    assert rows["磁盘缓存模式 (guest.disk_cache)"][4].value == "≠"
    assert not rows["虚拟 CPU 数 (guest.vcpus)"][4].value
    assert rows["1"][1].value == "dev-vda.device 22.120 s"


def test_overview_gives_no_answer_where_facts_differ(workbook: Workbook) -> None:
    """Emulated and stand-in: not comparable, and no p value."""
    rows = [
        row for row in workbook["概览"].iter_rows() if row[0].value == "启动时间" and row[4].value
    ]
    assert rows
    for row in rows:
        assert str(row[8].value).startswith("不可比较")
        assert row[7].value is None


def test_overview_says_what_weakens_an_answer(workbook: Workbook) -> None:
    """Contradictions among its numbers; several cases together have no median."""
    rows = [
        row for row in workbook["概览"].iter_rows() if row[0].value == "CPU 性能" and row[8].value
    ]
    assert len(rows) == 2
    for row in rows:
        assert (row[2].value, row[3].value) == ("-", "-")
        assert "处矛盾" in str(row[8].value)


def test_medians_have_the_decimals_of_their_metric(workbook: Workbook) -> None:
    """Milliseconds of a boot, no parts of a kilobyte."""
    formats = {
        row[0].value: row[2].number_format
        for row in workbook["概览"].iter_rows()
        if row[0].value in {"启动时间", "内存占用"} and row[8].value
    }
    assert formats == {"启动时间": "#,##0.000", "内存占用": "#,##0"}


def test_long_reason_stands_in_the_environment_alone(tmp_path: Path) -> None:
    """What failed may print pages; the heads of sheets stay short."""
    reason = "no mirror answers: " + "https://mirror.example/stratovirt " * 40
    host = tmp_path / "results" / "lab" / "pc1"
    report_logs.write_report_results(host, repetitions=1)
    report_logs.write_json(host.parent / "run.json", left_out={"firecracker": reason})
    path = tmp_path / "report.xlsx"
    main(["report", str(tmp_path / "results"), "-o", str(path)])
    workbook = openpyxl.load_workbook(path)
    for sheet in workbook.worksheets:
        notice = str(sheet["A2"].value)
        assert "no mirror answers" in notice
        assert len(notice) < 250
    facts = {row[0].value: row[1].value for row in workbook["环境"].iter_rows()}
    assert facts["未测量：firecracker"] == reason  # noqa: RUF001


def test_english_workbook_has_no_chinese(workbooks: dict[str, Workbook]) -> None:
    """Names of sheets and all cells."""
    workbook = workbooks["en"]
    chinese = re.compile("[\u4e00-\u9fff]")
    assert not any(chinese.search(name) for name in workbook.sheetnames)
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert not chinese.search(str(cell.value or ""))
                assert cell.comment is None or not chinese.search(cell.comment.text)


def test_libreoffice_opens_the_awkward_workbook(awkward: Path, tmp_path: Path) -> None:
    """No text turns into an error, no number into ###."""
    if sheets.SOFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed: its rendering cannot be compared")
    shown = sheets.read_by_libreoffice(awkward / "zh" / "report.xlsx", tmp_path)
    assert len(shown) == 13
    everything = [text for rows in shown.values() for row in rows for text in row]
    assert not [text for text in everything if text.startswith("#") or "Err:" in text]
    boots = sheets.find_table(shown, "表 2 QEMU 启动时间情况")
    assert boots[4] == ["4", "", "", "", ""]
    assert boots[11][0] == "平均值"


def test_hostile_label_is_only_text(tmp_path: Path) -> None:
    """A label goes into captions, headings, the title of the file and charts."""
    host = tmp_path / "results" / "lab" / "pc1"
    report_logs.write_report_results(host)
    for name in ("stratovirt", "qemu"):
        report_logs.write_json(host / name / "vmm.json", label=f"{awkward_results.HOSTILE} {name}")
    report_logs.write_json(host.parent / "run.json", started="0001-01-01T00:00:00+14:00")
    path = tmp_path / "report.xlsx"
    main(["report", str(tmp_path / "results"), "-o", str(path)])
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row]
    formulas = [str(cell.value) for cell in cells if cell.data_type == "f"]
    assert formulas
    assert all(text.startswith("=AVERAGE(") for text in formulas)
    assert "<script>" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_host_without_any_log_has_a_workbook(tmp_path: Path) -> None:
    """It says that nothing is there."""
    host = tmp_path / "results" / "lab" / "pc1"
    report_logs.write_json(host / "host.json", host="pc1")
    report_logs.write_json(host / "qemu" / "vmm.json", name="qemu")
    path = tmp_path / "report.xlsx"
    main(["report", str(tmp_path / "results"), "-o", str(path)])
    assert "概览" in openpyxl.load_workbook(path).sheetnames


def test_lab_workbook_names_the_outlier(tmp_path: Path) -> None:
    """Medians and spread across hosts; the host that is far from the others is named."""
    for number in range(1, 14):
        host = tmp_path / "results" / "run" / f"pc{number}"
        for boot in (1, 2, 3):
            seconds = 30.0 if number == 4 else 5.0 + number / 100 + boot / 1000
            times = [f"{seconds:.3f}s", "1.000s", f"{seconds + 1:.3f}s"]
            text = report_logs.boot_log(times)
            report_logs.write_log(host, f"qemu/boot/default/{boot:02}.log", text)
    path = tmp_path / "out" / "lab.xlsx"
    main(["report", str(tmp_path / "results"), "-o", str(path)])
    made = sorted(file.name for file in path.parent.iterdir())
    assert [name for name in made if name.endswith(".xlsx")] == [
        *sorted(f"lab-pc{number}.xlsx" for number in range(1, 14)),
        "lab.xlsx",
    ]
    workbook = openpyxl.load_workbook(path)
    overview = [str(row[0].value) for row in workbook["概览"].iter_rows()]
    assert [text for text in overview if text.startswith("pc4：")]  # noqa: RUF001
    assert not [text for text in overview if text.startswith("pc3")]
    (total,) = (row for row in workbook["跨主机"].iter_rows() if row[2].value == "boot_s")
    assert total[5].value == 13
    assert total[6].value == pytest.approx(6.082)
    assert str(total[12].value) == "pc4 (31)"
