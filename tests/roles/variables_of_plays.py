"""Prints what the playbooks see of variables: a program, run with the checkout's configuration.

    python variables_of_plays.py INVENTORY WANTED.json [EXTRA-VARS...]

WANTED maps a variable to what somebody wrote. For each play and task of every stage, and as one
host sees another, Ansible itself looks each of them up; a line of JSON names those that are
something else: `[where, host, variable, value]`.
"""

# mypy: disable-error-code="import-untyped"
import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from ansible import context
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook import Playbook
from ansible.playbook.block import Block
from ansible.playbook.task import Task
from ansible.plugins.loader import init_plugin_loader
from ansible.vars.manager import VariableManager

CHECKOUT = Path(__file__).resolve().parent.parent.parent
WHOLE = "playbooks/full.yml"
"""It is the others."""


def tasks_of(block: Block) -> Iterator[Task]:
    """Yield every task of a block, the blocks in it included."""
    for part in (*block.block, *block.rescue, *block.always):
        if isinstance(part, Block):
            yield from tasks_of(part)
        else:
            yield part


def options_of(role: str) -> set[str]:
    """Return the documented options of a role."""
    path = CHECKOUT / f"roles/{role}/meta/argument_specs.yml"
    entries = yaml.safe_load(path.read_text())["argument_specs"].values()
    return {name for entry in entries for name in entry.get("options", {})}


def looked_up(playbook: Playbook, manager: VariableManager) -> Iterator[tuple[str, str, Any, str]]:
    """Yield a place, a host, the variables there, and the role whose options count there."""
    inventory = manager._inventory
    for host in inventory.get_hosts("all"):
        yield "as other hosts see it", host.name, manager.get_vars(host=host), ""
    for play in playbook.get_plays():
        # The hosts of the teardown are a template, for the tests' sake.
        for host in inventory.get_hosts("lab" if "{{" in str(play.hosts) else play.hosts):
            yield play.get_name(), host.name, manager.get_vars(play=play, host=host), ""
            for block in play.compile():
                for task in tasks_of(block):
                    found = manager.get_vars(play=play, host=host, task=task)
                    yield str(task), host.name, found, task._role.get_name() if task._role else ""


def main() -> None:
    """Print what is not as it was written."""
    inventory_file, wanted_file, *extra = sys.argv[1:]
    wanted = json.loads(Path(wanted_file).read_text())
    of_roles = {path.name: options_of(path.name) for path in (CHECKOUT / "roles").iterdir()}
    everywhere = set(wanted) - set().union(*of_roles.values())
    context._init_global_context(Namespace(extra_vars=tuple(extra)))
    init_plugin_loader()
    loader = DataLoader()
    # As ansible-playbook does: the defaults are found from there.
    loader.set_basedir(str(CHECKOUT / "playbooks"))
    inventory = InventoryManager(loader=loader, sources=[inventory_file])
    manager = VariableManager(loader=loader, inventory=inventory)
    for path in sorted(set((CHECKOUT / "playbooks").glob("*.yml")) - {CHECKOUT / WHOLE}):
        playbook = Playbook.load(str(path), variable_manager=manager, loader=loader)
        for where, host, found, role in looked_up(playbook, manager):
            for name in (everywhere | of_roles.get(role, set())) & set(wanted):
                if found.get(name) != wanted[name]:
                    row = [f"{path.name}: {where}", host, name, repr(found.get(name))]
                    sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
