"""JSON that a lab host wrote: what cannot be used is named, and stops nobody's report."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import report_logs

from collector.checks import check_collection
from collector.cli import main
from collector.from_host import read_json, tidy
from collector.plan.record import finished
from collector.results import collect
from collector.words import say

DEEP = 20_000 * '{"a":'
HUGE = f'{{"seconds": 1{400 * "0"}, "cpus": 1{400 * "0"}}}'
INFINITE = '{"seconds": Infinity, "exit_code": NaN}'
BROKEN = ("{", "[]", DEEP, HUGE, INFINITE, '{"os": "\\ud800"}', f'{{"label": "{"x" * 10_001}"}}')
LOG = "bad/qemu/sysbench-cpu/threads-4/01"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of two hosts without any record, with few logs."""
    for path, text in report_logs.report_logs().items():
        if "/boot/default/01" in path or "/threads-4/01" in path:
            for host in ("bad", "good"):
                report_logs.write_log(tmp_path / "run" / host, path, text)
    return tmp_path / "run"


def found(run: Path) -> list[tuple[str, str, str]]:
    """Return host, VMM and message of each contradiction about a file."""
    return [
        (one.host, one.vmm, one.message.english)
        for one in check_collection(collect([run]))
        if one.severity == "contradiction" and "cannot be used" in one.message.english
    ]


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize(
    ("place", "vmm", "name"),
    [
        ("bad/host.json", "", "host.json"),
        ("bad/qemu/vmm.json", "qemu", "vmm.json"),
        (f"{LOG}.json", "qemu", "sidecar"),
    ],
)
def test_a_broken_file_is_a_finding(
    run: Path, place: str, vmm: str, name: str, content: str
) -> None:
    """The file is named, and what is wrong with it; nothing of it counts."""
    report_logs.write_json(run / "bad/host.json", os="Debian")
    report_logs.write_json(run / "bad/qemu/vmm.json", label="QEMU")
    (run / place).write_text(content)
    ((host, side, message),) = found(run)
    assert (host, side) == ("bad", vmm)
    assert f"{name} " in message
    findings = check_collection(collect([run]))
    notes = [one.message.english for one in findings if (one.host, one.vmm) == ("bad", vmm)]
    assert f"{name} is missing" not in " ".join(notes)
    assert collect([run]).logs["seconds"].isna().all()


def test_a_folder_is_no_file(run: Path) -> None:
    """`host.json/vmm.json` is a name that a runner may send."""
    report_logs.write_json(run / "bad/host.json/vmm.json", label="x")
    ((_, _, message),) = found(run)
    assert message == (
        "host.json cannot be used: it is no file; CPU, kernel, clocksource and tuning are not"
        " known: mend or remove it"
    )


def test_links_and_what_is_not_there(tmp_path: Path) -> None:
    """A link is not followed; nothing is nothing."""
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    assert read_json(tmp_path / "link") == ({}, say("it is a link"))
    assert read_json(tmp_path / "pipe") == ({}, say("it is no file"))
    assert read_json(tmp_path / "none") == ({}, None)
    (tmp_path / "long").write_text(json.dumps({"a": "b" * 1000}))
    assert read_json(tmp_path / "long", 1000) == (
        {},
        say("it has more than {limit} bytes", limit=1000),
    )


def test_one_host_does_not_stop_the_others(run: Path, tmp_path: Path) -> None:
    """All reports are written; the broken files stand in that of their host alone."""
    (run / "bad/host.json/vmm.json").mkdir(parents=True)
    (run / "bad/qemu/vmm.json").write_text(DEEP)
    (run / f"{LOG}.json").write_text(INFINITE)
    output = tmp_path / "out" / "r.xlsx"
    assert main(["report", str(run), "-o", str(output), "--lang", "en"]) == 1
    pages = {name: output.with_name(f"r-{name}.html").read_text() for name in ("bad", "good")}
    assert "host.json cannot be used: it is no file" in pages["bad"]
    assert "vmm.json cannot be used: it is nested too deeply" in pages["bad"]
    assert "the sidecar of this log cannot be used: a number in it" in pages["bad"]
    assert "cannot be used" not in pages["good"]


@pytest.mark.parametrize("value", [[], {}, [1], {"a": [{}]}, 3, -0.5, True, "\x1b[2J", None])
def test_facts_of_any_form_make_a_report(run: Path, tmp_path: Path, value: Any) -> None:
    """A list where a text is expected is shown as it is."""
    host = ("os", "cpus", "cpu_model", "kernel", "tuning", "governor", "emulated", "clocksource")
    vmm = ("label", "type", "initrd", "guest", "checksums", "machine", "version", "commit")
    report_logs.write_json(run / "bad/host.json", **dict.fromkeys(host, value))
    report_logs.write_json(run / "bad/qemu/vmm.json", **dict.fromkeys(vmm, value))
    sidecar = dict.fromkeys(("started", "seconds", "exit_code", "guest", "command"), value)
    report_logs.write_json(run / f"{LOG}.json", **sidecar)
    assert main(["report", str(run / "bad"), "-o", str(tmp_path / "r.xlsx")]) in (0, 1)


def test_a_label_is_short(run: Path) -> None:
    """It stands in every table."""
    report_logs.write_json(run / "bad/qemu/vmm.json", label="Q\x1b[2J" + 9000 * "x")
    (host, _) = collect([run]).runs[0].hosts
    label = next(vmm.label for vmm in host.vmms if vmm.name == "qemu")
    assert label == tidy(label)
    assert len(label) < 70


def test_broken_progress_is_told_with_what_is_missing(run: Path) -> None:
    """Nobody knows why a log is missing when the file that says so cannot be used."""
    item = {"measurement": "boot", "case": "default", "repetition": 2}
    block = {"vmm": "qemu", "measurements": [item]}
    (run / "run.json").write_text(json.dumps({"blocks": [block]}))
    gap = '{"vmm": "qemu", "measurement": "boot", "case": "default", "repetition": %s}'
    for number in ("Infinity", "[]", '"2"', "2"):
        (run / "bad/progress.json").write_text(f'{{"missing": [3, {gap % number}]}}')
        logs = collect([run]).logs
        told = (
            logs[(logs["outcome"] == "missing") & (logs["host"] == "bad")]["reason"]
            .map(str)
            .tolist()
        )
        broken = "; progress.json cannot be used (a number in it is not finite, or too large)"
        assert told == ["no log" + (broken if number == "Infinity" else "")]


def test_the_end_of_a_run_is_recorded_whatever_hosts_say(run: Path) -> None:
    """Only a file that can be used tells whether a host was emulated."""
    for content in (DEEP, "[]", '{"os": 1}'):
        (run / "bad/host.json").write_text(content)
        assert "emulated" not in finished({}, run)
    (run / "good/host.json").write_text('{"emulated": true}')
    assert finished({}, run)["emulated"] is True
