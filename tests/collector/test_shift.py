"""The estimate and the interval of a ratio, against SciPy and on samples whose answer is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import statistics
from collector.shift import paired_shift, shift, smallest_shown

RANDOM = np.random.default_rng(11)
POSITIVE = st.lists(st.floats(0.5, 2.0), min_size=4, max_size=9, unique=True)


def drawn(size: int, spread: float, factor: float = 1.0) -> list[float]:
    """Return samples of a quantity around `factor` with this relative spread."""
    return [factor * math.exp(value) for value in RANDOM.normal(0, spread, size)]


def test_the_estimate_is_the_median_of_all_ratios() -> None:
    """Of each sample against each, and of pairs with each other."""
    assert shift([1.0, 2, 4], [1.0, 1, 2]).ratio == pytest.approx(2)
    of_all = [1.0, 1.1, 1.5, math.sqrt(1.1), math.sqrt(1.5), math.sqrt(1.1 * 1.5)]
    assert paired_shift([1.0, 1.1, 1.5]).ratio == pytest.approx(
        math.sqrt(sorted(of_all)[2] * sorted(of_all)[3])
    )


@pytest.mark.parametrize(("left", "right", "place"), [(10, 10, 24), (8, 12, 23), (4, 4, 1)])
def test_the_interval_ends_at_the_place_of_the_tables(left: int, right: int, place: int) -> None:
    """R: qwilcox(0.025, m, n), counted from 1; as `wilcox.test(conf.int = TRUE)` takes it."""
    one, other = drawn(left, 0.02), drawn(right, 0.02)
    ordered = sorted(a / b for a in one for b in other)
    found = shift(one, other)
    assert (found.low, found.high) == pytest.approx((ordered[place - 1], ordered[-place]))


@pytest.mark.parametrize(("pairs", "place"), [(10, 9), (20, 53)])
def test_the_interval_of_pairs_ends_at_the_place_of_the_tables(pairs: int, place: int) -> None:
    """R: qsignrank(0.025, n), counted from 1."""
    ratios = drawn(pairs, 0.02)
    ordered = sorted(math.sqrt(a * b) for number, a in enumerate(ratios) for b in ratios[number:])
    found = paired_shift(ratios)
    assert (found.low, found.high) == pytest.approx((ordered[place - 1], ordered[-place]))


@given(POSITIVE, POSITIVE)
@settings(max_examples=80, deadline=None)
def test_interval_and_test_agree(left: list[float], right: list[float]) -> None:
    """The interval holds 1 where, and only where, the rank test calls nothing."""
    right = [value * 1.0007 for value in right]  # no ties: these make the test finer
    if set(left) & set(right):
        return
    found = shift(left, right)
    assert (found.low <= 1 <= found.high) == (statistics.rank_sum_p(left, right) >= 0.05)


@pytest.mark.parametrize("size", [10, 35])
def test_the_interval_covers_the_ratio(size: int) -> None:
    """At least 95 of 100 hold the true ratio, and not all; above 60 samples by approximation."""
    held = sum(
        found.low <= 1.03 <= found.high
        for found in (shift(drawn(size, 0.02, 1.03), drawn(size, 0.02)) for _ in range(400))
    )
    assert 0.925 <= held / 400 <= 0.99


def test_too_few_samples_have_no_end() -> None:
    """Three against three are never 95 % sure."""
    assert shift([1.0, 2, 3], [4.0, 5, 6])[1:] == (0.0, math.inf)


def test_the_smallest_difference_that_is_shown() -> None:
    """It is found in about nine of ten runs like the one that says so."""
    tests, runs = 10, 300
    sizes = []
    for _ in range(50):
        found = shift(drawn(10, 0.02), drawn(10, 0.02))
        sizes.append(smallest_shown((found.low, found.high), 18, tests))
    size = float(np.median(sizes))
    called = sum(
        statistics.rank_sum_p(drawn(10, 0.02, 1 + size), drawn(10, 0.02)) < 0.05 / tests
        for _ in range(runs)
    )
    assert 0.8 <= called / runs <= 0.96
    assert smallest_shown((1.0, 1.0), 18, tests) == 0
