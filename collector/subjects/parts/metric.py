"""A quantity that logs state."""

from dataclasses import dataclass

PERCENTILE = "latency_p"
"""Stands for the percentile of latency that the logs carry, whichever it is."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One quantity.

    Attributes:
        name: the name used in code, CSV, JSON and comments in cells.
        unit: the unit of its numbers; empty for counts without a unit and for words.
        description: what it is, in one line.
        higher_is_better: the direction; None for facts, parameters and words.
        whole: its values are whole numbers.
    """

    name: str
    unit: str
    description: str
    higher_is_better: bool | None = None
    whole: bool = False
