"""Ansible module: which run has this lab host, and which machine it is."""

from __future__ import annotations

DOCUMENTATION = """
module: run_lock
short_description: Say which run has this lab host
description:
  - Asks for the lock that a run holds as long as it measures; changes nothing.
  - A run that is to go on at the next boot has the host, too, before its runner has begun.
options:
  path: {type: path, required: true, description: The lock file.}
  run: {type: str, default: "", description: The run that may have the host; others come first.}
  root: {type: path, default: /, description: Below it is all that is looked at but the lock.}
"""
EXAMPLES = """
- run_lock: {path: /var/lib/vmmlab/lock}
  register: lock
"""
RETURN = """
held:
  type: dict
  returned: always
  description: What the run says of itself (run, who, since); empty when no run has the host.
waiting: {type: bool, returned: always, description: The run goes on at the next boot only.}
machine:
  type: dict
  returned: always
  description:
    - Its machine_id and boot_id; hardware, a checksum of what tells it from other machines.
    - The name under which it was provisioned, the hardware then, and guest_address, that of its
      guests; empty when it was not.
"""

import fcntl
import hashlib
import json
import os
import stat
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

WORDS = ("run", "who", "since")
LONGEST = 4096


def holder(path: str) -> dict[str, str]:
    """Return what the lock's holder wrote about itself; nothing when nobody has it.

    Raises:
        ValueError: the lock is no file.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return {}
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise ValueError("it is no file")
        # Shared, and for this moment alone: two that ask are not in each other's way.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(file, LONGEST, 0)
    else:
        return {}
    finally:
        os.close(file)
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    told = found if isinstance(found, dict) else {}
    return {word: str(told.get(word, "?")) for word in WORDS}


def text_of(path: Path) -> str:
    """Return the text of a small file; nothing when it cannot be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(LONGEST).strip()
    except OSError:
        return ""


def waiting(root: Path, own: str) -> dict[str, str]:
    """Return the run that is to go on at the next boot; nothing when none is, `own` last."""
    links = (root / "etc/systemd/system/multi-user.target.wants").glob("vmmlab-run@*.service")
    runs = [link.name.removeprefix("vmmlab-run@").removesuffix(".service") for link in links]
    for run in sorted(runs, key=lambda name: (name == own, name)):
        folder = root / "var/lib/vmmlab/runs" / run
        if (folder / "schedule.json").is_file() and not ended(folder / "progress.json"):
            began = text_of(folder / "started") or "?"
            return {"run": run, "who": text_of(folder / "who") or "?", "since": began}
    return {}


def ended(progress: Path) -> bool:
    """Tell whether a run has come to its end."""
    try:
        return json.loads(progress.read_text(encoding="utf-8"))["state"] in ("done", "failed")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def machine(root: Path) -> dict[str, str]:
    """Return what tells this machine from others, and what it was provisioned as."""
    try:
        found = json.loads(text_of(root / "etc/vmmlab/lab.json"))
    except ValueError:
        found = None
    lab = found if isinstance(found, dict) else {}
    before = {"name": "", "provisioned": "", "guest_address": str(lab.get("guest_address", ""))}
    if "host" in lab and "machine" in lab:
        before |= {"name": str(lab["host"]), "provisioned": str(lab["machine"])}
    ids = {
        "machine_id": text_of(root / "etc/machine-id"),
        "boot_id": text_of(root / "proc/sys/kernel/random/boot_id"),
    }
    # A disk that was copied brings its machine-id along, but no board and no network card.
    cards = (root / "sys/class/net").glob("*/device")
    known = [ids["machine_id"], text_of(root / "sys/class/dmi/id/product_uuid")]
    known += sorted(text_of(card.parent / "address") for card in cards)
    return {**ids, **before, "hardware": hashlib.sha256("\n".join(known).encode()).hexdigest()}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "run": {"type": "str", "default": ""},
            "root": {"type": "path", "default": "/"},
        },
        supports_check_mode=True,
    )
    path, root = module.params["path"], Path(module.params["root"])
    try:
        held = holder(path)
        later = {} if held else waiting(root, module.params["run"])
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"{path}: it cannot be seen whether a run has this host: {error}")
    told = {"held": held or later, "waiting": bool(later), "machine": machine(root)}
    module.exit_json(changed=False, **told)


if __name__ == "__main__":
    main()
