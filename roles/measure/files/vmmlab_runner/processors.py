"""The lab host's processors: which are of what kind, and which of them a VMM may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmmlab_runner.layout import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KINDS = {"performance": "devices/cpu_core/cpus", "efficient": "devices/cpu_atom/cpus"}


def describe(sys: Path) -> dict[str, Any]:
    """Return what decides on which processor a guest is fast: None where the kernel does not say.

    `cpu_kinds` names the processors of each kind where they are not all alike (hybrid ones).
    """
    cpu = sys / "devices/system/cpu"
    packages = {read_text(path) for path in cpu.glob("cpu[0-9]*/topology/physical_package_id")}
    kinds = {kind: read_text(sys / path) for kind, path in KINDS.items()}
    smt = read_text(cpu / "smt/active")
    return {
        "cpus_online": read_text(cpu / "online") or None,
        "sockets": len(packages - {""}) or None,
        "smt": {"1": "on", "0": "off"}.get(smt),
        "cpu_kinds": kinds if all(kinds.values()) else None,
    }


def allowed(proc: Path, pid: int) -> str:
    """Return the processors that the kernel lets the threads of a process run on, as `2-3`.

    Several sets of them are told with `; ` between; none when the process has ended.
    """
    found = set()
    for status in (proc / str(pid) / "task").glob("*/status"):
        lines = read_text(status).splitlines()
        found |= set(_values(lines, "Cpus_allowed_list:"))
    return "; ".join(sorted(found))


def _values(lines: Iterable[str], name: str) -> list[str]:
    return [line[len(name) :].strip() for line in lines if line.startswith(name)]
