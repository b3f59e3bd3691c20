"""Filters that tell whether two names in the inventory are one machine."""

from collections.abc import Mapping
from typing import Any

NAMED = 3
"""Hosts that a line names one by one."""


def twins(machines: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return of each lab host that is another one's machine the name of that other one.

    One machine has one machine-id, and at any moment one boot_id: both have to be the same. Of
    machines that were cloned the former may be.
    """
    found = {}
    for hosts in _alike(machines, "machine_id", "boot_id"):
        found |= dict.fromkeys(hosts[1:], hosts[0]) | {hosts[0]: hosts[1]}
    return found


def clones(machines: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a line for lab hosts that have one machine-id and are several machines."""
    lines = []
    for hosts in _alike(machines, "machine_id"):
        if len({machines[host]["boot_id"] for host in hosts}) > 1:
            more = f" and {len(hosts) - NAMED} more" if len(hosts) > NAMED else ""
            lines.append(
                f"{', '.join(hosts[:NAMED])}{more} have one machine-id, but not one boot_id: they"
                " are machines that were cloned, and count as several"
            )
    return lines


def _alike(machines: Mapping[str, Mapping[str, Any]], *keys: str) -> list[list[str]]:
    """Return the hosts that agree in all of some known properties, in groups of two and more."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for host, machine in machines.items():
        known = tuple(str(machine[key]) for key in keys)
        if all(known):
            groups.setdefault(known, []).append(host)
    return [hosts for hosts in groups.values() if len(hosts) > 1]


class FilterModule:
    """Offers the filters to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"lab_lock_twins": twins, "lab_lock_clones": clones}
