"""The tables keep the report's shape for any plan, any VMMs, and with numbers missing."""

from pathlib import Path

import pytest
import report_logs

from collector.labels import Language
from collector.results import collect
from collector.subjects.parts.looks import Style
from collector.tables import make_tables
from collector.tables.host_data import index_host, split
from collector.tables.model import Cell, Table, shown, stored


def tables_of(results: Path, language: Language = "zh") -> dict[str, Table]:
    """Return caption to table of the one host below `results`."""
    (host,) = split(collect([results]))
    return {table.caption: table for table in make_tables(index_host(host), language)}


def texts(table: Table) -> list[list[str]]:
    """Return what the cells show, "" for covered and empty ones."""
    return [
        ["" if cell is None else shown(cell.value, cell.style) for cell in row]
        for row in (*table.header, *table.body)
    ]


def cells(table: Table) -> list[Cell]:
    """Return all cells of the body."""
    return [cell for row in table.body for cell in row if cell is not None]


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """Return the folder of an empty lab host."""
    return tmp_path / "results" / "run" / "pc1"


def test_report_tables_in_their_order(host: Path) -> None:
    """Thirteen tables, captions and cells as in the report."""
    report_logs.write_report_results(host)
    found = tables_of(host)
    wanted = report_logs.tables()
    assert list(found) == [table["caption"] for table in wanted]
    for table in wanted:
        rows = [["31.20" if text == "31.2" else text for text in row] for row in table["rows"]]
        assert texts(found[table["caption"]]) == rows


