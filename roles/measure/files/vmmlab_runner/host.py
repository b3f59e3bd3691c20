"""What the lab host is: the facts without which its numbers mean little."""

import contextlib
import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from vmmlab_runner.layout import Layout

FORMAT = 1


def describe(layout: Layout, name: str) -> dict[str, Any]:
    """Return `host.json` of the lab host called `name` in the inventory."""
    cpu = _cpu(_read(Path("/proc/cpuinfo")))
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
        "clocksource": _read(
            Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
        ),
        **_knobs(Path("/sys")),
        "tuning": _tuning(layout.tuning),
        "boot_id": _read(Path("/proc/sys/kernel/random/boot_id")),
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


def _knobs(sys: Path) -> dict[str, str | None]:
    """Return what can be tuned, as it is now; None where the host has no such knob."""
    huge = _read(sys / "kernel/mm/transparent_hugepage/enabled")
    no_turbo = _read(sys / "devices/system/cpu/intel_pstate/no_turbo")
    boost = _read(sys / "devices/system/cpu/cpufreq/boost")
    turbo = {"1": "off", "0": "on"}.get(no_turbo) or {"1": "on", "0": "off"}.get(boost)
    return {
        "governor": _read(sys / "devices/system/cpu/cpufreq/policy0/scaling_governor") or None,
        "turbo": turbo,
        "thp": huge.partition("[")[2].partition("]")[0] or None,
        "ksm": _read(sys / "kernel/mm/ksm/run") or None,
    }


def _tuning(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
