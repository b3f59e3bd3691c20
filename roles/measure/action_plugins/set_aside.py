"""Action: set measurements aside that are to be made again, on the lab host and on the controller.

The lab host forgets them; the controller keeps what it has of them in the folder `.replaced` of the
host's results, where nothing is counted. A run that is going on is left alone.

Arguments: run, dest (folder of this host in the run's results), blocks (what to set aside).
"""

import shlex
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:  # Ansible may run from another environment than the checkout's
    sys.path.append(str(ROOT))

from collector.run.incoming import set_aside  # noqa: E402 - found through the line above

RUNS = 9  # exit code: the run is going on
FORGET = """cd /var/lib/vmmlab/runs/{run} 2> /dev/null || exit 0
systemctl is-active --quiet vmmlab-run@{run}.service && exit {runs}
cd results 2> /dev/null || exit 0
rm -f -- {files}"""


def stems(blocks: list[dict[str, Any]]) -> list[str]:
    """Return the paths of the logs of a schedule, without the suffix."""
    return [
        f"{block['vmm']}/{step['measurement']}/{step['case']}/{step['repetition']:02d}"
        for block in blocks
        for step in block["measurements"]
    ]


class ActionModule(ActionBase):
    """Sets measurements of one run aside on one host."""

    _supports_check_mode = True
    _supports_async = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run the action."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(
            {
                "run": {"type": "str", "required": True},
                "dest": {"type": "path", "required": True},
                "blocks": {"type": "list", "elements": "dict", "required": True},
            }
        )
        files = [
            f"{stem}{suffix}" for stem in stems(arguments["blocks"]) for suffix in (".log", ".json")
        ]
        dest = Path(arguments["dest"])
        if self._task.check_mode:
            return {**result, "changed": any((dest / name).is_file() for name in files)}
        run = arguments["run"]
        command = FORGET.format(run=shlex.quote(run), runs=RUNS, files=shlex.join(files))
        done = self._low_level_execute_command(command, sudoable=True)
        if done["rc"] == RUNS:
            raise AnsibleActionFail(
                f"the run '{run}' is going on here, so nothing of it can be measured again now;"
                " the same command without a part (only) waits for its end"
            )
        if done["rc"] != 0:
            said = done["stderr"].strip() or done["stdout"].strip()
            raise AnsibleActionFail(f"what was measured cannot be set aside on this host: {said}")
        return {**result, "changed": set_aside(dest, files) > 0}
