"""A plan as data: what is measured, with which parameters, how often."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collector.subjects import SUBJECTS


@dataclass(frozen=True, slots=True)
class Plan:
    """A resolved plan.

    `repetitions` and `seconds` are those of every test in a guest; `initrd` names the VMM types
    that boot with the initrd; `control` is the VMM that is measured as two sides under two names,
    "" for none; `parts` has the keys of the subjects, in the form of their schemas.
    """

    name: str
    description: str
    repetitions: int
    seconds: int
    initrd: tuple[str, ...]
    seed: int | None
    control: str
    parts: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the plan as `run.json` holds it: absent parts are absent."""
        seed = {} if self.seed is None else {"seed": self.seed}
        return {
            "name": self.name,
            "description": self.description,
            "repetitions": self.repetitions,
            "seconds": self.seconds,
            "initrd": list(self.initrd),
            **seed,
            **({"control": self.control} if self.control else {}),
            **self.parts,
        }

    @classmethod
    def from_data(cls, name: str, data: Mapping[str, Any]) -> "Plan":
        """Return the plan that validated `data` (a plan file's, or `run.json`'s) describes."""
        found = _whole(data)
        keys = dict.fromkeys(key for subject in SUBJECTS.values() for key in subject.plan.schema)
        return cls(
            name=name,
            description=found.get("description", ""),
            repetitions=found["repetitions"],
            seconds=found["seconds"],
            initrd=tuple(found.get("initrd", ())),
            seed=found.get("seed"),
            control=found.get("control", ""),
            parts={key: found[key] for key in keys if found.get(key) is not None},
        )

    def count(self, subject: str) -> int:
        """Return how often a subject is measured per VMM."""
        return SUBJECTS[subject].plan.count(self)

    def counts(self) -> Iterator[int]:
        """Yield that of each subject."""
        return map(self.count, SUBJECTS)


def _whole(value: Any) -> Any:
    """Return `value` with 4.0 as 4: a schema takes both for a whole number."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
