"""Figures of others: what a number usually is, so that one far outside is worth a second look."""

from dataclasses import dataclass

from collector.words import Message


@dataclass(frozen=True, slots=True)
class Cited:
    """What others measured of one metric.

    Machines and methods are others than ours, so the band is several times as wide as the figures;
    who is outside has more likely another unit, tool or guest than another VMM.
    """

    metric: str
    figures: str
    """As they were published, with their unit."""
    source: str
    machine: Message
    method: Message
    band: tuple[float, float]
    """What is inside is normal; in the metric's unit, or in that for each GHz of the host's CPU."""
    per_ghz: bool = False
    """The band is for each GHz; where the CPU's name has none, nothing is said."""
    case: str = ""
    """The case that it is about; "" for all."""
