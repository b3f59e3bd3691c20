"""`vmmlab parse`."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector.cli import main
from collector.exit_status import ExitStatus

LOGS = Path(__file__).parent.parent / "data" / "logs"
GOOD = str(LOGS / "sysbench/cpu.log")
BAD = str(LOGS / "sysbench/fileio-no-files.log")
EMPTY = str(LOGS / "none/fileio-prepare.log")
SEVERAL = str(LOGS / "wrapped/two-prompts-four-runs.log")


def test_json_has_one_entry_per_run(capsys: pytest.CaptureFixture[str]) -> None:
    """One array for all logs; a log without a run has one entry too."""
    assert main(["parse", "--json", GOOD, BAD, EMPTY, SEVERAL]) == ExitStatus.FINDINGS
    found = json.loads(capsys.readouterr().out)
    assert [(item["log"], item["outcome"]) for item in found] == [
        (GOOD, "ok"),
        (BAD, "error"),
        (EMPTY, "empty"),
        *[(SEVERAL, outcome) for outcome in ("ok", "ok", "error", "ok")],
    ]
    keys = ["log", "tool", "version", "outcome", "reason", "line", "values"]
    assert all(list(item) == keys for item in found)
    assert all(bool(item["values"]) == (item["outcome"] == "ok") for item in found)
    assert found[0]["values"]["threads"] == 2
    assert isinstance(found[0]["values"]["total_events"], int)


def test_only_good_logs_are_success(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 when every outcome is ok, 1 otherwise."""
    assert main(["parse", "--json", GOOD, GOOD]) == ExitStatus.OK
    assert main(["parse", EMPTY]) == ExitStatus.FINDINGS
    capsys.readouterr()


def test_the_table_names_value_unit_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json a person reads it."""
    main(["parse", GOOD, BAD])
    out = capsys.readouterr().out
    assert f"{GOOD}: sysbench-cpu 1.0.20: ok" in out
    row = next(line for line in out.splitlines() if "events_per_second" in line)
    assert row.split() == ["events_per_second", "2567.78", "events/s", "line", "15"]
    assert f"{BAD}:18: sysbench-fileio 1.0.20: error: FATAL: Cannot open file" in out


def test_a_log_may_come_from_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` is the standard input."""
    data = Path(GOOD).read_bytes()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert main(["parse", "--json", "-"]) == ExitStatus.OK
    assert json.loads(capsys.readouterr().out)[0]["log"] == "-"


@pytest.mark.parametrize("name", ["no-such.log", "."])
def test_what_is_no_log_is_unusable(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and a folder are named, with what to do."""
    assert main(["parse", name]) == ExitStatus.UNUSABLE
    message = capsys.readouterr().err
    assert message.startswith(f"vmmlab parse: {name}: ")
    assert message.count("\n") == 1
