"""A filter that finds the mistakes in an inventory that no role would notice."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from jinja2 import Undefined

from collector.errors import did_you_mean

GROUPS = ("controllers", "builders", "lab")
UNNEEDED = "builders"
"""Where everything is built already; a group that looks like it is a mistake all the same."""
ALSO_OURS = "lab_"
"""What variables of no role begin with; the others begin with the name of their role."""
CLOSE_TO = ("plan", "run_name", "results_dir", "only", "vmms")
"""Variables without a role's name: another that looks like one of them is a mistake."""
_CLOSE = 0.75
"""Two letters of `plan` in the other order are as close as that."""
_TYPED = ("type", "elements", "choices")
_NAMED = 3
"""Hosts that a line names one by one."""


def inventory_faults(
    hostvars: Mapping[str, Mapping[str, Any]], groups: Mapping[str, list[str]], checkout: str
) -> list[str]:
    """Return a line for each mistake: which hosts, what was found, what it should be.

    A group that is missing, or has no host; a variable that only looks like one of ours; a value
    of another type than its role wants; variables of the checkout that do not reach the inventory.
    """
    known = _Known(Path(checkout))
    hosts_of: dict[str, list[str]] = {}
    for host in hostvars:
        for text in _host_faults(hostvars[host], known):
            hosts_of.setdefault(text, []).append(host)
    lines = (f"{_some(hosts)}: {text}" for text, hosts in hosts_of.items())
    return [*_group_faults(groups), *lines]


class _Known:
    """What this checkout knows of variables."""

    def __init__(self, checkout: Path) -> None:
        """Read the roles' argument specifications and what group_vars gives to all."""
        self.spec: dict[str, dict[str, Any]] = {}
        """Option of a role to its type, elements and choices."""
        for path in sorted((checkout / "roles").glob("*/meta/argument_specs.yml")):
            entries = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
            for entry in entries.values():
                for name, option in entry.get("options", {}).items():
                    self.spec[name] = {key: option[key] for key in _TYPED if key in option}
        self.names = set(self.spec)
        for path in (checkout / "inventory/group_vars/all").glob("*.yml"):
            self.names |= set(yaml.safe_load(path.read_text(encoding="utf-8")))
        roles = (f"{path.name}_" for path in (checkout / "roles").iterdir())
        self.prefixes = (*roles, ALSO_OURS)


def _group_faults(groups: Mapping[str, list[str]]) -> Iterator[str]:
    others = [name for name in groups if name not in (*GROUPS, "all", "ungrouped")]
    for name in GROUPS:
        meant = did_you_mean(name, others)
        if not groups.get(name) and (meant or name != UNNEEDED):
            yield (
                f"no host is in the group '{name}'{meant}; needed are the groups"
                f" {', '.join(GROUPS)}, as in inventory/lab.example.yml"
            )


def _host_faults(values: Mapping[str, Any], known: _Known) -> Iterator[str]:
    if "plan" not in values:
        yield (
            "the variables of inventory/group_vars do not reach it; keep the inventory file in the"
            " folder inventory of this checkout"
        )
    typed = {}
    for name in values:
        if name in known.spec:
            # What rests on facts of the host has no value yet.
            if not isinstance(value := values[name], Undefined):
                typed[name] = value
        elif name in known.names:
            continue
        elif name.startswith(known.prefixes):
            yield f"{name} is no variable of vmmlab{did_you_mean(name, known.names)}"
        elif close := difflib.get_close_matches(name, CLOSE_TO, n=1, cutoff=_CLOSE):
            yield f"{name} is no variable of vmmlab (did you mean '{close[0]}'?)"
    spec = {name: known.spec[name] for name in typed}
    yield from ArgumentSpecValidator(spec).validate(typed).error_messages


def _some(hosts: list[str]) -> str:
    more = f" and {len(hosts) - _NAMED} more" if len(hosts) > _NAMED else ""
    return f"{', '.join(hosts[:_NAMED])}{more}"


class FilterModule:
    """Offers the filter to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filter by name."""
        return {"preflight_inventory_faults": inventory_faults}
