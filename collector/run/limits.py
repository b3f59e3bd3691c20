"""Limits of what waits for a lab host that may hang."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in what takes longer; for the main thread alone."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def end_children() -> None:
    """Kill what this process has started and not waited for: the SSH client of a lost answer."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it has ended by itself
            for pid in (task / "children").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
