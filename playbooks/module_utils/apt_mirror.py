"""What this machine's apt is told about where packages come from."""

from __future__ import annotations

import platform
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = "$(RELEASE)|$(CODENAME)|$(COMPONENT)|$(ORIGIN)|$(REPO_URI)"


def run(command: list[str], cwd: Path | None = None) -> str:
    """Run a command and return what it prints; its own words are the error."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    if done.returncode != 0:
        message = f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}"
        raise RuntimeError(message)
    return done.stdout


def find_mirror() -> tuple[str, str]:
    """Return the codename of this machine's release and the URI its main packages come from.

    Others name their repositories like Debian's too: where apt knows Debian's own, it is that.
    """
    codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    mirrors = {}
    for line in run(["apt-get", "indextargets", "--format", FIELDS]).splitlines():
        release, own_name, component, origin, uri = line.split("|", 4)
        if codename in (release, own_name) and component == "main":
            mirrors.setdefault(origin, uri)
    if mirrors:
        return codename, mirrors.get("Debian", next(iter(mirrors.values())))
    message = f"apt of this machine knows no source for {codename} main (apt-get indextargets)"
    raise RuntimeError(message)
