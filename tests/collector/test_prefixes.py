"""Logs behind something that stands before every line, and in JSON: the same values."""

import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import Printed, any_log, cpu_logs, fileio_logs, memory_logs, pmap_logs

from collector.parsers import LogRun, parse_log
from collector.parsers.scan import scan_log

PREFIXES = (
    "Nov {day:2d} 00:{minute:02d}:{second:02d} vm bench.sh[1234]: ",
    "2026-11-{day:02d}T00:{minute:02d}:{second:02d}.{micro:06d}+08:00 vm sysbench[77]: ",
    "2026-11-{day:02d}T00:{minute:02d}:{second:02d}.{micro:06d}Z ",
    "[2026-11-{day:02d} 00:{minute:02d}:{second:02d}] ",
    "{minute:02d}:{minute:02d}:{second:02d}.{micro:06d} ",
    "[{second:5d}.{micro:06d}] ",
    "bench-1  | ",
    "[pod/bench-7c9f/bench] ",
    "lab-1: ",
    "> ",
    ">> > ",
    "{number}:",
    "{number:6d}  ",
)


def said(runs: tuple[LogRun, ...]) -> list[dict[str, float | str]]:
    """Return the values of each run, where all of them are good."""
    assert [run.outcome for run in runs] == ["ok"] * len(runs)
    return [{value.metric: value.value for value in run.values} for run in runs]


def behind(log: Printed, prefix: str) -> list[str]:
    """Return the lines of a log, each behind its prefix."""
    return [
        prefix.format(day=23, minute=at // 60, second=at % 60, micro=1000 * at, number=at + 1)
        + line
        for at, line in enumerate(log.text.rstrip("\n").split("\n"))
    ]


def in_one_line(log: Printed) -> bool:
    """Tell whether a log is too short for a prefix of its own to be one, or is a bare list."""
    return log.text.count("\n") < 6 or "blame_s" in " ".join(log.values)


@given(any_log(), st.sampled_from(PREFIXES))
@settings(max_examples=150, deadline=None)
def test_a_prefix_on_every_line_changes_nothing(log: Printed, prefix: str) -> None:
    """The journal, containers, time stamps, quotes, numbers of lines."""
    assume(not in_one_line(log))
    assert said(scan_log("\n".join([*behind(log, prefix), ""]).encode())) == [log.values]


@given(st.one_of(cpu_logs(), memory_logs(), fileio_logs(), pmap_logs()), cpu_logs(), st.data())
@settings(max_examples=60, deadline=None)
def test_two_containers_are_told_apart(one: Printed, other: Printed, data: st.DataObject) -> None:
    """However their lines are mixed, none of one is taken for the other's."""
    left, right = behind(one, "bench-1  | "), behind(other, "bench-2  | ")
    order = data.draw(st.permutations([0] * len(left) + [1] * len(right)))
    sides = (iter(left), iter(right))
    mixed = [next(sides[side]) for side in order]
    found = said(parse_log("\n".join([*mixed, ""]).encode()))
    assert len(found) == 2
    assert one.values in found
    assert other.values in found


@given(any_log())
@settings(max_examples=60, deadline=None)
def test_lines_in_json_are_the_lines(log: Printed) -> None:
    """As Ansible prints them: as a list, and as one string beside the list."""
    assume(not in_one_line(log))
    lines = log.text.rstrip("\n").split("\n")
    pretty = json.dumps({"stdout_lines": lines}, indent=4)
    assert said(parse_log(f"ok: [lab-1] => {pretty}\n".encode())) == [log.values]
    whole = json.dumps({"rc": 0, "stdout": log.text, "stdout_lines": lines})
    assert said(parse_log(f"lab-1 | CHANGED => {whole}\n".encode())) == [log.values]
