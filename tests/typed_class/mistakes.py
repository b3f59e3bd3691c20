"""Mistakes of people who type tables: what goes wrong with the numbers before they are typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from typed_class.machine import Data, Record

Plant = Callable[[Data, Random], None]


@dataclass(frozen=True)
class Mistake:
    """One kind of mistake."""

    subjects: tuple[str, ...]
    """The subjects whose tables have to be there."""
    plant: Plant
    words: tuple[str, ...] = ()
    """One of these has to be in the explanation."""
    layouts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Subject to the layouts in which it shows; the ordinary one where nothing is said."""


MISTAKES: dict[str, Mistake] = {}


def mistake(
    name: str, *subjects: str, words: tuple[str, ...] = (), **layouts: tuple[int, ...]
) -> Callable[[Plant], Plant]:
    """Enter a kind of mistake."""

    def enter(plant: Plant) -> Plant:
        MISTAKES[name] = Mistake(subjects, plant, words, layouts)
        return plant

    return enter


def side(data: Data, subject: str, rng: Random) -> list[Record]:
    """Return the tests of one VMM."""
    return data.tests[subject, rng.choice(("StratoVirt", "QEMU"))]


def of(tests: list[Record], **wanted: float) -> list[Record]:
    """Return the tests with these values."""
    return [test for test in tests if all(test[name] == value for name, value in wanted.items())]


def setter(subject: str, name: str, change: Callable[[Record], float], **wanted: float) -> Plant:
    """Return what changes one number of one test."""

    def plant(data: Data, rng: Random) -> None:
        test = rng.choice(of(side(data, subject, rng), **wanted))
        test[name] = round(change(test), 3)

    return plant
