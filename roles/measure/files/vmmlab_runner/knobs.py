"""What of a lab host can be tuned, as it is now: read often, so nothing but a few small files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vmmlab_runner.layout import read_text

if TYPE_CHECKING:
    from pathlib import Path

CPU = "devices/system/cpu"
NO_TURBO = {"1": "off", "0": "on"}
BOOST = {"1": "on", "0": "off"}


def read(sys: Path) -> dict[str, str | None]:
    """Return each knob below `sys` in people's words; None where the host has no such knob.

    Words and names are those of the role host_tuning, which sets them.
    """
    policies = sorted((sys / CPU).glob("cpufreq/policy*/scaling_governor"))
    governors = {text for path in policies if (text := read_text(path))}
    no_turbo = read_text(sys / CPU / "intel_pstate/no_turbo")
    boost = read_text(sys / CPU / "cpufreq/boost")
    huge = read_text(sys / "kernel/mm/transparent_hugepage/enabled")
    return {
        "governor": ", ".join(sorted(governors)) or None,
        "turbo": NO_TURBO.get(no_turbo) or BOOST.get(boost),
        "thp": huge.partition("[")[2].partition("]")[0] or None,
        "ksm": read_text(sys / "kernel/mm/ksm/run") or None,
    }