def test_third_vmm_follows_under_captions_of_the_same_form(host: Path) -> None:
    """Tables 14 to 20 are those of the third VMM, one per subject."""
    report_logs.write_report_results(host)
    report_logs.write_report_results(host, names=("other", "qemu_microvm"))
    for path in sorted((host / "other").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (host / "other").rmdir()
    found = tables_of(host)
    assert list(found)[13:] == [
        "表 14 QEMU microvm 启动时间情况",
        "表 15 QEMU microvm 内存占用情况",
        "表 16 QEMU microvm CPU 性能情况",
        "表 17 QEMU microvm 内存性能情况",
        "表 18 QEMU microvm 单个队列读写的延迟",
        "表 19 QEMU microvm 吞吐量",
        "表 20 QEMU microvm IOPS",
    ]
    throughput = texts(found["表 19 QEMU microvm 吞吐量"])
    assert throughput[:2] == [["测试方式", "吞吐量 (MiB/s)", ""], ["", "QEMU microvm", ""]]


@pytest.mark.parametrize(
    ("name", "numbers"), [("stratovirt", "1 3 5 7 9 11 12"), ("qemu", "2 4 6 8 10 11 13")]
)
def test_one_vmm_keeps_the_numbers_of_its_tables(host: Path, name: str, numbers: str) -> None:
    """With one VMM alone its tables have the report's numbers, and table 11 has one side."""
    for path, text in report_logs.report_logs().items():
        if path.startswith(f"{name}/"):
            report_logs.write_log(host, path, text)
    found = tables_of(host)
    assert [str(table.number) for table in found.values()] == numbers.split()
    (throughput,) = (table for table in found.values() if table.number == 11)
    assert throughput.width == 3


def test_two_builds_of_one_vmm_have_captions_of_their_own(host: Path) -> None:
    """Names tell two entries of one label apart."""
    report_logs.write_report_results(host, names=("stratovirt_old", "stratovirt_new"))
    for name in ("stratovirt_old", "stratovirt_new"):
        report_logs.write_json(
            host / name / "vmm.json", name=name, type="stratovirt", label="StratoVirt"
        )
    found = list(tables_of(host))
    assert "表 1 StratoVirt (stratovirt_new) 启动时间情况" in found
    assert "表 2 StratoVirt (stratovirt_old) 启动时间情况" in found


def test_place_of_a_vmm_that_was_left_out_stays_free(host: Path) -> None:
    """QEMU microvm does not take the numbers of a StratoVirt that could not be built."""
    report_logs.write_report_results(host, names=("qemu", "qemu_microvm"))
    report_logs.write_json(
        host.parent / "run.json",
        vmms=["qemu", "qemu_microvm"],
        left_out={"stratovirt": "no source"},
    )
    found = list(tables_of(host))
    assert "表 2 QEMU 启动时间情况" in found
    assert "表 14 QEMU microvm 启动时间情况" in found


def test_other_threads_sizes_and_repetitions(host: Path) -> None:
    """Rows and columns go by what was measured, in numerical order."""
    for threads in (128, 2, 8):
        for repetition in (1, 2, 3):
            report_logs.write_log(
                host,
                f"qemu/sysbench-cpu/threads-{threads}/{repetition:02}.log",
                report_logs.cpu_log(threads, 1000.0 + repetition, threads / 1.001, 99.5, 10.27),
            )
    for case, kib in (("seq-1M", 1024), ("seq-16K", 16)):
        report_logs.write_log(
            host, f"qemu/sysbench-memory/{case}/01.log", report_logs.memory_log(kib, 9.5)
        )
    found = tables_of(host)
    cpu = found["表 6 QEMU CPU 性能情况"]
    assert [row[0] for row in texts(cpu)[1:]] == ["2", "", "", "8", "", "", "128", "", ""]
    assert [cell.rows for cell in cells(cpu) if cell.key is None] == [3, 3, 3]
    assert texts(found["表 8 QEMU 内存性能情况"]) == [
        ["内存块大小 (KB)", "传输速率 (MiB/s)"],
        ["", "顺序访问"],
        ["16", "9.50"],
        ["1024", "9.50"],
    ]


def test_missing_log_is_an_empty_cell_with_its_place(host: Path) -> None:
    """A log that only one side lacks leaves an empty cell; the average counts the others."""
    report_logs.write_report_results(host)
    (host / "qemu/boot/default/03.log").unlink()
    table = tables_of(host)["表 2 QEMU 启动时间情况"]
    assert texts(table)[3] == ["3", "", "", "", ""]
    cell = table.body[2][1]
    assert cell is not None
    assert cell.source is not None
    assert cell.source.outcome == "absent"
    assert cell.source.log.endswith(f"{host.name}/qemu/boot/default/03.log")
    average = table.body[-1][1]
    assert average is not None
    assert (average.average_of, average.counted) == (10, 9)


def test_log_without_result_is_an_empty_cell_with_the_reason(host: Path) -> None:
    """What the parser says of a log is the reason of its empty cells."""
    report_logs.write_report_results(host)
    report_logs.write_log(
        host,
        "qemu/boot/default/03.log",
        "Bootup is not yet finished (org.freedesktop.systemd1.Manager."
        "FinishTimestampMonotonic=0). Please try again later.\n",
    )
    cell = tables_of(host)["表 2 QEMU 启动时间情况"].body[2][1]
    assert cell is not None
    assert cell.value is None
    assert cell.source is not None
    assert cell.source.outcome == "error"
    assert cell.source.reason


def test_a_subject_that_only_one_side_has_is_missing_on_the_other(host: Path) -> None:
    """Without a schedule both sides should have the same; with one, what was planned counts."""
    report_logs.write_report_results(host)
    for path in (host / "qemu/fileio-iops").rglob("*.log"):
        path.unlink()
    table = texts(tables_of(host)["表 13 QEMU IOPS"])
    assert table[1] == ["随机读", "", "-", "-"]
    assert table[3] == ["随机写", "-", "", ""]
    report_logs.write_json(
        host.parent / "run.json", blocks=[{"block": 1, "vmm": "stratovirt", "measurements": []}]
    )
    assert "表 13 QEMU IOPS" not in tables_of(host)


def test_planned_vmm_without_any_log_has_empty_tables(host: Path) -> None:
    """A VMM of the schedule that left nothing is shown as missing, not forgotten."""
    report_logs.write_report_results(host)
    for path in sorted((host / "stratovirt").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (host / "stratovirt").rmdir()
    measurements = [{"measurement": "boot", "case": "default", "repetition": 1}]
    report_logs.write_json(
        host.parent / "run.json",
        vmms=["stratovirt", "qemu"],
        blocks=[{"block": 1, "vmm": "stratovirt", "measurements": measurements}],
    )
    table = tables_of(host)["表 1 StratoVirt 启动时间情况"]
    assert texts(table)[1] == ["1", "", "", ""]


def test_a_boot_without_initrd_among_others_shows_a_dash(host: Path) -> None:
    """A part that the tool did not print does not apply; it is not missing."""
    report_logs.write_log(
        host,
        "qemu/boot/default/01.log",
        report_logs.boot_log(["742ms", "1.245s", "5.428s", "7.415s"]),
    )
    report_logs.write_log(
        host, "qemu/boot/default/02.log", report_logs.boot_log(["742ms", "5.428s", "6.170s"])
    )
    table = texts(tables_of(host)["表 2 QEMU 启动时间情况"])
    assert table[2] == ["2", "742ms", "-", "5.428s", "6.170s"]
    assert table[3] == ["平均值", "742ms", "1.245s", "5.428s", "6.793s"]


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        (["999ms", "3ms"], ["999ms", "3ms", "501ms"]),
        (["999ms", "1.000s"], ["0.999s", "1.000s", "1.000s"]),
        (["59.999s", "983ms"], ["59.999s", "0.983s", "30.491s"]),
        (["1min 0.000s", "983ms"], ["1min 0.000s", "0min 0.983s", "0min 30.492s"]),
        (["2min 59.999s", "3min 0.001s"], ["2min 59.999s", "3min 0.001s", "3min 0.000s"]),
        (["1h 2min 3.5s", "2min 3.5s"], ["62min 3.500s", "2min 3.500s", "32min 3.500s"]),
    ],
)
def test_the_unit_goes_by_column(host: Path, kernel: list[str], expected: list[str]) -> None:
    """All below one second: ms; all below a minute: s; else minutes and seconds."""
    for number, time in enumerate(kernel, 1):
        text = f"Startup finished in {time} (kernel) + 1.000s (userspace) = {time} \n"
        report_logs.write_log(host, f"stratovirt/boot/default/{number:02}.log", text)
    table = texts(tables_of(host)["表 1 StratoVirt 启动时间情况"])
    assert [row[1] for row in table[1:]] == expected


