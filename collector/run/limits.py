"""Limits of what waits for a lab host that may hang."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY = 1 << 30
"""Bytes that a host's answer may take on the controller."""
PROC = Path("/proc/self")


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


def limit_memory(more: int) -> None:
    """Let this process, which is one host's alone, have so many bytes more and no others.

    The rest of the controller does without the memory that a host's endless answer would take. A
    controller that is no Linux does not say how many it has, and does without this limit.
    """
    with suppress(FileNotFoundError):
        pages = int((PROC / "statm").read_text().split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, hard))


def end_children() -> None:
    """Kill what this process has started and not waited for: the SSH client of a lost answer."""
    for pid in _children():
        with suppress(OSError):  # it has ended by itself
            os.kill(pid, signal.SIGKILL)


def _children() -> list[int]:
    """Return the processes that this one has started; by `ps` where the kernel has no list."""
    if (PROC / "task").exists():
        found = []
        for task in (PROC / "task").iterdir():
            with suppress(OSError):  # it has ended by itself
                found += [int(pid) for pid in (task / "children").read_text().split()]
        return found
    ask = ["ps", "-A", "-o", "pid=,ppid="]
    asked = subprocess.run(ask, capture_output=True, text=True, check=False)
    pairs = (line.split() for line in asked.stdout.splitlines())
    return [int(pid) for pid, parent in pairs if int(parent) == os.getpid()]
