"""Formulas that a program wrote and no spreadsheet has calculated yet."""

import re

from openpyxl.utils import column_index_from_string

from collector.typed.grid import Grid, Typed

_AVERAGE = re.compile(
    r"=\s*AVERAGE\(\s*\$?([A-Z]{1,3})\$?(\d{1,7})\s*:\s*\$?([A-Z]{1,3})\$?(\d{1,7})\s*\)",
    re.IGNORECASE,
)


def averaged_cells(grid: Grid, formula: str) -> list[Typed]:
    """Return the cells whose mean a formula is; none when it is anything else."""
    found = _AVERAGE.fullmatch(formula.strip())
    if found is None:
        return []
    left, right = (column_index_from_string(found[group].upper()) for group in (1, 3))
    rows = range(int(found[2]), min(int(found[4]), grid.rows) + 1)
    return [cell for row in rows for cell in grid.in_row(row) if left <= cell.column <= right]
