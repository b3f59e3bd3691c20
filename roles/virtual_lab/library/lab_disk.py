"""Ansible module: what runs have left on the disk of a virtual lab's machine that does not run."""

from __future__ import annotations

DOCUMENTATION = """
module: lab_disk
short_description: Copy the folder of runs out of the disks of the virtual lab's machine
description:
  - The machine must not run. What its file system had in its journal is written first.
options:
  state_dir: {type: path, required: true, description: Folder of the disks.}
  dest: {type: path, required: true, description: Folder for the copies; what is there goes.}
"""
EXAMPLES = """
- lab_disk: {state_dir: ~/.local/state/vmmlab/virtual-lab, dest: /tmp/read}
"""
RETURN = """
directories: {type: list, returned: always, description: A copy for each disk that has runs.}
"""

import shutil
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.process import get_bin_path

RUNS = "/var/lib/vmmlab/runs"
MENDED = 3  # of e2fsck's exit code: the bits that are no error
# Who is not root cannot give the copies to root, and need not.
HARMLESS = ("debugfs ", "while changing ownership")


def debugfs(disk: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Return what debugfs says of a disk; it ends well whatever its command did."""
    # It is in a folder that the PATH of users lacks.
    words = [get_bin_path("debugfs"), "-R", command, str(disk)]
    return subprocess.run(words, check=True, capture_output=True, text=True, errors="replace")


def copy(disk: Path, dest: Path) -> bool:
    """Copy the runs of one disk below `dest`; tell whether it has any.

    Raises:
        ValueError: the disk cannot be read.
    """
    check = [get_bin_path("e2fsck"), "-y", str(disk)]
    done = subprocess.run(check, check=False, capture_output=True, text=True, errors="replace")
    if done.returncode & ~MENDED:
        raise ValueError(f"{disk} cannot be read: {(done.stderr or done.stdout).strip()}")
    looked = debugfs(disk, f"stat {RUNS}")
    if "Inode:" not in looked.stdout:
        if "File not found" in looked.stderr:
            return False
        raise ValueError(f"{disk} cannot be read: {looked.stderr.strip()}")
    dest.mkdir(parents=True)
    said = debugfs(disk, f'rdump {RUNS} "{dest}"').stderr.splitlines()
    problems = [line for line in said if line and not any(word in line for word in HARMLESS)]
    if problems:
        raise ValueError(f"{RUNS} of {disk} cannot be read: {'; '.join(problems[:3])}")
    return True


def main() -> None:
    """Run the module."""
    wanted = {"type": "path", "required": True}
    module = AnsibleModule(
        argument_spec={"state_dir": wanted, "dest": wanted}, supports_check_mode=True
    )
    dest = Path(module.params["dest"])
    if module.check_mode:
        module.exit_json(changed=False, directories=[])
    try:
        if dest.exists():
            shutil.rmtree(dest)
        disks = sorted(Path(module.params["state_dir"]).glob("disk-*.raw"))
        found = [dest / disk.stem for disk in disks if copy(disk, dest / disk.stem)]
    except subprocess.CalledProcessError as error:
        module.fail_json(
            msg=f"{error.cmd[0]} ended with {error.returncode}: {error.stderr.strip()}"
        )
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"virtual lab: {error}")
    module.exit_json(changed=False, directories=[str(path / "runs") for path in found])


if __name__ == "__main__":
    main()
