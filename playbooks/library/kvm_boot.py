"""Ansible module: boot a kernel on KVM to see whether /dev/kvm tells the truth."""

from __future__ import annotations

DOCUMENTATION = """
module: kvm_boot
short_description: Boot a kernel without a root on KVM and wait for its panic
options:
  qemu: {type: path, required: true, description: The QEMU to boot with.}
  firmware: {type: path, required: true, description: Folder of its firmware.}
  kernel: {type: path, required: true, description: The kernel.}
  timeout: {type: int, default: 120, description: Seconds to wait.}
  sandbox:
    type: str
    default: ""
    description: Lines of a unit's section [Service]; a user and a sandbox to boot in.
"""
EXAMPLES = """
- kvm_boot:
    qemu: /opt/q/bin/qemu-system-x86_64
    firmware: /opt/q/share/qemu
    kernel: /opt/k/bzImage
"""
RETURN = """
problem: {type: str, returned: always, description: Why no guest boots, or an empty string.}
holders: {type: list, returned: always, description: Hypervisors that hold the virtualisation.}
seconds: {type: float, returned: always, description: How long it took.}
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.kvm_boot import boot, inside, vt_holders


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "qemu": {"type": "path", "required": True},
            "firmware": {"type": "path", "required": True},
            "kernel": {"type": "path", "required": True},
            "timeout": {"type": "int", "default": 120},
            "sandbox": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    wanted = module.params
    started = time.monotonic()
    try:
        files = (wanted["qemu"], wanted["firmware"], wanted["kernel"])
        with inside(wanted["sandbox"], wanted["timeout"]) as prefix:
            problem = boot(*files, wanted["timeout"], prefix)
    except OSError as error:
        problem = str(error)
    seconds = round(time.monotonic() - started, 1)
    holders = vt_holders() if problem else []
    module.exit_json(changed=False, problem=problem or "", seconds=seconds, holders=holders)


if __name__ == "__main__":
    main()
