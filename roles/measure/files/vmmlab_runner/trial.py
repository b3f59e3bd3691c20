"""One guest of each VMM, tried as it will be measured: a fault that all have is told in minutes."""

import contextlib
import hashlib
import json
import os
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from vmmlab_runner import boot, files, unit
from vmmlab_runner.errors import GuestError
from vmmlab_runner.layout import Layout, read_json
from vmmlab_runner.link import ssh_command
from vmmlab_runner.lock import Lock
from vmmlab_runner.records import plain

NAME = "trial-of-guests"
CONSOLE_LINES = 2
LOGIN_LIMIT = 60.0  # seconds for a login in an emulated guest, and more
UNITS = "etc/systemd/system"


def needed(layout: Layout, vmms: Sequence[str]) -> list[str]:
    """Return the VMMs of which no guest was tried since something changed that it is made of."""
    passed = _passed(layout)
    return [vmm for vmm in vmms if passed.get(vmm) != fingerprint(layout, vmm)]


def fingerprint(layout: Layout, vmm: str) -> str:
    """Return what tells a guest and its host from others: builds, units, keys, this boot."""
    made_of = (
        layout.vmm(vmm),
        layout.lab,
        layout.root / UNITS / unit.name_of(vmm),
        layout.root / UNITS / "vmmlab-network.service",
        layout.base.with_name(f"{layout.base.name}.json"),
        Path("/proc/sys/kernel/random/boot_id"),
    )
    digest = hashlib.sha256(os.uname().release.encode())
    for path in made_of:
        with contextlib.suppress(FileNotFoundError):
            digest.update(f"\n{path}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def attempt(
    layout: Layout, vmms: Sequence[str], timeout: float, who: str
) -> dict[str, dict[str, str]]:
    """Start one guest of each VMM up to a login; return for each that failed `problem` and `seen`.

    A guest that fails gets a second chance, but not where several VMMs all failed: that is a fault
    of this host, and waiting for it again is the time of whoever waits.

    Raises:
        RunnerError: a run has this host, or a guest's disk cannot be made.
    """
    with Lock(layout.lock, NAME, who):
        lab = read_json(layout.lab)
        address = (str(lab["guest_address"]), int(lab.get("guest_port", 22)))
        found = {vmm: _try(layout, vmm, address, timeout) for vmm in vmms}
        failed = [vmm for vmm in vmms if found[vmm]]
        if len(failed) < len(vmms) or len(vmms) == 1:
            found |= {vmm: _try(layout, vmm, address, timeout) for vmm in failed}
        good = {vmm: fingerprint(layout, vmm) for vmm in vmms if not found[vmm]}
        files.write_json(_record(layout), {**_passed(layout), **good})
    return {vmm: told for vmm, told in found.items() if told}


def _record(layout: Layout) -> Path:
    return layout.root / "var/lib/vmmlab/trial.json"


def _passed(layout: Layout) -> dict[str, object]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(_record(layout).read_text())
        if isinstance(found, dict):
            return found
    return {}


def _try(layout: Layout, vmm: str, address: tuple[str, int], timeout: float) -> dict[str, str]:
    """Start a guest and log in; return why that failed and what can be seen of it, or nothing."""
    try:
        boot.start(layout, vmm, address, timeout)
        _log_in(layout, address)
    except GuestError as error:
        return {"problem": plain(error), "seen": _traces(layout, vmm, address)}
    else:
        return {}
    finally:
        boot.stop(vmm)
        layout.disk.unlink(missing_ok=True)


def _log_in(layout: Layout, address: tuple[str, int]) -> None:
    """Log in as the measuring does.

    Raises:
        GuestError: the guest lets nobody in, or says nothing.
    """
    command = [*ssh_command(layout.keys, address), "true"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LOGIN_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GuestError(
            f"its SSH server answers, but no login within {LOGIN_LIMIT:.0f} s"
        ) from None
    if done.returncode:
        said = plain(done.stderr) or f"exit code {done.returncode}"
        raise GuestError(f"its SSH server answers, but lets nobody in: {said}")


def _traces(layout: Layout, vmm: str, address: tuple[str, int]) -> str:
    """Return what the unit, the network and the console say, for people."""
    shown = unit.show(unit.name_of(vmm), "ActiveState", "Result", "ExecMainStatus")
    words = (shown.get(key, "?") for key in ("ActiveState", "Result", "ExecMainStatus"))
    lines = boot.console(layout.serial(vmm)).decode(errors="replace").splitlines()
    last = [plain(line)[:100] for line in lines if line.strip()][-CONSOLE_LINES:]
    console = f"its console ends: {' | '.join(last)}" if last else "nothing is on its console"
    return f"unit {', '.join(words)}; {console}; {_reach(address)}"


def _reach(address: tuple[str, int]) -> str:
    """Return how this host reaches the guest: a firewall or another route shows here."""
    try:
        socket.create_connection(address, timeout=3).close()
        told = "connects"
    except OSError as error:
        told = error.strerror or str(error)
    route = ""
    with contextlib.suppress(OSError):
        command = ["ip", "-oneline", "route", "get", address[0]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        route = plain(done.stdout or done.stderr)
    return f"port {address[1]}: {told}; route {route or '?'}"
