"""What else went on on the lab host while it measured: read at its begin and after its end.

A look costs some milliseconds of one processor, in the pause before a measurement and in that
after it. An emulated lab host takes seconds, so there it ends after the measurement has begun.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vmmlab_runner import knobs, processors
from vmmlab_runner.layout import Layout, read_text

if TYPE_CHECKING:
    from pathlib import Path

# As in the role preflight, which refuses a host where such a guest runs.
GUESTS = re.compile(
    r"(qemu-system|qemu-kvm|kvm$|stratovirt|firecracker|cloud-hyperviso|VBoxHeadless|VirtualBoxVM"
    r"|vmware-vmx)"
)
TICK = os.sysconf("SC_CLK_TCK")
KERNEL_THREAD = 0x00200000  # PF_KTHREAD
PRESSURES = ("cpu", "memory", "io")
NAMED = 3  # other programs that are named
LEAST = 0.05  # processors that one of them used, to be named


@dataclass(frozen=True)
class Task:
    """A process: its name, and the CPU seconds of it and of its children that have ended."""

    name: str
    parent: int
    seconds: float

    def of(self, pid: int, own: tuple[int, ...]) -> bool:
        """Tell whether it is one of the processes `own`, or a child of one."""
        return pid in own or self.parent in own


@dataclass(frozen=True)
class Look:
    """The lab host at one moment; all times are in seconds."""

    at: float
    tasks: dict[int, Task]
    stalled: dict[str, float]  # time in which some task waited for a processor, memory or a disk
    stolen: float  # by the hypervisor below, of all processors
    tuning: dict[str, str | None]


def look(layout: Layout) -> Look:
    """Look at the host."""
    return Look(
        at=time.monotonic(),
        tasks=_tasks(layout.proc),
        stalled=_stalled(layout.proc),
        stolen=_stolen(layout.proc),
        tuning=knobs.read(layout.sys),
    )


def _tasks(proc: Path) -> dict[int, Task]:
    """Return all processes but the kernel's own threads."""
    found = {}
    for entry in os.listdir(proc):  # noqa: PTH208 - names are enough
        if not entry.isdigit():
            continue
        # The name in parentheses may hold anything, blanks and parentheses too.
        head, _, tail = read_text(proc / entry / "stat").rpartition(")")
        fields = tail.split()
        if len(fields) > 14 and not int(fields[6]) & KERNEL_THREAD:  # noqa: PLR2004 - cstime
            ticks = sum(int(each) for each in fields[11:15])
            found[int(entry)] = Task(head.partition("(")[2], int(fields[1]), ticks / TICK)
    return found


def _stalled(proc: Path) -> dict[str, float]:
    """Return what pressure stall information says; nothing where the kernel has none."""
    found = {}
    for name in PRESSURES:
        total = re.search(r"^some .*total=(\d+)", read_text(proc / "pressure" / name))
        if total:
            found[name] = int(total[1]) / 1e6
    return found


def _stolen(proc: Path) -> float:
    fields = read_text(proc / "stat").partition("\n")[0].split()
    return int(fields[8]) / TICK if len(fields) > 8 else 0.0  # noqa: PLR2004 - proc_stat(5)


def between(before: Look, after: Look, own: tuple[int, ...]) -> dict[str, Any]:
    """Return what went on between two looks beside the processes `own`, as a sidecar has it.

    `pressure` and `steal` are shares of the time and of all processors' time, `other_cpu` is the
    number of processors that other programs kept busy, by name in `others`; `guests` are other
    guests. `tuning_after` is there only if a knob was turned meanwhile.
    """
    lasted = max(after.at - before.at, 1e-3)
    used = _used(before, after, own)
    told: dict[str, Any] = {
        "pressure": {
            name: _share(total - before.stalled.get(name, total), lasted)
            for name, total in after.stalled.items()
        },
        "steal": _share(after.stolen - before.stolen, lasted * (os.cpu_count() or 1)),
        "other_cpu": _share(sum(used.values()), lasted),
        "others": {
            name: share
            for name, seconds in sorted(used.items(), key=lambda item: -item[1])[:NAMED]
            if (share := _share(seconds, lasted)) >= LEAST
        },
        "guests": sorted(
            {
                f"{task.name} ({pid})"
                for each in (before, after)
                for pid, task in each.tasks.items()
                if GUESTS.match(task.name) and not task.of(pid, own)
            }
        ),
        "tuning": before.tuning,
    }
    if after.tuning != before.tuning:
        told["tuning_after"] = after.tuning
    return told


def _used(before: Look, after: Look, own: tuple[int, ...]) -> dict[str, float]:
    """Return CPU seconds by the name of the program.

    What a program used that ended meanwhile is its parent's then: no second is lost, and one of
    its own is not counted twice.
    """
    used: dict[str, float] = {}
    for pid, task in after.tasks.items():
        earlier = before.tasks.get(pid)
        seconds = task.seconds - (earlier.seconds if earlier else 0.0)
        if seconds > 0 and not task.of(pid, own):
            used[task.name] = used.get(task.name, 0.0) + seconds
    for pid, task in before.tasks.items():
        if pid not in after.tasks and not task.of(pid, own):
            # Its parent took it over, with all that it had used before.
            used[""] = used.get("", 0.0) - task.seconds
    return used


def _share(part: float, whole: float) -> float:
    return round(max(part, 0.0) / whole, 3)


@dataclass
class Watch:
    """The looks around the measurements in one started guest."""

    layout: Layout
    facts: dict[str, str]  # which boot of the host, and where its facts are
    pid: int = 0  # of the VMM, once it runs
    start: Look = field(init=False)
    begun: Look = field(init=False)

    def __post_init__(self) -> None:
        """Look before the guest starts: its boot is measured, too."""
        self.begun = self.start = look(self.layout)

    def begin(self) -> None:
        """A measurement is about to begin."""
        self.begun = look(self.layout)

    def end(self, *, boot: bool) -> dict[str, Any]:
        """Return what a sidecar says of the host since `begin`; of a boot, since the start."""
        now = look(self.layout)
        own = (os.getpid(), self.pid)
        return {
            **self.facts,
            "cpus_allowed": processors.allowed(self.layout.proc, self.pid) if self.pid else "",
            "load1": _load(self.layout.proc),
            **between(self.start if boot else self.begun, now, own),
        }


def _load(proc: Path) -> float | None:
    first = read_text(proc / "loadavg").partition(" ")[0]
    return float(first) if first else None
