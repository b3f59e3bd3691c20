"""The workbook shows the report's thirteen tables cell by cell."""

from pathlib import Path
from random import Random

import pytest
import report_logs
import sheets

from collector.cli import main


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook made from logs that carry the report's numbers."""
    folder = tmp_path_factory.mktemp("report")
    report_logs.write_report_results(folder / "results" / "lab" / "host1")
    path = folder / "report.xlsx"
    main(["report", str(folder / "results"), "-o", str(path)])
    return path


def expected(table: dict[str, list[list[str]]]) -> list[list[str]]:
    """Return the rows of `table`; the one number typed with a digit less is as the tool prints."""
    return [["31.20" if text == "31.2" else text for text in row] for row in table["rows"]]


@pytest.fixture(scope="module")
def stored(workbook: Path) -> dict[str, list[list[str]]]:
    """Return the cells by the values and formats in the file."""
    return sheets.read_shown(workbook)


@pytest.fixture(scope="module")
def rendered(
    workbook: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[list[str]]]:
    """Return the cells as LibreOffice shows them."""
    if sheets.SOFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed: its rendering cannot be compared")
    return sheets.read_by_libreoffice(workbook, tmp_path_factory.mktemp("libreoffice"))


TABLES = report_logs.tables()
NUMBERS = [str(table["number"]) for table in TABLES]


@pytest.mark.parametrize("table", TABLES, ids=NUMBERS)
def test_stored_values_show_the_report(
    table: dict[str, list[list[str]]], stored: dict[str, list[list[str]]]
) -> None:
    """Values and formats in the file give every cell of the report."""
    assert sheets.find_table(stored, str(table["caption"])) == expected(table)


@pytest.mark.parametrize("table", TABLES, ids=NUMBERS)
def test_libreoffice_shows_the_report(
    table: dict[str, list[list[str]]], rendered: dict[str, list[list[str]]]
) -> None:
    """LibreOffice shows every cell of the report."""
    assert sheets.find_table(rendered, str(table["caption"])) == expected(table)


def test_libreoffice_shows_any_boot_as_the_tool_prints_it(tmp_path: Path) -> None:
    """Minutes and seconds are fractions of a day: none may be a millisecond off."""
    if sheets.SOFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed: its rendering cannot be compared")
    random = Random(1)  # noqa: S311 - any numbers will do
    times = [
        60_000,
        119_999,
        120_000,
        3_599_999,
        *(random.randrange(60_000, 900_000) for _ in "x" * 90),
    ]
    host = tmp_path / "results" / "lab" / "pc1"
    for number, milliseconds in enumerate(times, 1):
        minutes, rest = divmod(milliseconds, 60_000)
        text = report_logs.boot_log(
            [
                f"{random.randrange(1, 999)}ms",
                f"{minutes}min {rest / 1000}s",
                f"{minutes}min {rest / 1000}s",
            ]
        )
        report_logs.write_log(host, f"stratovirt/boot/default/{number:02}.log", text)
    main(["report", str(tmp_path / "results"), "-o", str(tmp_path / "report.xlsx")])
    shown = sheets.read_by_libreoffice(tmp_path / "report.xlsx", tmp_path)
    table = sheets.find_table(shown, "表 1 StratoVirt 启动时间情况")
    assert [row[3] for row in table[1:-1]] == [
        f"{time // 60_000}min {time % 60_000 / 1000:.3f}s" for time in times
    ]
