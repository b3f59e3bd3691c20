"""CPU time of a VMM: from the two readings of cpu.stat to table, answer and findings."""

import re
from pathlib import Path

import pytest
import report_logs

from collector.checks import check_collection
from collector.labels import LANGUAGES, Language
from collector.report.content import make_report
from collector.results import Collection, collect
from collector.tables import make_tables
from collector.tables.host_data import index_host

REAL = (
    Path(__file__).parent.parent / "data" / "logs" / "vmm-cpu-time" / "qemu-10.0-booting.log"
).read_text(encoding="utf-8")
AFTER = 7518287
CASES = ("sysbench-cpu/threads-4", "sysbench-cpu/threads-16", "fileio-iops/rndwr")


def cpu_log(around: str, more_usec: int = 0) -> str:
    """Return the real log around another measurement, with more CPU time of the kernel."""
    text = REAL.replace("boot/default", around).replace(str(AFTER), str(AFTER + more_usec))
    return text.replace("system_usec 474225", f"system_usec {474225 + more_usec}")


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host with the report's logs of two VMMs, and their CPU time."""
    host = tmp_path / "results" / "run" / "host"
    report_logs.write_report_results(host, repetitions=2)
    for vmm, more in (("stratovirt", 0), ("qemu", 1_000_000)):
        for case in CASES:
            for repetition in range(1, 13):
                path = f"{vmm}/vmm-cpu-time/{case.replace('/', '.')}/{repetition:02}.log"
                report_logs.write_log(host, path, cpu_log(case, more + 1000 * repetition))
    return host


def read(host: Path) -> Collection:
    """Return the results of the host."""
    return collect([host.parent])


def texts(language: Language, host: Path) -> list[list[object]]:
    """Return the values of the first CPU time table, row by row."""
    tables = make_tables(index_host(read(host)), language)
    (table, _) = [table for table in tables if table.subject == "vmm-cpu-time"]
    return [[cell.value if cell else "" for cell in row] for row in (*table.header, *table.body)]


def test_its_tables_come_behind_all_others(host: Path) -> None:
    """The report's own keep their numbers, and so do those of a third VMM."""
    numbers = [table.number for table in make_tables(index_host(read(host)), "en")]
    assert numbers == [*range(1, 14), 14, 15]
    for path in (host / "qemu").rglob("*.log"):
        other = host / "qemu_microvm" / path.relative_to(host / "qemu")
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(path.read_bytes())
    tables = make_tables(index_host(read(host)), "en")
    assert [table.number for table in tables] == list(range(1, 24))
    assert [table.subject for table in tables[13:20]].count("vmm-cpu-time") == 0
    assert {table.subject for table in tables[20:]} == {"vmm-cpu-time"}


def test_a_table_has_the_shares_of_each_measurement(host: Path) -> None:
    """User, system and both by wall time, as the real log has them: 6.92 of 20.0 s are 34.6 %."""
    rows = texts("en", host)
    assert rows[0] == ["Measured meanwhile", "User, with the guest (%)", "System (%)", "Both (%)"]
    firsts = [row[0] for row in rows[1:] if row[0]]
    assert firsts == ["fileio-iops: rndwr", "sysbench-cpu: threads-4", "sysbench-cpu: threads-16"]
    assert rows[1][1:] == pytest.approx([32.7798, 1.8251, 34.6050], abs=0.0001)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_an_answer_and_a_chart(host: Path, language: Language) -> None:
    """Less CPU time is better."""
    report = make_report(read(host), [], language)
    (answer,) = [one for one in report.pairs[0].answers if one.subject == "vmm-cpu-time"]
    assert answer.called
    assert answer.cases == 3
    expected = {"en": "12.6% lower than QEMU (better)", "zh": "低 12.6%（更好）"}  # noqa: RUF001
    assert expected[language] in answer.text
    (chart,) = [one for one in report.charts if one.subject == "vmm-cpu-time"]
    assert (chart.unit, len(chart.categories), len(chart.series)) == ("%", 3, 2)


def test_old_results_lack_nothing(tmp_path: Path) -> None:
    """Runs from before it have thirteen tables, and nobody misses a fourteenth."""
    host = tmp_path / "run" / "host"
    report_logs.write_report_results(host)
    report = make_report(read(host), [], "en")
    assert len(report.tables) == 13
    assert not [problem for problem in report.problems if problem.kind == "missing"]
    assert all("vmm-cpu" not in chart.subject for chart in report.charts)


def test_a_run_that_began_without_it_lacks_nothing(host: Path) -> None:
    """It was continued by a version that records it: some repetitions have it, some have not."""
    for path in host.glob("qemu/vmm-cpu-time/*/0[1-4].log"):
        path.unlink()
    report = make_report(read(host), [], "en")
    assert not [problem for problem in report.problems if problem.kind == "missing"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (REAL, "the log was made around boot/default, but lies in the folder fileio-iops.rndwr"),
        (cpu_log(CASES[2]).replace("user_usec 7044061", "user_usec 8044061"), "are not the 6.9202"),
        (cpu_log(CASES[2]).replace(str(AFTER), "98084"), "a counter of CPU time went back"),
    ],
)
def test_what_cannot_be_is_found(host: Path, text: str, message: str) -> None:
    """A log of another measurement, counters that do not add up, one that went back."""
    (host / "qemu/vmm-cpu-time/fileio-iops.rndwr/03.log").write_text(text)
    (found,) = [
        finding
        for finding in check_collection(read(host))
        if finding.severity == "contradiction" and "vmm-cpu-time" in finding.log
    ]
    assert message in str(found.message)
    assert re.search(r"fileio-iops\.rndwr/03\.log:\d+$", found.place)
