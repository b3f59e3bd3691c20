"""Action: follow a run on a lab host, and bring its finished files to the controller.

The run needs nobody to follow it: a lost connection, or a killed controller, costs nothing.

Arguments: run, dest (folder of this host in the run's results), patience (seconds without an
answer), silence (seconds without progress), limit (seconds in all), directory and runner (places on
the host).

A host may hang, or be hostile: it costs its own part of the run, and never the others'.
"""

import base64
import json
import os
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

from collector.from_host import PROGRESS_LIMIT, tidy  # noqa: E402 - found through the line above
from collector.run.incoming import BUDGET, FILE_LIMIT, place, unpack  # noqa: E402 - as above
from collector.run.limits import (  # noqa: E402 - as above
    MEMORY,
    alarm,
    end_children,
    limit_memory,
)
from collector.run.progress import LONGEST, step_of  # noqa: E402 - as above

display = Display()

POLL = (2.0, 120.0)  # seconds between two looks: at least, at most
POLL_SHARE = 0.2  # of the time so far: who has waited for 10 minutes can wait for two more
POLL_IDLE = 10.0  # while the run's unit is not active
IDLE_LIMIT = 300.0  # seconds for a unit to come back, as after a reboot of the lab host
FAILED_LIMIT = 30.0  # the same, when systemd itself has given it up
GONE = 9  # exit code: there is no such run on the host
ANSWER_LIMIT = 180  # seconds for one answer
ANSWER_PAUSE = 5.0  # after an answer that did not come
# Two small programs, since the host is measuring. A block's files come with the first look after
# it: until then they are as safe on the host.
LOOK = """active=$(systemctl is-active vmmlab-run@{run}.service)
echo "${{active:-unknown}}"
[ -e {path} ] || exit {gone}
progress=$(cat {path}) || exit
printf '%s\\n' "$progress"
case $progress in
    *'"block": {block},'* | *'"files": {line}'[!0-9]*) ;;
    *) {pack} ;;
esac"""


def pause(elapsed: float, progress: dict[str, Any]) -> float:
    """Return the seconds until the next look; a host that measures is to be left alone.

    Seldom while much is left, often at the beginning, when people watch, and towards the end.
    """
    end = float(progress.get("seconds_left") or 0.0) / 2
    return max(POLL[0], min(POLL[1], POLL_SHARE * elapsed, max(end, 5 * POLL[0])))


class NoRunError(ValueError):
    """The host has no such run."""


