"""What a parser says about one run of a tool found in a log."""

from dataclasses import dataclass
from typing import Literal

from collector.words import Message

__all__ = ["LogRun", "Outcome", "Value"]

Outcome = Literal["ok", "error", "empty"]
"""`ok`: a complete result. `error`: a run was tried, without a clean result. `empty`: no run."""


@dataclass(frozen=True, slots=True)
class Value:
    """One number or word read from a log.

    Attributes:
        metric: its name in `collector.metrics.METRICS`, which also gives the unit.
        value: the number in that unit, or the word.
        line: the line of the original log it stands in, counted from 1.
    """

    metric: str
    value: float | str
    line: int


@dataclass(frozen=True, slots=True)
class LogRun:
    """One run of one tool, as far as the log shows it.

    Attributes:
        tool: `sysbench-cpu`, `sysbench-memory`, `sysbench-fileio`, `systemd-analyze`, `pmap`,
            `smaps_rollup`; None when the log does not tell.
        version: the version the tool prints of itself; None when it prints none.
        outcome: see `Outcome`.
        reason: why the outcome is not `ok`, for people; None when it is.
        line: the line that `reason` speaks of, counted from 1; None when it is the whole log.
        values: what was read; empty unless the outcome is `ok`.
        parser: name of the parser that read it.
    """

    tool: str | None
    version: str | None
    outcome: Outcome
    reason: Message | None
    line: int | None
    values: tuple[Value, ...]
    parser: str
