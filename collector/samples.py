"""The tidy frames: one row per value read, one row per log found or planned."""

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from collector.metrics import metric
from collector.parsers.clean import CleanRun

__all__ = ["Columns", "LogRow", "write_csv"]

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
    reason: str = ""
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


_NUMBERS = {"line", "seconds", "exit_code", "attempt", "block"}
_OF_THE_LOG = ("run", "host", "vmm", "measurement", "case", "repetition")


class Columns:
    """The frames while they grow."""

    def __init__(self) -> None:
        """Begin without a row."""
        self._rows: list[LogRow] = []
        self._counts = array("q")
        self._metrics: list[str] = []
        self._numbers = array("d")
        self._lines = array("q")
        self._words: dict[int, str] = {}

    def add(self, row: LogRow, values: CleanRun | None) -> None:
        """Add one log and the values read from it."""
        self._rows.append(row)
        if values is None:
            self._counts.append(0)
            return
        for position, word in values.words:
            self._words[len(self._numbers) + position] = word
        self._counts.append(len(values.metrics))
        self._metrics += values.metrics
        self._numbers.extend(values.numbers)
        self._lines.extend(values.lines)

    def logs(self) -> pd.DataFrame:
        """Return the frame of the logs (see `collector.results.Collection`)."""
        return pd.DataFrame({name: self._log_column(name) for name in LogRow._fields}, copy=False)

    def samples(self) -> pd.DataFrame:
        """Return the frame of the values (see `collector.results.Collection`).

        Column by column, so that at no time more than one of them exists twice.
        """
        counts = np.frombuffer(self._counts, dtype=np.int64)
        columns: dict[str, Any] = {name: self._spread(name, counts) for name in _OF_THE_LOG}
        columns["metric"] = _strings(self._metrics)
        columns["value"] = np.array(self._numbers, dtype=np.float64)
        words = np.full(len(self._metrics), "", dtype=object)
        for position, word in self._words.items():
            words[position] = word
        columns["text"] = _strings(words)
        units = {name: metric(name).unit for name in set(self._metrics)}
        columns["unit"] = _strings([units[name] for name in self._metrics])
        columns["log"] = self._spread("log", counts)
        columns["line"] = np.array(self._lines, dtype=np.int64)
        columns["sha256"] = self._spread("sha256", counts)
        columns["parser"] = self._spread("parser", counts)
        return pd.DataFrame(columns, copy=False)

    def _log_values(self, name: str) -> npt.NDArray[Any]:
        """Return one column of the logs."""
        position = LogRow._fields.index(name)
        kind = np.int64 if name == "repetition" else np.float64 if name in _NUMBERS else object
        return np.array([row[position] for row in self._rows], dtype=kind)

    def _log_column(self, name: str) -> Any:
        values = self._log_values(name)
        return _strings(values) if values.dtype == object else values

    def _spread(self, name: str, counts: npt.NDArray[np.int64]) -> Any:
        """Return a column of the logs, each entry once for each value of its log."""
        values = np.repeat(self._log_values(name), counts)
        return _strings(values) if values.dtype == object else values


def _strings(values: Sequence[str] | npt.NDArray[Any]) -> Any:
    return pd.array(np.asarray(values, dtype=object), dtype="str", copy=False)


def write_csv(samples: pd.DataFrame, path: Path) -> None:
    """Write the frame of the samples as CSV (UTF-8, comma, a header)."""
    samples.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
