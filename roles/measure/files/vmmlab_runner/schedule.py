"""The schedule: which guest is started when, and what is measured in it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vmmlab_runner.errors import RunnerError
from vmmlab_runner.layout import NAME, read_json

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Measurement:
    """One command to run; its output is one log. Times are in seconds."""

    vmm: str
    subject: str
    case: str
    repetition: int
    where: str  # "guest" or "host"
    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    seconds: float  # expected
    timeout: float
    settle: float  # longest wait for the VMM's memory to stop changing
    failed: int = 0  # attempts that failed before, and that this host may know nothing of

    @property
    def stem(self) -> str:
        """Path of its log below the results, without the suffix."""
        return f"{self.vmm}/{self.subject}/{self.case}/{self.repetition:02d}"

    def __str__(self) -> str:
        """Return its name as people read it."""
        return f"{self.vmm} {self.subject} {self.case} ({self.repetition})"


@dataclass(frozen=True, slots=True)
class Block:
    """One guest start of one VMM, with what is measured in that guest, in order."""

    block: int
    vmm: str
    repetition: int
    seconds: float
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What one run does on this lab host."""

    run: str
    started: str  # when the run was, by its record: a run of the same name may be another one
    host: str
    boot_timeout: float  # seconds from a unit's start to a guest that has finished booting
    pause: float  # seconds of silence before each measurement
    grace: float  # seconds for the guest's words on their way, beyond its own time limits
    blocks: tuple[Block, ...]

    @property
    def planned(self) -> int:
        """How many logs the run has when it is complete."""
        return sum(len(block.measurements) for block in self.blocks)


def load(path: Path) -> Schedule:
    """Return the schedule in `path`.

    Raises:
        RunnerError: the file is missing, or is no schedule of this format.
    """
    found = read_json(path)
    if found.get("format") != FORMAT:
        raise RunnerError(f"{path}: format is {found.get('format')}, expected {FORMAT}")
    try:
        return Schedule(
            run=str(found["run"]),
            started=str(found.get("started", "")),
            host=str(found["host"]),
            boot_timeout=float(found["boot_timeout"]),
            pause=float(found["pause"]),
            grace=float(found["grace"]),
            blocks=tuple(_block(block) for block in found["blocks"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunnerError(f"{path}: is no schedule: {error!r}") from error


def _block(found: dict[str, Any]) -> Block:
    vmm = _name(found["vmm"])
    return Block(
        block=int(found["block"]),
        vmm=vmm,
        repetition=int(found["repetition"]),
        seconds=float(found["seconds"]),
        measurements=tuple(_measurement(vmm, entry) for entry in found["measurements"]),
    )


def _measurement(vmm: str, found: dict[str, Any]) -> Measurement:
    if found["where"] not in ("guest", "host"):
        raise ValueError(f"where is {found['where']!r}, expected guest or host")
    return Measurement(
        vmm=vmm,
        subject=_name(found["measurement"]),
        case=_name(found["case"]),
        repetition=int(found["repetition"]),
        where=found["where"],
        command=tuple(found["command"]),
        before=tuple(tuple(command) for command in found["before"]),
        after=tuple(tuple(command) for command in found["after"]),
        seconds=float(found["seconds"]),
        timeout=float(found["timeout"]),
        settle=float(found.get("settle", 0)),
        failed=int(found.get("failed", 0)),
    )


def _name(found: Any) -> str:
    """Return a name that is used as a folder's name."""
    if not isinstance(found, str) or not re.fullmatch(NAME, found):
        raise ValueError(f"{found!r} cannot be a folder's name")
    return found
