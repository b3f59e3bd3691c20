"""One start of a guest: a fresh disk, the unit, and the host's clock on it."""

import contextlib
import os
import shutil
import socket
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from vmmlab_runner import unit
from vmmlab_runner.errors import GuestError, RunnerError
from vmmlab_runner.layout import Layout
from vmmlab_runner.unit import Process

BANNER = b"Linux version"
START_LIMIT = 60.0  # for systemctl to start a unit
RESOLUTION = 0.005  # of the clock, relative to what it has measured so far
KERNEL_LIMIT = 300.0  # a guest without a word on its console may still answer on the network
CONSOLE_LIMIT = 1 << 20
FLOOD = 16 << 20  # bytes of a console, which lies in this host's memory
SPARE = 64 << 20  # bytes of the disk that must stay free beside a guest's disk


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest that answers on its SSH port; the clocks are seconds from its unit's start."""

    unit: str
    process: Process
    kernel_s: float | None
    ssh_s: float


def fresh_disk(layout: Layout) -> None:
    """Copy the base image: no guest inherits what another wrote.

    Raises:
        RunnerError: no base image, or no space for its copy.
    """
    disk = layout.disk
    disk.unlink(missing_ok=True)
    try:
        base = layout.base.stat()
    except FileNotFoundError:
        raise RunnerError(f"{layout.base}: missing; provision this lab host again") from None
    needed = base.st_blocks * 512 + SPARE
    free = shutil.disk_usage(disk.parent).free
    if free < needed:
        raise RunnerError(
            f"{disk.parent}: no space left for a guest's disk: {free >> 20} MiB are free,"
            f" {needed >> 20} MiB are needed; make room and start the same run again"
        )
    copy = ["cp", "--sparse=auto", "--reflink=auto", str(layout.base), str(disk)]
    done = subprocess.run(copy, capture_output=True, text=True, check=False)
    if done.returncode:
        disk.unlink(missing_ok=True)
        raise RunnerError(f"{disk}: cannot be made: {done.stderr.strip()}")
    os.chown(disk, disk.parent.stat().st_uid, -1)  # the user of the guests
    disk.chmod(0o600)
    # What is written now is not written back while the guest is measured.
    file = os.open(disk, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def start(layout: Layout, vmm: str, address: tuple[str, int], timeout: float) -> Guest:
    """Start a VMM's guest and wait for the first word of its SSH server.

    Raises:
        GuestError: it ended, or did not answer within `timeout` seconds.
        RunnerError: there is no space for its disk.
    """
    name = unit.name_of(vmm)
    layout.serial(vmm).unlink(missing_ok=True)
    fresh_disk(layout)
    begun = time.monotonic()
    starting = subprocess.Popen(
        ["systemctl", "start", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    # Looked for while systemctl still waits: a microvm's kernel is faster than systemctl.
    serial = layout.serial(vmm)
    seen = _kernel_seen(serial, begun, 1.0)
    process = _process(starting, name)
    if seen is None:
        seen = _kernel_seen(serial, begun, min(KERNEL_LIMIT, timeout), process)
    while not _answers(address):
        if not process.alive():
            raise GuestError(f"the VMM ended during the boot: {unit.last_words(name)}")
        refuse_flood(serial)
        if time.monotonic() > begun + timeout:
            raise GuestError(f"no answer from the guest's SSH server within {timeout:.0f} s")
        _wait(begun, 0.05)
    answered = time.monotonic()
    return Guest(
        unit=name,
        process=process,
        kernel_s=None if seen is None else round(seen - process.started, 3),
        ssh_s=round(answered - process.started, 3),
    )


def _wait(begun: float, least: float) -> None:
    """Sleep between two looks: 0.5 % of the time so far, because looking disturbs what boots."""
    time.sleep(max(least, RESOLUTION * (time.monotonic() - begun)))


def _kernel_seen(
    serial: Path, begun: float, limit: float, process: Process | None = None
) -> float | None:
    """Return the monotonic time of the kernel's first line on the console, or None.

    It is given up after `limit` seconds, or when `process` has ended.
    """
    while (now := time.monotonic()) < begun + limit and (process is None or process.alive()):
        if BANNER in console(serial):
            return now
        refuse_flood(serial)
        _wait(begun, 0.005)
    return None


def _process(starting: subprocess.Popen[str], name: str) -> Process:
    """Return the VMM's process once systemctl has started it.

    Raises:
        GuestError: it has not.
    """
    try:
        problem = starting.communicate(timeout=START_LIMIT)[1].strip()
    except subprocess.TimeoutExpired:
        starting.kill()
        starting.communicate()
        problem = f"systemctl start took more than {START_LIMIT:.0f} s"
    process = unit.process_of(name)
    if starting.returncode or process is None:
        told = f" ({problem})" if problem else ""
        raise GuestError(f"{name} did not start: {unit.last_words(name)}{told}")
    return process


def _answers(address: tuple[str, int]) -> bool:
    """Tell whether an SSH server says its first word."""
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=0.5) as link:
        link.settimeout(30.0)
        return link.recv(4) == b"SSH-"
    return False


def console(serial: Path) -> bytes:
    """Return the end of a guest's console; no link: the VMM's user owns that folder."""
    try:
        file = os.open(serial, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            return b""
        return os.pread(file, CONSOLE_LIMIT, max(0, found.st_size - CONSOLE_LIMIT))
    finally:
        os.close(file)


def refuse_flood(serial: Path) -> None:
    """Look how long a guest's console has become.

    Raises:
        GuestError: it is so long that it could fill this host's memory.
    """
    with contextlib.suppress(OSError):
        size = serial.lstat().st_size
        if size > FLOOD:
            raise GuestError(f"the guest floods its console: {size} bytes, more than {FLOOD}")


def stop(vmm: str) -> None:
    """Stop a VMM's guest; its unit asks it to quit, waits, and kills it.

    Raises:
        RunnerError: it does not end.
    """
    name = unit.name_of(vmm)
    done = unit.systemctl("stop", name)
    if done.returncode:
        raise RunnerError(f"{name} cannot be stopped: {done.stderr.strip()}")
