"""Action: follow a run on a lab host, and bring its finished files to the controller.

The run needs nobody to follow it: a lost connection, or a killed controller, costs nothing.

Arguments: run, dest (folder of this host in the run's results), patience (seconds without a
connection), once (fetch what is there and return), directory and runner (places on the host).

What comes from the host is not trusted: an archive may hold regular files of the results
contract's names only, and none of them bigger than FILE_LIMIT.
"""

import base64
import io
import json
import re
import tarfile
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

display = Display()

FILE_LIMIT = 16 << 20
ARCHIVE_LIMIT = 64 << 20
POLL = (2.0, 120.0)  # seconds between two looks: at least, at most
POLL_SHARE = 0.1  # of the time so far: who has waited for 20 minutes can wait for two more
POLL_IDLE = 10.0  # while the run's unit is not active
IDLE_LIMIT = 120.0  # seconds for a unit to come back, as after a reboot of the lab host

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_NUMBER = r"\d{2,6}(?:\.failed-\d{1,6})?"
ALLOWED = re.compile(
    rf"host\.json|{_NAME}/vmm\.json|{_NAME}/console/{_NUMBER}\.log"
    rf"|{_NAME}/{_NAME}/{_NAME}/{_NUMBER}\.(?:log|json)"
)


def unpack(data: bytes, dest: Path) -> int:
    """Write the files of an archive below `dest`; return how many were new or different.

    Raises:
        ValueError: the archive holds something that no runner would send.
    """
    written, size = 0, 0
    # Unpacked in two steps: what a header of the archive announces is read as a whole.
    inflate = zlib.decompressobj(wbits=31)
    unpacked = inflate.decompress(data, ARCHIVE_LIMIT)
    if inflate.unconsumed_tail:
        raise ValueError(f"refused an archive of more than {ARCHIVE_LIMIT} bytes")
    with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as archive:
        for member in archive:
            size += member.size
            if not ALLOWED.fullmatch(member.name):
                raise ValueError(f"refused the file name {member.name!r}")
            if not member.isreg():
                raise ValueError(f"refused {member.name}: it is no regular file")
            if member.size > FILE_LIMIT or size > ARCHIVE_LIMIT:
                raise ValueError(f"refused {member.name}: {member.size} bytes are too many")
            content = archive.extractfile(member)
            if content is not None:
                written += place(dest / member.name, content.read())
    return written


def place(path: Path, data: bytes) -> bool:
    """Write a file unless it is there already; its name means that it is complete."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return True


def headline(progress: dict[str, Any]) -> tuple[str, str]:
    """Return what a person wants to see of a run, `[37/104] qemu boot default (2 of 10)`.

    And the time left, apart: it alone is no reason to say something anew.
    """
    now = progress.get("current")
    if not now:
        return plain(progress.get("message") or ""), ""
    number = min(progress["done"] + len(progress["missing"]) + 1, progress["planned"])
    what = f"{now['vmm']} {now['measurement']} {now['case']} ({now['repetition']} of {now['of']})"
    left = max(1, round(progress["seconds_left"] / 60))
    return plain(f"[{number}/{progress['planned']}] {what}"), f", {left} min left"


def plain(text: object) -> str:
    """Return what a lab host says as one line that does a terminal no harm."""
    words = " ".join(str(text).split())
    return "".join(character for character in words if character.isprintable())[:1000]


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
        except (OSError, ValueError, KeyError, TypeError, tarfile.TarError) as error:
            raise AnsibleActionFail(
                f"{self._host}: the results cannot be fetched into {self._arguments['dest']}:"
                f" {error}; the run goes on without it, the same command fetches the rest"
            ) from error

    def _follow(self, followed: Followed) -> None:
        """Fetch and show until the run has ended."""
        shown, begun, idle_since = "", time.monotonic(), None
        while True:
            text = self._look(followed)
            # A block at a time: until then its files are as safe on the host.
            block = (followed.progress.get("current") or {}).get("block", followed.block)
            ended = self._arguments["once"] or followed.state != "running"
            new = int(followed.progress.get("files", 0)) > followed.line
            if new and (ended or block != followed.block):
                self._fetch(followed)
            followed.block = block
            # Last: an end that stands in it means that everything is here.
            place(Path(self._arguments["dest"], "progress.json"), text.encode())
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
        """Read the run's progress, return its text: two small programs, the host is measuring."""
        run = self._arguments["run"]
        path = f"{self._arguments['directory']}/{run}/progress.json"
        said = self._ask(f"systemctl is-active vmmlab-run@{run}.service; cat {path}")
        active, _, text = said.partition("\n")
        progress = json.loads(text)
        if not isinstance(progress, dict) or progress.get("format") != 1:
            raise ValueError(f"{path} is no progress of a run")
        followed.active, followed.progress = active.strip(), progress
        followed.state = str(progress["state"])
        return text

    def _fetch(self, followed: Followed) -> None:
        """Fetch what is new."""
        more = True
        while more:
            command = (
                f"/usr/bin/python3 -I {self._arguments['runner']} pack --first {followed.line}"
            )
            answer = json.loads(self._ask(f"{command} {self._arguments['run']}"))
            archive = base64.b64decode(answer["tar"], validate=True)
            followed.fetched += unpack(archive, Path(self._arguments["dest"]))
            followed.refused += [
                f"{name} has {size} bytes, more than {FILE_LIMIT}"
                for name, size in answer["refused"].items()
            ]
            more = bool(answer["more"]) and int(answer["next"]) > followed.line
            followed.line = int(answer["next"])

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
                raise ValueError(f"{command}: {done['stderr'].strip() or done['stdout'].strip()}")
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
            told |= {"failed": True, "msg": plain(f"{self._host}: {'; '.join(problems)}")}
        return told
