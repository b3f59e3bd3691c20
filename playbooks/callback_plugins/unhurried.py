"""Callback that lets Ansible rest while a task takes hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible import constants
from ansible.plugins.callback import CallbackBase

if TYPE_CHECKING:
    from ansible.playbook.task import Task

DOCUMENTATION = """
name: unhurried
type: aggregate
short_description: Lets Ansible rest while a task takes hours
description:
  - Ansible looks C(internal_poll_interval) apart whether a host has ended its task. Over the hours
    in which lab hosts measure that costs the controller more than all the rest of a run.
  - During a task that has the variable C(unhurried) it looks once a second.
"""
REST_S = 1.0


class CallbackModule(CallbackBase):
    """Sets Ansible's own pause between two looks, which has no keyword of a task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "unhurried"

    def __init__(self) -> None:
        """Note what the configuration says."""
        super().__init__()
        self._configured = constants.DEFAULT_INTERNAL_POLL_INTERVAL

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:  # noqa: ARG002
        """Set the pause for this task."""
        pause = REST_S if task.vars.get("unhurried") else self._configured
        constants.DEFAULT_INTERNAL_POLL_INTERVAL = pause
