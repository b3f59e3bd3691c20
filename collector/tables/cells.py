"""Cells that every table is made of."""

import re

from collector.labels import Language, in_words
from collector.subjects.parts.looks import Style
from collector.tables.host_data import HostData
from collector.tables.model import Cell, SampleKey, Source

NOT_APPLICABLE = "-"
_PERCENTILE = re.compile(r"latency_p(\d+)_ms")
_DEFAULT_PERCENTILE = "latency_p95_ms"


def number(data: HostData, key: SampleKey, style: Style) -> Cell:
    """Return the cell of one sample; where the sample is missing the cell is empty."""
    found = data.numbers.get(key)
    if found is None:
        return Cell(None, style, key=key, source=data.source(key))
    value, log, line = found
    return Cell(value, style, key=key, source=Source(log, line))


def not_applicable(data: HostData, key: SampleKey) -> Cell:
    """Return the cell of a quantity that this test does not have."""
    return Cell(NOT_APPLICABLE, key=key, source=data.source(key))


def heading(text: str, rows: int = 1, columns: int = 1) -> Cell:
    """Return a cell of words that may cover its neighbours below and to the right."""
    return Cell(text, rows=rows, columns=columns)


def spread(cell: Cell) -> tuple[Cell | None, ...]:
    """Return `cell` followed by the places to its right that it covers."""
    return (cell, *(None,) * (cell.columns - 1))


def percentile_metric(data: HostData, vmm: str, subject: str) -> str:
    """Return the percentile of latency that the logs carry: the 95th unless they say another."""
    others: list[str] = []
    for name, _ in data.numbers.beginning(vmm, subject, "latency_p"):
        if name == _DEFAULT_PERCENTILE:
            return name
        others.append(name)
    return min(others, default=_DEFAULT_PERCENTILE)


def percentile_heading(language: Language, key: str, metric: str) -> str:
    """Return the heading of a column of `latency_p<N>_ms`."""
    match = _PERCENTILE.fullmatch(metric)
    return in_words(language, key, percentile=match[1] if match else "")
