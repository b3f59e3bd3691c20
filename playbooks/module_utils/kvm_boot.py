"""Whether KVM really boots a guest.

A /dev/kvm may open, answer and create machines, and yet never run a kernel to its end: only a
kernel that reaches its panic for want of a root file system has proved it.
"""

import os
import select
import subprocess
import time
from pathlib import Path

REACHED = b"Unable to mount root fs"


def boot(qemu, firmware, kernel, timeout_s):
    """Boot `kernel` without a root on KVM; return why it did not reach its end, or nothing."""
    if not Path("/dev/kvm").exists():
        return "/dev/kvm does not exist"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "/dev/kvm may not be opened by this user"
    command = [qemu, "-L", firmware, "-machine", "microvm,accel=kvm,acpi=off", "-cpu", "host"]
    command += ["-m", "256", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    command += ["-kernel", kernel, "-append", "console=ttyS0 panic=-1 reboot=t", "-serial", "stdio"]
    machine = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        return watch(machine, time.monotonic() + timeout_s, timeout_s)
    finally:
        machine.kill()
        machine.wait()


def watch(machine, deadline, timeout_s):
    """Read what a machine prints until its kernel is through, it ends, or time is up."""
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
            last = printed.decode(errors="replace").strip().splitlines() or ["no output"]
            return f"the machine ended with {machine.wait()}: {last[-1]}"
    last = printed.decode(errors="replace").strip().splitlines() or ["nothing"]
    return (
        f"no guest kernel got through its start within {timeout_s} s; the last it said: {last[-1]}"
    )
