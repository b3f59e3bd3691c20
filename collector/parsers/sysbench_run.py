"""One run of sysbench while its lines are read: what is in it, and what a whole one needs."""

import re
from collections.abc import Sequence

from collector.logtext import Line, is_illegible
from collector.parsers.model import LogRun, Value
from collector.parsers.sysbench_grammar import LAST, convert, match
from collector.parsers.sysbench_lines import FATAL
from collector.patterns import on_use
from collector.words import Message, say

__all__ = ["PARSER", "Run", "access_mode", "cut_off", "work"]

PARSER = "sysbench"

_NOTHING_MOVED = ("memory_operation", "none")
_PROGRAM = on_use(r"\bsysbench\b")
_TEST = on_use(r"\b(?:cpu|memory|fileio)\b")
_ACCESS_MODE = on_use(r"--memory-access-mode[= ](?P<mode>seq|rnd)\b")
_LATENCY = {"latency_min_ms", "latency_avg_ms", "latency_max_ms", "percentile", "latency_sum_ms"}
_COMMON = _LATENCY | {"total_time_s", "total_events", "fairness_events_avg", "fairness_time_avg_s"}
_FILEIO = {"reads_per_s", "writes_per_s", "fsyncs_per_s", "read_mib_per_s", "written_mib_per_s"}
_REQUIRED = {
    "cpu": _COMMON | {"events_per_second"},
    "memory": _COMMON | {"events_per_second", "total_operations", "throughput_mib_per_s"},
    "fileio": _COMMON | _FILEIO,
}
_WORK = {"total_events", "reads_per_s", "writes_per_s"}
_CPU_SPEED_SINCE = (1, 0, 8)
"""The release from which on the test of the CPU prints its events per second."""


def access_mode(command: str) -> str | None:
    """Return the access mode that a command asks the memory test for; None when it is not said."""
    found = _ACCESS_MODE.search(command)
    return found["mode"] if found else None


def work(metrics: Sequence[str]) -> tuple[int, ...]:
    """Return which of a run's values are not all zero where the test has done anything."""
    if "total_operations" in metrics:
        return (metrics.index("total_operations"),)
    return tuple(at for at, name in enumerate(metrics) if name in _WORK)


def _test_of(command: str) -> str | None:
    """Return the first test named behind `sysbench`, in one pass over a line of any length."""
    program = _PROGRAM.search(command)
    found = _TEST.search(command, program.end()) if program else None
    return found[0] if found else None


class Run:
    """What is known of a run while its lines are read."""

    def __init__(self, version: str | None, command: Line | None) -> None:
        """Begin a run; a command names its test, and the access mode that no line states."""
        self.version = version
        self.test: str | None = None
        self.hint = _test_of(command.text) if command else None
        self.values: list[Value] = []
        self.seen: set[str] = set()
        self.position = -1
        self.prepares = False
        if command and self.hint == "memory" and (mode := access_mode(command.text)):
            self.values.append(Value("access_mode", mode, command.number))

    @property
    def missing(self) -> set[str]:
        """The metrics that a complete result still needs."""
        if self.test is None:
            return {"line of a test"}
        required = _REQUIRED[self.test]
        if "read_mb_per_s" in self.seen:  # sysbench 1.1 ends fileio with the latencies
            required = _FILEIO | _LATENCY
        elif any((item.metric, item.value) == _NOTHING_MOVED for item in self.values):
            required = required - {"throughput_mib_per_s"}
        return required - self.seen

    @property
    def is_over(self) -> bool:
        """Whether its last line was read; that of fileio in sysbench 1.1 is its last latency."""
        return self.position == LAST or self.seen >= {"read_mb_per_s", "latency_sum_ms"}

    def take(self, line: Line) -> Message | None:
        """Take one line into the run; return what is wrong with it, or None."""
        text = line.text.strip()
        found = match(text)
        if found is None and is_illegible(text):
            return None
        if found is None or (not line.ended and not re.search(r"\D\.?$|\.\d\d$", text)):
            return say("not a line of sysbench: {text}", text=repr(text[:120]))
        rule, groups = found
        if rule.position <= self.position:
            return say("out of place, or there twice: {text}", text=repr(text[:120]))
        if rule.test and self.test and rule.test != self.test:
            return say(
                "a line of sysbench {one} inside sysbench {other}: {text}",
                one=rule.test,
                other=self.test,
                text=repr(text[:120]),
            )
        self.position = rule.position
        self.test = self.test or rule.test
        names = groups.groupdict()
        if not self.seen.isdisjoint(names):
            return say("there twice: {text}", text=repr(text[:120]))
        self.seen |= names.keys()
        if percentile := names.pop("percentile", None):
            number = names.pop("latency_percentile_ms", None)
            if number is not None:
                names[f"latency_p{int(percentile)}_ms"] = number
        if names.get("block_size_bytes") == "0KiB":
            del names["block_size_bytes"]  # sysbench's way to print less than 1 KiB
        self.values += [
            Value(name, convert(name, text), line.number) for name, text in names.items()
        ]
        return None

    def close(self, reason: Message, line: int) -> LogRun | None:
        """Return the run as it is when it goes no further, `reason` being why.

        A complete one does not need to go further, and a preparation is no run unless it failed.
        """
        if self.prepares and not FATAL.match(str(reason)):
            return None
        if self.missing:
            return self.end(reason, line)
        done = [self.values[at] for at in work([item.metric for item in self.values])]
        if any(item.value for item in done):
            return self.end(None, None)
        return self.end(say("nothing was done in this run: 0 events are no result"), done[0].line)

    def end(self, reason: Message | None, line: int | None) -> LogRun:
        """Return the run, with its values when there is no `reason` against it."""
        test = self.test or self.hint
        return LogRun(
            tool=f"sysbench-{test}" if test else None,
            version=self.version,
            outcome="error" if reason else "ok",
            reason=reason,
            line=line,
            values=() if reason else tuple(self.values),
            parser=PARSER,
        )


def cut_off(last: Line, run: Run) -> Message:
    """Say what a run lacks whose last line is `last`."""
    text = last.text.strip()
    if text == "Threads started!":
        return say("the log ends after 'Threads started!', without a result: cut off or aborted")
    if run.test is None and run.position == LAST:
        return say("a result of none of the tests cpu, memory and fileio")
    wanted = ", ".join(sorted(run.missing))
    if run.position < LAST:
        return say(
            "the log ends after {text}, before the result is complete: no {names}",
            text=repr(text[:80]),
            names=wanted,
        )
    if run.missing == {"events_per_second"} and _is_silent(run.version):
        version = run.version or say("before 1.0.8")
        return say(
            "the result is not complete: no {names} (sysbench {version} prints none)",
            names=wanted,
            version=version,
        )
    return say("the result is not complete: no {names}", names=wanted)


def _is_silent(version: str | None) -> bool:
    """Whether a release prints no events per second for the CPU; an unknown one may not."""
    return version is None or tuple(map(int, re.findall(r"\d+", version)[:3])) < _CPU_SPEED_SINCE
