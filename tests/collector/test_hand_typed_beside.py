"""Sheets with what people calculate, shorten and paste beside their numbers: nobody is accused."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from collector.findings import CellFinding
from collector.typed.model import TypedTable
from collector.typed.workbook import check_tables, workbook_tables

Rows = list[list[object]]
CPU: Rows = [[1, 2021.28, 1929.44], [4, 2045.79, 1963.71], [16, 2018.56, 1951.41]]


def checked(
    folder: Path, rows: Rows, formats: dict[str, str] | None = None
) -> tuple[list[TypedTable], list[CellFinding]]:
    """Return the tables of a sheet of these rows, and what is found in it."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append([None if cell == "" else cell for cell in row])
    for address, shown in (formats or {}).items():
        sheet[address].number_format = shown
    path = folder / "typed.xlsx"
    workbook.save(path)
    grids, tables = workbook_tables(path)
    return tables, check_tables(grids, tables, "typed.xlsx")


def contradictions(findings: list[CellFinding]) -> list[str]:
    """Return the words of what cannot be true."""
    return [str(each.message) for each in findings if each.severity == "contradiction"]


def numbers(tables: list[TypedTable]) -> int:
    """Return how many numbers were read."""
    return sum(len(table.samples) for table in tables)


@pytest.mark.parametrize(
    "heading", ["提升 (%)", "StratoVirt (normalized)", "QEMU损耗", "Improvement", "倍数", "差值"]
)
def test_columns_that_were_calculated_are_no_measurements(tmp_path: Path, heading: str) -> None:
    """Ratios, losses and ranks beside the sides of a comparison, plain or shown as per cent."""
    rows: Rows = [["CPU 速度 (events/s)"], ["线程数", "StratoVirt", "QEMU", heading]]
    rows += [[*row, -0.08] for row in CPU]
    tables, findings = checked(tmp_path, rows, {"D3": "0.0%"})
    assert contradictions(findings) == []
    assert numbers(tables) == 6


@pytest.mark.parametrize("size", ["4", "4K"])
def test_one_table_of_tests_of_several_blocks_and_threads(tmp_path: Path, size: str) -> None:
    """Rows of other parameters are no repetitions of each other."""
    large = "128" if size == "4" else "128K"
    rows: Rows = [
        ["fileio StratoVirt"],
        ["块大小 (KB)", "线程数", "模式", "IOPS", "带宽 (MiB/s)"],
        [size, 1, "随机读", 344266.63, 1344.79],
        [large, 32, "随机读", 102611.52, 12826.44],
        [size, 32, "随机读", 983618.20, 3842.26],
    ]
    tables, findings = checked(tmp_path, rows)
    assert contradictions(findings) == []
    assert numbers(tables) == 6
    rows[3][4] = 400.83
    wrong = contradictions(checked(tmp_path, rows)[1])
    assert len(wrong) == 1
    assert "128 KiB" in wrong[0]


def test_blocks_below_the_names_of_the_sides(tmp_path: Path) -> None:
    """`4K` in a heading is a case, not a number."""
    rows: Rows = [
        ["吞吐量 (MiB/s)"],
        ["模式", "StratoVirt", "", "QEMU", ""],
        ["", "4K", "128K", "4K", "128K"],
        ["随机读", 3751.09, 13044.22, 3085.1, 10280.7],
        ["随机写", 37.2, 1236.87, 31.06, 968.99],
    ]
    tables, findings = checked(tmp_path, rows)
    assert contradictions(findings) == []
    assert numbers(tables) == 8


@pytest.mark.parametrize(
    "label", ["几何平均", "Geomean", "去掉最大最小后的平均", "avg (valid)", "trimmed mean"]
)
def test_other_means_are_not_the_mean_of_all(tmp_path: Path, label: str) -> None:
    """Geometric means, and means of some, are neither wrong means nor samples."""
    rows: Rows = [["CPU 速度 (events/s)"], ["线程数", "StratoVirt", "QEMU"], *CPU]
    tables, findings = checked(tmp_path, [*rows, [label, 2020.01, 1950.02]])
    assert contradictions(findings) == []
    assert numbers(tables) == 6


