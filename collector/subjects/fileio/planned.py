"""What a plan says of fileio, a key that the three subjects share, and the commands for it."""

from collections.abc import Iterator
from typing import Any

from collector.subjects.parts import sysbench
from collector.subjects.parts.folder import size_in_bytes
from collector.subjects.parts.plan import Costs, Guest, Plan, PlanPart, Step

KEY = "fileio"
_SYSTEM_MIB = 200
"""What the system takes of a guest's disk, at the least: Debian 12's image holds 202 MiB of files,
and 43 MiB of a disk of 1 GiB go into its file system."""
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


def plan_of(shape: str) -> PlanPart:
    """Return the part of a plan that is about one of the three."""

    def count(plan: Plan) -> int:
        return plan.repetitions if plan.parts.get(KEY, {}).get(shape) else 0

    def steps(plan: Plan, costs: Costs) -> Iterator[Step]:
        for mode in plan.parts[KEY]["modes"]:
            yield _step(plan, costs, shape, mode)

    return PlanPart({KEY: _schema(shape)}, (), count, steps, sysbench.measuring, _faults)


def _faults(plan: Plan, guest: Guest) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Say that the guest's disk cannot hold the files: each test would end with errno 28."""
    part = plan.parts.get(KEY)
    if not part or guest.disk_mib is None:
        return
    room = max(guest.disk_mib - _SYSTEM_MIB, 0)
    if (size_in_bytes(part["total_size"]) or 0.0) > room << 20:
        text = (
            f"fileio.total_size is {part['total_size']}, and a guest's disk of {guest.disk_mib} MiB"
            f" has room for {room} MiB of files at most; make total_size smaller, or the disk"
            " larger (the variable guest_image_size_mib; --guest-disk of vmmlab plan)"
        )
        yield (KEY, "total_size"), text


def _step(plan: Plan, costs: Costs, shape: str, mode: str) -> Step:
    """Return one test; `seqwr` leaves its files truncated, so each makes its own."""
    part = plan.parts[KEY]
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
    )
    return Step(
        mode,
        test.command,
        before=[cleanup, ["sysbench", "fileio", size, "prepare"]],
        after=[cleanup],
        seconds=plan.seconds + costs.prepare,
    )
