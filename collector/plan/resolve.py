"""A plan as it applies to this checkout: read, checked, and its VMMs known."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from collector.plan.load import load_plan, refuse
from collector.plan.model import Plan
from collector.plan.project import VmmType
from collector.plan.source import Place
from collector.plan.words import did_you_mean, listing


def resolve_plan(path: Path, types: Mapping[str, VmmType]) -> Plan:
    """Return the plan in `path` for the VMM `types` there are.

    Raises:
        UnusableInputError: the file is no plan, or gives an initrd to a VMM that is unknown or
            boots without one.
    """
    plan, source = load_plan(path)
    refuse(source, _initrd_faults(plan, types))
    return plan


def _initrd_faults(plan: Plan, types: Mapping[str, VmmType]) -> Iterator[tuple[Place, str]]:
    able = [name for name, vmm in types.items() if vmm.initrd]
    for index, name in enumerate(plan.initrd):
        if name in able:
            continue
        why = "which boots without an initrd" if name in types else "no VMM type"
        hint = did_you_mean(name, able)
        text = f'initrd[{index}] is "{name}", {why}; allowed: {listing(able)}{hint}'
        yield ("initrd", index), text
