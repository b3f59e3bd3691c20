"""Ansible module: the engine with which every VMM reads and writes a guest's disk on this host."""

DOCUMENTATION = """
module: disk_engine
short_description: Choose the disk engine that is the same in all VMMs
description:
  - C(io_uring) is offered by all VMMs, with and without the host's page cache. Where the host
    forbids it, or its kernel lacks it, C(native) is what they have in common, and that goes past
    the page cache alone. What else they offer differs, whatever it is called.
options:
  wanted: {type: str, choices: [auto, io_uring, native], default: auto, description: The engine.}
  cache: {type: str, choices: [writeback, none], required: true, description: The cache wanted.}
  direct:
    type: bool
    default: false
    description: Whether the plan measures the disk itself, so that the host's cache is passed by.
  folder: {type: path, default: /var/lib, description: Where the guests' disks are, or will be.}
  switch: {type: path, default: /proc/sys/kernel/io_uring_disabled, description: The host's switch.}
"""
EXAMPLES = """
- disk_engine: {cache: writeback}
"""
RETURN = """
engine: {type: str, returned: success, description: The engine.}
cache: {type: str, returned: success, description: The cache that goes with it.}
reason: {type: str, returned: success, description: Why it is not io_uring, or nothing.}
no_direct: {type: str, returned: success, description: Why the disk cannot be measured, or nothing.}
"""

import ctypes
import os
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

IO_URING_SETUP = 425  # on every architecture
IN_MEMORY = ("tmpfs", "ramfs")
PARAMETERS = 120  # bytes of struct io_uring_params


def forbidden(switch: Path) -> str:
    """Return why the user of the guests cannot use io_uring here, or nothing."""
    try:
        value = switch.read_text().strip()
    except OSError:
        value = "0"  # kernels before 6.6 have no such switch
    if value != "0":
        return f"kernel.io_uring_disabled is {value}"
    ring = ctypes.CDLL(None, use_errno=True).syscall(
        IO_URING_SETUP, 1, ctypes.create_string_buffer(PARAMETERS)
    )
    if ring < 0:
        return f"io_uring_setup: {os.strerror(ctypes.get_errno())}"
    os.close(ring)
    return ""


def choose(wanted: str, cache: str, switch: Path) -> dict[str, str]:
    """Return engine, cache and reason.

    Raises:
        ValueError: what is wanted cannot be had.
    """
    if wanted == "native":
        if cache != "none":
            raise ValueError(
                "guest_disk_engine native goes past the page cache in every VMM, but"
                f" guest_disk_cache is {cache}: set it to none"
            )
        return {"engine": "native", "cache": "none", "reason": "guest_disk_engine"}
    reason = forbidden(switch)
    if not reason:
        return {"engine": "io_uring", "cache": cache, "reason": ""}
    if wanted == "io_uring":
        raise ValueError(
            f"guest_disk_engine is io_uring, but this host does not let guests use it ({reason}):"
            " allow it, or set guest_disk_engine to auto"
        )
    return {"engine": "native", "cache": "none", "reason": reason}


def cannot_direct(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return why the disk under `folder` cannot be read and written past the cache, or nothing."""
    while not folder.is_dir():
        folder = folder.parent
    kind = file_system(folder.resolve(), mounts)
    # Kernels from 6.6 on take O_DIRECT there, and read and write memory.
    if kind in IN_MEMORY:
        return f"{folder} is a {kind}: in memory, no disk"
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=".vmmlab-direct-")
        os.close(handle)
        try:
            os.close(os.open(name, os.O_RDWR | os.O_DIRECT))
        finally:
            Path(name).unlink()
    except OSError as error:
        return f"{folder} ({kind}): a file cannot be opened with O_DIRECT: {error.strerror}"
    return ""


def file_system(folder: Path, mounts: Path) -> str:
    """Return the kind of the file system that `folder` is on."""
    found = ("", "unknown")
    for line in mounts.read_text(errors="replace").splitlines():
        _, place, kind, *_ = line.split()
        # The last of two mounts at one place is the one that is seen.
        if folder.is_relative_to(place) and len(place) >= len(found[0]):
            found = (place, kind)
    return found[1]


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "wanted": {
                "type": "str",
                "choices": ["auto", "io_uring", "native"],
                "default": "auto",
            },
            "direct": {"type": "bool", "default": False},
            "folder": {"type": "path", "default": "/var/lib"},
            "cache": {"type": "str", "choices": ["writeback", "none"], "required": True},
            "switch": {"type": "path", "default": "/proc/sys/kernel/io_uring_disabled"},
        },
        supports_check_mode=True,
    )
    given = module.params
    no_direct = cannot_direct(Path(given["folder"])) if given["direct"] else ""
    cache = "none" if given["direct"] and not no_direct else given["cache"]
    try:
        chosen = choose(given["wanted"], cache, Path(given["switch"]))
    except ValueError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **chosen, no_direct=no_direct)


if __name__ == "__main__":
    main()
