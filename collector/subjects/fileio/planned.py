"""What a plan says of fileio, a key that three subjects share, and the commands for it."""

from collections.abc import Iterator
from typing import Any

from collector.subjects.parts import sysbench
from collector.subjects.parts.folder import size_in_bytes
from collector.subjects.parts.plan import Costs, Guest, Plan, PlanPart, Step

KEY = "fileio"
_SYSTEM_MIB = 200
"""What the system takes of a guest's disk, at the least: Debian 12's image holds 202 MiB of files,
and 43 MiB of a disk of 1 GiB go into its file system."""
_PREPARED = 20 << 20
"""Bytes of the files whose writing `Costs.prepare` is about."""
_PLANNED_MODES = ("rndrd", "rndwr", "seqrd", "seqwr")


def _schema(shape: str) -> dict[str, Any]:
    """Return the schema of the key that the three share, as far as one of them knows it."""
    modes = {
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "items": {"enum": list(_PLANNED_MODES)},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["total_size", "modes"],
        "anyOf": [{"required": [shape]}],
        "properties": {
            "total_size": {"$ref": "#/$defs/size"},
            "modes": modes,
            shape: {
                "type": "object",
                "additionalProperties": False,
                "required": ["threads", "block_size"],
                "properties": {
                    "threads": {"$ref": "#/$defs/threads"},
                    "block_size": {"$ref": "#/$defs/size"},
                },
            },
        },
    }


def plan_of(shape: str, key: str = KEY, flags: tuple[str, ...] = ()) -> PlanPart:
    """Return the part of a plan that is about one shape of `key`, with further options."""

    def count(plan: Plan) -> int:
        return plan.repetitions if plan.parts.get(key, {}).get(shape) else 0

    def steps(plan: Plan, costs: Costs) -> Iterator[Step]:
        for mode in plan.parts[key]["modes"]:
            yield _step(plan, costs, (key, shape, mode), flags)

    def faults(plan: Plan, guest: Guest) -> Iterator[tuple[tuple[str | int, ...], str]]:
        yield from _faults(plan, guest, key)

    return PlanPart({key: _schema(shape)}, (), count, steps, sysbench.measuring, faults)


def _faults(plan: Plan, guest: Guest, key: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Say that the guest's disk cannot hold the files: each test would end with errno 28."""
    part = plan.parts.get(key)
    if not part or guest.disk_mib is None:
        return
    room = max(guest.disk_mib - _SYSTEM_MIB, 0)
    if (size_in_bytes(part["total_size"]) or 0.0) > room << 20:
        text = (
            f"{key}.total_size is {part['total_size']}, and a guest's disk of {guest.disk_mib} MiB"
            f" has room for {room} MiB of files at most; make total_size smaller, or the disk"
            " larger (the variable guest_image_size_mib; --guest-disk of vmmlab plan)"
        )
        yield (key, "total_size"), text


def _step(plan: Plan, costs: Costs, what: tuple[str, str, str], flags: tuple[str, ...]) -> Step:
    """Return one test; `seqwr` leaves its files truncated, so each makes its own."""
    key, shape, mode = what
    part = plan.parts[key]
    larger = max(1.0, (size_in_bytes(part["total_size"]) or 0.0) / _PREPARED)
    size = f"--file-total-size={part['total_size']}"
    cleanup = ["sysbench", "fileio", size, "cleanup"]
    test = sysbench.test(
        plan,
        mode,
        "fileio",
        f"--threads={part[shape]['threads']}",
        f"--file-block-size={part[shape]['block_size']}",
        size,
        f"--file-test-mode={mode}",
        *flags,
    )
    return Step(
        mode,
        test.command,
        before=[cleanup, ["sysbench", "fileio", size, "prepare"]],
        after=[cleanup],
        seconds=plan.seconds + costs.prepare * larger,
    )