@pytest.mark.parametrize(("label", "remark"), [("预热", ""), (4, "剔除"), (4, "N (outlier)")])
def test_a_row_that_does_not_count(tmp_path: Path, label: object, remark: str) -> None:
    """What a row says is left out, the mean may leave out; what none says, it may not."""
    rows: Rows = [
        ["QEMU 启动时间 (s)"],
        ["次数", "内核", "用户空间", "总时间", "备注"],
        [1, 1.013, 4.031, 5.044],
        [2, 1.211, 4.233, 5.444],
        [label, 1.017, 9.019, 10.036, remark],
        ["平均", 1.112, 4.132, 5.244],
    ]
    assert contradictions(checked(tmp_path, rows)[1]) == []
    rows[4] = [3, *rows[4][1:4]]
    assert len(contradictions(checked(tmp_path, rows)[1])) == 3


def test_sizes_of_both_prefixes(tmp_path: Path) -> None:
    """An MB may be 10^6 bytes: what fits then is no mistake, what fits neither way is one."""
    rows: Rows = [["QEMU 内存"], ["次数", "RSS (KiB)", "Dirty (MB)"], [1, 514600, 502.9]]
    rows += [[2, 513588, 480.0]]
    assert contradictions(checked(tmp_path, rows)[1]) == []
    rows[3][2] = 620.0
    assert len(contradictions(checked(tmp_path, rows)[1])) == 1
    flows: Rows = [["fileio 4K StratoVirt"], ["mode", "IOPS", "BW (MB/s)"]]
    flows += [["rndrd", 841097.08, 3445.14], ["rndwr", 8112.69, 33.23]]
    assert contradictions(checked(tmp_path, flows)[1]) == []
    flows[3][2] = 36.0
    assert len(contradictions(checked(tmp_path, flows)[1])) == 1


def test_ranges_and_spreads(tmp_path: Path) -> None:
    """`a ± b` and `a~b` are read with their room: wrong is what no number in them can be."""
    rows: Rows = [
        ["启动时间"],
        ["VMM", "内核 (s)", "用户空间 (s)", "总时间 (s)"],
        ["StratoVirt", "1.03~1.22", "11.61~12.47", "12.70~13.67"],
        ["QEMU", "0.77 ± 0.05", "8.84 ± 0.30", "9.61 ± 0.31"],
    ]
    tables, findings = checked(tmp_path, rows)
    assert contradictions(findings) == []
    assert numbers(tables) == 6
    rows[3][3] = "19.61 ± 0.31"
    rows[2][3] = "11.01~11.20"
    assert numbers(checked(tmp_path, rows)[0]) == 6


def test_a_percentile_named_by_its_number_alone(tmp_path: Path) -> None:
    """`95%` among words is a heading."""
    rows: Rows = [
        ["单线程 I/O 延迟 (ms)"],
        ["测试方式", "StratoVirt", "", "", "QEMU", "", ""],
        ["", "平均", "最大", "95%", "平均", "最大", "95%"],
        ["随机写", 0.22, 8.74, 0.63, 0.19, 13.74, 0.61],
        ["顺序写", 0.10, 7.93, 0.16, 0.06, 25.19, 0.08],
    ]
    tables, findings = checked(tmp_path, rows)
    assert contradictions(findings) == []
    assert {(each.vmm, each.metric) for table in tables for each in table.samples} >= {
        ("qemu", "latency_p95_ms"),
        ("stratovirt", "latency_max_ms"),
    }


def test_a_listing_of_pmap_is_no_table_of_footprints(tmp_path: Path) -> None:
    """Its rows are mappings of one process."""
    rows: Rows = [
        ["StratoVirt 内存占用"],
        ["次数", "Kbytes", "RSS", "Dirty"],
        [1, 527360, 106620, 105640],
        [],
        [],
        ["Address", "Kbytes", "RSS", "Dirty", "Mode", "Mapping"],
        ["000055d0a7a00000", 1024, 980, 0, "r----", "stratovirt"],
        ["00007f2a40000000", 524288, 104000, 104000, "rw-s-", "memfd"],
        ["total kB", 527360, 106620, 105640],
    ]
    tables, findings = checked(tmp_path, rows)
    assert contradictions(findings) == []
    assert numbers(tables) == 3


def test_columns_within_a_table_that_are_not_read_are_told(tmp_path: Path) -> None:
    """Counts of operations are no seconds, and nothing is left out in silence."""
    rows: Rows = [
        ["StratoVirt 内存测试"],
        ["块大小", "访问模式", "总操作数", "传输速率 (MiB/s)"],
        ["1K", "顺序", 76180324, 1239.91],
        ["2K", "顺序", 69269207, 2255.17],
    ]
    tables, findings = checked(tmp_path, rows)
    assert contradictions(findings) == []
    assert numbers(tables) == 2
    assert any("not read: 2 numbers in C3 to C4" in str(each.message) for each in findings)


