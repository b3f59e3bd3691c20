"""The schedule: which guest is started when, and what is measured in it.

One block is one guest start of one VMM. It carries repetition r of everything that has one, so the
VMMs take turns within each repetition. Their first order comes from the seed and is turned round
for every second repetition (A B, B A, A B …): a drift of the host hits all sides alike.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from collector.plan.estimate import Costs, time_limit
from collector.plan.model import FILEIO_SHAPES, Plan, Shape
from collector.plan.step import Step

_BOOT = (
    ("default", ["systemd-analyze"]),
    ("blame", ["systemd-analyze", "blame"]),
    ("critical-chain", ["systemd-analyze", "critical-chain"]),
)


def steps(plan: Plan, repetition: int, costs: Costs) -> tuple[Step, ...]:
    """Return what repetition `repetition` (from 1) of `plan` measures in one guest, in order.

    Footprints come before the tests, which would leave their traces in the guest's memory.
    """
    found: list[Step] = []
    if repetition <= plan.boots:
        found += [Step("boot", case, command, plan.boots) for case, command in _BOOT]
    if repetition <= plan.footprints:
        wait = min(float(plan.settle_seconds), costs.settle)
        found += [
            Step(
                "memory-footprint",
                "default",
                ["pmap", "-x", "{pid}"],
                plan.footprints,
                where="host",
                settle=plan.settle_seconds,
                seconds=wait,
            ),
            Step(
                "memory-footprint",
                "smaps-rollup",
                ["cat", "/proc/{pid}/smaps_rollup"],
                plan.footprints,
                where="host",
            ),
        ]
    if repetition <= plan.repetitions:
        found += _tests(plan, costs)
    return tuple(replace(step, seconds=step.seconds + _overhead(step, costs)) for step in found)


def _overhead(step: Step, costs: Costs) -> float:
    """Return the seconds that `step` takes whatever it measures."""
    pause = costs.pause if step.where == "guest" else 0.0
    return pause + costs.process * step.commands


def _tests(plan: Plan, costs: Costs) -> Iterator[Step]:
    """Yield every sysbench test of `plan` once, with the report's commands."""
    time = f"--time={plan.seconds}"
    if plan.cpu:
        for threads in plan.cpu.threads:
            command = ["sysbench", "cpu", time, f"--threads={threads}", "run"]
            yield _test(plan, "sysbench-cpu", f"threads-{threads}", command)
    if plan.memory:
        for mode in plan.memory.access_modes:
            for size in plan.memory.block_sizes:
                command = [
                    *("sysbench", "memory", time, f"--threads={plan.memory.threads}"),
                    f"--memory-total-size={plan.memory.total_size}",
                    f"--memory-block-size={size}",
                    f"--memory-access-mode={mode}",
                    "run",
                ]
                yield _test(plan, "sysbench-memory", f"{mode}-{size}", command)
    if plan.fileio:
        for name in FILEIO_SHAPES:
            shape: Shape | None = getattr(plan.fileio, name)
            if shape:
                for mode in plan.fileio.modes:
                    yield _fileio(plan, plan.fileio.total_size, (name, mode), shape, costs)


def _test(plan: Plan, measurement: str, case: str, command: list[str]) -> Step:
    return Step(measurement, case, command, plan.repetitions, seconds=float(plan.seconds))


def _fileio(plan: Plan, total_size: str, case: tuple[str, str], shape: Shape, costs: Costs) -> Step:
    """Return one fileio test; `seqwr` leaves its files truncated, so each makes its own."""
    name, mode = case
    size = f"--file-total-size={total_size}"
    cleanup = ["sysbench", "fileio", size, "cleanup"]
    command = [
        *("sysbench", "fileio", f"--time={plan.seconds}", f"--threads={shape.threads}"),
        f"--file-block-size={shape.block_size}",
        size,
        f"--file-test-mode={mode}",
        "run",
    ]
    return replace(
        _test(plan, f"fileio-{name}", mode, command),
        before=[cleanup, ["sysbench", "fileio", size, "prepare"]],
        after=[cleanup],
        seconds=plan.seconds + costs.prepare,
    )


def orders(vmms: Sequence[str], repetitions: int, seed: int) -> list[list[str]]:
    """Return the order of `vmms` in each repetition: drawn with `seed`, then turned."""
    first = list(vmms)
    random.Random(seed).shuffle(first)  # noqa: S311 - the order is to be repeated, not secret
    return [first if number % 2 == 0 else first[::-1] for number in range(repetitions)]


def repetitions_of(plan: Plan) -> int:
    """Return how many guest starts per VMM `plan` needs."""
    tests = plan.cpu or plan.memory or plan.fileio
    return max(plan.boots, plan.footprints, plan.repetitions if tests else 0)


def blocks(plan: Plan, vmms: Sequence[str], seed: int, costs: Costs) -> list[dict[str, Any]]:
    """Return the schedule of `plan` for the VMMs called `vmms`, as `run.json` holds it."""
    made: list[dict[str, Any]] = []
    for index, order in enumerate(orders(vmms, repetitions_of(plan), seed)):
        repetition = index + 1
        measurements = [
            step.to_json(repetition, time_limit(step.seconds) + (step.settle or 0))
            for step in steps(plan, repetition, costs)
        ]
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
