"""Which numbers a mean, a maximum or a minimum may be of."""

import re
from collections.abc import Sequence

from collector.typed.grid import Grid
from collector.typed.model import TypedSample

_NOT_COUNTED = re.compile(
    r"剔除|排除|舍[弃去]|无效|作废|异常|离群|预热|不计|\bexclud|outlier|invalid|discard|warm-?up",
    re.IGNORECASE,
)


def counted(grid: Grid, *groups: Sequence[TypedSample]) -> tuple[tuple[TypedSample, ...], ...]:
    """Return groups of samples, and each without the rows that say they do not count."""
    without = [[each for each in group if not _left_out(grid, each)] for group in groups]
    return tuple(dict.fromkeys(tuple(group) for group in (*groups, *without) if group))


def _left_out(grid: Grid, sample: TypedSample) -> bool:
    """Whether a row says that it does not count: `剔除`, `warm-up`."""
    return any(_NOT_COUNTED.search(cell.text) for cell in grid.in_row(sample.row))
