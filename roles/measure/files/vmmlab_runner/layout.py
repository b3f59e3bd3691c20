"""Where things are on a lab host."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vmmlab_runner.errors import RunnerError

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths on the lab host, all below `root` (another one than `/` in tests only)."""

    root: Path

    @property
    def lab(self) -> Path:
        """What the role guest wrote about this lab host and its guests' address."""
        return self.root / "etc/vmmlab/lab.json"

    def vmm(self, name: str) -> Path:
        """What is known of a VMM before it runs: the later `vmm.json`."""
        return self.root / f"etc/vmmlab/vmms/{name}.json"

    @property
    def keys(self) -> Path:
        """The key that opens the guests, and their host key."""
        return self.root / "etc/vmmlab/keys"

    @property
    def base(self) -> Path:
        """The guest image with keys, never started itself."""
        return self.root / "var/lib/vmmlab/base/base.raw"

    @property
    def disk(self) -> Path:
        """The disk of the guest that runs: a fresh copy of `base` for each start."""
        return self.root / "var/lib/vmmlab/guest/disk.raw"

    @property
    def lock(self) -> Path:
        """Held by the run that owns this lab host."""
        return self.root / "var/lib/vmmlab/lock"

    @property
    def wants(self) -> Path:
        """Links of what systemd starts at each boot: of a run, as long as it has not ended."""
        return self.root / "etc/systemd/system/multi-user.target.wants"

    def run(self, name: str) -> Path:
        """Everything one run leaves on this lab host.

        Raises:
            RunnerError: `name` cannot be the name of a run.
        """
        if not NAME.fullmatch(name):
            raise RunnerError(
                f"'{name}' cannot be the name of a run: letters, digits, _ . - only, and no . or -"
                " in front"
            )
        return self.root / "var/lib/vmmlab/runs" / name

    @property
    def tuning(self) -> Path:
        """What vmmlab-tuning.service found, wanted and read back."""
        return self.root / "run/vmmlab/tuning.json"

    @property
    def boot_id(self) -> str:
        """Which boot of this lab host it is."""
        return read_text(self.proc / "sys/kernel/random/boot_id")

    @property
    def proc(self) -> Path:
        """What the kernel says of processes."""
        return self.root / "proc"

    @property
    def sys(self) -> Path:
        """What the kernel says of devices."""
        return self.root / "sys"

    def unit_status(self, vmm: str) -> Path:
        """/proc/self/status of a program in a guest's unit, before the VMM started."""
        return self.root / f"run/vmmlab/{vmm}/unit.status"

    def serial(self, vmm: str) -> Path:
        """The serial console of a VMM's guest."""
        return self.root / f"run/vmmlab/{vmm}/serial.log"


def read_json(path: Path) -> dict[str, Any]:
    """Return the mapping in `path`.

    Raises:
        RunnerError: the file is missing or holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunnerError(f"{path}: cannot be read ({error}); provision this lab host again") from (
            error
        )
    if not isinstance(found, dict):
        raise RunnerError(f"{path}: holds no mapping; provision this lab host again")
    return found


def read_text(path: Path) -> str:
    """Return what a file holds, without blanks around it; nothing when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
