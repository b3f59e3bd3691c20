"""From a number as it is typed to the unit of its metric."""

import re

from collector.identities.printed import Printed
from collector.typed.text import Quantity
from collector.typed.unit_names import KIB, MIB_PER_S, PER_S, SECONDS

_SIZE = re.compile(r"(?<![a-z])([mgk]i?b|bytes?|字节)(?![a-z/])")
_FLOW = re.compile(r"(?<![a-z])([mgk]i?b/(?:s|sec|秒))")
_THOUSANDS = re.compile(r"(?:^|[^a-z])(k)(?: ?iops| ?/s| ?次)|^k$|\(k\)")
_TIME = re.compile(r"(?<![a-zμ])([uμn]s|usec|ms|msec|s|sec|seconds?)(?![a-z])")
_CHINESE_TIME = re.compile(r"(微秒|毫秒|(?<!/)(?<![每微毫])秒)")


def in_unit(quantity: Quantity, metric: str, heading: str) -> Printed | None:
    """Return a typed number in the unit of `metric`; None for a unit of something else.

    A cell's own unit goes before that in its heading; a bare number is in the metric's unit.
    """
    heading = heading.lower()
    if metric.endswith("_kb"):
        factors, base = KIB, _said(_SIZE, heading)
    elif metric.endswith("_mib_per_s"):
        factors, base = MIB_PER_S, _said(_FLOW, heading)
    elif metric.endswith("_per_s") or metric in ("events_per_second", "total_events"):
        factors, base = PER_S, "k" if _thousands(heading) else ""
    else:
        return _time(quantity, heading, milliseconds=metric.endswith("_ms"))
    factor = factors.get(quantity.unit or base)
    if factor is None:
        return None
    return Printed(quantity.value * factor, quantity.step * factor)


def _said(pattern: re.Pattern[str], heading: str) -> str:
    """Return the unit that a heading names, the last where it names several; "" for none."""
    found = pattern.findall(heading)
    return found[-1] if found else ""


def _thousands(heading: str) -> bool:
    return bool(_THOUSANDS.search(heading)) or "千" in heading


def _time(quantity: Quantity, heading: str, *, milliseconds: bool) -> Printed | None:
    if quantity.unit not in ("", "s"):
        return None
    seconds = 1.0
    if not quantity.unit:
        unit = _said(_TIME, heading) or _said(_CHINESE_TIME, heading)
        seconds = SECONDS.get(unit, 1e-3 if milliseconds else 1.0)
    factor = seconds * (1000 if milliseconds else 1)
    return Printed(round(quantity.value * factor, 9), quantity.step * factor)
