"""One step of a block: a command whose output becomes one log."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One measurement of a schedule, before it knows its repetition.

    `of` is how often it is repeated per VMM, `settle` the longest wait for RSS before it (None:
    it does not wait), `seconds` what it should take with all that belongs to it.
    """

    measurement: str
    case: str
    command: list[str]
    of: int
    where: str = "guest"
    settle: int | None = None
    before: list[list[str]] = field(default_factory=list)
    after: list[list[str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def commands(self) -> int:
        """How many programs are started for it."""
        return 1 + len(self.before) + len(self.after)

    def to_json(self, repetition: int, timeout: int) -> dict[str, Any]:
        """Return the step as a block holds it; only what may wait for RSS has a `settle`."""
        return {
            "measurement": self.measurement,
            "case": self.case,
            "repetition": repetition,
            "of": self.of,
            "where": self.where,
            **({} if self.settle is None else {"settle": self.settle}),
            "before": self.before,
            "command": self.command,
            "after": self.after,
            "seconds": round(self.seconds, 1),
            "timeout": timeout,
        }
