"""Ansible module: put a program's shared libraries beside it, and make it find them there."""

from __future__ import annotations

DOCUMENTATION = """
module: bundle_libraries
short_description: Put a program's shared libraries beside it
description:
  - Copies all libraries but those of the C library and of the compiler, which every host has.
options:
  binary: {type: path, required: true, description: The program.}
  dest: {type: path, required: true, description: Folder for the libraries.}
"""
EXAMPLES = """
- bundle_libraries: {binary: out/bin/qemu-system-x86_64, dest: out/lib}
"""
RETURN = """
libraries: {type: list, returned: always, description: Names of the libraries taken.}
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

EVERYWHERE = re.compile(r"(libc|libm|libdl|libpthread|librt|libresolv|libgcc_s|ld-linux.*)\.so\.")


def libraries_of(binary: Path) -> dict[str, str]:
    """Return name and path of each shared library of `binary` that a bare host may lack."""
    listed = subprocess.run(
        ["ldd", str(binary)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    missing = re.findall(r"(\S+) => not found", listed)
    if missing:
        message = f"{binary} needs libraries that this machine lacks: {', '.join(missing)}"
        raise ValueError(message)
    found = dict(re.findall(r"(\S+) => (/\S+)", listed))
    return {name: path for name, path in found.items() if not EVERYWHERE.match(name)}


def bundle(binary: Path, dest: Path) -> list[str]:
    """Copy the libraries and set the search paths; return their names."""
    dest.mkdir(parents=True, exist_ok=True)
    found = libraries_of(binary)
    for name, path in found.items():
        shutil.copy(path, dest / name)
        search_in(dest / name, "$ORIGIN")
    search_in(binary, f"$ORIGIN/{os.path.relpath(dest, binary.parent)}")
    return sorted(found)


def search_in(file: Path, folder: str) -> None:
    """Make the loader look for the libraries of a program or library in `folder` first."""
    command = ["patchelf", "--set-rpath", folder, str(file)]
    subprocess.run(command, check=True, capture_output=True, text=True)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "binary": {"type": "path", "required": True},
            "dest": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    if module.check_mode:
        module.exit_json(changed=True, libraries=[])
    try:
        libraries = bundle(Path(module.params["binary"]), Path(module.params["dest"]))
    except subprocess.CalledProcessError as error:
        module.fail_json(msg=f"{' '.join(error.cmd)}: {error.stderr.strip()}")
    except (OSError, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=True, libraries=libraries)


if __name__ == "__main__":
    main()
