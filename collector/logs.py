"""One log of a collection: all that was read from it, and where it lies."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from collector.findings import Finding, Severity
from collector.identities.boot import PARTS
from collector.identities.printed import Printed
from collector.metrics import METRICS
from collector.results import Collection
from collector.words import Message

_STEP = 0.01
"""Sysbench prints two decimals, but for the total time."""
_TIME_STEP = 1e-4
_BOOT_STEP = 1e-3
_EXACT = ("file_size_bytes", "file_total_size_bytes", "file_rw_ratio", "file_merged_bytes")
_BOOT = (*PARTS, "total_s", "boot_s")
_KEY = ("run", "host", "vmm", "measurement", "case", "repetition", "log")
_Key = tuple[str, str, str, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Log:
    """All that was read from one log, and where it lies."""

    run: str
    host: str
    vmm: str
    subject: str
    case: str
    repetition: int
    log: str
    tool: str = ""
    version: str = ""
    outcome: str = "ok"
    reason: Message | None = None
    line: int = 0
    sha256: str = ""
    seconds: float | None = None
    exit_code: float | None = None
    parser: str = ""
    fault: Message | None = None
    """Why its sidecar cannot be used."""
    surroundings: dict[str, Any] = field(default_factory=dict)
    """What its sidecar says of the lab host; see `collector.surroundings`."""
    numbers: dict[str, float] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def finding(self, severity: Severity, metric: str, message: Message) -> Finding:
        """Return a finding about this log; its line is that of `metric`, where it has one."""
        return Finding(
            severity,
            self.run,
            self.host,
            self.vmm,
            self.subject,
            self.case,
            self.repetition,
            metric,
            self.log,
            self.lines.get(metric),
            message,
        )

    def printed(self) -> dict[str, Printed]:
        """Return the numbers with the step in which their tool prints them."""
        return {name: Printed(value, step(name)) for name, value in self.numbers.items()}


@cache
def step(metric: str) -> float:
    """Return the distance of two neighbouring numbers of `metric` as its tool prints it."""
    if metric in _BOOT:
        return _BOOT_STEP
    if metric == "total_time_s":
        return _TIME_STEP
    if metric == "eps_per_s":
        return _TIME_STEP
    known = METRICS.get(metric)
    return 0.0 if metric in _EXACT or (known and known.whole) else _STEP


def read_logs(collection: Collection) -> list[Log]:
    """Return the logs of `collection` in its order, with the samples of each."""
    logs: dict[_Key, Log] = {}
    for row in _rows(collection.logs, (*_KEY, *_FROM_LOGS)):
        key = cast("_Key", row[: len(_KEY)])
        tool, version, outcome, reason, line, sha256, *rest = row[len(_KEY) :]
        seconds, exit_code, parser, fault, surroundings = rest
        logs[key] = Log(
            *key,
            _text(tool),
            _text(version),
            _text(outcome),
            reason,
            int(_number(line) or 0),
            _text(sha256),
            _number(seconds),
            _number(exit_code),
            _text(parser),
            fault,
            json.loads(surroundings) if surroundings else {},
        )
    for row in _rows(collection.samples, (*_KEY, "metric", "value", "text", "line")):
        log = logs.get(cast("_Key", row[: len(_KEY)]))
        if log is None:
            continue
        metric, value, text, line = row[len(_KEY) :]
        if text:
            log.words[metric] = text
        else:
            log.numbers[metric] = float(value)
        log.lines[metric] = int(line)
    return list(logs.values())


_FROM_LOGS = (
    *("tool", "version", "outcome", "reason", "line", "sha256", "seconds", "exit_code"),
    *("parser", "fault", "surroundings"),
)


def _rows(frame: Any, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    """Return a number of a frame; None for the frame's NaN and for nothing."""
    if not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN
        return None
    return float(value)
