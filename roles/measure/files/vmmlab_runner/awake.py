"""Keeps the lab host from falling asleep, as long as this process lives."""

from __future__ import annotations

import contextlib
import select
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

LIMIT = 20.0  # seconds for logind's answer
INHIBIT = (
    "systemd-inhibit",
    "--what=sleep:idle",
    "--mode=block",
    "--who=vmmlab",
    "--why=this host measures; see vmmlab-run@*.service",
)
# Run by systemd-inhibit as soon as logind holds the lock, and no earlier: so its word is the proof.
# It ends with this process, however that ends: its input ends then.
HOLD = ("sh", "-c", "echo held; exec cat")


class Awake:
    """Holds an inhibitor of logind for sleep and idle; `held` says whether logind gave it.

    A desktop suspends itself after 15 to 20 minutes without a person, also at its greeter. A host
    without logind does not, and is measured without an inhibitor.
    """

    def __init__(self) -> None:
        """Prepare; nothing is held yet."""
        self.held = False
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Ask logind."""
        with contextlib.suppress(OSError):  # no such program
            self._process = subprocess.Popen(
                [*INHIBIT, *HOLD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        if self._process and self._process.stdout:
            ready, _, _ = select.select([self._process.stdout], [], [], LIMIT)
            self.held = bool(ready) and self._process.stdout.readline() == b"held\n"
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Let the host sleep again."""
        if self._process:
            for stream in (self._process.stdin, self._process.stdout):
                if stream:
                    stream.close()
            self._process.terminate()
            self._process.wait()
