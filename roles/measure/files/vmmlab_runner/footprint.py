"""Measurements that the lab host makes of a VMM's process."""

import os
import subprocess
import time
from collections import deque
from pathlib import Path
from typing import Any

from vmmlab_runner import clock
from vmmlab_runner.errors import GuestError
from vmmlab_runner.schedule import Measurement
from vmmlab_runner.unit import Process

STEADY = 0.001  # relative change of RSS over three samples, one second apart
SAMPLES = 3


def settle(process: Process, limit: float) -> dict[str, Any]:
    """Wait until the process's memory stands still, `limit` seconds at most.

    Returns what a sidecar says of it: `settle_s`, the wait, and `settled`, whether it stands still.
    """
    started = time.monotonic()
    sizes: deque[int] = deque(maxlen=SAMPLES)
    while True:
        sizes.append(_rss(process))
        waited = time.monotonic() - started
        steady = len(sizes) == SAMPLES and max(sizes) - min(sizes) < STEADY * max(sizes)
        if steady or waited >= limit:
            return {"settle_s": round(waited, 1), "settled": steady}
        time.sleep(min(1.0, limit - waited))


def _rss(process: Process) -> int:
    """Return the pages that a process has in memory.

    Raises:
        GuestError: it has ended.
    """
    try:
        return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        raise GuestError("the VMM ended while its memory was measured") from None


def run(measurement: Measurement, process: Process) -> tuple[bytes, dict[str, Any]]:
    """Run a measurement's command on this host; return its output and what is known of it.

    The key `reason` is there when the attempt failed.
    """
    command = [word.replace("{pid}", str(process.pid)) for word in measurement.command]
    told: dict[str, Any] = {"command": command, "started": clock.now(), "exit_code": None}
    begun = time.monotonic()
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=measurement.timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        told["reason"] = f"was still running after {measurement.timeout:.0f} s and was killed"
        log = error.stdout or b""
    except OSError as error:
        told["reason"] = f"{command[0]}: {error.strerror}"
        log = b""
    else:
        log = done.stdout
        told["exit_code"] = done.returncode
        if done.returncode:
            told["reason"] = f"ended with exit code {done.returncode}"
    told |= {"finished": clock.now(), "seconds": round(time.monotonic() - begun, 3)}
    return log, told
