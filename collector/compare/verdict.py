"""What is said of one metric of two sides, once its samples have been tested."""

from collections.abc import Sequence

from collector.compare.model import Verdict
from collector.shift import Shift, paired_shift, shift

SIGNIFICANT = 0.05


def shift_of(
    left: Sequence[float], right: Sequence[float], ratios: Sequence[float]
) -> Shift | None:
    """Return how far left is from right, of hosts in pairs by their `ratios`; None with a 0."""
    if ratios:
        return paired_shift(ratios)
    if not left or not right or min(*left, *right) <= 0:
        return None
    return shift(left, right)


def verdict(
    medians: tuple[float | None, float | None],
    p_value: float | None,
    found: Shift | None,
    margin: float,
    *,
    too_few: bool,
) -> Verdict:
    """Return what is said of two sides; without a p value they were not tested."""
    left, right = medians
    if left is None or right is None:
        return "one side only"
    if p_value is None:
        return "too few samples" if too_few else "not comparable"
    if margin and found and 1 / (1 + margin) <= found.low and found.high <= 1 + margin:
        return "no difference that matters"
    ahead = found.ratio - 1 if found else left - right
    if p_value >= SIGNIFICANT or ahead == 0 or (found and found.low <= 1 <= found.high):
        return "no difference"
    return "left lower" if ahead < 0 else "left higher"
