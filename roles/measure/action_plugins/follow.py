"""Action: follow a run on a lab host, and bring its finished files to the controller.

The run needs nobody to follow it: a lost connection, or a killed controller, costs nothing.

Arguments: run, dest (folder of this host in the run's results), patience (seconds without a
connection), once (fetch what is there and return), directory and runner (places on the host).
"""

import base64
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:  # Ansible may run from another environment than the checkout's
    sys.path.append(str(ROOT))

from collector.run.incoming import FILE_LIMIT, place, unpack  # noqa: E402 - found through the line above
from collector.run.summary import plain  # noqa: E402 - as above

display = Display()

LONGEST = 1000  # characters of what a lab host says
POLL = (2.0, 120.0)  # seconds between two looks: at least, at most
POLL_SHARE = 0.1  # of the time so far: who has waited for 20 minutes can wait for two more
POLL_IDLE = 10.0  # while the run's unit is not active
IDLE_LIMIT = 120.0  # seconds for a unit to come back, as after a reboot of the lab host
# Two small programs, since the host is measuring. A block's files come with the first look after
# it: until then they are as safe on the host.
LOOK = """systemctl is-active vmmlab-run@{run}.service
progress=$(cat {path}) || exit
printf '%s\\n' "$progress"
case $progress in
    *'"block": {block},'* | *'"files": {line}'[!0-9]*) ;;
    *) {pack} ;;
esac"""


def headline(progress: dict[str, Any]) -> tuple[str, str]:
    """Return what a person wants to see of a run, `[37/104] qemu boot default (2 of 10)`.

    And the time left, apart: it alone is no reason to say something anew.
    """
    now = progress.get("current")
    if not now:
        return plain(progress.get("message") or "", LONGEST), ""
    number = min(progress["done"] + len(progress["missing"]) + 1, progress["planned"])
    what = f"{now['vmm']} {now['measurement']} {now['case']} ({now['repetition']} of {now['of']})"
    left = max(1, round(progress["seconds_left"] / 60))
    return plain(f"[{number}/{progress['planned']}] {what}", LONGEST), f", {left} min left"


def pause(elapsed: float, progress: dict[str, Any]) -> float:
    """Return the seconds until the next look; a host that measures is to be left alone.

    Seldom while much is left, often at the beginning, when people watch, and towards the end.
    """
    end = float(progress.get("seconds_left") or 0.0) / 2
    return max(POLL[0], min(POLL[1], POLL_SHARE * elapsed, max(end, 5 * POLL[0])))


@dataclass(slots=True)
class Followed:
    """What is known of the run, and what was fetched of it."""

    state: str = "unknown"
    active: str = "unknown"
    progress: dict[str, Any] = field(default_factory=dict)
    fetched: int = 0
    line: int = 0
    block: int = 0
    refused: list[str] = field(default_factory=list)


