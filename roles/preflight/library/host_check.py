"""Ansible module: whether a machine can be a lab host. Changes nothing."""

from __future__ import annotations

DOCUMENTATION = """
module: host_check
short_description: Look whether a machine can be a lab host
options:
  memory_mib: {type: int, required: true, description: Memory that is needed.}
  disk_gib: {type: int, required: true, description: Free disk that is needed at path.}
  path: {type: path, required: true, description: Where the disk is needed.}
  releases:
    type: list
    elements: str
    required: true
    description: Releases that will do, as "debian 12".
  kvm: {type: bool, default: true, description: Whether KVM is needed.}
  own_units: {type: str, default: vmmlab, description: Guests below a cgroup of this name are ours.}
  controller_time:
    type: float
    default: 0
    description: Seconds since the epoch on the controller.
"""
EXAMPLES = """
- host_check: {memory_mib: 2048, disk_gib: 4, path: /var/lib, releases: [debian 12]}
"""
RETURN = """
problems:
  type: list
  returned: always
  description: One mapping for each problem with found, needed and fix.
warnings_found: {type: list, returned: always, description: What is worth knowing.}
facts: {type: dict, returned: always, description: What was found.}
"""

import fcntl
import os
import platform
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

if TYPE_CHECKING:
    from collections.abc import Callable

    Need = Callable[[str, str, str], None]

KVM_GET_API_VERSION = 0xAE00
KVM_API_VERSION = 12
CLOCK_TOLERANCE_S = 120
CPUINFO = Path("/proc/cpuinfo")
KVM = "/dev/kvm"
# "kvm" to its end: the kernel's own threads for a guest of ours are called kvm-something.
GUESTS = re.compile(
    r"(qemu-system|qemu-kvm|kvm$|stratovirt|firecracker|cloud-hyperviso|VBoxHeadless)"
)


def release() -> str:
    """Return ID and major version of os-release(5); Python's platform has it only from 3.10 on."""
    text = Path("/etc/os-release").read_text()
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return f"{fields['ID']} {fields.get('VERSION_ID', 'testing').split('.')[0]}"


def cpu() -> dict[str, str]:
    """Return vendor, model and virtualisation flag of the processor."""
    text = CPUINFO.read_text()
    vendor = re.search(r"^vendor_id\s*: (.*)$", text, re.MULTILINE)
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    flags = re.search(r"^flags\s*: (.*)$", text, re.MULTILINE)
    words = flags[1].split() if flags else []
    flag = next((word for word in ("vmx", "svm") if word in words), "")
    return {"vendor": vendor[1] if vendor else "", "model": model[1] if model else "", "flag": flag}


def ask_kvm() -> str | None:
    """Return why /dev/kvm cannot be used, or nothing. Root asks, as the guests' group will."""
    try:
        device = os.open(KVM, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        return f"{KVM}: {error.strerror}"
    try:
        version = fcntl.ioctl(device, KVM_GET_API_VERSION)
    except OSError as error:
        return f"{KVM} does not answer: {error.strerror}"
    finally:
        os.close(device)
    return None if version == KVM_API_VERSION else f"{KVM} speaks version {version}"


def foreign_guests(own_units: str) -> list[str]:
    """Return name and process id of each guest that runs here and is not the lab's."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text(errors="replace").strip()
            if GUESTS.match(name) and own_units not in (folder / "cgroup").read_text():
                found.append(f"{name} ({folder.name})")
        except OSError:
            continue  # it ended while we looked
    return found


def existing(path: Path) -> Path:
    """Return the nearest folder above a path that exists."""
    while not path.exists():
        path = path.parent
    return path


def look(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return problems, warnings and facts."""
    problems: list[dict[str, str]] = []
    warnings: list[str] = []

    def need(found: str, needed: str, fix: str) -> None:
        problems.append({"found": found, "needed": needed, "fix": fix})

    name = release()
    memory = int(re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())[1]) // 1024
    free = shutil.disk_usage(existing(Path(wanted["path"]))).free / 2**30
    processor = cpu()
    facts = {"release": name, "memory_mib": memory, "free_gib": round(free, 1), "cpu": processor}
    if platform.machine() != "x86_64":
        need(platform.machine(), "x86_64", "Use an Intel machine.")
    if name not in wanted["releases"]:
        fix = (
            "Install one of these releases, or add this one to preflight_releases at your own risk."
        )
        need(name, " or ".join(wanted["releases"]), fix)
    if memory < wanted["memory_mib"]:
        fix = "Use a larger machine, or less guest_memory_mib."
        need(f"{memory} MiB of memory", f"{wanted['memory_mib']} MiB", fix)
    if free < wanted["disk_gib"]:
        fix = f"Free some space there ({wanted['path']})."
        need(f"{free:.1f} GiB free at {wanted['path']}", f"{wanted['disk_gib']} GiB", fix)
    if wanted["kvm"]:
        look_at_kvm(processor, need, warnings)
        guests = foreign_guests(wanted["own_units"])
        if guests:
            fix = "Stop them: they would disturb every measurement."
            need(f"other guests run: {', '.join(guests)}", "no other guest", fix)
    off = time.time() - wanted["controller_time"]
    if wanted["controller_time"] and abs(off) > CLOCK_TOLERANCE_S:
        fix = "Set the clock (timedatectl set-ntp true)."
        need(f"the clock is {off:+.0f} s off", f"at most {CLOCK_TOLERANCE_S} s", fix)
    return {"problems": problems, "warnings_found": warnings, "facts": facts}


def look_at_kvm(processor: dict[str, str], need: Need, warnings: list[str]) -> None:
    """Add what is wrong with the processor's virtualisation and with KVM."""
    if not processor["flag"]:
        fix = "Switch VT-x on in the firmware setup; on a virtual machine, nested virtualisation."
        need("no vmx in /proc/cpuinfo", "Intel with VMX (AMD with SVM will do)", fix)
        return
    problem = ask_kvm()
    if problem:
        module = "kvm_intel" if processor["flag"] == "vmx" else "kvm_amd"
        fix = f"Load the driver (modprobe {module}) and see dmesg for why it is not there."
        need(problem, "a KVM that answers", fix)
    if processor["flag"] == "svm":
        warnings.append(f"{processor['vendor']} with SVM; the lab is designed for Intel with VMX")


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "memory_mib": {"type": "int", "required": True},
            "disk_gib": {"type": "int", "required": True},
            "path": {"type": "path", "required": True},
            "releases": {"type": "list", "elements": "str", "required": True},
            "kvm": {"type": "bool", "default": True},
            "own_units": {"type": "str", "default": "vmmlab"},
            "controller_time": {"type": "float", "default": 0},
        },
        supports_check_mode=True,
    )
    try:
        result = look(module.params)
    except (OSError, KeyError, TypeError) as error:
        module.fail_json(msg=f"cannot look at this machine: {error!r}")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
