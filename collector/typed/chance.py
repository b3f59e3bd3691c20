"""How often numbers agree in all digits by chance, in a whole workbook.

Where many numbers lie close together (20 speeds of one CPU) it happens, where few do it does not.
The estimate is of all coincidences that a workbook like this one would have and that are at least
as surprising as the one seen, not of the one pair: a class hands in hundreds of workbooks.
"""

from collections.abc import Sequence
from typing import NamedTuple

from collector.typed.model import TypedSample
from collector.words import Message, say

_WINDOWS = (0.1, 0.02, 0.005)
"""Around a number, as a share of it: in which of them numbers lie closest counts."""
_ROOM = 1.25
MEASURED = {
    "events_per_second": say("speed"),
    "throughput_mib_per_s": say("memory transfer rate"),
    "read_mib_per_s": say("throughput"),
    "written_mib_per_s": say("throughput"),
    "reads_per_s": say("rate"),
    "writes_per_s": say("rate"),
    "fsyncs_per_s": say("rate"),
    "latency_max_ms": say("longest latency"),
    "latency_avg_ms": say("average latency"),
}
"""Metrics that vary in all their digits; percentiles come in steps, sizes repeat by nature."""


def kind_of(sample: TypedSample) -> Message:
    """Return what kind of number a sample is: numbers of one kind may agree by chance."""
    return MEASURED[sample.metric]


class _Pair(NamedTuple):
    """Two numbers near each other: their distance and the step of a digit, as shares of them."""

    distance: float
    step: float
    repetitions: bool
    kinds: frozenset[Message]


class Chance:
    """The coincidences that chance makes among the samples of a workbook."""

    def __init__(self, samples: Sequence[TypedSample]) -> None:
        """Look at all pairs of numbers that are near each other and not the same."""
        ordered = sorted(samples, key=lambda sample: sample.number.value)
        self._pairs = []
        for place, one in enumerate(ordered):
            if one.number.value <= 0:
                continue
            for other in ordered[place + 1 :]:
                distance = other.number.value / one.number.value - 1
                if distance > _WINDOWS[0]:
                    break
                if distance:
                    self._pairs.append(_pair(one, other, distance))

    def of(self, one: TypedSample, other: TypedSample) -> float:
        """Return how many coincidences at least as surprising as this one chance would make."""
        seen = _pair(one, other, 0.0)
        like = [
            pair
            for pair in self._pairs
            if pair.repetitions == seen.repetitions
            and pair.kinds == seen.kinds
            and pair.step <= seen.step * _ROOM
        ]
        expected = [
            sum(pair.step for pair in like if pair.distance <= window) / (2 * window)
            for window in _WINDOWS
        ]
        return max(*expected, seen.step / (2 * _WINDOWS[0]))


def _pair(one: TypedSample, other: TypedSample, distance: float) -> _Pair:
    step = max(one.number.step, other.number.step) / max(one.number.value, 1e-9)
    kinds = frozenset((kind_of(one), kind_of(other)))
    return _Pair(distance, step, _test(one) == _test(other), kinds)


def _test(sample: TypedSample) -> tuple[object, ...]:
    """Return what two repetitions of one test have in common."""
    return (sample.subject, sample.vmm, sample.case, sample.metric, sample.parameters)