class ActionModule(ActionBase):
    """Follows one run on one host."""

    _supports_check_mode = True
    _supports_async = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run the action."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, self._arguments = self.validate_argument_spec(
            {
                "run": {"type": "str", "required": True},
                "dest": {"type": "path", "required": True},
                "patience": {"type": "float", "default": 900.0},
                "once": {"type": "bool", "default": False},
                "directory": {"type": "path", "default": "/var/lib/vmmlab/runs"},
                "runner": {"type": "path", "default": "/opt/vmmlab/lib/vmmlab_runner.pyz"},
            }
        )
        self._host = str((task_vars or {}).get("inventory_hostname", "?"))
        if self._task.check_mode:
            return {**result, "changed": False, "skipped": True, "msg": "nothing runs to follow"}
        followed = Followed()
        try:
            self._follow(followed)
            return {**result, **self._summary(followed)}
        except AnsibleConnectionFailure as error:
            raise AnsibleActionFail(
                f"{self._host}: no connection for {self._arguments['patience']:.0f} s ({error});"
                " a run that was started goes on without it, the same command fetches the rest"
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AnsibleActionFail(
                f"{self._host}: the results cannot be fetched into {self._arguments['dest']}:"
                f" {error}; the run goes on without it, the same command fetches the rest"
            ) from error

    def _follow(self, followed: Followed) -> None:
        """Fetch and show until the run has ended."""
        shown, begun, idle_since = "", time.monotonic(), None
        while True:
            text = self._look(followed)
            # Last: an end that stands in it means that everything is here.
            place(Path(self._arguments["dest"], "progress.json"), text.encode())
            ended = self._arguments["once"] or followed.state != "running"
            line, left = headline(followed.progress)
            if line and line != shown:
                display.display(f"{self._host}: {line}{left}")
                shown = line
            if ended:
                return
            if followed.active in ("active", "activating", "reloading", "deactivating"):
                idle_since = None
            elif idle_since is None:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > IDLE_LIMIT:
                self._fetch(followed)
                return
            wait = pause(time.monotonic() - begun, followed.progress)
            time.sleep(wait if idle_since is None else min(wait, POLL_IDLE))

    def _look(self, followed: Followed) -> str:
        """Read the run's progress and fetch what it finished; return the progress's text."""
        run = self._arguments["run"]
        path = f"{self._arguments['directory']}/{run}/progress.json"
        command = LOOK.format(
            run=run, path=path, block=followed.block, line=followed.line, pack=self._pack(followed)
        )
        active, _, said = self._ask(command).partition("\n")
        progress, end = json.JSONDecoder().raw_decode(said)
        if not isinstance(progress, dict) or progress.get("format") != 1:
            raise ValueError(f"{path} is no progress of a run")
        followed.active, followed.progress = active.strip(), progress
        followed.state = str(progress["state"])
        followed.block = int((progress.get("current") or {}).get("block", followed.block))
        if said[end:].strip() and self._take(followed, said[end:]):
            self._fetch(followed)
        return f"{said[:end]}\n"

    def _fetch(self, followed: Followed) -> None:
        """Fetch what is new."""
        while self._take(followed, self._ask(self._pack(followed))):
            pass

    def _pack(self, followed: Followed) -> str:
        """Return the command that packs what is new."""
        python = f"/usr/bin/python3 -I {self._arguments['runner']}"
        return f"{python} pack --first {followed.line} {self._arguments['run']}"

    def _take(self, followed: Followed, text: str) -> bool:
        """Take what the host has packed; tell whether there is more."""
        answer = json.loads(text)
        archive = base64.b64decode(answer["tar"], validate=True)
        followed.fetched += unpack(archive, Path(self._arguments["dest"]))
        followed.refused += [
            f"{name} has {size} bytes, more than {FILE_LIMIT}"
            for name, size in answer["refused"].items()
        ]
        more = bool(answer["more"]) and int(answer["next"]) > followed.line
        followed.line = int(answer["next"])
        return more

    def _ask(self, command: str) -> str:
        """Run a command on the host; wait for a lost connection as long as patience lasts."""
        end = time.monotonic() + self._arguments["patience"]
        told = False
        while True:
            try:
                done = self._low_level_execute_command(command, sudoable=True)
            except AnsibleConnectionFailure as error:
                if time.monotonic() > end:
                    raise
                if not told:
                    display.warning(
                        f"{self._host}: no connection ({error}); the run goes on without it,"
                        f" trying for {self._arguments['patience']:.0f} s"
                    )
                told = True
                time.sleep(5.0)
                continue
            if done["rc"] != 0:
                said = done["stderr"].strip() or done["stdout"].strip()
                raise ValueError(f"{said} (exit code {done['rc']})")
            return str(done["stdout"])

    def _summary(self, followed: Followed) -> dict[str, Any]:
        """Return the action's result; whatever is missing fails the host, by its first name."""
        progress = followed.progress
        missing = progress["missing"]
        told: dict[str, Any] = {
            "changed": followed.fetched > 0,
            "fetched": followed.fetched,
            "state": followed.state,
            **{key: progress[key] for key in ("planned", "done", "guest_seconds", "wall_seconds")},
            "missing": missing,
        }
        problems = list(followed.refused)
        if followed.state == "failed":
            problems.append(str(progress["message"]))
        elif followed.state == "running" and not self._arguments["once"]:
            problems.append(
                f"the run's unit has stopped ({followed.active}); look at journalctl -u"
                f" vmmlab-run@{self._arguments['run']} on the host, and start the same run again"
            )
        if missing:
            first = missing[0]
            problems.append(
                f"{len(missing)} of {progress['planned']} measurements are missing; the first is"
                f" {first['vmm']} {first['measurement']} {first['case']} ({first['repetition']}):"
                f" {first['reason']}; logs are in {self._arguments['dest']}/{first['vmm']}"
            )
        if problems and not self._arguments["once"]:
            told |= {"failed": True, "msg": plain(f"{self._host}: {'; '.join(problems)}", LONGEST)}
        return told
