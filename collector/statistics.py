"""The statistics of comparisons: exact where samples are few.

Written on `math` and NumPy: importing SciPy would take longer than making the workbook of a host.
The tests hold each function against its counterpart in `scipy.stats`.
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "cliffs_delta",
    "drift_p",
    "holm",
    "least_p",
    "least_signed_rank_p",
    "outliers",
    "rank_sum_p",
    "signed_rank_p",
    "two_modes",
]

Numbers = Sequence[float]
_EXACT_TO = 60
"""Samples of both sides together up to which the rank sum's distribution is counted out."""
_EXACT_PAIRS_TO = 200
"""Pairs up to which the signed ranks' distribution is counted out: the work grows as their cube."""
_LEAST_FOR_SHAPE = 6
"""Samples from which something is said about modes, drift and outliers."""
_GAP = 2.0
"""Two modes: the gap between them is this many times the width of both together."""
_NOTABLE = 0.02
"""A gap between modes below this share of the median matters to nobody."""
_FAR = 3.0
"""Tukey's far outliers: this many interquartile ranges outside the quartiles."""


def _midranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the rank of each value, ties sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place], dtype=np.float64)


def rank_sum_p(left: Numbers, right: Numbers) -> float:
    """Return the two-sided p value of the Mann-Whitney test, exact also with ties.

    The null distribution of the rank sum is that of all ways to choose `len(left)` of the
    observed midranks, counted out by dynamic programming. Above 60 samples together the normal
    approximation with tie correction and continuity correction is used.
    """
    size = len(left)
    values = np.asarray([*left, *right], dtype=np.float64)
    ranks = _midranks(values)
    if len(values) > _EXACT_TO:
        return _approximate_p(ranks, size)
    doubled = np.rint(2 * ranks).astype(np.int64)
    ways = np.zeros((size + 1, int(doubled.sum()) + 1))
    ways[0, 0] = 1
    for rank in doubled.tolist():
        for chosen in range(size, 0, -1):
            ways[chosen, rank:] += ways[chosen - 1, : ways.shape[1] - rank]
    sums = np.arange(ways.shape[1])
    expected = size * doubled.mean()
    seen = abs(int(doubled[:size].sum()) - expected)
    extreme = ways[size][np.abs(sums - expected) >= seen - 1e-9].sum()
    return float(min(1.0, extreme / ways[size].sum()))


def _below(score: float) -> float:
    """Return the standard normal distribution's share below `score`, exact also far out."""
    return math.erfc(-score / math.sqrt(2)) / 2


def _approximate_p(ranks: npt.NDArray[np.float64], size: int) -> float:
    total = len(ranks)
    other = total - size
    _, counts = np.unique(ranks, return_counts=True)
    ties = float(((counts**3 - counts) / (total * (total - 1))).sum())
    spread = math.sqrt(max(0.0, size * other / 12 * ((total + 1) - ties)))
    if spread == 0:
        return 1.0
    distance = abs(float(ranks[:size].sum()) - size * (total + 1) / 2)
    return float(min(1.0, 2 * _below(-max(0.0, distance - 0.5) / spread)))


def least_p(size_left: int, size_right: int) -> float:
    """Return the smallest p value that `rank_sum_p` can give for these numbers of samples."""
    return float(min(1.0, 2 / math.comb(size_left + size_right, size_left)))


def signed_rank_p(differences: Numbers) -> float:
    """Return the two-sided p value of Wilcoxon's signed-rank test, exact also with ties.

    `differences` are those of pairs; the ones that are 0 are left out, as Wilcoxon did (Biometrics
    Bulletin 1, 1945). The null distribution is that of all ways to give the midranks a sign. Above
    200 pairs the normal approximation with tie correction and continuity correction is used.
    """
    values = np.asarray([value for value in differences if value], dtype=np.float64)
    ranks = _midranks(np.abs(values))
    if len(values) > _EXACT_PAIRS_TO:
        return _approximate_signed_p(ranks, float(ranks[values > 0].sum()))
    doubled = np.rint(2 * ranks).astype(np.int64)
    share = np.zeros(int(doubled.sum()) + 1)
    share[0] = 1
    for rank in doubled.tolist():
        positive = np.zeros_like(share)
        positive[rank:] = share[: len(share) - rank]
        share = (share + positive) / 2
    expected = doubled.sum() / 2
    seen = abs(int(doubled[values > 0].sum()) - expected)
    return float(min(1.0, share[np.abs(np.arange(len(share)) - expected) >= seen - 1e-9].sum()))


def _approximate_signed_p(ranks: npt.NDArray[np.float64], positive: float) -> float:
    """Return the p value of the sum `positive`; midranks' squares hold the correction for ties."""
    spread = math.sqrt(float((ranks**2).sum())) / 2
    distance = abs(positive - float(ranks.sum()) / 2)
    return float(min(1.0, 2 * _below(-max(0.0, distance - 0.5) / spread)))


def least_signed_rank_p(pairs: int) -> float:
    """Return the smallest p value that `signed_rank_p` can give for this number of pairs."""
    return min(1.0, 2.0 ** (1 - pairs))


def holm(p_values: Numbers) -> list[float]:
    """Return p values corrected for their number (Holm's step-down), in the given order."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for step, place in enumerate(order):
        highest = max(highest, min(1.0, p_values[place] * (len(p_values) - step)))
        corrected[place] = highest
    return corrected


def cliffs_delta(left: Numbers, right: Numbers) -> float:
    """Return P(left > right) - P(left < right): 0 for equal sides, 1 or -1 without overlap."""
    one, other = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    return float(np.sign(one[:, None] - other[None, :]).mean())


def outliers(values: Numbers) -> list[int]:
    """Return the places of values more than 3 interquartile ranges outside the quartiles."""
    if len(values) < _LEAST_FOR_SHAPE:
        return []
    first, third = np.quantile(np.asarray(values, dtype=np.float64), (0.25, 0.75))
    room = _FAR * (third - first)
    if room <= 0:
        return []
    return [
        place for place, value in enumerate(values) if value < first - room or value > third + room
    ]


def two_modes(values: Numbers) -> tuple[float, float] | None:
    """Return the medians of the two groups that `values` fall into; None when it is one group.

    Two groups: at least two values each, and the gap between them twice as wide as both together.
    """
    if len(values) < _LEAST_FOR_SHAPE:
        return None
    ordered = sorted(values)
    gaps = [
        (high - low, place + 1) for place, (low, high) in enumerate(itertools.pairwise(ordered))
    ]
    gap, cut = max(gaps[1:-1])
    below, above = ordered[:cut], ordered[cut:]
    width = (below[-1] - below[0]) + (above[-1] - above[0])
    middle = float(np.median(ordered))
    if gap <= _GAP * width or gap <= _NOTABLE * abs(middle):
        return None
    return float(np.median(below)), float(np.median(above))


def drift_p(values: Numbers) -> float:
    """Return the p value of Mann and Kendall's test for a trend in `values`, given in time order.

    Normal approximation with tie correction and continuity correction; 1 for few values.
    """
    size = len(values)
    if size < _LEAST_FOR_SHAPE:
        return 1.0
    series = np.asarray(values, dtype=np.float64)
    score = float(np.sign(series[None, :] - series[:, None])[np.triu_indices(size, 1)].sum())
    _, counts = np.unique(series, return_counts=True)
    ties = float((counts * (counts - 1) * (2 * counts + 5)).sum())
    variance = (size * (size - 1) * (2 * size + 5) - ties) / 18
    if variance <= 0:
        return 1.0
    return float(min(1.0, 2 * _below(-max(0.0, abs(score) - 1) / math.sqrt(variance))))
