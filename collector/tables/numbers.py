"""The numbers of one host, found by the log they come from.

A host has thousands of samples and its tables show a few hundred: there is an entry for each log,
not for each number.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from collector.log_id import LogId
from collector.tables.model import SampleKey

COLUMNS = (
    "run",
    "host",
    "vmm",
    "measurement",
    "case",
    "repetition",
    "log",
    "metric",
    "value",
    "line",
)
"""What is needed of the frame of samples."""
Array = npt.NDArray[Any]


class Numbers:
    """Sample to its number, its log and its line."""

    def __init__(self, *columns: Array) -> None:
        """Index the samples in `columns` (see `COLUMNS`); those of one log stand together."""
        *of_log, names, metrics, values, lines = columns
        begins = np.flatnonzero(np.append(True, names[1:] != names[:-1])[: len(names)])
        keys = zip(*(column[begins].tolist() for column in of_log), strict=True)
        bounds = [*begins.tolist(), len(names)]
        places = zip(bounds, bounds[1:], names[begins].tolist(), strict=False)
        self._logs: dict[LogId, tuple[int, int, str]] = dict(
            zip(map(LogId._make, keys), places, strict=True)
        )
        """Where the samples of a log begin and end, and its name."""
        self._metrics: list[str] = metrics.tolist()
        self._values: list[float] = values.tolist()
        self._lines: list[int] = lines.tolist()

    def get(self, key: SampleKey) -> tuple[float, str, int] | None:
        """Return number, log and line of a sample; None where there is no such number."""
        log, metric = key
        place = self._logs.get(log)
        if place is None:
            return None
        begin, end, name = place
        try:
            at = self._metrics.index(metric, begin, end)
        except ValueError:
            return None
        value = self._values[at]
        # A word's value is NaN.
        return (value, name, self._lines[at]) if value == value else None  # noqa: PLR0124

    def values(self, keys: Iterable[SampleKey]) -> list[float]:
        """Return the numbers of those of `keys` that have one."""
        return [found[0] for key in keys if (found := self.get(key)) is not None]

    def beginning(self, vmm: str, subject: str, prefix: str) -> Iterator[tuple[str, float]]:
        """Yield metric and number where the name of the metric begins with `prefix`."""
        for log, (begin, end, _) in self._logs.items():
            if log.subject == subject and log.vmm == vmm:
                for place, metric in enumerate(self._metrics[begin:end], begin):
                    if metric.startswith(prefix):
                        yield metric, self._values[place]
