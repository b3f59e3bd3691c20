"""How far one side is ahead of another: estimate and exact interval of a ratio, without a shape.

The estimate is that of Hodges and Lehmann (Annals of Mathematical Statistics 34, 1963) on
logarithms: the median of what each sample of one side has against each of the other. The interval
holds every ratio that the rank test of `collector.statistics` does not refuse, so that interval and
test never contradict each other (Hollander, Wolfe, Chicken: Nonparametric Statistical Methods,
3rd edition, 4.2 and 3.2). Both are narrower than those of medians: a median wastes a third of the
samples.

All samples must be positive.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Shift", "paired_shift", "shift", "smallest_shown"]

Numbers = Sequence[float]
_LEVEL = 0.95
_SHOWN_IN = 0.9
"""Share of runs in which the smallest difference that a run shows is shown."""
_EXACT_TO = 60
"""Samples of both sides together, or pairs, up to which the distribution is counted out."""


class Shift(NamedTuple):
    """The ratio of two sides, and the ends of its 95 % interval."""

    ratio: float
    low: float
    high: float


def shift(left: Numbers, right: Numbers) -> Shift:
    """Return left / right and the ends of its 95 % interval, of samples that belong to no pairs.

    With so few samples that no interval is sure enough, it reaches from 0 to infinity.
    """
    one, other = (np.log(np.asarray(side, dtype=np.float64)) for side in (left, right))
    return _of(
        np.sort((one[:, None] - other[None, :]).ravel()), _rank_sum_cut(len(one), len(other))
    )


def paired_shift(ratios: Numbers) -> Shift:
    """Return the ratio of two sides and the ends of its 95 % interval, from that of each pair."""
    logs = np.log(np.asarray(ratios, dtype=np.float64))
    rows, columns = np.triu_indices(len(logs))
    return _of(np.sort((logs[rows] + logs[columns]) / 2), _signed_rank_cut(len(logs)))


def _of(ordered: npt.NDArray[np.float64], cut: int) -> Shift:
    ratio = math.exp(float(np.median(ordered)))
    if cut < 1:
        return Shift(ratio, 0.0, math.inf)
    return Shift(ratio, math.exp(float(ordered[cut - 1])), math.exp(float(ordered[-cut])))


@lru_cache(maxsize=64)
def _rank_sum_cut(left: int, right: int) -> int:
    """Return which of the ordered differences, counted from either end, ends the interval."""
    if left + right > _EXACT_TO:
        spread = math.sqrt(left * right * (left + right + 1) / 12)
        return _normal_cut(left * right / 2, spread)
    ways = np.zeros((left + 1, left * right + 1))
    ways[0, 0] = 1
    for rank in range(1, left + right + 1):
        for chosen in range(min(rank, left), 0, -1):
            # The rank of the sample among all, less its place on its own side: how many it beats.
            beats = rank - chosen
            if beats <= right:
                ways[chosen, beats:] += ways[chosen - 1, : ways.shape[1] - beats]
    return _exact_cut(ways[left])


@lru_cache(maxsize=64)
def _signed_rank_cut(pairs: int) -> int:
    most = pairs * (pairs + 1) // 2
    if pairs > _EXACT_TO:
        return _normal_cut(most / 2, math.sqrt(most * (2 * pairs + 1) / 12))
    share = np.zeros(most + 1)
    share[0] = 1
    for rank in range(1, pairs + 1):
        share[rank:] += share[:-rank].copy()
    return _exact_cut(share)


def _exact_cut(ways: npt.NDArray[np.float64]) -> int:
    """Return how many of the smallest values of a statistic have at most 2.5 % together."""
    below = np.cumsum(ways) / ways.sum()
    return int(np.searchsorted(below, (1 - _LEVEL) / 2, side="right"))


def _normal_cut(middle: float, spread: float) -> int:
    return math.floor(middle - NormalDist().inv_cdf((1 + _LEVEL) / 2) * spread)


def smallest_shown(interval: tuple[float, float], freedom: int, tests: int) -> float:
    """Return the smallest difference that a run like this one shows in about nine of ten cases.

    It is a share of the value: 0.03 is 3 %. The interval says how much the estimate varies from run
    to run; a difference is shown where it is further from 0 than chance gets in one of 20 runs with
    `tests` comparisons (Bonferroni's, the hardest step of Holm's), and further by so much that nine
    of ten runs get there. `freedom` is the number of samples without one for each side.
    """
    error = math.log(interval[1] / interval[0]) / 2 / _student((1 + _LEVEL) / 2, freedom)
    alpha = (1 - _LEVEL) / 2 / max(1, tests)
    return math.expm1(error * (_student(1 - alpha, freedom) + _student(_SHOWN_IN, freedom)))


def _student(probability: float, freedom: int) -> float:
    """Return Student's quantile, by the first two terms beside the normal one (Fisher, Cornish)."""
    z = NormalDist().inv_cdf(probability)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2
