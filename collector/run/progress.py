"""How far a lab host is, read from its `progress.json`: for people, wherever they look."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.from_host import tidy

__all__ = ["LONGEST", "Step", "step_of"]

LONGEST = 1000
"""Characters of what a lab host says."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a run on one lab host is.

    Attributes:
        number: which of its logs is measured; between measurements, how many are behind it.
        planned: how many logs it makes.
        what: what is measured, `qemu boot default (2 of 10)`, or what the host says meanwhile.
        left: `, 3 min left` while something is measured, else nothing.
    """

    number: int
    planned: int
    what: str
    left: str = ""

    @property
    def headline(self) -> str:
        """What a person wants to see; the time left alone is no reason to say something anew."""
        return f"[{self.number}/{self.planned}] {self.what}" if self.left else self.what


def step_of(progress: Mapping[str, Any]) -> Step:
    """Return where a run is as its `progress.json` says.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: it is not in the form of one.
    """
    now = progress.get("current")
    behind, planned = int(progress["done"]) + len(progress["missing"]), int(progress["planned"])
    if not now:
        return Step(min(behind, planned), planned, tidy(progress.get("message") or "", LONGEST))
    what = f"{now['vmm']} {now['measurement']} {now['case']} ({now['repetition']} of {now['of']})"
    minutes = max(1, round(progress["seconds_left"] / 60))
    return Step(min(behind + 1, planned), planned, tidy(what, LONGEST), f", {minutes} min left")
