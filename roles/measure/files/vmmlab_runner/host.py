"""What the lab host is: the facts without which its numbers mean little."""

import contextlib
import hashlib
import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from vmmlab_runner import disk, knobs, processors
from vmmlab_runner.layout import Layout, read_text
from vmmlab_runner.store import Store

FORMAT = 1
CLOCKSOURCE = "devices/system/clocksource/clocksource0/current_clocksource"


def keep(store: Store, layout: Layout, name: str, *, kept_awake: bool) -> dict[str, str]:
    """Write `host.json`, and the same for this boot; return how sidecars name it.

    What was measured before the host was booted anew, or was changed, keeps the facts it had.
    """
    facts = {**describe(layout, name), "kept_awake": kept_awake}
    store.describe("host.json", facts)
    # A host that was torn down in the same boot does not know what it told before: the name does.
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    boot_id = facts["boot_id"] or "unknown"
    file = f"boots/{boot_id}-{digest[:8]}.json"
    if not (store.results / file).exists():
        store.describe(file, facts)
    return {"boot_id": boot_id, "facts": file}


def describe(layout: Layout, name: str) -> dict[str, Any]:
    """Return `host.json` of the lab host called `name` in the inventory."""
    cpu = _cpu(read_text(layout.proc / "cpuinfo"))
    virtualization = _virtualization()
    flags = cpu.get("flags", "").split()
    return {
        "format": FORMAT,
        "host": name,
        # systemd says qemu, not kvm, where QEMU emulates the processor.
        "emulated": virtualization == "qemu" or "TCG" in cpu.get("model name", ""),
        "virtualization": virtualization,
        "cpu_model": cpu.get("model name", ""),
        "cpu_vendor": cpu.get("vendor_id", ""),
        "cpu_flags_virtualization": next((flag for flag in ("vmx", "svm") if flag in flags), ""),
        "microcode": cpu.get("microcode", ""),
        "cpus": os.cpu_count(),
        "memory_mib": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20,
        "kernel": os.uname().release,
        "os": _os(),
        "guest_disk": disk.describe(layout.sys, layout.disk.parent, layout.proc / "mounts"),
        "clocksource": read_text(layout.sys / CLOCKSOURCE),
        **processors.describe(layout.sys),
        **knobs.read(layout.sys),
        "tuning": _tuning(layout.tuning),
        "boot_id": layout.boot_id,
    }


def _cpu(cpuinfo: str) -> dict[str, str]:
    """Return the facts of the first processor."""
    first = cpuinfo.partition("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _virtualization() -> str:
    with contextlib.suppress(OSError):
        done = subprocess.run(
            ["systemd-detect-virt", "--vm"], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()
    return ""


def _os() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def _tuning(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}
