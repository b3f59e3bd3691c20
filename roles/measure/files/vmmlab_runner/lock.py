"""No two runs on one lab host at a time."""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any, Self

from vmmlab_runner import clock
from vmmlab_runner.errors import RunnerError


class Lock:
    """Belongs to one process as long as that lives: the kernel frees it, whatever happens."""

    def __init__(self, path: Path, run: str, who: str) -> None:
        """Prepare to take the lock file `path` for `run`, started by `who`."""
        self.path = path
        self.run = run
        self.who = who
        self._file = -1

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            RunnerError: another run has it; the text says which, since when and by whom.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.fchmod(self._file, 0o600)  # whoever can read it can lock it, too
        if not self._taken():
            os.close(self._file)
            raise RunnerError(busy(holder(self.path)))
        held = {"run": self.run, "who": self.who, "since": clock.now(), "pid": os.getpid()}
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, (json.dumps(held) + "\n").encode(), 0)
        return self

    def _taken(self) -> bool:
        """Try for a moment: somebody who only asks for the holder has the lock that long."""
        for _ in range(20):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.1)
            else:
                return True
        return False

    def __exit__(self, *_: object) -> None:
        """Give the lock back; its file stays, so that nobody locks a deleted one."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


def holder(path: Path) -> dict[str, Any] | None:
    """Return what the holder of the lock wrote about itself, or None when nobody has it."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(file, 4096, 0)
    else:
        return None
    finally:
        os.close(file)
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def busy(held: dict[str, Any] | None) -> str:
    """Return why a run cannot start now."""
    found = held or {}
    return (
        f"this lab host is taken by the run '{found.get('run', '?')}', started by"
        f" {found.get('who', '?')}, since {found.get('since', '?')} (process"
        f" {found.get('pid', '?')}); wait for its end, or stop it with"
        f" systemctl disable --now vmmlab-run@{found.get('run', 'RUN')}.service"
    )
