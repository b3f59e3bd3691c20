"""The lab of the end-to-end tests: a virtual lab host, with a stand-in for StratoVirt."""

import json
import os
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


def until(true: Callable[[], bool], what: str, patience: float = PATIENCE_S) -> None:
    """Wait for something that must come."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"waited {patience:.0f} s for: {what}"
        time.sleep(1.0)


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

    def command(self, playbook: str, **settings: Any) -> list[str]:
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
        return [program, f"playbooks/{playbook}.yml", "-e", json.dumps({**own, **settings})]

    def begin(self, playbook: str, **settings: Any) -> subprocess.Popen[str]:
        """Start a playbook in a process group of its own."""
        return subprocess.Popen(
            self.command(playbook, **settings), cwd=ROOT, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        )  # fmt: skip

    def end(self, started: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
        """Wait for a playbook; its output is also kept in the lab's folder."""
        output, _ = started.communicate(timeout=TIME_LIMIT_S)
        with (self.folder / "output.log").open("a") as log:
            log.write(f"$ {started.args!r}\n{output}\n")
        return subprocess.CompletedProcess(started.args, started.returncode, output, "")

    def play(self, playbook: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run a playbook as a user would."""
        return self.end(self.begin(playbook, **settings))

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
