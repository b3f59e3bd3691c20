"""Filters that turn a VMM and the builds it runs into what its unit and its record hold."""

import re
import sys
from pathlib import Path
from typing import Any

SHARED = str(Path(__file__).resolve().parents[3] / "playbooks/module_utils")
if SHARED not in sys.path:
    sys.path.append(SHARED)

from guest_network import addresses  # noqa: E402 - found through the lines above

KERNEL = "bzImage"
IMAGE = "image.raw"
INITRD = "initrd.img"

# Everything the kernel says from its banner on would cost a VM exit per letter: loglevel=6 lets
# the banner through, by which the lab host's clock sees the kernel start, and little more.
APPEND = (
    "console=ttyS0 loglevel=6 systemd.show_status=false reboot=t panic=-1 root=/dev/vda rw"
    " net.ifnames=0 ip={address}::{gateway}:{netmask}::eth0:off"
)


def build_of(vmm: dict[str, Any], builds: dict[str, Any]) -> dict[str, Any]:
    """Return the build that a VMM runs; a control runs that of the VMM that it is held against."""
    build: dict[str, Any] = builds["vmms"][vmm.get("control_of") or vmm["name"]]
    return build


def guest_interface(
    vmm: dict[str, Any], builds: dict[str, Any], settings: dict[str, Any]
) -> dict[str, Any]:
    """Return what a VMM's template `command.j2` knows as `guest`."""
    store = build_of(vmm, builds)["store"]
    image = builds["guest_image"]["store"]
    runtime = f"/run/vmmlab/{vmm['name']}"
    return {
        "name": vmm["name"],
        "vcpus": settings["vcpus"],
        "memory_mib": settings["memory_mib"],
        "kernel": f"{builds['guest_kernel']['store']}/{KERNEL}",
        "initrd": f"{image}/{INITRD}" if vmm.get("initrd") else "",
        "append": f"{APPEND.format(**settings['network'])} {settings['append']}".strip(),
        "disk": "/var/lib/vmmlab/guest/disk.raw",
        "disk_cache": settings["disk_cache"],
        "disk_engine": settings["disk_engine"],
        "tap": settings["network"]["tap"],
        "mac": settings["network"]["mac"],
        "qmp": f"{runtime}/qmp.sock",
        "serial": f"{runtime}/serial.log",
        "binary": f"{store}/{vmm['binary']}",
        "store": store,
    }


def guest_command(rendered: str) -> str:
    """Return a rendered `command.j2`, one argument or option per line, as a value of ExecStart."""
    lines = [line.strip() for line in rendered.splitlines() if line.strip()]
    return " \\\n    ".join(line.replace("%", "%%").replace("$", "$$") for line in lines)


def profile_of(vmm: dict[str, Any], made: dict[str, Any]) -> str | None:
    """Return how a VMM was compiled, by its build's record; None: nothing says it."""
    # A list of builds of an earlier vmmlab does not say what to look for.
    if "options" not in made or "unoptimised" not in vmm:
        return None
    return "debug" if re.search(vmm["unoptimised"], " ".join(made["options"])) else "release"


def guest_record(
    vmm: dict[str, Any], builds: dict[str, Any], settings: dict[str, Any]
) -> dict[str, Any]:
    """Return what is known of a VMM before it runs: its `vmm.json` without the command line."""
    build = build_of(vmm, builds)
    image, kernel = builds["guest_image"], builds["guest_kernel"]
    made = build.get("record", {})
    parts = {"binary": (build, vmm["binary"]), "kernel": (kernel, KERNEL), "image": (image, IMAGE)}
    if vmm.get("initrd"):
        parts["initrd"] = (image, INITRD)
    checksums = {part: made_of["files"].get(name) for part, (made_of, name) in parts.items()}
    read = {part: made_of.get("read", {}).get(name) for part, (made_of, name) in parts.items()}
    return {
        "format": 1,
        "name": vmm["name"],
        "type": vmm["type"],
        "label": vmm["label"],
        "version": made.get("version"),
        "source": made.get("source"),
        "commit": made.get("commit"),
        "profile": profile_of(vmm, made),
        "machine": vmm["machine"],
        "initrd": bool(vmm.get("initrd")),
        "checksums": checksums,
        # What this lab host read, and found to be what was built.
        "read_on_host": read,
        "guest": {
            "vcpus": settings["vcpus"],
            "memory_mib": settings["memory_mib"],
            "disk_format": "raw",
            "disk_cache": settings["disk_cache"],
            "disk_engine": settings["disk_engine"],
            "kernel_version": kernel.get("record", {}).get("version"),
            "sysbench": image.get("record", {}).get("sysbench"),
            "cpus": settings["cpus"],
            "append": settings["append"],
        },
        **({"control_of": vmm["control_of"]} if vmm.get("control_of") else {}),
        "stand_in": bool(vmm.get("stand_in") or made.get("stand_in")),
        "build": {"name": build["name"], "key": build["key"], **made},
    }


class FilterModule:
    """Offers the filters to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {
            "guest_addresses": addresses,
            "guest_command": guest_command,
            "guest_interface": guest_interface,
            "guest_record": guest_record,
        }
