"""Whether KVM really boots a guest.

A /dev/kvm may open, answer and create machines, and yet never run a kernel to its end: only a
kernel that reaches its panic for want of a root file system has proved it.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNIT = "vmmlab-kvm-check.service"
DEVICE = "/dev/kvm"
MODULES = Path("/proc/modules")
HOLDERS = {"vboxdrv": "VirtualBox", "vmmon": "VMware"}
"""What keeps VT-x or SVM for itself while a guest of it runs."""
REACHED = b"Unable to mount root fs"


def vt_holders() -> list[str]:
    """Return the other hypervisors that run a guest now, and hold the processor's virtualisation.

    A module that is loaded holds nothing: it counts who has its device open, beside the modules
    that need it (proc_modules(5): name, size, count, those modules).
    """
    try:
        lines = [line.split() for line in MODULES.read_text().splitlines()]
    except OSError:
        return []
    counts = {line[0]: (int(line[2]), line[3]) for line in lines if line[2].isdecimal()}
    return [
        f"{product} ({module} is in use)"
        for module, product in HOLDERS.items()
        if module in counts and counts[module][0] > counts[module][1].count(",")
    ]


@contextmanager
def inside(sandbox: str, timeout_s: float) -> Iterator[list[str]]:
    """Yield the words that start a command in a unit with these lines; none for no lines.

    What a lab's root may do says nothing about guests, which run as a user with few rights.
    """
    if not sandbox:
        yield []
        return
    lines = (line.strip() for line in sandbox.splitlines())
    told = [f"--property={line}" for line in lines if line and not line.startswith("#")]
    limit = f"--property=RuntimeMaxSec={timeout_s + 10:.0f}"
    quietly = ["--quiet", "--pipe", "--wait", "--collect", f"--unit={UNIT}"]
    try:
        yield ["systemd-run", *quietly, *told, limit, "--"]
    finally:
        # Killed is only who waited for it.
        subprocess.run(["systemctl", "stop", UNIT], check=False, capture_output=True)


def boot(
    qemu: str, firmware: str, kernel: str, timeout_s: float, prefix: Sequence[str] = ()
) -> str | None:
    """Boot `kernel` without a root on KVM; return why it did not reach its end, or nothing.

    `prefix` are the words that start the command elsewhere, see `inside`.
    """
    if not Path(DEVICE).exists():
        return f"{DEVICE} does not exist"
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        return f"{DEVICE} may not be opened by this user"
    command = [
        *prefix,
        qemu,
        "-L",
        firmware,
        "-machine",
        "microvm,accel=kvm,acpi=off",
        "-cpu",
        "host",
    ]
    command += ["-m", "256", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    command += ["-kernel", kernel, "-append", "console=ttyS0 panic=-1 reboot=t", "-serial", "stdio"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as machine:
        try:
            return watch(machine, timeout_s)
        finally:
            machine.kill()


def last_line(printed: bytes) -> str:
    """Return the last line that a machine printed."""
    return (printed.decode(errors="replace").strip().splitlines() or ["nothing"])[-1]


def watch(machine: subprocess.Popen[bytes], timeout_s: float) -> str | None:
    """Read what a machine prints until its kernel is through, it ends, or time is up."""
    deadline = time.monotonic() + timeout_s
    printed = b""
    while time.monotonic() < deadline:
        ready, _, _ = select.select([machine.stdout], [], [], 0.5)
        if not ready:
            continue
        more = os.read(machine.stdout.fileno(), 65536)
        printed += more
        if REACHED in printed:
            return None
        if not more:
            ended = machine.wait()
            return f"the machine ended with {ended}; the last it said: {last_line(printed)}"
    late = f"no guest kernel got through its start within {timeout_s} s"
    return f"{late}; the last it said: {last_line(printed)}"
