"""A subject's part of a plan: what a plan file may say of it, and the commands that measure it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds that each step of a run takes beside what it measures."""

    guest_start: float
    """From the unit's start until the guest says that it has booted and is at rest."""
    guest_stop: float
    pause: float
    """Silence before each measurement in the guest."""
    process: float
    """To start one program in the guest or on the lab host and to take its output."""
    prepare: float
    """To write the files of `sysbench fileio` (20 MB)."""
    settle: float
    """Until the memory of a guest that has just booted stands still."""


@dataclass(frozen=True, slots=True)
class Guest:
    """What is known of the guests that a plan measures; None: nothing."""

    disk_mib: int | None = None
    memory_mib: int | None = None


class Plan(Protocol):
    """A plan, as far as a subject knows it."""

    @property
    def repetitions(self) -> int:
        """How often each test in the guest is repeated."""

    @property
    def seconds(self) -> int:
        """How long each test in the guest lasts."""

    @property
    def parts(self) -> Mapping[str, Any]:
        """The subjects' own keys, as the file has them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One measurement of a schedule, before it knows its subject and its repetition.

    `settle` is the longest wait for RSS before it (None: it does not wait), `seconds` what it
    should take with all that belongs to it.
    """

    case: str
    command: list[str]
    where: str = "guest"
    settle: int | None = None
    before: list[list[str]] = field(default_factory=list)
    after: list[list[str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def commands(self) -> int:
        """How many programs are started for it."""
        return 1 + len(self.before) + len(self.after)


@dataclass(frozen=True, slots=True)
class PlanPart:
    """What a plan says of one subject.

    Attributes:
        schema: its keys in a plan file, each with its JSON schema; subjects may share a key, whose
            schemas are then merged. `$defs` are those of `collector/plan/plan.schema.json`.
        required: those of the keys that every plan has.
        count: returns how often a plan measures it per VMM, that is in how many guests; 0: never.
        steps: returns what is measured in one guest, in order.
        measuring: returns the seconds for which a guest is measured by one step of a case, without
            what only prepares it.
        faults: returns the place in the file and the text of what a plan asks of such guests in
            vain, though each of its values is allowed.
    """

    schema: Mapping[str, Any]
    required: tuple[str, ...]
    count: Callable[[Plan], int]
    steps: Callable[[Plan, Costs], Iterable[Step]]
    measuring: Callable[[Plan, Costs, str], float]
    faults: Callable[[Plan, Guest], Iterable[tuple[tuple[str | int, ...], str]]]
