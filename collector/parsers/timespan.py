"""systemd's spans of time: `742ms`, `1.245s`, `2min 2.438s`, `1h 3min 2s`."""

from functools import lru_cache

from collector.patterns import on_use

__all__ = ["IMPOSSIBLE_S", "TIMESPAN", "seconds"]

_UNITS = {
    "y": 31557600.0,
    "month": 2629800.0,
    "w": 604800.0,
    "d": 86400.0,
    "h": 3600.0,
    "min": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
}
"""Seconds of each unit, the larger first; years and months as systemd counts them."""

IMPOSSIBLE_S = _UNITS["y"]
"""No boot and no unit takes so long: systemd prints half a million years where one of its clocks
is behind the other."""

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
TIMESPAN = (
    rf"{_NUMBER}(?:y|month|w|d|h|min|s|ms|us)(?: {_NUMBER}(?:month|w|d|h|min|s|ms|us)){{0,8}}"
)
"""Pattern of one span."""

_PART = on_use(r"([0-9]+)(?:\.([0-9]+))?([a-z]+)")
_MICROSECONDS = {unit: round(length * 1_000_000) for unit, length in _UNITS.items()}


@lru_cache(maxsize=1 << 16)
def seconds(text: str) -> float:
    """Return the length of a span that `TIMESPAN` matches (or a bare `0`) in seconds.

    It is added up in whole microseconds, systemd's own resolution, so that `2min 2.438s` is
    122.438 and nothing beside it.
    """
    if text.endswith("s") and " " not in text:
        if text[-2:] == "ms":
            digits = text[:-2]
            if digits.isdigit():
                return int(digits) / 1000
        elif text[-2:-1].isdigit():
            return float(text[:-1])
    total = 0
    for whole, fraction, unit in _PART.findall(text):
        length = _MICROSECONDS[unit]
        total += int(whole) * length
        if fraction:
            total += int(fraction) * length // 10 ** len(fraction)
    return total / 1_000_000
