"""Ansible module: folders and small files of a host, all in one go."""

DOCUMENTATION = """
module: put_files
short_description: Put folders and small files in place, all in one go
description:
  - Does what the modules file and copy do, for a whole list at once.
  - What is right already is left alone.
  - On an emulated lab host each task takes seconds, however little it does.
options:
  folders:
    type: list
    elements: dict
    default: []
    description: Folders with path, mode and owner, each after its parents.
  files:
    type: list
    elements: dict
    default: []
    description: Files with path, content and mode; they belong to who runs the module.
  absent:
    type: list
    elements: str
    default: []
    description: Files and folders that shall not be there; the last word of a path may hold C(*).
"""
EXAMPLES = """
- put_files:
    folders: [{path: /etc/vmmlab}]
    files: [{path: /etc/vmmlab/lab.json, content: "{}"}]
"""
RETURN = """
put: {type: list, returned: always, description: Paths that were not as they shall be.}
"""

import os
import pwd
import shutil
import stat
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

FOLDER_MODE = "0755"
FILE_MODE = "0644"


def is_right(path: Path, mode: int, owner: int) -> bool:
    """Tell whether something that exists has the wanted mode and owner."""
    found = path.lstat()
    return stat.S_IMODE(found.st_mode) == mode and found.st_uid == owner


def id_of(owner: str, *, check: bool) -> int:
    """Return a user's number; -1 where the user itself would only be made now."""
    try:
        return pwd.getpwnam(owner).pw_uid if owner else os.geteuid()
    except KeyError:
        if check:
            return -1
        raise


def put_folder(path: Path, mode: int, owner: int, *, check: bool) -> bool:
    """Make one folder; tell whether it was not as it shall be."""
    if path.is_dir() and is_right(path, mode, owner):
        return False
    if not check:
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, owner, -1)
        path.chmod(mode)
    return True


def put_file(path: Path, content: bytes, mode: int, *, check: bool) -> bool:
    """Write one file; its name never means an incomplete file. Tell whether it was needed."""
    if path.is_file() and path.read_bytes() == content and is_right(path, mode, os.geteuid()):
        return False
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        partial.write_bytes(content)
        partial.chmod(mode)
        partial.replace(path)
    return True


def remove(pattern: str, *, check: bool) -> list[str]:
    """Remove what a pattern names; return what that was. A link is removed, not what it names."""
    folder, name = os.path.split(pattern)
    found = [each for path in sorted(Path(folder).glob(name)) for each in removable(path)]
    for path in found if not check else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return [str(path) for path in found]


def removable(path: Path) -> list[Path]:
    """Return what goes with a path: of a disk that somebody mounted there, what is on it."""
    if path.is_symlink() or not path.is_mount():
        return [path]
    return sorted(each for each in path.iterdir() if each.name != "lost+found")


def put(wanted: dict[str, Any], *, check: bool) -> list[str]:
    """Put everything in place; return the paths that were not."""
    changed = []
    for pattern in wanted.get("absent", ()):
        changed += remove(pattern, check=check)
    for folder in wanted["folders"]:
        owner = id_of(folder.get("owner", ""), check=check)
        path, mode = Path(folder["path"]), int(folder.get("mode", FOLDER_MODE), 8)
        if put_folder(path, mode, owner, check=check):
            changed.append(str(path))
    for file in wanted["files"]:
        path, mode = Path(file["path"]), int(file.get("mode", FILE_MODE), 8)
        if put_file(path, file["content"].encode(), mode, check=check):
            changed.append(str(path))
    return changed


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "folders": {"type": "list", "elements": "dict", "default": []},
            "files": {"type": "list", "elements": "dict", "default": []},
            "absent": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    try:
        changed = put(module.params, check=module.check_mode)
    except (OSError, KeyError, ValueError) as error:
        module.fail_json(msg=f"cannot put a file in place, or remove it: {error}")
    module.exit_json(changed=bool(changed), put=changed)


if __name__ == "__main__":
    main()
