"""What a log says twice, in real logs with one number changed; and what lies in a folder."""

import json
import re
import shutil
from pathlib import Path

import pytest
import report_logs

from collector.checks import Finding, check_collection
from collector.checks.own_numbers import own_numbers
from collector.logs import Log
from collector.parsers import parse_log
from collector.results import collect

REAL_LOGS = Path(__file__).parent.parent / "data" / "logs"
HOST = Path("run") / "host"


def findings_in(text: str) -> list[Finding]:
    """Return what the numbers of a log contradict."""
    (run,) = parse_log(text.encode())
    assert run.outcome == "ok"
    log = Log("", "", "", "", "", 1, "x", run.tool or "", run.version or "")
    for value in run.values:
        if isinstance(value.value, str):
            log.words[value.metric] = value.value
        else:
            log.numbers[value.metric] = value.value
    return own_numbers(log)


@pytest.mark.parametrize(
    ("name", "label", "metric", "severity"),
    [
        ("sysbench/memory-seq-1K", "Total operations: ", "total_operations", "contradiction"),
        ("sysbench/1.1-cpu", r"\(eps\): *", "events_per_second", "contradiction"),
        ("sysbench/1.1-fileio-rndrd-128k", r"MiB/s \(", "read_mib_per_s", "contradiction"),
        ("sysbench/fileio-rndrd-128k", "each\n", "file_total_size_bytes", "contradiction"),
        ("sysbench/cpu", "Number of threads: ", "total_events", "note"),
        ("smaps-rollup/python", "Rss: *", "rss_kb", "note"),
    ],
)
def test_a_number_that_stands_twice(name: str, label: str, metric: str, severity: str) -> None:
    """With one digit more in one place it is found; where no table shows it, as a note."""
    text = (REAL_LOGS / f"{name}.log").read_text("utf-8")
    assert findings_in(text) == []
    changed = re.sub(f"({label})([0-9])", r"\g<1>1\2", text, count=1)
    assert changed != text
    assert (metric, severity) in {(each.metric, each.severity) for each in findings_in(changed)}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results folder with the report's numbers."""
    root = tmp_path / "results"
    report_logs.write_report_results(root / HOST, repetitions=2)
    return root


def found(root: Path, severity: str) -> list[Finding]:
    """Return the findings of one severity."""
    return [each for each in check_collection(collect([root])) if each.severity == severity]


def test_swapped_access_modes(results: Path) -> None:
    """The log does not say its access mode; random access is never the faster one."""
    folder = results / HOST / "stratovirt" / "sysbench-memory"
    for old, new in (("seq-4K", "x"), ("rnd-4K", "seq-4K"), ("x", "rnd-4K")):
        (folder / old).rename(folder / new)
    (finding,) = found(results, "contradiction")
    assert (finding.case, finding.metric) == ("rnd-4K", "throughput_mib_per_s")
    assert "faster than sequential" in finding.message.english

    (results / HOST / "host.json").write_text(json.dumps({"emulated": True}))
    assert found(results, "contradiction") == []


def test_the_command_beside_a_log_of_another_access_mode(results: Path) -> None:
    """A sidecar keeps the command, which says what the log does not."""
    folder = results / HOST / "qemu" / "sysbench-memory" / "rnd-1K"
    command = ["sysbench", "memory", "--memory-access-mode=seq", "run"]
    (folder / "01.json").write_text(json.dumps({"command": command, "seconds": 60, "exit_code": 0}))
    (finding,) = found(results, "contradiction")
    assert (finding.case, finding.metric) == ("rnd-1K", "access_mode")


def test_a_total_that_its_mappings_do_not_make(results: Path) -> None:
    """A changed number that is possible in itself is worth a note."""
    path = results / HOST / "qemu" / "memory-footprint" / "default" / "01.log"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("total kB         1583704  517768", "total kB         1583704  519768")
    )
    assert found(results, "contradiction") == []
    (note,) = (each for each in found(results, "note") if "add up to" in each.message.english)
    assert (note.metric, note.line) == ("rss_kb", 5)
    assert "519768 kB of RSS" in note.message.english


def test_the_process_of_the_other_vmm(results: Path) -> None:
    """The log of pmap names its process."""
    path = results / HOST / "stratovirt" / "memory-footprint" / "default" / "01.log"
    text = path.read_text("utf-8")
    path.write_text(text.replace("/opt/vmm/bin/vmm -machine", "/usr/bin/qemu-system-x86_64 -M"))
    (finding,) = found(results, "contradiction")
    assert finding.place.endswith("default/01.log:1")
    assert "qemu-system-x86_64" in finding.message.english

    (results / HOST / "stratovirt" / "vmm.json").write_text(json.dumps({"stand_in": True}))
    assert found(results, "contradiction") == []


def test_another_output_of_the_same_tool(results: Path) -> None:
    """A list of units is no boot time."""
    (results / HOST / "qemu/boot/default/01.log").write_text("2.000s a.service\n1.000s b.service\n")
    (finding,) = found(results, "contradiction")
    assert "systemd-analyze-blame" in finding.message.english


def test_a_boot_copied(results: Path) -> None:
    """Two boots may agree by chance, so a copy is a note."""
    folder = results / HOST / "qemu" / "boot" / "default"
    shutil.copy(folder / "01.log", folder / "02.log")
    assert found(results, "contradiction") == []
    assert any("is one a copy?" in each.message.english for each in found(results, "note"))


def test_a_memory_test_that_ran_out_of_data(results: Path) -> None:
    """Without a plan, the log says itself that all its data were moved."""
    path = results / HOST / "qemu" / "sysbench-memory" / "seq-8K" / "01.log"
    text = path.read_text("utf-8")
    path.write_text(text.replace("total size: 1024000MiB", "total size: 527000MiB"))
    (note,) = (each for each in found(results, "note") if "ended after" in each.message.english)
    assert "memory-total-size" in note.message.english
