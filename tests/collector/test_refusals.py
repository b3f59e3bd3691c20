"""What shells and tools say of a try that gave nothing."""

from pathlib import Path

import pytest

from collector.parsers import parse_log

LINES = (Path(__file__).parent.parent / "data" / "refusals.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("line", LINES)
def test_a_failed_try_is_named(line: str) -> None:
    """The words of the shell, or of the tool, are the reason."""
    (run,) = parse_log(f"{line}\n".encode())
    assert (run.outcome, str(run.reason), run.line) == ("error", line.strip(), 1)


@pytest.mark.parametrize(
    "line",
    [
        "bash: cd: sysbench: No such file or directory",
        "E: Unable to locate package sysbench",
        "rm: cannot remove 'sysbench.log': No such file or directory",
        "ls: cannot access 'sysbench': No such file or directory",
        "Setting up sysbench (1.0.20+ds-5) ...",
        "student@lab-7:~$ sysbench cpu run || echo sysbench not found",
    ],
)
def test_what_was_no_try_is_none(line: str) -> None:
    """Files, folders and packages of that name, and commands at a prompt."""
    (run,) = parse_log(f"{line}\n".encode())
    assert run.outcome == "empty"


def test_a_complaint_and_the_usage_are_one_try() -> None:
    """Two tries are two; the words of one are not."""
    log = "pmap: invalid option -- 'y'\n\nUsage:\n pmap [options] PID [PID ...]\n"
    assert len(parse_log(log.encode())) == 1
    log = "$ sysbench cpu run\nsh: 1: sysbench: not found\n"
    assert len(parse_log((log * 2).encode())) == 2
