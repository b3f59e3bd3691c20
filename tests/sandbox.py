"""Applies roles to this machine's own paths in a copy-on-write sandbox: the machine stays as it is.

Needs root and overlayfs. Each sandbox keeps its layer, so a second play finds what the first did:
`play` says how much it changed, `path` gives the layer's copy of a file to look at.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parent.parent
LAYERS = ("etc", "opt", "run", "usr", "var")

# Without systemd as the first process, nothing runs: these words are noted and obeyed by nobody.
SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$SANDBOX_LOG"
case "$1" in
    daemon-reload|start|stop|restart|reset-failed) exit 0 ;;
esac
exec /usr/bin/systemctl "$@"
"""

MOUNTS = """set -e
for layer in {layers}; do
    upper=$SANDBOX/upper/$layer work=$SANDBOX/work/$layer
    mount -t overlay overlay -o "lowerdir=/$layer,upperdir=$upper,workdir=$work" "/$layer"
done
exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Play:
    """What an ansible-playbook left behind."""

    code: int
    output: str
    changed: int

    @property
    def changes(self) -> list[str]:
        """The names of tasks that changed something."""
        found, task = [], ""
        for line in self.output.splitlines():
            if head := re.match(r"(?:TASK|RUNNING HANDLER) \[(.*?)\]", line):
                task = head[1]
            elif line.startswith("changed:"):
                found.append(task)
        return found


@dataclass(slots=True)
class Sandbox:
    """A layer over this machine's folders, kept in `directory`."""

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the layer's folders."""
        for layer in LAYERS:
            for kind in ("upper", "work"):
                (self.directory / kind / layer).mkdir(parents=True, exist_ok=True)
        # What the playbooks give to all.
        if not (group_vars := self.directory / "group_vars").exists():
            group_vars.symlink_to(CHECKOUT / "playbooks/group_vars")
        programs = self.directory / "bin"
        programs.mkdir(exist_ok=True)
        (programs / "systemctl").write_text(SYSTEMCTL)
        (programs / "systemctl").chmod(0o755)

    def path(self, absolute: str) -> Path:
        """Return the layer's copy of a path: absent when nothing touched it."""
        return self.directory / "upper" / absolute.lstrip("/")

    @property
    def log(self) -> list[str]:
        """What systemctl was asked."""
        path = self.directory / "systemctl.log"
        return path.read_text().splitlines() if path.exists() else []

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the sandbox; its outputs are one text."""
        environment = {
            **os.environ,
            "SANDBOX": str(self.directory),
            "SANDBOX_LOG": str(self.directory / "systemctl.log"),
            "SYSTEMD_OFFLINE": "1",
            "PATH": f"{self.directory / 'bin'}:{os.environ['PATH']}",
            **self.environment,
        }
        script = MOUNTS.format(layers=" ".join(LAYERS))
        unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
        return subprocess.run(
            [*unshare, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=CHECKOUT,
        )

    def play(
        self,
        role: str,
        variables: Mapping[str, Any],
        *,
        tasks_from: str = "main",
        options: Sequence[str] = (),
    ) -> Play:
        """Apply a role's entry point to the sandbox, as the lab host `lab1`."""
        entry = {"name": role, "tasks_from": tasks_from}
        play = {
            "name": "Try the role",
            "hosts": "lab1",
            "gather_facts": False,
            "vars": dict(variables),
            "tasks": [{"name": "Apply it", "ansible.builtin.include_role": entry}],
        }
        playbook = self.directory / "playbook.yml"
        playbook.write_text(yaml.safe_dump([play], sort_keys=False))
        host = "lab1 ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n"
        (self.directory / "hosts").write_text(host)
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        inventory = ["--inventory", str(self.directory / "hosts")]
        self.environment |= {
            "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "0",
        }
        done = self.run(program, *inventory, *options, str(playbook))
        recap = re.search(r"lab1\s+: .*changed=(\d+)", done.stdout)
        return Play(done.returncode, done.stdout, int(recap[1]) if recap else -1)

    def verify(self, *units: str) -> str:
        """Return what systemd finds wrong with units in the sandbox: nothing when all is well."""
        paths = [f"/etc/systemd/system/{unit}" for unit in units]
        done = self.run("systemd-analyze", "verify", "--recursive-errors=no", *paths)
        return done.stdout if done.returncode else ""
