"""The columns of a table that say what each row is of: VMM, case, access mode, repetition."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from collector.typed.grid import Grid, Typed, is_words
from collector.typed.roles import LABELS, access_of, mode_of, role_of, vmms_in

_HEADER_ROWS = 4
_BODY_ROWS = 3
_CASES = ("threads", "block", "mode")
"""Labels that tell one case from another; they come before the number of a repetition."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the labels of rows stand.

    Attributes:
        first: the table's first column.
        end: the last column before the numbers.
        label: column of the case, or of the number of the repetition where there is one case only.
        role: what the label is, one of `LABELS`; "" when its heading does not say.
        vmm: column of the VMM, where a table has one.
        access: column of `sequential` or `random`, in a table with blocks as its label.
        index: column of the number of the repetition, beside that of a case.
        bottom: the row of the label's heading.
    """

    first: int
    end: int
    label: int | None = None
    role: str = ""
    vmm: int | None = None
    access: int | None = None
    index: int | None = None
    bottom: int = 0

    def completed(self, grid: Grid, row: int) -> "Keys":
        """Return the keys with the columns left of the numbers that have no heading.

        Args:
            grid: the sheet.
            row: the first row below the heading.
        """
        left = self.first - 1
        texts = [grid.text(below, left) for below in range(row, row + _BODY_ROWS)] if left else []
        if self.label is None:
            return replace(self, label=left) if any(texts) else self
        if self.vmm is None and any(len(vmms_in(text)) == 1 for text in texts):
            return replace(self, vmm=left)
        return self


def find_keys(grid: Grid, top: int, segment: Sequence[Typed]) -> Keys:
    """Return where the labels of a table stand whose heading begins with `segment` in row `top`.

    The heading of the labels may stand below that of the numbers, as pandas writes it.
    """
    labels: list[tuple[Typed, str]] = []
    for cell in segment:
        role = role_of(cell.text)
        if role not in LABELS:
            break
        labels.append((cell, role))
    if labels:
        return _keys(labels, top)
    left = segment[0].column - 1
    for row in range(top + 1, min(top + _HEADER_ROWS, grid.rows) + 1):
        below = grid.at(row, left)
        role = role_of(below.text) if below and is_words(below) else None
        if below and role in LABELS and not grid.at(row, left + 1):
            return _keys([(below, role)], row)
    body = [grid.text(row, left) for row in range(top + 1, top + _BODY_ROWS + _HEADER_ROWS)]
    if left and any(mode_of(text) for text in body):
        return Keys(left, left, label=left, role="mode", bottom=top)
    return Keys(segment[0].column, left)


def _keys(labels: Sequence[tuple[Typed, str]], bottom: int) -> Keys:
    columns = {role: cell.column for cell, role in reversed(labels)}
    role = next((name for name in (*_CASES[:2], "mode", "index", "vmm") if name in columns), "")
    return Keys(
        first=labels[0][0].column,
        end=labels[-1][0].column,
        label=columns.get(role),
        role=role,
        vmm=columns.get("vmm"),
        access=columns.get("mode") if role == "block" else None,
        index=columns.get("index") if role in _CASES else None,
        bottom=bottom,
    )


class Place:
    """What the rows of a table are of, row by row: a cell that is left empty is like that above."""

    def __init__(self, grid: Grid, keys: Keys) -> None:
        """Begin above the first row."""
        self._grid = grid
        self._keys = keys
        self.vmm: str | None = None
        self.access: str | None = None
        self.words = ""

    def read(self, row: int) -> None:
        """Take in the labels of a row."""
        keys = self._keys
        texts = [
            self._grid.text(row, column) if column else ""
            for column in (keys.label, keys.vmm, keys.access, keys.index)
        ]
        named = vmms_in(texts[0]) or vmms_in(texts[1])
        if vmms_in(texts[0]):
            self.vmm = named[0]
        elif texts[1]:
            self.vmm = named[0] if named else texts[1].lower()
        elif not keys.vmm:
            self.vmm = None
        self.access = access_of(texts[2]) or self.access
        self.words = " ".join(filter(None, texts))
