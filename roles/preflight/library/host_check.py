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
  guest_cpus: {type: str, default: "", description: Processors that run guests; empty is all.}
  guest_network: {type: str, default: "", description: The guests' network; empty is none.}
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
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.guest_network import look_at_guest_network
from ansible.module_utils.kvm_boot import vt_holders

if TYPE_CHECKING:
    from collections.abc import Callable

    Need = Callable[[str, str, str], None]

KVM_GET_API_VERSION = 0xAE00
KVM_API_VERSION = 12
CLOCK_TOLERANCE_S = 120
CPUINFO = Path("/proc/cpuinfo")
SYS = Path("/sys/devices")
TUNERS = ("power-profiles-daemon", "tuned", "tlp", "auto-cpufreq")
KVM = "/dev/kvm"
# "kvm" to its end: the kernel's own threads for a guest of ours are called kvm-something.
GUESTS = re.compile(
    r"(qemu-system|qemu-kvm|kvm$|stratovirt|firecracker|cloud-hyperviso|VBoxHeadless|VirtualBoxVM"
    r"|vmware-vmx)"
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


def processors(text: str) -> set[int] | None:
    """Return the processors in a list as "0,2-3"; None when it is no such list."""
    found: set[int] = set()
    for part in text.replace(",", " ").split():
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part)
        if not match or int(match[2] or match[1]) < int(match[1]):
            return None
        found |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return found


def look_at_processors(asked: str, need: Need, warnings: list[str]) -> None:
    """Add what is wrong with the processors that guests are to run on."""
    online = text_of(SYS / "system/cpu/online")
    wanted = processors(asked)
    if wanted is None or not wanted <= (processors(online) or set()):
        fix = "Correct guest_cpus of this host in the inventory, or leave it empty for all of them."
        need(f"guest_cpus '{asked}'", f"some of the processors that are online: {online}", fix)
    elif not wanted and (kinds := unlike_processors()):
        warnings.append(
            f"{kinds}, and guests are not pinned (guest_cpus is empty): numbers may depend on where"
            " a guest happens to run"
        )


def unlike_processors() -> str:
    """Return why it matters where a guest runs; nothing where all processors are alike."""
    packages = {text_of(path) for path in SYS.glob("system/cpu/cpu*/topology/physical_package_id")}
    found = []
    if (SYS / "cpu_core").exists() and (SYS / "cpu_atom").exists():
        performance, efficient = (text_of(SYS / kind / "cpus") for kind in ("cpu_core", "cpu_atom"))
        found.append(f"processors of two kinds ({performance} fast, {efficient} efficient)")
    if len(packages) > 1:
        found.append(f"{len(packages)} sockets")
    if text_of(SYS / "system/cpu/smt/active") == "1":
        found.append("SMT")
    return " and ".join(found)


def text_of(path: Path) -> str:
    """Return what a file of the kernel holds; nothing when it is not there."""
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def tuners() -> list[str]:
    """Return the daemons that run here and set what the lab's tuning sets."""
    units = [f"{name}.service" for name in TUNERS]
    asked = ["systemctl", "list-units", "--state=active", "--plain", "--no-legend", *units]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.split()[0] for line in done.stdout.splitlines() if line.split()]


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
        look_at_lab_host(wanted, processor, need, warnings)
    off = time.time() - wanted["controller_time"]
    if wanted["controller_time"] and abs(off) > CLOCK_TOLERANCE_S:
        fix = "Set the clock (timedatectl set-ntp true)."
        need(f"the clock is {off:+.0f} s off", f"at most {CLOCK_TOLERANCE_S} s", fix)
    return {"problems": problems, "warnings_found": warnings, "facts": facts}


def look_at_lab_host(
    wanted: dict[str, Any], processor: dict[str, str], need: Need, warnings: list[str]
) -> None:
    """Add what is wrong with a machine that is to run guests."""
    look_at_kvm(processor, need, warnings)
    look_at_processors(wanted["guest_cpus"], need, warnings)
    if wanted["guest_network"]:
        look_at_guest_network(wanted["guest_network"], need, warnings)
    if found := tuners():
        warnings.append(
            f"{', '.join(found)} may turn the tuning back while this host measures: each"
            f" measurement says whether it lasted; to be sure, systemctl stop {' '.join(found)}"
        )
    guests = foreign_guests(wanted["own_units"])
    if guests:
        fix = "Stop them: they would disturb every measurement."
        need(f"other guests run: {', '.join(guests)}", "no other guest", fix)


def look_at_kvm(processor: dict[str, str], need: Need, warnings: list[str]) -> None:
    """Add what is wrong with the processor's virtualisation and with KVM."""
    if not processor["flag"]:
        fix = "Switch VT-x on in the firmware setup; on a virtual machine, nested virtualisation."
        need("no vmx in /proc/cpuinfo", "Intel with VMX (AMD with SVM will do)", fix)
        return
    if holders := vt_holders():
        fix = "End their guests, or unload their drivers: they hold the processor's virtualisation."
        need(f"guests of {' and '.join(holders)}", "no other hypervisor's guest", fix)
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
            "guest_cpus": {"type": "str", "default": ""},
            "guest_network": {"type": "str", "default": ""},
            "controller_time": {"type": "float", "default": 0},
        },
        supports_check_mode=True,
    )
    try:
        result = look(module.params)
    except (OSError, KeyError, TypeError, subprocess.SubprocessError) as error:
        module.fail_json(msg=f"cannot look at this machine: {error!r}")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
