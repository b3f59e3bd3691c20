"""Ansible module: packages of a lab host, and how it was before them."""

DOCUMENTATION = """
module: host_packages
short_description: Install packages so that they can be taken back
description:
  - Installs the packages that are absent, and notes every package which that brought.
  - "Taken back is what was noted, and nothing else: a package that was there before stays, and so
    does one that others, installed since, depend on."
  - The module apt notes nothing, and its autoremove takes what was there before.
options:
  names: {type: list, elements: str, default: [], description: Packages that are needed.}
  state: {type: str, choices: [present, absent], default: present, description: Install or undo.}
  note: {type: path, required: true, description: Where the noted packages are kept.}
  keep: {type: bool, default: false, description: Undo by forgetting the note alone.}
"""
EXAMPLES = """
- host_packages: {names: [e2fsprogs, procps], note: /var/lib/vmmlab-packages.json}
"""
RETURN = """
packages: {type: list, returned: always, description: What was installed or removed.}
kept: {type: list, returned: always, description: Noted packages that others need by now.}
"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
# Somebody else's apt is waited for; what is downloaded does not stay in the cache.
APT = ["apt-get", "-qq", "-y", "-o", "DPkg::Lock::Timeout=300"]
INSTALL = [*APT, "-o", "APT::Keep-Downloaded-Packages=0", "install", "--no-install-recommends"]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of apt or dpkg."""
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)


def in_state(*states: str) -> set[str]:
    """Return the packages that are in one of these states, as dpkg-query(1) calls them."""
    words = "--showformat=${Package} ${db:Status-Status}\n"
    lines = (line.split() for line in run("dpkg-query", "--show", words).stdout.splitlines())
    return {words[0] for words in lines if words[-1] in states}


def installed() -> set[str]:
    """Return the installed packages."""
    return in_state("installed")


def there() -> set[str]:
    """Return the packages that have files here, also those that apt did not come to the end of."""
    half = ("unpacked", "half-installed", "half-configured", "triggers-awaited", "triggers-pending")
    return in_state("installed", *half)


def noted(note: Path) -> set[str]:
    """Return the packages that were installed for the lab."""
    return set(json.loads(note.read_text())) if note.exists() else set()


def write(note: Path, packages: set[str]) -> None:
    """Note packages; the name never means an incomplete list."""
    partial = note.with_name(f".{note.name}.part")
    partial.write_text(json.dumps(sorted(packages)) + "\n")
    partial.replace(note)


def install(names: list[str], note: Path, *, check: bool) -> list[str]:
    """Install what is absent; return what came with it."""
    ready = installed()
    absent = sorted(set(names) - ready)
    if not absent or check:
        return absent
    before, known = there(), noted(note)
    run(*APT, "update")
    done = run(*INSTALL, "--simulate", *absent)
    if done.returncode == 0:
        # Noted before it is done: a host that crashes meanwhile is cleaned all the same.
        coming = set(re.findall(r"^Inst ([^ :]+)", done.stdout, re.MULTILINE))
        write(note, known | (coming - before))
        done = run(*INSTALL, *absent)
        write(note, known | (there() - before))
    if done.returncode:
        raise ValueError(
            f"{', '.join(absent)} cannot be installed: {done.stderr.strip() or done.stdout.strip()}"
        )
    return sorted(installed() - ready)


def remove(note: Path, *, keep: bool, check: bool) -> tuple[list[str], list[str]]:
    """Take noted packages back; return those that are gone and those that others need."""
    present = sorted(noted(note) & there())
    if check or keep or not present:
        gone, kept = ([] if keep else present), []
    else:
        # dpkg, unlike apt, removes nothing but what it is told to.
        done = run("dpkg", "--purge", *present)
        left = there()
        gone = [name for name in present if name not in left]
        kept = [name for name in present if name in left]
        if done.returncode and "depend" not in done.stderr:
            raise ValueError(f"{', '.join(kept)} cannot be removed: {done.stderr.strip()}")
    if not check:
        note.unlink(missing_ok=True)
    return gone, kept


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "default": []},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "note": {"type": "path", "required": True},
            "keep": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    wanted: dict[str, Any] = module.params
    note, kept = Path(wanted["note"]), []
    try:
        if wanted["state"] == "present":
            found = install(wanted["names"], note, check=module.check_mode)
        else:
            found, kept = remove(note, keep=wanted["keep"], check=module.check_mode)
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"packages of this lab host: {error}")
    if kept:
        module.warn(f"stays installed, because others need it by now: {', '.join(kept)}")
    module.exit_json(changed=bool(found), packages=found, kept=kept)


if __name__ == "__main__":
    main()
