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
  switch: {type: path, default: /proc/sys/kernel/io_uring_disabled, description: The host's switch.}
"""
EXAMPLES = """
- disk_engine: {cache: writeback}
"""
RETURN = """
engine: {type: str, returned: success, description: The engine.}
cache: {type: str, returned: success, description: The cache that goes with it.}
reason: {type: str, returned: success, description: Why it is not io_uring, or nothing.}
"""

import ctypes
import os
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

IO_URING_SETUP = 425  # on every architecture
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


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "wanted": {
                "type": "str",
                "choices": ["auto", "io_uring", "native"],
                "default": "auto",
            },
            "cache": {"type": "str", "choices": ["writeback", "none"], "required": True},
            "switch": {"type": "path", "default": "/proc/sys/kernel/io_uring_disabled"},
        },
        supports_check_mode=True,
    )
    given = module.params
    try:
        chosen = choose(given["wanted"], given["cache"], Path(given["switch"]))
    except ValueError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **chosen)


if __name__ == "__main__":
    main()
