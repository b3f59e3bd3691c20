"""From a number as it is typed to the unit of its metric."""

from collector.identities.printed import Printed
from collector.typed.text import KIB, MIB_PER_S, PER_S, Quantity


def in_unit(quantity: Quantity, metric: str, heading: str) -> Printed | None:
    """Return a typed number in the unit of `metric`; None for a unit of something else.

    A cell's own unit goes before that in its heading; a bare number is in the metric's unit.
    """
    heading = heading.lower()
    if metric.endswith("_kb"):
        factors, base = KIB, "mb" if "mb" in heading or "mib" in heading else ""
    elif metric.endswith("_mib_per_s"):
        factors, base = MIB_PER_S, next((u for u in ("gib/s", "gb/s") if u in heading), "")
    elif metric.endswith("_per_s") or metric in ("events_per_second", "total_events"):
        factors, base = PER_S, ""
    else:
        return _time(quantity, heading, milliseconds=metric.endswith("_ms"))
    factor = factors.get(quantity.unit or base)
    if factor is None:
        return None
    return Printed(quantity.value * factor, quantity.step * factor)


def _time(quantity: Quantity, heading: str, *, milliseconds: bool) -> Printed | None:
    if quantity.unit not in ("", "s"):
        return None
    seconds = 1.0
    if not quantity.unit:
        in_ms = "ms" in heading or "毫秒" in heading
        in_s = "(s)" in heading or "秒" in heading
        seconds = 1e-3 if in_ms or (milliseconds and not in_s) else 1.0
    factor = seconds * (1000 if milliseconds else 1)
    return Printed(round(quantity.value * factor, 9), quantity.step * factor)
