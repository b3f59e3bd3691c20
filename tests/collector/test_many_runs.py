"""Several runs of sysbench in one log, good and refused ones: none is lost without a word."""

from dataclasses import dataclass

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import Printed, cpu_logs, fileio_logs, memory_logs

from collector.parsers import parse_log
from collector.parsers.clean import read_clean

HEADINGS = ("## machine two", "next: 8 threads", "=========", "第二台机器：", "so much for that")  # noqa: RUF001


@dataclass(frozen=True)
class Piece:
    """Some lines of a log, and the values of the good run they are; None for a refused one."""

    text: str
    values: dict[str, float | str] | None


def results_of(log: Printed) -> Printed:
    """Return what people copy who leave the head out: the results alone."""
    _, _, text = log.text.partition("Threads started!\n")
    lines = {name for name in log.values if name in text_names(log)}
    return Printed(text, log.tool, None, {name: log.values[name] for name in sorted(lines)})


def text_names(log: Printed) -> set[str]:
    """Return the metrics that stand behind the head of a log."""
    (run,) = parse_log(log.text.encode())
    start = log.text[: log.text.index("Threads started!")].count("\n") + 1
    return {value.metric for value in run.values if value.line > start}


@st.composite
def refused(draw: st.DrawFn, log: Printed) -> str:
    """Draw what is left of a run that went wrong, or was changed by hand."""
    text = log.text.rstrip("\n") + "\n"
    way = draw(st.sampled_from(["remark", "fatal", "cut", "killed", "lost"]))
    lines = text.splitlines(keepends=True)
    average = next(at for at, line in enumerate(lines) if line.strip().startswith("avg:"))
    if way == "remark":
        lines[average] = lines[average].rstrip("\n") + "  <- slow!\n"
        return "".join(lines)
    if way == "lost":
        del lines[average]
        return "".join(lines)
    end = {"fatal": "FATAL: no more memory\n", "killed": "Killed\n", "cut": ""}[way]
    return "".join(lines[:average]) + end


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    """Draw a run, its head perhaps not copied."""
    log = draw(st.one_of(cpu_logs(), memory_logs(), fileio_logs()))
    if draw(st.booleans()):
        log = results_of(log)
    if draw(st.booleans()):
        return Piece(log.text, log.values)
    return Piece(draw(refused(log)), None)


@given(st.lists(st.tuples(pieces(), st.sampled_from(HEADINGS)), min_size=2, max_size=5))
@settings(max_examples=100, deadline=None)
def test_there_are_as_many_entries_as_runs(parts: list[tuple[Piece, str]]) -> None:
    """Whatever was wrong with the one before, the next run is read, or refused for itself."""
    runs = parse_log("".join(f"{heading}\n{piece.text}" for piece, heading in parts).encode())
    assert [run.outcome == "ok" for run in runs] == [piece.values is not None for piece, _ in parts]
    for run, (piece, _) in zip(runs, parts, strict=True):
        assert {value.metric: value.value for value in run.values} == (piece.values or {})


@given(pieces(), pieces())
@settings(max_examples=100, deadline=None)
def test_without_a_heading_a_whole_result_is_read_or_named(first: Piece, second: Piece) -> None:
    """What may belong to the refused run above is not read, but its line is said."""
    assume(second.values is not None)
    *_, last = parse_log((first.text + second.text).encode())
    if last.outcome == "ok":
        assert {value.metric: value.value for value in last.values} == second.values
    else:
        assert "the result from line" in str(last.reason)


@given(st.one_of(cpu_logs(), memory_logs()), st.one_of(cpu_logs(), fileio_logs()))
@settings(max_examples=60, deadline=None)
def test_two_runs_at_once_yield_no_number(one: Printed, other: Printed) -> None:
    """Both heads, then both results: nobody can say whose they are."""
    (first, _, mine), (second, _, yours) = (
        log.text.partition("Threads started!\n") for log in (one, other)
    )
    runs = parse_log(f"{first}{second}Threads started!\n{mine}{yours}".encode())
    assert [run.outcome for run in runs if run.outcome == "ok"] == []
    assert len(runs) > 1


def test_a_run_without_work_is_no_result_on_either_way() -> None:
    """The quick way knows the shape of such a log from a good one."""
    log = (
        "sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n\n"
        "Running the test with following options:\nNumber of threads: 4\n"
        "Running memory speed test with the following options:\n  block size: 1048576KiB\n"
        "  total size: 2048MiB\n  operation: write\n  scope: global\n\n"
        "Initializing worker threads...\n\nThreads started!\n\n"
        "Total operations: 7 (    0.70 per second)\n\n7.00 MiB transferred (0.70 MiB/sec)\n\n\n"
        "General statistics:\n    total time:                          10.0002s\n"
        "    total number of events:              7\n\n"
        "Latency (ms):\n         min: 0.00\n         avg: 0.00\n         max: 0.00\n"
        "         95th percentile: 0.00\n         sum: 0.00\n\n"
        "Threads fairness:\n    events (avg/stddev):           1.0000/0.00\n"
        "    execution time (avg/stddev):   0.0000/0.00\n"
    )
    nothing = log.replace(": 7 (    0.70", ": 0 (    0.00").replace("7.00 MiB", "0.00 MiB")
    assert read_clean(log.encode())
    assert read_clean(nothing.encode()) is None
    (run,) = parse_log(nothing.encode())
    assert (run.outcome, run.line) == ("error", 15)
    assert "nothing was done" in str(run.reason)