def test_a_row_of_a_case_that_nobody_knows_is_not_the_case_above(tmp_path: Path) -> None:
    """A mode with another name is left out, and told."""
    rows: Rows = [
        ["IOPS"],
        ["模式", "读", "写"],
        ["随机读", 982908.71, "-"],
        ["混合", 5200.18, 3466.02],
        ["顺序读", 1086956.68, "-"],
    ]
    tables, findings = checked(tmp_path, rows)
    assert contradictions(findings) == []
    assert numbers(tables) == 2
    assert any("not read: 2 numbers in B4" in str(each.message) for each in findings)


def test_threads_beyond_all_reason_crash_nothing(tmp_path: Path) -> None:
    """A label may hold any number."""
    rows: Rows = [["StratoVirt CPU"], ["线程数", "events/s", "avg (ms)"]]
    rows += [[1, 1258.2, 0.79], [556254690829135, 1254.5, 0.8]]
    assert numbers(checked(tmp_path, rows)[0]) == 4


def test_few_digits_that_agree_are_no_copied_row(tmp_path: Path) -> None:
    """An average follows from the rate, so 8.81 thousand twice is one coincidence, not two."""
    rows: Rows = [["StratoVirt IOPS"], ["mode", "IOPS (k)", "avg latency (us)"]]
    rows += [["rndwr", 8.81, 1580], ["rndwr", 8.81, 1580], ["rndrd", 851.95, 40]]
    assert contradictions(checked(tmp_path, rows)[1]) == []
    rows = [["StratoVirt IOPS"], ["mode", "reads/s", "writes/s", "fsyncs/s"]]
    rows += [["rndwr", "-", 9660.41, 12431.76], ["rndwr", "-", 9660.41, 12431.76]]
    assert len(contradictions(checked(tmp_path, rows)[1])) == 1


def test_threads_of_a_table_beside_stay_threads(tmp_path: Path) -> None:
    """Labels of a table further down, in the same column, are not those of this one."""
    rows: Rows = [["StratoVirt CPU", "", "", "", "", "QEMU CPU"]]
    rows += [["Threads", "events/s", "avg (ms)", "", "", "Threads", "events/s", "avg (ms)"]]
    rows += [
        [1, 1630.31, 0.61, "", "", 1, 1305.5, 0.76],
        ["", 1672.35, 0.6, "", "", "", 1283.1, 0.78],
    ]
    rows += [
        [64, 1642.6, 38.9, "", "", 64, 1315.81, 48.6],
        ["", 1692.4, 37.8, "", "", "", 1354.9, 47.2],
    ]
    rows += [[], ["StratoVirt memory", "", "", "", "QEMU memory"]]
    rows += [["Block", "Transfer rate (MiB/s)", "", "", "Block", "Transfer rate (MiB/s)"]]
    rows += [
        ["", "Sequential access", "Random access", "", "", "Sequential access", "Random access"]
    ]
    rows += [["1K", 2031.84, 1150.04, "", "1K", 2364.83, 1281.41]]
    tables, findings = checked(tmp_path, rows)
    assert contradictions(findings) == []
    assert {
        each.case for table in tables for each in table.samples if each.cell.column in (7, 8)
    } >= {"threads-1", "threads-64"}


def test_latencies_of_two_digits_are_no_copied_table(tmp_path: Path) -> None:
    """Reads from a page cache take 0.00 ms on all sides."""
    rows: Rows = []
    for vmm, longest in (
        ("StratoVirt", (3.81, 8.74, 4.07, 7.93)),
        ("QEMU", (6.27, 13.74, 2.09, 7.93)),
    ):
        rows += [[f"{vmm} 单线程 I/O 延迟"], ["模式", "平均延迟 (ms)", "最大延迟 (ms)"]]
        averages = (0.00, 0.22, 0.00, 0.10)
        modes = ("随机读", "随机写", "顺序读", "顺序写")
        rows += [list(each) for each in zip(modes, averages, longest, strict=True)] + [[]]
    assert contradictions(checked(tmp_path, rows)[1]) == []
