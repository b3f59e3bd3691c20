"""Action: bring what runs have left on a lab host into the controller's results, before it goes.

What is here afterwards is known by its checksum. Whatever is not here, or has no place here, fails
the host with the run's name and how much that is.

Arguments: results_dir; host (the lab host's name), run (that run alone), directory (of the runs on
the host), discard (what cannot be kept is given up), advice (the end of the message).
"""

import base64
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:  # Ansible may run from another environment than the checkout's
    sys.path.append(str(ROOT))

from collector.errors import UnusableInputError  # noqa: E402 - found through the line above
from collector.from_host import tidy  # noqa: E402 - as above
from collector.run.incoming import BUDGET, place, unpack  # noqa: E402 - as above
from collector.run.keeping import (  # noqa: E402 - as above
    Left,
    lacking,
    left_of,
    logs_among,
    place_of,
    refusal,
)
from collector.run.limits import MEMORY, limit_memory  # noqa: E402 - as above

display = Display()

LONGEST = 1000  # characters of a reason
AT_ONCE = 500  # files that are asked for in one question
UNREADABLE = (AnsibleError, UnusableInputError, OSError, ValueError, KeyError, TypeError)


class ActionModule(ActionBase):
    """Keeps the results of one host."""

    _supports_check_mode = True
    _supports_async = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run the action."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._variables = task_vars or {}
        _, self._arguments = self.validate_argument_spec(
            {
                "results_dir": {"type": "path", "required": True},
                "host": {"type": "str", "default": self._variables.get("inventory_hostname", "?")},
                "run": {"type": "str", "default": ""},
                "directory": {"type": "path", "default": "/var/lib/vmmlab/runs"},
                "discard": {"type": "bool", "default": False},
                "advice": {"type": "str", "default": ""},
            }
        )
        self._host = str(self._arguments["host"])
        limit_memory(MEMORY)
        kept, lost = [], []
        for left in self._runs():
            names, here, reason = self._keep(left)
            if names:
                kept.append({"run": left.run, "files": len(names) - len(here)})
            if reason:
                lost.append(f"{self._told(left, here)}: {tidy(reason, LONGEST)}")
        if lost and not self._arguments["discard"]:
            raise AnsibleActionFail("\n".join([*lost, self._arguments["advice"]]).strip())
        for line in lost:
            display.warning(f"given up: {line}")
        return {**result, "changed": any(run["files"] for run in kept), "kept": kept}

    def _runs(self) -> list[Left]:
        """Return what the host has.

        Raises:
            AnsibleActionFail: it does not say.
        """
        try:
            found = self._ask()["runs"]
            return [left for left in map(left_of, found) if left.files]
        except UNREADABLE as error:
            if self._arguments["discard"]:
                display.warning(f"{self._host}: given up unread: {tidy(error, LONGEST)}")
                return []
            raise AnsibleActionFail(
                f"{self._host}: it cannot be seen what runs have left there:"
                f" {tidy(error, LONGEST)}\n{self._arguments['advice']}"
            ) from error

    def _keep(self, left: Left) -> tuple[list[str], list[str], str]:
        """Bring one run; return what was not here, what still is not, and why."""
        check = bool(self._task.check_mode)
        names = list(left.files)
        try:
            results = Path(self._arguments["results_dir"])
            folder = place_of(left, self._host, results, check=check)
            names = lacking(left, folder)
            if check or not names:
                return names, [], ""
            strange = refusal(left, names)
            self._fetch(left, [name for name in names if not refusal(left, [name])], folder)
            gone = lacking(left, folder)
            # Last: an end that stands in it means that everything is here.
            if left.progress and not gone:
                place(folder / "progress.json", left.progress.encode())
        except UNREADABLE as error:
            return names, names, str(error)
        came = len(names) - len(gone)
        display.display(f"{self._host}: fetched {came} files of the run '{left.run}' into {folder}")
        return names, gone, strange or "they did not arrive as they are there" if gone else ""

    def _fetch(self, left: Left, names: list[str], folder: Path) -> None:
        """Fetch files, as many at once as fit one answer."""
        size = 0
        while names:
            told = self._ask(run=left.run, files=names[:AT_ONCE])
            size += unpack(base64.b64decode(told["tar"], validate=True), folder)[1]
            packed = set(told["packed"])
            if not packed & set(names) or size > BUDGET:
                raise ValueError(f"refused more: {size} bytes came, and {len(names)} files did not")
            names = [name for name in names if name not in packed]

    def _ask(self, **wanted: Any) -> dict[str, Any]:
        """Ask the host's own module.

        Raises:
            ValueError: it failed.
        """
        run = self._arguments["run"]
        arguments = {"directory": self._arguments["directory"], "run": run, **wanted}
        told: dict[str, Any] = self._execute_module(
            module_name="run_results", module_args=arguments, task_vars=self._variables
        )
        if told.get("failed"):
            raise ValueError(told.get("msg", "no message"))
        return told

    def _told(self, left: Left, names: list[str]) -> str:
        """Return what of a run is on the host alone."""
        return (
            f"{self._host}: run '{tidy(left.run)}': {logs_among(names)} logs ({len(names)} files)"
            " are on this lab host alone"
        )
