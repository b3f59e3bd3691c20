"""sysbench cpu, memory and fileio, formats 1.0 and 1.1.

A run begins with `sysbench 1.0.20 (using …)` and ends with the fairness of its threads (1.1's
fileio ends with the latencies). Reports at intervals and histograms are recognised and not kept.
"""

import re
from collections.abc import Sequence

from collector.logtext import Line, is_noise, is_prompt
from collector.parsers.model import LogRun, Value
from collector.parsers.sysbench_grammar import (
    ANYWHERE,
    BANNER,
    OLD_BANNER,
    PREPARATION,
    RULES,
    convert,
    match,
)

__all__ = ["PARSER", "access_mode", "begins", "read", "restarts"]

PARSER = "sysbench"

_FATAL = re.compile(r"(?:FATAL|ALERT|CRITICAL): ")
_BROKEN_OFF = re.compile(
    r"Killed|Terminated|Aborted|\^C|Segmentation fault|.*[Tt]imed? ?out|Connection .*closed"
    r"|.*Broken pipe|Script done|.*[Cc]onnection (?:reset|lost)"
)
_HEADER = "Running the test with following options:"
_NOTHING_MOVED = ("memory_operation", "none")
_PROGRAM = re.compile(r"\bsysbench\b")
_TEST = re.compile(r"\b(?:cpu|memory|fileio)\b")
_ACCESS_MODE = re.compile(r"--memory-access-mode[= ](?P<mode>seq|rnd)\b")

_LATENCY = {"latency_min_ms", "latency_avg_ms", "latency_max_ms", "percentile", "latency_sum_ms"}
_COMMON = _LATENCY | {"total_time_s", "total_events", "fairness_events_avg", "fairness_time_avg_s"}
_FILEIO = {"reads_per_s", "writes_per_s", "fsyncs_per_s", "read_mib_per_s", "written_mib_per_s"}
_REQUIRED = {
    "cpu": _COMMON | {"events_per_second"},
    "memory": _COMMON | {"events_per_second", "total_operations", "throughput_mib_per_s"},
    "fileio": _COMMON | _FILEIO,
}


def begins(text: str) -> bool:
    """Tell whether a run of sysbench begins with this line (without indentation)."""
    if restarts(text) or _FATAL.match(text):
        return True
    found = match(text)
    return found is not None and found[0].starts


def restarts(text: str) -> bool:
    """Tell whether this line begins a run even in the middle of another one."""
    banner = BANNER.match(text)
    return (
        (banner is not None and banner["using"] is not None)
        or OLD_BANNER.match(text) is not None
        or text == _HEADER
    )


def access_mode(command: str) -> str | None:
    """Return the access mode that a command asks the memory test for; None when it is not said."""
    found = _ACCESS_MODE.search(command)
    return found["mode"] if found else None


def _test_of(command: str) -> str | None:
    """Return the first test named behind `sysbench`, in one pass over a line of any length."""
    program = _PROGRAM.search(command)
    found = _TEST.search(command, program.end()) if program else None
    return found[0] if found else None


class _Run:
    """What is known of a run while its lines are read."""

    def __init__(self, version: str | None, command: Line | None) -> None:
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

    def take(self, line: Line) -> str | None:
        """Take one line into the run; return what is wrong with it, or None."""
        text = line.text.strip()
        found = match(text)
        if found is None or (not line.ended and not re.search(r"\D\.?$|\.\d\d$", text)):
            return f"not a line of sysbench: {text[:120]!r}"
        rule, groups = found
        if rule.position <= self.position:
            return f"out of place, or there twice: {text[:120]!r}"
        if rule.test and self.test and rule.test != self.test:
            return f"a line of sysbench {rule.test} inside sysbench {self.test}: {text[:120]!r}"
        self.position = rule.position
        self.test = self.test or rule.test
        names = groups.groupdict()
        if not self.seen.isdisjoint(names):
            return f"there twice: {text[:120]!r}"
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

    def close(self, reason: str, line: int) -> LogRun | None:
        """Return the run as it is when it goes no further, `reason` being why.

        A complete one does not need to go further, and a preparation is no run unless it failed.
        """
        if self.prepares and not _FATAL.match(reason):
            return None
        return self.end(None, None) if not self.missing else self.end(reason, line)

    def end(self, reason: str | None, line: int | None) -> LogRun:
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


def read(
    lines: Sequence[Line], start: int, command: Line | None, version: str | None
) -> tuple[LogRun | None, int]:
    """Read the run that begins at `lines[start]`.

    Args:
        lines: the lines of the log.
        start: index of a line for which `begins` holds.
        command: the line with the command, where a prompt with one stands before the output.
        version: the version, where a line of its own names it before the run.

    Returns:
        The run, or None for a preparation (`prepare`, `cleanup`), and the index to go on with.
    """
    first = lines[start].text.strip()
    if old := OLD_BANNER.match(first):
        reason = f"sysbench {old['version']} prints a format of its own; use 1.0 or 1.1"
        index = start + 1
        while index < len(lines) and not _another(lines[index].text.strip()):
            index += 1
        return _Run(old["version"], command).end(reason, lines[start].number), index
    banner = BANNER.match(first)
    run = _Run(banner["version"] if banner else version, command)
    last = lines[start]
    begin = start + 1 if banner else start
    for index in range(begin, len(lines)):
        line = lines[index]
        text = line.text.strip()
        if not text or is_noise(line.text) or ANYWHERE.fullmatch(text):
            continue
        if PREPARATION.fullmatch(text) or (run.prepares and text.startswith("Extra file open")):
            run.prepares = True
            continue
        if restarts(text) and (text != _HEADER or run.position >= 0):
            break
        wrong = _verdict(line, text, run)
        if wrong is None:
            last = line
        elif not line.overwritten or _FATAL.match(text):
            return run.close(wrong, line.number), max(index, start + 1)
    else:
        index = len(lines)
    return run.close(_cut_off(last, run), last.number), index


def _another(text: str) -> bool:
    """Tell whether a line ends the output of a sysbench that is not read any further."""
    return is_prompt(text) or (text != _HEADER and restarts(text))


def _verdict(line: Line, text: str, run: _Run) -> str | None:
    """Let `run` take a line; return why it ends the run instead, or None."""
    if _FATAL.match(text):
        return text
    if is_prompt(text):
        return "the prompt came back before a result: the run was broken off"
    if _BROKEN_OFF.match(text):
        return f"the run was broken off: {text[:120]!r}"
    return run.take(line)


def _cut_off(last: Line, run: _Run) -> str:
    """Say what a run lacks whose last line is `last`."""
    text = last.text.strip()
    if text == "Threads started!":
        return "the log ends after 'Threads started!', without a result: cut off or aborted"
    if run.test is None and run.position == len(RULES) - 1:
        return "a result of none of the tests cpu, memory and fileio"
    wanted = ", ".join(sorted(run.missing))
    if run.position == len(RULES) - 1:
        return f"the result is not complete: no {wanted}"
    return f"the log ends after {text[:80]!r}, before the result is complete: no {wanted}"
