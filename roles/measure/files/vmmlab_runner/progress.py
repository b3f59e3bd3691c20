"""How far a run is, for whoever asks: one small file, written anew at each step."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vmmlab_runner import clock, files
from vmmlab_runner.layout import read_json
from vmmlab_runner.schedule import Block, Measurement, Schedule
from vmmlab_runner.store import Store

FORMAT = 1


@dataclass(slots=True)
class Progress:
    """The state of one run, kept in progress.json."""

    path: Path
    schedule: Schedule
    store: Store
    state: str = "running"
    message: str = ""
    missing: list[dict[str, Any]] = field(default_factory=list)
    current: dict[str, Any] | None = None
    cut_off: str = ""  # stem of what an earlier start was measuring when it ended
    guest_seconds: float = 0.0
    _started: str = ""
    _wall_before: float = 0.0
    _begun: float = field(default_factory=time.monotonic)
    _pace: float = 1.0
    _done: set[str] = field(default_factory=set)
    _missed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Go on where an earlier start of the same run stopped."""
        earlier = read_json(self.path) if self.path.exists() else {}
        self._started = earlier.get("started") or clock.now()
        self._wall_before = float(earlier.get("wall_seconds", 0.0))
        self.guest_seconds = float(earlier.get("guest_seconds", 0.0))
        if earlier.get("state") == "running" and (at := earlier.get("current")):
            number = f"{at['repetition']:02d}"
            self.cut_off = f"{at['vmm']}/{at['measurement']}/{at['case']}/{number}"
        self._done = {
            each.stem
            for block in self.schedule.blocks
            for each in block.measurements
            if self.store.complete(each)
        }

    def begin(self, block: Block, measurement: Measurement) -> None:
        """A measurement starts."""
        repetitions = [
            other.repetition
            for each in self.schedule.blocks
            for other in each.measurements
            if (each.vmm, other.subject, other.case)
            == (block.vmm, measurement.subject, measurement.case)
        ]
        self.message = ""
        self.current = {"block": block.block, **_name(measurement), "of": max(repetitions)}
        self.write()

    def idle(self, message: str) -> None:
        """Nothing is being measured; `message` says what happens instead."""
        self.current = None
        self.message = message
        self.write()

    def measured(self, measurement: Measurement, seconds: float) -> None:
        """A measurement was made; `seconds` is how long its command ran."""
        self._done.add(measurement.stem)
        self.guest_seconds += seconds
        self.write()

    def miss(self, measurement: Measurement, reason: str) -> None:
        """A measurement will not be made; at most once for each."""
        if measurement.stem not in self._missed:
            self._missed.add(measurement.stem)
            self.missing.append({**_name(measurement), "reason": reason})
        self.write()

    def paced(self, expected: float, took: float) -> None:
        """Learn from a block how this host compares with what was expected of it."""
        if expected > 0:
            self._pace = min(max(took / expected, 0.2), 5.0)

    def end(self, state: str, message: str) -> None:
        """The run ends: `done` or `failed`."""
        self.state, self.message, self.current = state, message, None
        self.write()

    def write(self) -> None:
        """Write the file."""
        settled = self._done | self._missed
        left = 0.0
        for block in self.schedule.blocks:
            stems = {each.stem for each in block.measurements}
            left += sum(each.seconds for each in block.measurements if each.stem not in settled)
            if not stems & settled:
                left += max(0.0, block.seconds - sum(each.seconds for each in block.measurements))
        files.write_json(
            self.path,
            {
                "format": FORMAT,
                "run": self.schedule.run,
                "host": self.schedule.host,
                "state": self.state,
                "planned": self.schedule.planned,
                "done": len(self._done),
                "missing": self.missing,
                "current": self.current,
                "seconds_left": round(left * self._pace) if self.state == "running" else 0,
                "guest_seconds": round(self.guest_seconds, 1),
                "wall_seconds": round(self._wall_before + time.monotonic() - self._begun, 1),
                "started": self._started,
                "updated": clock.now(),
                "message": self.message,
                "files": self.store.entries,
            },
        )


def _name(measurement: Measurement) -> dict[str, Any]:
    return {
        "vmm": measurement.vmm,
        "measurement": measurement.subject,
        "case": measurement.case,
        "repetition": measurement.repetition,
    }
