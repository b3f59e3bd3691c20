"""What a plan says of fileio, a key that the three subjects share, and the commands for it."""

from collections.abc import Iterator
from typing import Any

from collector.subjects.parts import sysbench
from collector.subjects.parts.folder import (
    nothing,
)
from collector.subjects.parts.plan import Costs, Plan, PlanPart, Step

KEY = "fileio"
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

    return PlanPart({KEY: _schema(shape)}, (), count, steps, sysbench.measuring, nothing)


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
