"""Filters that tell from the results on the controller what a lab host has still to measure."""

import json
from pathlib import Path
from typing import Any


def whole(path: Path) -> bool:
    """Tell whether a file is there; its name means that it is complete."""
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0


def todo(blocks: list[dict[str, Any]], folder: str) -> list[dict[str, Any]]:
    """Return of a schedule what has no log and sidecar in `folder`; blocks without any go."""
    found = []
    for block in blocks:
        left = [
            {**step, "failed": failed(folder, block, step)}
            for step in block["measurements"]
            if not complete(folder, block, step)
        ]
        if left:
            found.append({**block, "measurements": left})
    return found


def complete(folder: str, block: dict[str, Any], step: dict[str, Any]) -> bool:
    """Tell whether the log of a step and its sidecar are in `folder`."""
    name = f"{step['repetition']:02d}"
    case = Path(folder, block["vmm"], step["measurement"], step["case"])
    return whole(case / f"{name}.log") and whole(case / f"{name}.json")


def failed(folder: str, block: dict[str, Any], step: dict[str, Any]) -> int:
    """Return the number of the last failed attempt of a step that is in `folder`.

    Attempts count on there, also on a lab host that was torn down meanwhile.
    """
    case = Path(folder, block["vmm"], step["measurement"], step["case"])
    logs = case.glob(f"{step['repetition']:02d}.failed-*.log")
    numbers = [log.stem.rpartition("-")[2] for log in logs]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def ended(folder: str) -> bool:
    """Tell whether the run had ended, and everything of it was there, at the last look."""
    path = Path(folder, "progress.json")
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["state"] == "done")
    except (OSError, ValueError, KeyError, TypeError):
        return False


class FilterModule:
    """Offers the filters to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"measure_todo": todo, "measure_ended": ended}
