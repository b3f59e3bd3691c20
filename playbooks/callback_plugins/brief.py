"""Callback that prints plays, roles, what changes, what is said and what fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible.plugins.callback.default import CallbackModule as Default

if TYPE_CHECKING:
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.playbook.included_file import IncludedFile
    from ansible.playbook.play import Play
    from ansible.playbook.task import Task

DOCUMENTATION = """
name: brief
type: stdout
short_description: Prints plays, roles, what changes, what is said and what fails
description:
  - Like the default callback, but a task that changes nothing has no lines of its own; with -v all
    tasks have. Plays and roles are named when their first task starts.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
"""

_DEBUG = ("ansible.builtin.debug", "ansible.legacy.debug", "debug")


class CallbackModule(Default):
    """Leaves out of the default callback's lines those that say that nothing happened."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "brief"

    def __init__(self) -> None:
        """Begin with nothing named."""
        super().__init__()
        self._named: set[str] = set()

    def v2_playbook_on_play_start(self, play: Play) -> None:
        """Name a play only when it has something to do."""
        if self._display.verbosity:
            super().v2_playbook_on_play_start(play)
        self._play = play
        self._named = set()

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Say nothing: a lab without hosts of a kind is nothing unusual."""

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:
        """Name the play and the role that a task is the first of."""
        super().v2_playbook_on_task_start(task, is_conditional)
        role = task._role.get_name() if task._role else ""  # noqa: SLF001 - it has no public name
        for name, indent in ((self._play.get_name().strip(), "\n"), (role, "  ")):
            if name and name not in self._named:
                self._named.add(name)
                self._display.display(f"{indent}{name}")

    def v2_playbook_on_include(self, included_file: IncludedFile) -> None:
        """Say nothing: what is included speaks for itself."""
        if self._display.verbosity:
            super().v2_playbook_on_include(included_file)

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        """Print a change, or what a task has to say."""
        if self._display.verbosity or result.is_changed():
            super().v2_runner_on_ok(result)
        elif not result.task.loop:
            self._say(result)

    def v2_runner_item_on_ok(self, result: CallbackTaskResult) -> None:
        """Print a change, or what a task has to say."""
        if self._display.verbosity or result.is_changed():
            super().v2_runner_item_on_ok(result)
        else:
            self._say(result)

    def _say(self, result: CallbackTaskResult) -> None:
        self._handle_warnings_and_exception(result)
        if result.task.action in _DEBUG:
            text = result.result.get("msg")
            for line in text if isinstance(text, list) else [text]:
                self._display.display(f"  {self.host_label(result)}: {_printable(line)}")


def _printable(text: object) -> str:
    """Return `text`, which may be a lab host's, without what moves the cursor of a terminal."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in str(text))
