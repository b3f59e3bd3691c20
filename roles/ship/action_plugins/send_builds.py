"""Action: bring archives of builds to a lab host, and go on where an earlier call stopped.

An archive is sent in pieces, each written at its own place: what has arrived stays, a piece that
arrives twice does no harm. The host says what it has, by size and checksum (module build_store).

Arguments: builds (those to send), arrived (what the host has of each, by its folder), limit
(seconds for one piece).
"""

import hashlib
import shlex
import sys
import time
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:  # Ansible may run from another environment than the checkout's
    sys.path.append(str(ROOT))

from collector.from_host import tidy  # noqa: E402 - found through the line above
from collector.run.limits import alarm, end_children  # noqa: E402 - as above

display = Display()

PIECE = 8 << 20
TRIES = 3  # in a row of which nothing arrives
REST_S = 5.0  # after a piece that did not arrive
LONGEST = 300  # characters of what a host says
SIZE = "stat --format=%s {path} 2>/dev/null || echo 0"
WRITE = "dd of={path} bs=64K seek={start} oflag=seek_bytes iflag=fullblock conv=notrunc status=none"


def sha256(path: Path, size: int | None = None) -> str:
    """Return the SHA-256 of a file, or of its first `size` bytes."""
    digest, left = hashlib.sha256(), path.stat().st_size if size is None else size
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(left, 1 << 20))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def refuse_another(build: dict[str, Any], archive: Path) -> None:
    """Refuse to send other bytes than the list of builds names.

    Raises:
        ValueError: the archive is not there, or was made again since the list was written.
    """
    if not archive.is_file():
        raise ValueError(
            f"{archive} is gone, and the build {build['name']} {build['key']} of the list with it."
            " Bring it back, or start another run after playbooks/build.yml"
        )
    if archive.stat().st_size != build["archive_bytes"] or (
        sha256(archive) != build["archive_sha256"]
    ):
        raise ValueError(
            f"{archive} was made again since the list of builds was written: it holds other bytes"
            f" under the same key {build['key']} (expected {build['archive_sha256'][:12]}). A run"
            " goes on with what it began with: bring that archive back, or start another run"
        )


class ActionModule(ActionBase):
    """Sends archives to one host."""

    TRANSFERS_FILES = True

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run the action."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(
            {
                "builds": {"type": "list", "elements": "dict", "required": True},
                "arrived": {"type": "dict", "required": True},
                "limit": {"type": "int", "default": 600},
            }
        )
        self._host = str((task_vars or {}).get("inventory_hostname", "?"))
        self._limit = arguments["limit"]
        if self._task.check_mode:
            return {**result, "changed": True}
        sent = 0
        for build in arguments["builds"]:
            archive = Path(build["archive"])
            try:
                refuse_another(build, archive)
                sent += self._send(archive, arguments["arrived"][build["store"]])
            except (OSError, ValueError, AnsibleConnectionFailure) as error:
                raise AnsibleActionFail(f"{self._host}: {tidy(str(error), 3 * LONGEST)}") from error
        return {**result, "changed": True, "sent": sent}

    def _send(self, archive: Path, arrived: dict[str, Any]) -> int:
        """Send what of an archive has not arrived; return how many bytes that was."""
        size, start, failures = archive.stat().st_size, int(arrived["bytes"]), 0
        if start > size or (start and sha256(archive, start) != arrived["sha256"]):
            start = 0
        begun = start
        path = shlex.quote(str(arrived["path"]))
        with archive.open("rb") as file:
            while start < size:
                file.seek(start)
                try:
                    self._ask(WRITE.format(path=path, start=start), file.read(PIECE))
                    start, failures = min(start + PIECE, size), 0
                except (TimeoutError, AnsibleConnectionFailure) as error:
                    end_children()
                    start, failures = self._look(path, start, failures, error)
        return size - begun

    def _look(self, path: str, start: int, failures: int, error: Exception) -> tuple[int, int]:
        """Return from where to go on after a piece that did not arrive, and failures in a row.

        Raises:
            ValueError: again and again nothing arrives.
        """
        failures += 1
        if failures == TRIES:
            raise ValueError(
                f"{start >> 20} MiB of {path} have arrived, and no more comes ({error}). What has"
                " arrived stays there: run the stage again to go on from there"
            ) from error
        display.warning(f"{self._host}: a piece of {path} did not arrive ({tidy(error, LONGEST)})")
        time.sleep(REST_S)
        try:
            there = int(self._ask(SIZE.format(path=path)))
        except (TimeoutError, AnsibleConnectionFailure, ValueError):
            end_children()
            return start, failures
        # An earlier call's longer piece may be behind it: it is written again.
        return (there, 0) if start < there < start + PIECE else (start, failures)

    def _ask(self, command: str, content: bytes | None = None) -> str:
        """Run a command on the host; return what it says.

        Raises:
            TimeoutError: it gave no answer.
            ValueError: it failed.
        """
        with alarm(self._limit):
            done = self._low_level_execute_command(command, in_data=content, sudoable=True)
        if done["rc"]:
            said = done["stderr"].strip() or done["stdout"].strip()
            raise ValueError(f"{tidy(said, LONGEST)}. Mend that there, then run the stage again")
        return str(done["stdout"]).strip()