@dataclass(slots=True)
class Followed:
    """What is known of the run, and what was fetched of it."""

    state: str = "unknown"
    active: str = "unknown"
    progress: dict[str, Any] = field(default_factory=dict)
    fetched: int = 0
    size: int = 0
    line: int = 0
    block: int = 0
    refused: list[str] = field(default_factory=list)
    given_up: str = ""


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
                "silence": {"type": "float", "default": 3600.0},
                "limit": {"type": "float", "default": 7 * 86400.0},
                "directory": {"type": "path", "default": "/var/lib/vmmlab/runs"},
                "runner": {"type": "path", "default": "/opt/vmmlab/lib/vmmlab_runner.pyz"},
            }
        )
        self._host = str((task_vars or {}).get("inventory_hostname", "?"))
        if self._task.check_mode:
            return {**result, "changed": False, "skipped": True, "msg": "nothing runs to follow"}
        followed = Followed()
        self._controller = os.getppid()
        try:
            # This process is one host's alone: its endless answer takes nothing from the others.
            limit_memory(MEMORY)
            self._follow(followed)
            return {**result, **self._summary(followed)}
        except NoRunError as error:
            raise AnsibleActionFail(f"{self._host}: {error}") from error
        except AnsibleConnectionFailure as error:
            raise AnsibleActionFail(
                f"{self._host}: no connection for {self._arguments['patience']:.0f} s ({error});"
                " a run that was started goes on without it, the same command fetches the rest"
            ) from error
        except (
            *(OSError, ValueError, KeyError, TypeError, OverflowError),
            *(RecursionError, MemoryError),
        ) as error:
            error = error if str(error) else type(error).__name__
            raise AnsibleActionFail(
                f"{self._host}: the results cannot be fetched into {self._arguments['dest']}:"
                f" {error}; the run goes on without it, and once that is mended the same command"
                " fetches the rest"
            ) from error

    def _follow(self, followed: Followed) -> None:
        """Fetch and show until the run has ended, or this host is given up."""
        shown, begun, idle_since = "", time.monotonic(), None
        heard, updated = begun, ""
        while True:
            text = self._look(followed)
            # Last: an end that stands in it means that everything is here.
            place(Path(self._arguments["dest"], "progress.json"), text.encode())
            step = step_of(followed.progress)
            if step.headline and step.headline != shown:
                display.display(f"{self._host}: {step.headline}{step.left}")
                shown = step.headline
            if followed.state != "running":
                return
            now = time.monotonic()
            if followed.progress["updated"] != updated:
                heard, updated = now, followed.progress["updated"]
            if followed.active in ("active", "activating", "reloading", "deactivating"):
                idle_since = None
            elif idle_since is None:
                idle_since = now
            idle_s = 0.0 if idle_since is None else now - idle_since
            followed.given_up = self._given_up(followed.active, idle_s, now - heard, now - begun)
            if followed.given_up:
                self._fetch(followed)
                return
            wait = pause(now - begun, followed.progress)
            self._rest(wait if idle_since is None else min(wait, POLL_IDLE))

    def _given_up(self, active: str, idle_s: float, silent_s: float, all_s: float) -> str:
        """Return why a run is not followed any longer, or nothing."""
        if idle_s > (FAILED_LIMIT if active == "failed" else IDLE_LIMIT):
            return f"the run's unit has stopped ({active})"
        if silent_s > self._arguments["silence"]:
            return f"the run stands still: nothing new for {silent_s / 60:.0f} min"
        if all_s > self._arguments["limit"]:
            return f"the run has not ended within {all_s / 3600:.0f} h"
        return ""

    def _rest(self, seconds: float) -> None:
        """Wait for the next look."""
        time.sleep(seconds)
        if os.getppid() != self._controller:
            # The controller was killed; its next start follows anew, and nobody reads this one.
            os._exit(1)

    def _look(self, followed: Followed) -> str:
        """Read the run's progress and fetch what it finished; return the progress's text."""
        run = self._arguments["run"]
        path = f"{self._arguments['directory']}/{run}/progress.json"
        command = LOOK.format(
            run=run, path=path, gone=GONE, block=followed.block, line=followed.line,
            pack=self._pack(followed),
        )  # fmt: skip
        active, _, said = self._ask(command).partition("\n")
        progress, end = json.JSONDecoder().raw_decode(said)
        if end > PROGRESS_LIMIT:
            raise ValueError(f"{path} has {end} characters, more than {PROGRESS_LIMIT}")
        if not isinstance(progress, dict) or progress.get("format") != 1:
            raise ValueError(f"{path} is no progress of a run")
        if progress.get("host", self._host) != self._host:
            raise ValueError(
                f"this machine measured as '{tidy(progress['host'])}', whose results these are;"
                " one machine is one lab host: correct the inventory"
            )
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
        new, size = unpack(archive, Path(self._arguments["dest"]))
        followed.fetched += new
        followed.size += size
        if followed.size > BUDGET:
            raise ValueError(f"refused more: {followed.size} bytes came, more than {BUDGET}")
        followed.refused += [
            f"{name} has {size} bytes, more than {FILE_LIMIT}"
            for name, size in answer["refused"].items()
        ]
        more = bool(answer["more"]) and int(answer["next"]) > followed.line
        followed.line = int(answer["next"])
        return more

    def _ask(self, command: str) -> str:
        """Run a command on the host; wait for its answer as long as patience lasts."""
        end = time.monotonic() + self._arguments["patience"]
        told = False
        while True:
            try:
                with alarm(ANSWER_LIMIT):
                    done = self._low_level_execute_command(command, sudoable=True)
                if done["rc"] == 0:
                    return str(done["stdout"])
                if done["rc"] == GONE:
                    break
                said = done["stderr"].strip() or done["stdout"].strip()
                problem: Exception = ValueError(f"{said} (exit code {done['rc']})")
            except TimeoutError as error:
                end_children()
                problem = error
            except AnsibleConnectionFailure as error:
                problem = error
            if time.monotonic() > end:
                raise problem
            if not told:
                display.warning(
                    f"{self._host}: no answer ({tidy(problem, LONGEST)}); the run goes on without"
                    f" it, trying for {self._arguments['patience']:.0f} s"
                )
            told = True
            self._rest(ANSWER_PAUSE)
        raise NoRunError("the run is not there, or was taken away (teardown)")

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
        elif followed.given_up:
            problems.append(
                f"{followed.given_up}; look at journalctl -u"
                f" vmmlab-run@{self._arguments['run']} on the host, and start the same run again"
            )
        if missing:
            first = missing[0]
            problems.append(
                f"{len(missing)} of {progress['planned']} measurements are missing; the first is"
                f" {first['vmm']} {first['measurement']} {first['case']} ({first['repetition']}):"
                f" {first['reason']}; logs are in {self._arguments['dest']}/{first['vmm']}"
            )
        if problems:
            told |= {
                "failed": True,
                "msg": tidy(f"{self._host}: {'; '.join(problems)}", LONGEST),
            }
        return told
