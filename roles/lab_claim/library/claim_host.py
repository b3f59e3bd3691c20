"""Ansible module: whether what bears vmmlab's names on this host is vmmlab's."""

from __future__ import annotations

DOCUMENTATION = """
module: claim_host
short_description: Tell what bears vmmlab's names here and is somebody else's
description:
  - Looks at the account and the group C(vmmlab), and at the folders, units and network devices that
    vmmlab makes. With C(take), and where none is somebody else's, a mark says that all are vmmlab's
    from now on, before the first of them is made.
  - "Without the mark they are vmmlab's where there are traces of a version that left none, files
    that nobody else has. The account is vmmlab's where its home is the guests' folder."
options:
  mark: {type: path, required: true, description: The file that is the mark.}
  take: {type: bool, default: false, description: Leave the mark where nothing stands against it.}
  root: {type: path, default: /, description: Below it is all that is looked at but accounts.}
"""
EXAMPLES = """
- claim_host: {mark: /var/lib/vmmlab-host.json, take: true}
"""
RETURN = """
strangers: {type: list, returned: always, description: What is somebody else's, for people.}
ours: {type: bool, returned: always, description: Whether vmmlab has been here.}
"""

import grp
import json
import os
import pwd
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

NAME = "vmmlab"
HOME = "/var/lib/vmmlab/guest"
FOLDERS = ("etc/vmmlab", "opt/vmmlab", "run/vmmlab", "var/lib/vmmlab")
UNITS = ("guest-*.service", "network.service", "quiet.service", "run@.service", "tuning.service")
UNIT_FOLDERS = ("etc/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system")
DEVICES = ("vmmlab0", "vmmlab-tap0")
TRACES = (
    "etc/vmmlab/lab.json",
    "opt/vmmlab/lib/qmp_quit.py",
    "opt/vmmlab/lib/tuning.py",
    "opt/vmmlab/lib/vmmlab_runner.pyz",
    "opt/vmmlab/store/.incoming",
    "opt/vmmlab/store/guest_*-*",
    "var/lib/vmmlab/lock",
    "var/lib/vmmlab/runs/*/asked.json",
    "var/lib/vmmlab-packages.json",
)
"""Each stage's first and last: one that was interrupted has left some of them."""


def account() -> pwd.struct_passwd | None:
    """Return the account with the guests' user's name."""
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def group() -> grp.struct_group | None:
    """Return the group with the guests' user's name."""
    try:
        return grp.getgrnam(NAME)
    except KeyError:
        return None


def marked(mark: Path) -> bool:
    """Tell whether the mark is there; a file of its name that says nothing is none."""
    try:
        return bool(json.loads(mark.read_text(encoding="utf-8"))["ours"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def people() -> list[str]:
    """Return account and group of that name that are somebody else's."""
    user, members = account(), group()
    ours = user is not None and user.pw_dir == HOME
    found = []
    if user and not ours:
        found.append(f"the account {NAME} (number {user.pw_uid}, home {user.pw_dir})")
    if members and not (user and user.pw_gid == members.gr_gid):
        found.append(f"the group {NAME} (number {members.gr_gid})")
    return found


def is_empty(path: Path) -> bool:
    """Tell whether a folder is nobody's, as a disk that was mounted there for vmmlab is."""
    try:
        return not path.is_symlink() and set(os.listdir(path)) <= {"lost+found"}  # noqa: PTH208
    except OSError:
        return False


def things(root: Path) -> list[str]:
    """Return the folders, units and network devices that have vmmlab's names."""
    found = [
        f"the folder /{name}"
        for name in FOLDERS
        if os.path.lexists(root / name) and not is_empty(root / name)
    ]
    for folder in UNIT_FOLDERS:
        for unit in UNITS:
            paths = sorted((root / folder).glob(f"{NAME}-{unit}"))
            found += [f"the unit /{path.relative_to(root)}" for path in paths]
    devices = (name for name in DEVICES if os.path.lexists(root / "sys/class/net" / name))
    return found + [f"the network device {name}" for name in devices]


def traces(root: Path) -> bool:
    """Tell whether an earlier version, which left no mark, has been here."""
    return any(True for pattern in TRACES for _ in root.glob(pattern))


def write(mark: Path, found: list[str]) -> None:
    """Leave the mark; its name never means an incomplete one."""
    names = [f"account {NAME}", f"group {NAME}", *(f"/{name}" for name in FOLDERS), *DEVICES]
    names += [f"{NAME}-{unit}" for unit in UNITS]
    partial = mark.with_name(f".{mark.name}.part")
    with partial.open("w", encoding="utf-8") as file:
        json.dump({"format": 1, "ours": names, "of_an_earlier_version": found}, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(mark)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "mark": {"type": "path", "required": True},
            "take": {"type": "bool", "default": False},
            "root": {"type": "path", "default": "/"},
        },
        supports_check_mode=True,
    )
    mark, root = Path(module.params["mark"]), Path(module.params["root"])
    known = marked(mark)
    ours, found = known or traces(root), things(root)
    strangers = people() + ([] if ours else found)
    taking = module.params["take"] and not known and not strangers
    try:
        if taking and not module.check_mode:
            write(mark, found)
    except OSError as error:
        module.fail_json(msg=f"{mark}: it cannot be written: {error}")
    module.exit_json(changed=taking, strangers=strangers, ours=ours)


if __name__ == "__main__":
    main()
