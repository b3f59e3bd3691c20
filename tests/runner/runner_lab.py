"""A lab host made of folders: its programs are fakes, its runner is the real one."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RUNNER = HERE.parent.parent / "roles/measure/files"
RUN = "first-run"


def guest_test(threads: str, number: int = 1, **other: Any) -> dict[str, Any]:
    """Return a sysbench test of a schedule."""
    command = ["sysbench", "cpu", f"--threads={threads}", "run"]
    return {
        "measurement": "sysbench-cpu",
        "case": f"threads-{threads}",
        "repetition": number,
        "where": "guest",
        "before": [],
        "command": command,
        "after": [],
        "seconds": 1.0,
        "timeout": 30,
        **other,
    }


def boot_test(repetition: int = 1) -> dict[str, Any]:
    """Return the boot's measurement of a schedule."""
    names = {"measurement": "boot", "case": "default", "command": ["systemd-analyze"]}
    return guest_test("0", repetition, **names)


def footprint_test(repetition: int = 1, **other: Any) -> dict[str, Any]:
    """Return a measurement that the lab host makes."""
    names = {"measurement": "memory-footprint", "case": "default", "where": "host"}
    command = ["cat", "/proc/{pid}/statm"]
    return guest_test("0", repetition, **{**names, "command": command, "settle": 10, **other})


def block(number: int, vmm: str, repetition: int, *tests: dict[str, Any]) -> dict[str, Any]:
    """Return a block of a schedule."""
    return {
        "block": number,
        "vmm": vmm,
        "repetition": repetition,
        "seconds": 10.0,
        "measurements": list(tests),
    }


STARTED = "monday"


@dataclass(slots=True)
class FakeLab:
    """The lab host and what can be done to it."""

    root: Path
    state: Path
    port: int
    environment: dict[str, str]

    @property
    def run(self) -> Path:
        """The run's folder."""
        return self.root / "var/lib/vmmlab/runs" / RUN

    @property
    def results(self) -> Path:
        """The run's results."""
        return self.run / "results"

    def schedule(
        self,
        *blocks: dict[str, Any],
        boot_timeout: float = 20,
        grace: float = 5,
        started: str = STARTED,
    ) -> None:
        """Send a schedule, as the role does."""
        self.run.mkdir(parents=True, exist_ok=True)
        schedule = {
            "format": 1,
            "run": RUN,
            "started": started,
            "host": "lab1",
            "boot_timeout": boot_timeout,
            "pause": 0.0,
            "grace": grace,
            "blocks": blocks,
        }
        (self.run / "asked.json").write_text(json.dumps(schedule))
        if started == STARTED:
            # Most tests call the program of the unit, which the controller's word went before.
            (self.run / "schedule.json").write_text(json.dumps(schedule))

    def command(self, *words: str) -> list[str]:
        """Return a command of the runner on this lab host."""
        return [sys.executable, "-m", "vmmlab_runner", "--root", str(self.root), *words]

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the runner to its end."""
        return subprocess.run(
            self.command(*words),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def begin(self) -> subprocess.Popen[bytes]:
        """Start the runner and leave it alone."""
        return subprocess.Popen(self.command("run", RUN), env=self.environment)

    def stop_guest(self, vmm: str) -> None:
        """Stop a guest, as the ExecStopPost of the run's unit does."""
        stop = [str(HERE / "fakes/host/systemctl"), "stop", f"vmmlab-guest-{vmm}.service"]
        subprocess.run(stop, env=self.environment, check=True)

    def progress(self) -> dict[str, Any]:
        """Return the run's progress."""
        found: dict[str, Any] = json.loads((self.run / "progress.json").read_text())
        return found

    def sidecar(self, stem: str) -> dict[str, Any]:
        """Return a sidecar of the results."""
        found: dict[str, Any] = json.loads((self.results / f"{stem}.json").read_text())
        return found

    def set(self, behaviour: str) -> Path:
        """Make the fakes misbehave."""
        path = self.state / behaviour
        path.touch()
        return path

    def lines(self, name: str) -> list[str]:
        """Return what the fakes noted."""
        path = self.state / name
        return path.read_text().splitlines() if path.exists() else []

    def tests(self) -> int:
        """Return how many tests sysbench was asked to run."""
        return sum(line.endswith(" run") for line in self.lines("sysbench.log"))

    def pid(self, name: str) -> int:
        """Return a process of the fakes."""
        return int((self.state / f"{name}.pid").read_text())


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def fake_lab(tmp_path: Path) -> Iterator[FakeLab]:
    """Yield a fake lab host that is ready for a schedule, and stop its guests."""
    root, state = tmp_path / "root", tmp_path / "state"
    state.mkdir()
    port = free_port()
    for name in ("etc/vmmlab/vmms", "etc/vmmlab/keys", "var/lib/vmmlab/base"):
        (root / name).mkdir(parents=True)
    (root / "var/lib/vmmlab/guest").mkdir()
    for name in ("proc", "sys"):
        (root / name).symlink_to(f"/{name}")
    (root / "var/lib/vmmlab/base/base.raw").write_bytes(b"disk" * 1024)
    about = {
        "guest_address": "127.0.0.1",
        "guest_port": port,
        "guest_directory": str(state / "guest/agent"),
        "guest_workplace": str(state / "guest/workplace"),
    }
    (root / "etc/vmmlab/lab.json").write_text(json.dumps(about))
    for vmm in ("stratovirt", "qemu"):
        path = root / f"etc/vmmlab/vmms/{vmm}.json"
        path.write_text(json.dumps({"format": 1, "name": vmm, "label": vmm}))
    environment = {
        **os.environ,
        "PATH": f"{HERE / 'fakes/host'}:{os.environ['PATH']}",
        "PYTHONPATH": str(RUNNER),
        "FAKE_STATE": str(state),
        "FAKE_ROOT": str(root),
        "FAKE_PORT": str(port),
    }
    made = FakeLab(root, state, port, environment)
    yield made
    for vmm in ("stratovirt", "qemu"):
        made.stop_guest(vmm)
