"""The schedule: which guest is started when, and what is measured in it.

One block is one guest start of one VMM. It carries repetition r of everything that has one, so the
VMMs take turns within each repetition. Their first order comes from the seed and is turned round
for every second repetition (A B, B A, A B …): a drift of the host hits all sides alike.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from collector.plan.model import Plan
from collector.subjects import SUBJECTS
from collector.subjects.parts.plan import Costs, Step

HARDWARE = Costs(guest_start=8.0, guest_stop=1.0, pause=0.5, process=0.1, prepare=0.3, settle=3.0)
"""A lab host with KVM; like `EMULATED` from figures of real lab hosts."""
EMULATED = Costs(guest_start=45.0, guest_stop=2.0, pause=0.5, process=0.3, prepare=0.5, settle=3.0)
"""The virtual lab without virtualisation hardware, on two cores."""


def time_limit(expected: float) -> int:
    """Return the seconds after which something that should take `expected` seconds has hung."""
    return round(3 * expected + 120)


def steps(plan: Plan, repetition: int, costs: Costs) -> Iterator[dict[str, Any]]:
    """Yield what repetition `repetition` (from 1) of `plan` measures in one guest, in order."""
    for subject in SUBJECTS.values():
        of = subject.plan.count(plan)
        if repetition <= of:
            for step in subject.plan.steps(plan, costs):
                yield _measurement(step, subject.name, (repetition, of), costs)


def _measurement(
    step: Step, subject: str, repetition: tuple[int, int], costs: Costs
) -> dict[str, Any]:
    """Return a step as a block holds it; only what may wait for RSS has a `settle`."""
    pause = costs.pause if step.where == "guest" else 0.0
    seconds = step.seconds + pause + costs.process * step.commands
    return {
        "measurement": subject,
        "case": step.case,
        "repetition": repetition[0],
        "of": repetition[1],
        "where": step.where,
        **({} if step.settle is None else {"settle": step.settle}),
        "before": step.before,
        "command": step.command,
        "after": step.after,
        "seconds": round(seconds, 1),
        "timeout": time_limit(seconds) + (step.settle or 0),
    }


def orders(vmms: Sequence[str], repetitions: int, seed: int) -> list[list[str]]:
    """Return the order of `vmms` in each repetition: drawn with `seed`, then turned."""
    first = list(vmms)
    random.Random(seed).shuffle(first)  # noqa: S311 - the order is to be repeated, not secret
    return [first if number % 2 == 0 else first[::-1] for number in range(repetitions)]


def blocks(plan: Plan, vmms: Sequence[str], seed: int, costs: Costs) -> list[dict[str, Any]]:
    """Return the schedule of `plan` for the VMMs called `vmms`, as `run.json` holds it."""
    made: list[dict[str, Any]] = []
    for index, order in enumerate(orders(vmms, max(plan.counts()), seed)):
        repetition = index + 1
        measurements = list(steps(plan, repetition, costs))
        seconds = costs.guest_start + costs.guest_stop
        seconds += sum(measurement["seconds"] for measurement in measurements)
        for vmm in order:
            made.append(
                {
                    "block": len(made) + 1,
                    "vmm": vmm,
                    "repetition": repetition,
                    "seconds": round(seconds, 1),
                    "measurements": measurements,
                }
            )
    return made
