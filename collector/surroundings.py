"""What the lab host was like while one log was measured, as its sidecar says."""

from collections.abc import Mapping
from typing import Any

from collector.facts import host_facts
from collector.from_host import tidy
from collector.logs import Log
from collector.results import Host
from collector.words import AND, Message, joined, say

_STEAL = 0.02
"""Share of all processors' time that a hypervisor below may take unremarked."""
_BUSY = 0.25
"""Processors that other programs may keep busy: the controller's looks take less."""
_BUSY_S = 0.5
"""CPU seconds below which the same is a moment's work, however short the measurement was."""
_SHORT = 0.05
"""Share of the time in which something waited for memory."""


def facts_of_log(host: Host, log: Log) -> dict[str, str]:
    """Return the facts of the host in the boot in which `log` was measured, and its pinning.

    Nothing where the sidecar does not name a boot, as those of earlier versions do.
    """
    meta = host.boots.get(str(log.surroundings.get("facts")))
    if meta is None:
        return {}
    found = host_facts({**meta, **_mapping(log.surroundings.get("tuning"))})
    allowed = tidy(log.surroundings.get("cpus_allowed") or "")
    if allowed:
        found["cpus"] = "none" if allowed == meta.get("cpus_online") else allowed
    return found


def disturbance(log: Log) -> Message | None:
    """Return what else went on on the host while `log` was measured; None when it was quiet."""
    seen = log.surroundings
    reasons = []
    if guests := seen.get("guests"):
        reasons.append(
            say("another guest ran: {guests}", guests=tidy(", ".join(map(str, _list(guests)))))
        )
    if (stolen := _number(seen.get("steal"))) >= _STEAL:
        reasons.append(
            say("the hypervisor below took {share:.0%} of the processors' time", share=stolen)
        )
    busy = _number(seen.get("other_cpu"))
    if busy >= _BUSY and (log.seconds is None or busy * log.seconds >= _BUSY_S):
        others = _mapping(seen.get("others"))
        named = f" ({tidy(', '.join(name for name in others if name))})" if any(others) else ""
        reasons.append(
            say(
                "other programs kept {count:.1f} processors busy{programs}",
                count=busy,
                programs=named,
            )
        )
    pressure = _mapping(seen.get("pressure"))
    if (short := _number(pressure.get("memory"))) >= _SHORT:
        reasons.append(say("programs waited for memory in {share:.0%} of the time", share=short))
    return joined(reasons, AND) if reasons else None


def turned(host: Host, log: Log) -> list[Message]:
    """Return each knob that was not as the tuning had set it, before or after the measurement."""
    meta = host.boots.get(str(log.surroundings.get("facts"))) or {}
    found = []
    for name, state in sorted(_mapping(meta.get("tuning")).items()):
        known = _mapping(state)
        if known.get("wanted") in (None, "keep") or known.get("after") is None:
            continue
        for moment in ("tuning", "tuning_after"):
            value = _mapping(log.surroundings.get(moment)).get(name)
            if value is not None and value != known["after"]:
                found.append(
                    say(
                        "{knob} {value} instead of {wanted}",
                        knob=tidy(name),
                        value=tidy(value),
                        wanted=tidy(known["after"]),
                    )
                )
                break
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
