"""Numbers as they are printed: a value and the step it was rounded to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from collector.words import Message


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number; the true one lies within half a `step` of it."""

    value: float
    step: float = 0.0
    """Distance of two neighbouring printed numbers; 0 for an exact count."""

    @property
    def low(self) -> float:
        """The smallest true value (not below 0: no quantity here is negative)."""
        return max(0.0, self.value - self.step / 2)

    @property
    def high(self) -> float:
        """The largest true value."""
        return self.value + self.step / 2


Numbers = Mapping[str, Printed]
"""Metric name to the number, of one log or of one row of a table."""


class Problem(NamedTuple):
    """A contradiction among numbers: the metric to look at first, and the words."""

    metric: str
    message: Message


def plain(value: float) -> str:
    """Return a printed number with all its digits, without an exponent."""
    return _without_exponent(f"{value:.10g}", value)


def about(value: float) -> str:
    """Return a calculated number with 5 significant digits, without an exponent."""
    return _without_exponent(f"{value:.5g}", value)


def _without_exponent(text: str, value: float) -> str:
    if "e" not in text:
        return text
    return f"{value:.0f}" if abs(value) >= 1 else f"{value:.8f}"
