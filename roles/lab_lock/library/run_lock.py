"""Ansible module: which run has this lab host."""

from __future__ import annotations

DOCUMENTATION = """
module: run_lock
short_description: Say which run has this lab host
description:
  - Asks for the lock that a run holds as long as it measures; changes nothing.
options:
  path: {type: path, required: true, description: The lock file.}
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
"""

import fcntl
import json
import os
import stat

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


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={"path": {"type": "path", "required": True}}, supports_check_mode=True
    )
    path = module.params["path"]
    try:
        held = holder(path)
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"{path}: it cannot be seen whether a run has this host: {error}")
    module.exit_json(changed=False, held=held)


if __name__ == "__main__":
    main()
