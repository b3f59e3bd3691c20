"""A lab host on which a command never ends, while its SSH still answers."""

import subprocess
import time
from pathlib import Path

import pytest
from simulated_lab import CHECKOUT, MISSING, SSHD_PROGRAM, SimulatedLab

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path(SSHD_PROGRAM).exists(), reason=MISSING),
]

PLAN = str(CHECKOUT / "tests/data/plans/tiny.yml")
HANGS_S = 900


def recap(done: subprocess.CompletedProcess[str], host: str) -> str:
    """Return the line of a host in the recap."""
    (line,) = (
        line for line in done.stdout.splitlines() if line.startswith(f"{host} ") and "ok=" in line
    )
    return line


def test_a_host_that_hangs_fails_alone(tmp_path: Path) -> None:
    """The others are provisioned; it is named with what it did not come to the end of."""
    with SimulatedLab(tmp_path / "lab", 2) as lab:
        hangs = lab.hosts[1].folder / "bin/systemctl"
        hangs.write_text(f"#!/bin/sh\nexec sleep {HANGS_S}\n")
        hangs.chmod(0o755)
        started = time.monotonic()
        done = lab.play("provision", plan=PLAN, lab_task_timeout=20)
        assert time.monotonic() - started < HANGS_S / 3
    assert done.returncode != 0
    assert " failed=0 " in recap(done, "sim-01")
    assert " unreachable=0 " in recap(done, "sim-01")
    assert " failed=1 " in recap(done, "sim-02")
    end = done.stdout[done.stdout.index("\nSTAGES **") :]
    (line,) = (line for line in end.splitlines() if line.startswith("FAILED: "))
    assert line.startswith("FAILED: sim-02: provision: Reload systemd: ")
    assert "20 second" in line
