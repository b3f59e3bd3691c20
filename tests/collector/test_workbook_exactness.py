"""The workbook shows the report's thirteen tables cell by cell."""

from pathlib import Path

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
