"""A filter that finds the mistakes in an inventory that no role would notice."""

import difflib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.vars import load_extra_vars
from jinja2 import Undefined

from collector.errors import did_you_mean

SHARED = str(Path(__file__).resolve().parents[3] / "playbooks/module_utils")
if SHARED not in sys.path:
    sys.path.append(SHARED)

from guest_network import parse  # noqa: E402 - found through the lines above

GROUPS = ("controllers", "builders", "lab")
UNNEEDED = "builders"
"""Where everything is built already; a group that looks like it is a mistake all the same."""
ALSO_OURS = "lab_"
"""What variables of no role begin with; the others begin with the name of their role."""
CLOSE_TO = ("plan", "run_name", "results_dir", "only", "vmms")
"""Variables without a role's name: another that looks like one of them is a mistake."""
ONE_FOR_ALL = (*CLOSE_TO, "builds_from", "lab_state_dir", "virtual_lab_port")
"""Variables that several machines of a run use, and that must mean the same to all of them."""
NETWORK = "guest_network"
"""It is looked at here, before anything is built for it, and on each lab host."""
_CLOSE = 0.75
"""Two letters of `plan` in the other order are as close as that."""
_TYPED = ("type", "elements", "choices")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAMED = 3
"""Hosts that a line names one by one."""


def inventory_faults(
    hostvars: Mapping[str, Mapping[str, Any]], groups: Mapping[str, list[str]], checkout: str
) -> list[str]:
    """Return a line for each mistake: which hosts, what was found, what it should be.

    A group that is missing, or has no host; a variable that only looks like one of ours; a value
    of another type than its role wants; a value that nobody would use, because the playbooks give
    it themselves, or that a part of the run would not use.
    """
    known = _Known(Path(checkout))
    # What is given with -e wins over the playbooks, too.
    known.given -= set(getattr(load_extra_vars, "extra_vars", ()))
    hosts_of: dict[str, list[str]] = {}
    for host in hostvars:
        for text in _host_faults(hostvars[host], known):
            hosts_of.setdefault(text, []).append(host)
    lines = (f"{_some(hosts)}: {text}" for text, hosts in hosts_of.items())
    return [*_group_faults(groups), *lines, *_parted(hostvars)]


class _Known:
    """What this checkout knows of variables."""

    def __init__(self, checkout: Path) -> None:
        """Read the roles' argument specifications, the defaults for all, and what is no option."""
        self.spec: dict[str, dict[str, Any]] = {}
        """Option of a role to its type, elements and choices."""
        for path in sorted((checkout / "roles").glob("*/meta/argument_specs.yml")):
            entries = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
            for entry in entries.values():
                for name, option in entry.get("options", {}).items():
                    self.spec[name] = {key: option[key] for key in _TYPED if key in option}
        self.names = set(self.spec)
        self.given = set(self.spec) & set(_given(checkout))
        """Options that a playbook or a role gives to a role, over what an inventory says."""
        for path in (checkout / "playbooks/group_vars/all").glob("*.yml"):
            # Only names: a value may be one that YAML alone cannot read (!vault).
            text = path.read_text(encoding="utf-8")
            self.names |= set(re.findall(r"^(\w+):", text, re.MULTILINE))
        roles = (f"{path.name}_" for path in (checkout / "roles").iterdir())
        self.prefixes = (*roles, ALSO_OURS)


def _given(checkout: Path) -> Iterator[str]:
    """Yield every name that the playbooks and the tasks of roles give to roles."""
    for path in (*checkout.glob("playbooks/*.yml"), *checkout.glob("roles/*/tasks/*.yml")):
        found = [yaml.load(path.read_text(encoding="utf-8"), _LOADER)]  # noqa: S506 - both are safe
        while found:
            value = found.pop()
            if isinstance(value, dict):
                for given in (value.get("vars"), *value.get("roles", ())):
                    yield from given if isinstance(given, dict) else ()
                found += value.values()
            elif isinstance(value, list):
                found += value


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
    typed = {}
    for name in values:
        if name in known.given:
            yield f"{name} is given by the playbooks, so what is written here would not be used"
        elif name in known.spec:
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
    if NETWORK in typed:
        try:
            parse(typed[NETWORK])
        except ValueError as error:
            yield str(error)


def _parted(hostvars: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name in ONE_FOR_ALL:
        hosts_with: dict[str, list[str]] = {}
        for host, values in hostvars.items():
            if name in values and not isinstance(value := values[name], Undefined):
                hosts_with.setdefault(json.dumps(value, default=str), []).append(host)
        if len(hosts_with) > 1:
            found = "; ".join(f"{value} for {_some(hosts)}" for value, hosts in hosts_with.items())
            yield f"{name} is one for the whole run, and is {found}; write it below vars of all"


def _some(hosts: list[str]) -> str:
    more = f" and {len(hosts) - _NAMED} more" if len(hosts) > _NAMED else ""
    return f"{', '.join(hosts[:_NAMED])}{more}"


class FilterModule:
    """Offers the filter to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filter by name."""
        return {"preflight_inventory_faults": inventory_faults}
