"""Holds timers of this host off while it measures, and gives them back.

`hold` notes which of the known timers run, then stops these; `release` starts what was noted. None
is disabled: after a reboot they run as ever. A job that runs already is left to its end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMERS = (
    "apt-daily",
    "apt-daily-upgrade",
    "anacron",
    "dnf-automatic",
    "dnf-automatic-install",
    "dnf-makecache",
    "dpkg-db-backup",
    "e2scrub_all",
    "fstrim",
    "fwupd-refresh",
    "logrotate",
    "man-db",
    "mdcheck_start",
    "mlocate-updatedb",
    "motd-news",
    "plocate-updatedb",
    "raid-check",
    "sysstat-collect",
    "update-notifier-download",
    "updatedb",
    "xfs_scrub_all",
)
STATE = Path("/run/vmmlab/timers.json")


def running() -> list[str]:
    """Return the known timers that run."""
    names = [f"{name}.timer" for name in TIMERS]
    asked = ["systemctl", "list-units", "--state=active", "--plain", "--no-legend", *names]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return [line.split()[0] for line in done.stdout.splitlines() if line.split()]


def hold(state: Path) -> None:
    """Stop the timers that run; those that an earlier call stopped stay known."""
    held = json.loads(state.read_text()) if state.exists() else []
    held = list(dict.fromkeys([*held, *running()]))
    # Before anything is stopped: who is killed meanwhile can still be put right.
    state.parent.mkdir(parents=True, exist_ok=True)
    temporary = state.with_suffix(".part")
    temporary.write_text(json.dumps(held) + "\n")
    temporary.replace(state)
    if held:
        print(f"held off: {' '.join(held)}")
        subprocess.run(["systemctl", "stop", *held], check=False)


def release(state: Path) -> None:
    """Start what `hold` stopped, one by one: one that is gone meanwhile is no other's affair."""
    if state.exists():
        for timer in json.loads(state.read_text()):
            subprocess.run(["systemctl", "start", timer], check=False)
        state.unlink()


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["hold", "release"])
    parser.add_argument("--state", type=Path, default=STATE, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.action == "hold":
        hold(arguments.state)
    else:
        release(arguments.state)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
