"""Parsers against real logs: `tests/data/logs/<parser>/<case>.log` beside what must come out.

A new case is two files. `wrapped` holds logs of all tools as terminals and consoles leave them,
`none` those without a run.
"""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from collector.commands.parse import entry
from collector.logtext import read_lines
from collector.parsers import (
    parse_log,
    pmap,
    smaps_rollup,
    sysbench,
    systemd_time,
    systemd_units,
)
from collector.parsers.clean import read_clean
from collector.parsers.scan import scan, scan_log
from collector.parsers.sysbench_grammar import RULES, match

LOGS = Path(__file__).parent.parent / "data" / "logs"
CASES = sorted(LOGS.rglob("*.log"))
PARSERS = (
    sysbench.PARSER,
    systemd_time.PARSER,
    systemd_units.BLAME,
    systemd_units.CHAIN,
    pmap.PARSER,
    smaps_rollup.PARSER,
)


def entries(data: bytes) -> list[dict[str, Any]]:
    """Return what `vmmlab parse --json` says of a log, without its name."""
    found = [entry("", run) for run in parse_log(data)]
    return [{key: value for key, value in item.items() if key != "log"} for item in found]


@pytest.mark.parametrize("log", CASES, ids=[str(case.relative_to(LOGS)) for case in CASES])
def test_a_real_log_says_what_lies_beside_it(log: Path) -> None:
    """Every value, outcome, reason and line is as expected."""
    assert entries(log.read_bytes()) == json.loads(log.with_suffix(".json").read_text("utf-8"))


@pytest.mark.parametrize("parser", PARSERS)
def test_every_parser_has_a_good_and_a_bad_case(parser: str) -> None:
    """A parser without a real log of its own is not tested."""
    outcomes = {
        item["outcome"]
        for case in (LOGS / parser).glob("*.json")
        for item in json.loads(case.read_text("utf-8"))
    }
    assert outcomes >= {"ok", "error"}


def test_every_case_is_a_pair() -> None:
    """No log without an expectation, no expectation without a log."""
    assert {case.with_suffix("") for case in CASES} == {
        case.with_suffix("") for case in LOGS.rglob("*.json")
    }


def test_every_line_of_the_grammar_stands_in_a_real_log() -> None:
    """A line that no real log has may be misspelt."""
    seen = {
        found[0].position
        for case in (*(LOGS / "sysbench").glob("*.log"), LOGS / "none/fileio-prepare.log")
        for line in read_lines(case.read_bytes())
        if (found := match(line.text.strip()))
    }
    unseen = [rule.pattern.pattern for rule in RULES if rule.position not in seen]
    assert unseen == [
        r"Validation\ checks:\ on\.",
        r"Using\ checksums\ validation\.",
    ]


@pytest.mark.parametrize("log", CASES, ids=[str(case.relative_to(LOGS)) for case in CASES])
def test_the_quick_way_agrees_with_the_long_way(log: Path) -> None:
    """What one pattern reads is what reading line by line yields."""
    data = log.read_bytes()
    clean = read_clean(data)
    assert clean is None or (clean.run(),) == scan(read_lines(data))


def test_clean_logs_take_the_quick_way() -> None:
    """The logs of a lab are read by one pattern each, not line by line."""
    quick = {case.stem for case in CASES if read_clean(case.read_bytes())}
    assert quick >= {
        "cpu",
        "memory-rnd-4K",
        "fileio-rndwr-4k",
        "fileio-seqrd-4k",
        "1.1-cpu",
        "sleep",
        "python",
        "report-qemu",
        "report-stratovirt",
        "guest",
    }


@pytest.mark.parametrize(
    ("command", "mode"),
    [
        ("sysbench memory --memory-access-mode=rnd run", "rnd"),
        ("sysbench --memory-access-mode=seq memory run", "seq"),
        ("sysbench memory run", None),
    ],
)
def test_the_access_mode_is_said_by_the_command_alone(command: str, mode: str | None) -> None:
    """The test does not print it; a prompt with the command does."""
    log = (LOGS / "sysbench/memory-rnd-4K.log").read_bytes()
    (run,) = entries(b"root@guest:~# " + command.encode() + b"\n" + log)
    assert run["values"].get("access_mode") == mode


@pytest.mark.parametrize(
    "text",
    [
        "sysbench: command not found",
        "bash: line 1: sysbench: command not found",
        "sh: 1: pmap: not found",
        "-bash: systemd-analyze: command not found",
    ],
)
def test_a_tool_that_is_not_there_is_an_error(text: str) -> None:
    """The shell's words are the reason."""
    (run,) = entries(text.encode() + b"\n")
    assert (run["outcome"], run["reason"], run["line"]) == ("error", text, 1)


@pytest.mark.parametrize("name", ["sysbench", "systemd-analyze-time", "pmap-x", "smaps-rollup"])
def test_no_prefix_of_a_good_log_is_good(name: str) -> None:
    """However short it is cut: no value, or (of a list) the values that are whole."""
    short = {"sysbench": "1.1-fileio-seqwr-4k", "systemd-analyze-time": "report-qemu"}
    log = (LOGS / name / f"{short.get(name, 'sleep')}.log").read_bytes()
    whole = entries(log)[0]["values"]
    for length in range(len(log.rstrip())):
        for run in entries(log[:length]):
            if name == "systemd-analyze-time" and run["outcome"] == "ok":
                assert run["values"].items() <= whole.items()
            else:
                assert (run["outcome"] == "ok", run["values"]) == (False, {}), length


def test_a_long_command_is_searched_once() -> None:
    """A prompt with a megabyte of `sysbench` behind it is no work."""
    log = b"root@guest:~# " + b"sysbench " * 100_000 + b"\nFATAL: no\n"
    began = time.process_time()
    (run,) = scan_log(log)
    assert str(run.reason) == "FATAL: no"
    assert time.process_time() - began < 2
