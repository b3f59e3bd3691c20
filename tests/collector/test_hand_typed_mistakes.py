"""Mistakes that people make when they type tables, each found at its cell."""

from pathlib import Path

import hand_typed_books as books
import pytest

from collector.findings import CellFinding

MISTAKES: dict[str, tuple[list[books.Edit], str]] = {
    "total events as events per second": ([(5, 1, 1, "75492")], "total number of events"),
    "the same with 64 threads": ([(6, 10, 1, "73911")], "total number of events"),
    "throughput as average latency": ([(9, 3, 1, "686.95")], "greater than the maximum"),
    "throughput as longest latency": ([(9, 3, 2, "686.95")], "throughput"),
    "throughput as percentile": ([(10, 3, 3, "484.44")], "greater than the maximum"),
    "128k reads in the 4k table": (
        [(12, 1, 1, "156077.14"), (12, 2, 1, "156457.49")],
        "128 KiB blocks",
    ),
    "one 128k repetition in the 4k table": ([(12, 1, 1, "156077.14")], "128 KiB blocks"),
    "4k reads in the 128k table": (
        [(11, 2, 1, "3839.49"), (11, 2, 2, "3950.46")],
        "4 KiB blocks",
    ),
    "seconds instead of milliseconds": ([(2, 3, 1, "740s")], "slip of the unit"),
    "a wrong digit in a part": ([(1, 4, 1, "1.202s")], "more than rounding"),
    "a wrong digit in a total": ([(1, 4, 3, "2min 3.420s")], "more than rounding"),
    "a wrong average": ([(1, 11, 1, "1.116s")], "mean of the 10 numbers"),
    "an average without one": ([(3, 11, 2, "127138")], "mean without C39"),
    "RSS above size": ([(3, 2, 2, "1271720")], "greater than size"),
    "dirty above RSS": ([(3, 2, 3, "221276")], "greater than RSS"),
    "RSS that is no page": ([(4, 2, 2, "517718")], "multiple of 4"),
    "a row typed twice": (
        [(5, 2, 1, "1258.20"), (5, 2, 2, "0.79"), (5, 2, 3, "12.82"), (5, 2, 4, "0.86")],
        "whole row",
    ),
    "a rate copied from another row": ([(7, 2, 2, "1795.41")], "also stands in"),
    "throughput typed as IOPS": ([(12, 1, 1, "13656.75")], "also stands in"),
    "a percentile nobody prints": ([(5, 9, 4, "235.35")], "bucket"),
    "a maximum below the average": ([(5, 9, 3, "48.25")], "greater than the maximum"),
    "fsyncs of another row": ([(12, 3, 3, "13312.97")], "fsync of all 128 files"),
    "reads in a write test": ([(12, 3, 1, "9660.41"), (12, 3, 2, "-")], "must be 0"),
    "GiB/s as MiB/s": ([(7, 3, 1, "3.57")], "factor 1000"),
    "a lost digit": ([(7, 3, 1, "366.00")], "decimal point"),
    "a latency of another row": ([(5, 9, 2, "12.80")], "Little's law"),
    "a latency in seconds": ([(5, 9, 2, "0.05")], "Little's law"),
    "sequential and random swapped": (
        [(7, 4, 1, "1909.92"), (7, 4, 3, "6373.66")],
        "faster than sequential",
    ),
    "rows of block sizes swapped": (
        [(7, 2, 1, "9701.11"), (7, 2, 2, "9762.81"), (7, 5, 1, "2051.73"), (7, 5, 2, "2057.26")],
        "two rows swapped",
    ),
    "size typed as RSS": ([(3, 2, 2, "1128036")], "column entered twice"),
    "IOPS as throughput": ([(11, 3, 1, "9660.41")], "4 KiB blocks"),
}


def check(workbook_tables: list[books.Table], folder: Path, *above: list[str]) -> list[CellFinding]:
    """Return the contradictions in a workbook with these tables."""
    path = folder / "typed.xlsx"
    books.below_each_other(workbook_tables, above=above).save(path)
    return [
        finding for finding in books.check_workbook(path) if finding.severity == "contradiction"
    ]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_at_its_cell(name: str, tmp_path: Path) -> None:
    """The finding names the cell that was changed, or the one beside it in the same row."""
    edits, words = MISTAKES[name]
    findings = check(books.edited(*edits), tmp_path)
    number, row, column, _ = edits[0]
    place = books.address(number, row, column)
    matching = [finding for finding in findings if words in finding.message.english]
    assert matching, [finding.message.english for finding in findings]
    assert any(finding.cell == place or finding.cell[1:] == place[1:] for finding in matching)


def test_a_copied_table_is_one_finding(tmp_path: Path) -> None:
    """The CPU numbers of one VMM typed into the other's table."""
    tables = books.report_tables()
    tables[5]["rows"][1:] = tables[4]["rows"][1:]
    (finding,) = check(tables, tmp_path)
    assert "表 5 StratoVirt CPU" in finding.message.english


@pytest.mark.parametrize(
    ("above", "facts"),
    [
        (
            [
                ["配置", "StratoVirt", "QEMU"],
                ["磁盘格式", "raw", "qcow2"],
                ["虚拟机镜像", "openEuler.img", "debian.qcow2"],
                ["虚拟机内存", "1G", "1024M"],
                ["文件总大小", "20M", "40M"],
            ],
            ["disk format", "guest image", "file set"],
        ),
        ([["VM", "Kernel version", "vCPUs"], ["StratoVirt", "6.1", "1"], ["QEMU", "5.10", "1"]],
         ["guest kernel"]),
        ([["StratoVirt 环境"], ["磁盘格式: raw"], ["QEMU 环境"], ["磁盘格式: qcow2"]],
         ["disk format"]),
        ([["sysbench fileio --file-total-size=20M prepare"],
          ["sysbench fileio --file-total-size=2G prepare"]], ["file set"]),
        ([["qemu-system-x86_64 -m 2G -smp 1 -drive file=a.qcow2,format=qcow2"],
          ["./stratovirt -machine microvm -m 1024 -smp 1 -drive file=r.img,format=raw"]],
         ["guest memory", "disk format"]),
    ],
)  # fmt: skip
def test_unlike_sides_are_found_in_what_the_workbook_states(
    above: list[list[str]], facts: list[str], tmp_path: Path
) -> None:
    """Tables per VMM in both directions, sections, commands."""
    findings = check(books.report_tables(), tmp_path, *above)
    assert [finding.message.english.partition(" differs")[0] for finding in findings] == facts


def test_another_machine_type_is_a_note(tmp_path: Path) -> None:
    """StratoVirt's microvm against a standard QEMU machine is what the report compares."""
    above = ["配置", "StratoVirt", "QEMU"], ["机器类型", "microvm", "q35"]
    path = tmp_path / "typed.xlsx"
    books.below_each_other(books.report_tables(), above=above).save(path)
    (finding,) = books.check_workbook(path)
    assert (finding.severity, finding.cell) == ("note", "C2")


def test_the_block_size_above_a_table(tmp_path: Path) -> None:
    """A caption, or a command directly above, that says another block size than the table's."""
    tables = books.report_tables()
    tables[11]["caption"] += " (128k)"
    (finding,) = check(tables, tmp_path)
    assert "128 KiB" in finding.message.english
    command = "sysbench fileio --threads=32 --file-block-size=128k --file-test-mode=rndrd run"
    (finding,) = check(books.report_tables()[11:], tmp_path, [command])
    assert finding.cell == "A1"
