"""CPU time of a guest's unit, read from its control group when a test begins and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from vmmlab_runner import clock, unit

if TYPE_CHECKING:
    from pathlib import Path

    from vmmlab_runner.layout import Layout
    from vmmlab_runner.schedule import Measurement

SUBJECT = "vmm-cpu-time"  # the folder of what is found


@dataclass(frozen=True)
class Moment:
    """What the kernel had counted at one moment."""

    monotonic: float
    calendar: str
    text: str


@dataclass
class Watch:
    """The readings around the tests in one started guest."""

    layout: Layout
    unit: str
    path: Path = field(init=False)
    begun: Moment | None = None

    def __post_init__(self) -> None:
        """Ask where the unit's control group is."""
        group = unit.show(self.unit, "ControlGroup").get("ControlGroup", "")
        self.path = self.layout.root / "sys/fs/cgroup" / group.lstrip("/") / "cpu.stat"

    def begin(self) -> None:
        """A test is about to begin."""
        self.begun = self._read()

    def end(self, measurement: Measurement) -> Found | None:
        """Return what was found around a test; None on a host that does not count it."""
        before, self.begun = self.begun, None
        after = self._read()
        if before is None or after is None:
            return None
        around = f"{measurement.subject}/{measurement.case}"
        log = (
            f"cpu.stat of {self.unit} around {around}\n"
            f"before, CLOCK_MONOTONIC {before.monotonic:.6f} s\n{before.text}"
            f"after, CLOCK_MONOTONIC {after.monotonic:.6f} s\n{after.text}"
            "end of cpu.stat\n"
        )
        told = {
            "command": ["cat", str(self.path)],
            "started": before.calendar,
            "finished": after.calendar,
            "exit_code": 0,
            "seconds": round(after.monotonic - before.monotonic, 3),
        }
        case = f"{measurement.subject}.{measurement.case}"
        return Found(replace(measurement, subject=SUBJECT, case=case), log.encode(), told)

    def _read(self) -> Moment | None:
        """Return what is counted now; None without the unified hierarchy, or without the unit."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return Moment(monotonic(), clock.now(), text)


@dataclass(frozen=True)
class Found:
    """A log that belongs to a measurement, and what its sidecar says."""

    measurement: Measurement
    log: bytes
    told: dict[str, Any]
