"""What a guest says: nothing of it is trusted, whatever it may have become.

A record that is not what it should be raises ValueError, KeyError or TypeError.
"""

import base64
from collections.abc import Mapping
from typing import Any

LONGEST = 1000  # characters of a text
MOST_SECONDS = 1e9
FACTS = (
    "kernel",
    "sysbench",
    "boot_id",
    "clocksource",
    "cpus",
    "memory_kib",
    "write_cache",
    "state",
)


def plain(text: object) -> str:
    """Return a text as one line of characters that can be shown and written."""
    words = " ".join(str(text)[: 4 * LONGEST].split())
    return "".join(character for character in words if character.isprintable())[:LONGEST]


def seconds(value: object) -> float:
    """Return a number of seconds."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or not 0 <= value < MOST_SECONDS:
        raise ValueError(f"{plain(value)[:50]} is no number of seconds")
    return float(value)


def exit_code(value: object) -> int | None:
    """Return an exit code; None is that of a command that was killed."""
    known = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not (known and abs(value) < 1 << 31):
        raise ValueError(f"{plain(value)[:50]} is no exit code")
    return value


def log(value: str) -> bytes:
    """Return the bytes of a log."""
    return base64.b64decode(value, validate=True)


def facts(found: Mapping[str, object]) -> dict[str, Any]:
    """Return what the guest knows of itself: the known facts only, none of them long."""
    told: dict[str, Any] = {}
    for name in FACTS:
        value = found[name]
        if value is not None and not isinstance(value, int | float | str):
            raise TypeError(f"{name} is a {type(value).__name__}")
        told[name] = plain(value) if isinstance(value, str) else value
    return told
