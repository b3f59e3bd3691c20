"""What one playbook costs the controller: processor time, wall time, memory.

Linux only: everything is read from /proc.
"""

import ctypes
import os
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from simulated_lab import environment

ROOT = Path(__file__).resolve().parents[1]
LIMIT_S = 1500
SET_CHILD_SUBREAPER = 36


def adopt() -> None:
    """Become the parent of SSH connections that outlive their playbook, so that they count."""
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one playbook cost the controller; times in seconds, memory in MiB."""

    cpu: float
    wall: float
    memory: float
    began: float
    ended: float


def masters() -> float:
    """Return the processor time of the SSH connections that outlive their playbook."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid() and b"[mux]" in (folder / "cmdline").read_bytes():
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(parent: int) -> float:
    """Return the memory of a process and all that descend from it, shared pages counted once."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    total, todo = 0, [parent]
    while todo:
        pid = todo.pop()
        todo += children.get(pid, [])
        with suppress(OSError, IndexError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(text.partition("\nPss:")[2].split()[0])
    return total / 1024


def run(command: list[str], log: Path) -> Cost:
    """Run a playbook to its end and return what it cost; it must end well."""
    with log.open("ab") as output:
        before, began, peak = masters(), time.time(), 0.0
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=output,
            stderr=output,
        )  # fmt: skip
        stop = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not stop.wait(2.0):
                peak = max(peak, memory_of(process.pid))
                if time.time() > began + LIMIT_S:
                    process.kill()

        watcher = threading.Thread(target=watch)
        watcher.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        stop.set()
        watcher.join()
    if process.returncode:
        raise SystemExit(f"{command[-1]} ended with {process.returncode}; see {log}")
    ended = time.time()
    cpu = used.ru_utime + used.ru_stime + masters() - before
    return Cost(cpu, ended - began, peak, began, ended)
