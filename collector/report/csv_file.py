"""All samples as CSV."""

from pathlib import Path

import pandas as pd

from collector.files import complete

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_samples(samples: pd.DataFrame, path: Path) -> None:
    """Write `samples` to `path`, complete or not at all.

    A spreadsheet takes text that begins with `=` and the like for a formula, also in quotes: such
    text gets an apostrophe before it.
    """
    safe = samples.copy(deep=False)
    for name in samples.columns:
        if samples[name].dtype == "str":
            column = samples[name]
            safe[name] = column.where(~column.str.startswith(_FORMULA_SIGNS), "'" + column)
    with complete(path) as unfinished:
        safe.to_csv(
            unfinished, index=False, lineterminator="\n", encoding="utf-8", errors="replace"
        )
