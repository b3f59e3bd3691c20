"""Limits of what waits for a lab host that may hang."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY = 1 << 30
"""Bytes that a host's answer may take on the controller."""


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


def limit_memory(more: int) -> None:
    """Let this process, which is one host's alone, have so many bytes more and no others.

    The rest of the controller does without the memory that a host's endless answer would take.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, hard))
