"""What each row of a table is of, by the labels before its numbers."""

import re

from collector.typed.grid import Grid
from collector.typed.keys import Keys
from collector.typed.meaning import Meaning, meaning
from collector.typed.parameters import NONE, Parameters
from collector.typed.roles import count_of

_SIZES = (
    (1024.0, re.compile(r"(?<![a-z])k(?:i?b)?(?![a-z])")),
    (1024.0**2, re.compile(r"(?<![a-z])m(?:i?b)?(?![a-z])")),
    (1.0, re.compile(r"(?<![a-z])b(?:ytes?)?(?![a-z])|字节")),
)
"""Bytes of the unit in a heading."""


def _is_strange(text: str, role: str, said: Meaning) -> bool:
    """Whether a label says nothing of what its column holds: `warm-up`, `mixed`, `Geomean`."""
    if said.case or said.vmms or said.nothing or said.label:
        return False
    if role in ("threads", "block", "count"):
        return count_of(text) is None
    return role == "mode" and not said.unit


class Place:
    """What the rows of a table are of, row by row: a cell that is left empty is like that above."""

    def __init__(self, grid: Grid, keys: Keys) -> None:
        """Begin above the first row."""
        self._grid = grid
        self._keys = keys
        self.vmm: str | None = None
        self.access: str | None = None
        self.mode: str | None = None
        self.count: float | None = None
        self.parameters: Parameters = NONE
        self.said: tuple[Meaning, ...] = ()
        self.strange = False
        """The row's label says nothing that is known: it is not of the case above it."""

    def read(self, row: int) -> None:
        """Take in the labels of a row."""
        said = []
        named = ""
        self.strange = False
        for column in self._keys.columns:
            text = self._grid.text(row, column)
            if text:
                said.append(meaning(text))
                named = self._label(text, column, said[-1]) or named
        if named:
            self.vmm = named
        elif "vmm" not in self._keys.columns.values():
            self.vmm = None
        self.said = tuple(said)

    def take(self, said: Meaning) -> None:
        """Take in a row that says what the rows below it are of."""
        self.access = said.access or self.access
        self.mode = said.mode or self.mode
        self.parameters = said.parameters.over(self.parameters)

    def _block(self, column: int) -> Parameters:
        """Return the size of blocks whose number has no unit: its heading has it."""
        heading = self._grid.text(self._keys.bottom, column).lower()
        unit = next((size for size, pattern in _SIZES if pattern.search(heading)), None)
        return Parameters(block=self.count * unit if unit and self.count else None)

    def _label(self, text: str, column: int, said: Meaning) -> str:
        """Take in one label; return the VMM that it names."""
        role = self._keys.columns[column]
        if said.average or said.statistic or said.derived:
            return said.vmms[0] if len(said.vmms) == 1 else ""
        self.strange = self.strange or _is_strange(text, role, said)
        self.access = said.access or self.access
        self.mode = said.mode or self.mode
        self.parameters = said.parameters.over(self.parameters)
        if role in ("threads", "block", "count") and (count := count_of(text)) is not None:
            self.count = float(count)
            if role == "threads":
                self.parameters = Parameters(threads=self.count).over(self.parameters)
            if role == "block" and not said.parameters.block:
                self.parameters = self._block(column).over(self.parameters)
        if said.vmms:
            return said.vmms[0] if len(said.vmms) == 1 else ""
        return text.lower() if role == "vmm" else ""

    @property
    def average(self) -> bool:
        """Whether the row holds averages."""
        return any(said.average for said in self.said)

    @property
    def statistic(self) -> str:
        """Which other statistic the row holds; "" for none."""
        found = next((said.statistic for said in self.said if said.statistic), "")
        return "other" if any(said.derived for said in self.said) else found
