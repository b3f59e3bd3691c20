"""The option `--margin` of the commands that say whether sides differ."""

import argparse
import math

from collector.compare.model import MARGIN


def add_margin(parser: argparse.ArgumentParser) -> None:
    """Add it; its value is a share: 0.02 for the default of 2 percent."""
    parser.add_argument(
        "--margin",
        type=_share,
        default=MARGIN,
        metavar="PERCENT",
        help="what differs by less does not matter: said where the whole interval lies within it"
        f" (default: {MARGIN * 100:g}; 0: everything matters)",
    )


def _share(text: str) -> float:
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = math.nan
    if not 0 <= percent < 100:  # noqa: PLR2004 - of a hundred
        raise argparse.ArgumentTypeError(f"'{text}' is no percentage from 0 to below 100, as in 2")
    return percent / 100