def test_another_percentile_has_its_own_heading(host: Path) -> None:
    """Sysbench --percentile=99 is not passed off as the 95th."""
    text = report_logs.cpu_log(4, 1000.0, 4.0, 9.0, 8.0).replace("95th", "99th")
    report_logs.write_log(host, "qemu/sysbench-cpu/threads-4/01.log", text)
    table = texts(tables_of(host)["表 6 QEMU CPU 性能情况"])
    assert table[0][-1] == "延迟第 99 百分位数 (ms)"
    assert table[1][-1] == "8.00"


def test_reads_in_a_write_test_are_shown(host: Path) -> None:
    """A dash stands only where the tool counted nothing."""
    text = report_logs.fileio_log("rndwr", 32, 4, 0.0, 100.0, 196.27)
    report_logs.write_log(
        host,
        "qemu/fileio-iops/rndwr/01.log",
        text.replace("reads/s:                      0.00", "reads/s:                      7.00"),
    )
    assert texts(tables_of(host)["表 13 QEMU IOPS"])[1] == ["随机写", "7.00", "100.00", "196.27"]


def test_english_tables_have_no_chinese(host: Path) -> None:
    """Every word of every table exists in English."""
    report_logs.write_report_results(host)
    found = tables_of(host, "en")
    assert "Table 1 StratoVirt boot time" in found
    assert "Table 11 StratoVirt and QEMU throughput" in found
    everything = [text for table in found.values() for row in texts(table) for text in row]
    assert all(text.isascii() for text in (*everything, *found))


@pytest.mark.parametrize(
    ("value", "style", "expected"),
    [
        (0.7445, Style.MILLISECONDS, "745ms"),
        (1.0005, Style.SECONDS, "1.001s"),
        (119.9996, Style.MINUTES, "2min 0.000s"),
        (0.125, Style.HUNDREDTHS, "0.13"),
        (127012.5, Style.COUNT, "127013"),
    ],
)
def test_halves_are_rounded_as_spreadsheets_do(value: float, style: Style, expected: str) -> None:
    """Away from zero, not to the even neighbour."""
    assert shown(value, style) == expected


def test_minutes_are_stored_as_days() -> None:
    """An elapsed-time format counts in days."""
    assert stored(86_400.0, Style.MINUTES) == 1.0
    assert stored(0.742, Style.MILLISECONDS) == 742
