"""The lab of the end-to-end tests: a virtual lab host, with a stand-in for StratoVirt."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT_S = 3600
PATIENCE_S = 600.0
THP = "/sys/kernel/mm/transparent_hugepage/enabled"

Snapshot = dict[str, list[str]]


def until(true: Callable[[], bool], what: str, patience: float = PATIENCE_S) -> None:
    """Wait for something that must come."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"waited {patience:.0f} s for: {what}"
        time.sleep(1.0)


@dataclass(frozen=True)
class Ended:
    """What came of a playbook: its exit code, and all that it said."""

    returncode: int
    stdout: str

    @property
    def last_words(self) -> str:
        """The end of what it said, for the message of an assertion."""
        return self.stdout[-6000:]


@dataclass(frozen=True)
class Started:
    """A playbook that runs."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """Kill it with all that it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> Ended:
        """Wait for its end."""
        code = self.process.wait(TIME_LIMIT_S)
        return Ended(code, self.log.read_text())


@dataclass(frozen=True)
class Lab:
    """A lab of its own: no state is shared with the user's, only the cache of builds."""

    folder: Path
    port: int

    @classmethod
    def on_free_port(cls, folder: Path) -> Self:
        """Return a lab in `folder` whose machine will listen where nothing does yet."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return cls(folder, probe.getsockname()[1])

    @property
    def results(self) -> Path:
        """Where its runs are on the controller."""
        return self.folder / "results"

    def command(self, playbook: str, *options: str, **settings: Any) -> list[str]:
        """Return the words that run a playbook in this lab; `settings` come before its own."""
        own = {
            "lab_state_dir": str(self.folder / "state"),
            "results_dir": str(self.results),
            "virtual_lab_port": self.port,
            "vmm_stratovirt_binary": str(ROOT / "tests/stand_in/stratovirt"),
            "plan": str(ROOT / "tests/data/plans/tiny.yml"),
            "run_name": "tiny",
        }
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        given = json.dumps({**own, **settings})
        return [program, f"playbooks/{playbook}.yml", "-e", given, *options]

    def begin(self, playbook: str, *options: str, **settings: Any) -> Started:
        """Start a playbook in a process group of its own; its output grows in the lab's folder."""
        self.folder.mkdir(exist_ok=True)
        log = self.folder / f"{len(list(self.folder.glob('*.log'))) + 1:02}-{playbook}.log"
        with log.open("xb") as output:
            process = subprocess.Popen(
                self.command(playbook, *options, **settings), cwd=ROOT, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
            )  # fmt: skip
        return Started(process, log)

    def play(self, playbook: str, *options: str, **settings: Any) -> Ended:
        """Run a playbook as a user would."""
        return self.begin(playbook, *options, **settings).end()

    def snapshot(self) -> Snapshot:
        """Return what the lab host is, once it has nothing left to start by itself."""
        self.ssh("systemctl is-system-running --wait || true")
        script = (ROOT / "tests/host_snapshot.py").read_text()
        found: Snapshot = json.loads(self.ssh(f"python3 - <<'END'\n{script}\nEND\n"))
        return found

    def ssh(self, command: str) -> str:
        """Run a command on the lab host as root, over one connection kept for all of them."""
        state = self.folder / "state"
        options = {
            "ControlMaster": "auto",
            "ControlPath": str(state / "ssh-%C"),
            "ControlPersist": "60",
            "UserKnownHostsFile": str(state / "known_hosts"),
            "BatchMode": "yes",
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        words += ["-i", str(state / "id_ed25519"), "-p", str(self.port), "root@127.0.0.1"]
        done = subprocess.run(
            ["ssh", *words, command], capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            raise OSError(f"{command}: {done.returncode}: {done.stderr}{done.stdout}")
        return done.stdout
