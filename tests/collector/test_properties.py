"""What holds for every log, whatever is in it."""

import json
import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import Printed, any_log, noise, prompts

from collector.commands.parse import entry
from collector.logtext import decode, read_lines
from collector.metrics import metric
from collector.parsers import LogRun, parse_log
from collector.parsers.clean import read_clean
from collector.parsers.scan import scan

QUICK = settings(max_examples=60, deadline=None)


def values(run: LogRun) -> dict[str, float | str]:
    """Return the values of a run by their names."""
    return {value.metric: value.value for value in run.values}


def assert_says(run: LogRun, log: Printed) -> None:
    """The run is what the log says, in the log's order."""
    assert (run.outcome, run.reason, run.line) == ("ok", None, None)
    assert (run.tool, run.version) == (log.tool, log.version)
    assert values(run) == log.values


@given(any_log())
@QUICK
def test_what_is_printed_is_what_is_parsed(log: Printed) -> None:
    """parse(render(x)) == x, quickly and line by line, with the line each value stands in."""
    data = log.text.encode()
    (run,) = parse_log(data)
    assert_says(run, log)
    assert (run,) == scan(read_lines(data))
    lines = log.text.split("\n")
    for value in run.values:
        assert re.search(r"\d", lines[value.line - 1]) or isinstance(value.value, str)


@given(any_log(), st.data())
@QUICK
def test_the_terminal_around_a_log_changes_nothing(log: Printed, data: st.DataObject) -> None:
    """CRLF, BOM, UTF-16, colours, prompts, messages between the lines: the same values."""
    lines = log.text.rstrip("\n").split("\n")
    if data.draw(st.booleans(), label="messages"):
        extra = data.draw(st.lists(st.tuples(st.integers(0, len(lines)), noise()), max_size=5))
        for position, message in sorted(extra, reverse=True):
            lines.insert(position, message)
    if data.draw(st.booleans(), label="colours"):
        lines = [f"\x1b[1;32m{line}\x1b[0m\x1b[K" for line in lines]
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r\r\n"]), label="line ends")
    text = end.join([*lines, ""])
    if data.draw(st.booleans(), label="prompts"):
        prompt = data.draw(prompts())
        text = f"\x1b]0;title\x07{prompt}command -x{end}{text}{prompt}"
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), label="encoding")
    (run,) = parse_log(text.encode(encoding))
    assert_says(run, log)


@given(any_log(), any_log())
@QUICK
def test_two_logs_in_one_file_are_the_runs_of_both(first: Printed, second: Printed) -> None:
    """Concatenation of logs is concatenation of runs."""
    both = parse_log((first.text + second.text).encode())
    if "blame_s" in " ".join(first.values) and "blame_s" in " ".join(second.values):
        assume(len(both) != 1)  # one list that goes on, as far as anybody can see
    assert len(both) == 2
    assert_says(both[0], first)
    assert_says(both[1], second)


@given(any_log(), st.floats(0, 1), st.sampled_from(["", "\n", "\nroot@guest:~# ", "^C\n"]))
@settings(max_examples=200, deadline=None)
def test_a_cut_log_yields_no_number_of_its_own(log: Printed, part: float, tail: str) -> None:
    """What is read from a log that ends early is in the whole log, or nothing is read."""
    cut = log.text[: int(part * len(log.text))]
    for run in parse_log((cut + tail).encode()):
        if run.outcome == "ok":
            assert values(run).items() <= log.values.items()
        else:
            assert run.values == ()


@given(any_log(), st.data())
@settings(max_examples=200, deadline=None)
def test_the_quick_way_and_the_long_way_agree(log: Printed, data: st.DataObject) -> None:
    """A log with a byte changed, lost or added is read the same way by both, or by one only."""
    raw = bytearray(log.text.encode())
    position = data.draw(st.integers(0, len(raw) - 1))
    change = data.draw(st.sampled_from(["change", "lose", "add", "lose line", "double line"]))
    if change in {"lose line", "double line"}:
        lines = log.text.encode().splitlines(keepends=True)
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at : at + 1] = [] if change == "lose line" else [lines[at]] * 2
        raw = bytearray(b"".join(lines))
    elif change == "lose":
        del raw[position]
    else:
        byte = data.draw(st.integers(0, 255) | st.sampled_from(b"0123456789.,-nakKMs \n\r\x1b"))
        raw[position : position + (change == "change")] = bytes([byte])
    clean = read_clean(bytes(raw))
    assert clean is None or (clean.run(),) == scan(read_lines(bytes(raw)))


ANYTHING = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(
        st.one_of(
            any_log().map(lambda log: log.text[:200]),
            any_log().map(lambda log: log.text[-300:]),
            noise(),
            prompts(),
            st.sampled_from(
                [
                    "FATAL: no",
                    "Threads started!",
                    "Latency (ms):",
                    "total kB 1 2",
                    "Startup finished in 9" + "9" * 400 + "s (kernel)",
                    "\x1b[999999999C",
                    "a\x08\x08\x08",
                    "999th percentile: 1.00",
                ]
            ),
        ),
        max_size=8,
    ).map(lambda parts: "\n".join(parts).encode()),
)


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    """No input raises; every entry is whole; every number stands in the text."""
    runs = parse_log(data)
    assert runs
    text = decode(data)
    printed = {number.lstrip("0") for number in re.findall(r"\d+", text)}
    for run in runs:
        assert run.outcome in {"ok", "error", "empty"}
        assert (run.reason is None) == (run.outcome == "ok") == bool(run.values)
        assert len(values(run)) == len(run.values)
        json.dumps(entry("log", run), allow_nan=False)
        for value in run.values:
            assert metric(value.metric)
            assert 1 <= value.line <= text.count("\n") + text.count("\r") + 1
            if metric(value.metric).unit in {"KiB", "events", "threads"}:
                digits = f"{value.value:.0f}" if isinstance(value.value, float) else ""
                assert digits.lstrip("0") in printed or "fairness" in value.metric
