"""Callback that lets `--limit` choose among lab hosts, and leaves what serves all of them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible import context
from ansible.plugins.callback import CallbackBase

if TYPE_CHECKING:
    from ansible.inventory.manager import InventoryManager
    from ansible.playbook import Playbook

DOCUMENTATION = """
name: limit
type: aggregate
short_description: Leaves controllers and builders in, whatever the limit
description:
  - Ansible leaves out every play that a limit leaves no host of, without an error. A limit to some
    lab hosts would leave out the plan, the builds and the report.
  - A limit that names a controller or a builder chooses among these as well.
"""
SERVING = ("controllers", "builders", "localhost")


class CallbackModule(CallbackBase):
    """Widens the limit before the first play asks for its hosts."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "limit"

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        """Look at the limit; nothing is asked of any host yet."""
        for play in playbook.get_plays()[:1]:
            # There is no public way to it.
            widen(play.get_variable_manager()._inventory)  # noqa: SLF001 - as above


def widen(inventory: InventoryManager) -> None:
    """Add to a limit the hosts of each serving group of which it names none."""
    if not context.CLIARGS.get("subset"):
        return
    chosen = [host.name for host in inventory.get_hosts("all")]
    inventory.subset(None)
    for group in SERVING:
        known = group == "localhost" or group in inventory.groups
        serving = [host.name for host in inventory.get_hosts(group)] if known else []
        if not set(serving) & set(chosen):
            chosen += serving
    inventory.subset(chosen)
