"""The tidy frames: one row per value read, one row per log found or planned."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from collector.metrics import metric
from collector.parsers.clean import CleanRun
from collector.words import Message

__all__ = ["Columns", "LogRow"]

_NAN = float("nan")


class LogRow(NamedTuple):
    """One log in the frame of the logs; see `collector.results.Collection` for its columns."""

    run: str
    host: str
    vmm: str
    measurement: str
    case: str
    repetition: int
    log: str
    outcome: str
    reason: Message | None = None
    line: float = _NAN
    tool: str = ""
    version: str = ""
    sha256: str = ""
    parser: str = ""
    started: str = ""
    finished: str = ""
    seconds: float = _NAN
    exit_code: float = _NAN
    attempt: float = _NAN
    block: float = _NAN
    fault: Message | None = None
    surroundings: str = ""


_NUMBERS = {"repetition", "line", "seconds", "exit_code", "attempt", "block"}
_MESSAGES = {"reason", "fault"}
_OF_THE_LOG = ("run", "host", "vmm", "measurement", "case", "repetition")


class Columns:
    """The frames while they grow."""

    def __init__(self) -> None:
        """Begin without a row."""
        self._rows: list[tuple[Any, ...]] = []
        self._counts: list[int] = []
        self._metrics: list[str] = []
        self._numbers: list[float] = []
        self._lines: list[int] = []
        self._words: dict[int, str] = {}

    def add(self, row: tuple[Any, ...], values: CleanRun | None) -> None:
        """Add one log (the columns of a `LogRow`) and the values read from it."""
        self._rows.append(row)
        if values is None:
            self._counts.append(0)
            return
        for position, word in values.words:
            self._words[len(self._numbers) + position] = word
        self._counts.append(len(values.metrics))
        self._metrics += values.metrics
        self._numbers += values.numbers
        self._lines += values.lines

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the frames of the values and of the logs (see `collector.results.Collection`)."""
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(LogRow._fields)
        logs = {
            name: np.array(column, dtype=np.int64 if name == "repetition" else np.float64)
            if name in _NUMBERS
            else np.array(column, dtype=object)
            if name in _MESSAGES
            else _strings(column)
            for name, column in zip(LogRow._fields, columns, strict=True)
        }
        return self._samples(logs), pd.DataFrame(logs, copy=False)

    def _samples(self, logs: dict[str, Any]) -> pd.DataFrame:
        counts = np.array(self._counts, dtype=np.int64)
        of_log = np.repeat(np.arange(len(counts)), counts)
        codes: defaultdict[str, int] = defaultdict(count().__next__)
        of_metric = np.fromiter(map(codes.__getitem__, self._metrics), np.intp, len(self._metrics))
        names = list(codes)
        words = np.full(len(self._metrics), "", dtype=object)
        words[list(self._words)] = list(self._words.values())
        columns: dict[str, Any] = {name: logs[name].take(of_log) for name in _OF_THE_LOG}
        columns["metric"] = _strings(names).take(of_metric)
        columns["value"] = np.array(self._numbers, dtype=np.float64)
        columns["text"] = _strings(words)
        columns["unit"] = _strings([metric(name).unit for name in names]).take(of_metric)
        columns["log"] = logs["log"].take(of_log)
        columns["line"] = np.array(self._lines, dtype=np.int64)
        columns["sha256"] = logs["sha256"].take(of_log)
        columns["parser"] = logs["parser"].take(of_log)
        return pd.DataFrame(columns, copy=False)


def _strings(values: Sequence[str] | npt.NDArray[Any]) -> Any:
    return pd.array(np.asarray(values, dtype=object), dtype="str", copy=False)
