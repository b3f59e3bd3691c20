"""What a schedule adds up to: logs and seconds per VMM and subject, and who measures how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.plan.model import Plan
from collector.subjects import SUBJECTS
from collector.subjects.parts.plan import Costs

GUEST_STARTS = "guest starts and stops"
"""The subject under which the time without any log stands."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One line of the table: what one VMM's logs of one subject take, in seconds."""

    vmm: str
    subject: str
    logs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Totals:
    """A whole schedule on one lab host; `measuring_s` is the part of `wall_s` that is measured.

    A guest measures while it boots for a boot log and while a sysbench test runs. Waiting for RSS,
    writing files, starting programs and stopping guests is overhead.
    """

    subjects: tuple[Subject, ...]
    logs: int
    guest_starts: int
    wall_s: float
    measuring_s: float

    @property
    def measuring_share(self) -> float:
        """Seconds in which a guest measures ÷ wall time; 0 for a schedule that takes no time."""
        return self.measuring_s / self.wall_s if self.wall_s else 0.0


def totals(plan: Plan, blocks: Sequence[Mapping[str, Any]], costs: Costs) -> Totals:
    """Return what `blocks`, made from `plan` with `costs`, add up to."""
    logs: dict[tuple[str, str], int] = {}
    seconds: dict[tuple[str, str], float] = {}
    measuring = 0.0
    for block in blocks:
        vmm = block["vmm"]
        starts = (vmm, GUEST_STARTS)
        logs.setdefault(starts, 0)
        seconds[starts] = seconds.get(starts, 0.0) + costs.guest_start + costs.guest_stop
        for measurement in block["measurements"]:
            key = (vmm, measurement["measurement"])
            logs[key] = logs.get(key, 0) + 1
            seconds[key] = seconds.get(key, 0.0) + measurement["seconds"]
            if subject := SUBJECTS.get(key[1]):
                measuring += subject.plan.measuring(plan, costs, measurement["case"])
    by_vmm = sorted(logs, key=lambda key: [block["vmm"] for block in blocks].index(key[0]))
    return Totals(
        subjects=tuple(Subject(*key, logs[key], seconds[key]) for key in by_vmm),
        logs=sum(logs.values()),
        guest_starts=len(blocks),
        wall_s=sum(seconds.values()),
        measuring_s=measuring,
    )


def duration(seconds: float) -> str:
    """Return `seconds` as people say it: `45 s`, `7.9 min`, `2 h 38 min`."""
    if seconds < 100:  # noqa: PLR2004 - up to here seconds are easier to read
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    if minutes < 10:  # noqa: PLR2004 - one decimal while it says something
        return f"{minutes:.1f} min"
    if minutes < 100:  # noqa: PLR2004 - as above
        return f"{minutes:.0f} min"
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d} min"
