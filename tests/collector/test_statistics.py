"""The statistics against SciPy's, and on samples whose answer is plain."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from collector import statistics

RANDOM = np.random.default_rng(7)


def drawn(size: int, *, shift: float = 0.0) -> list[float]:
    """Return normal samples around 100 + shift."""
    return [100 + shift + float(value) for value in RANDOM.normal(size=size)]


@pytest.mark.parametrize(("left", "right"), [(2, 2), (4, 9), (10, 10), (25, 30)])
def test_the_rank_sum_test_is_exact(left: int, right: int) -> None:
    """As SciPy's, where there are no ties."""
    one, other = drawn(left), drawn(right, shift=0.7)
    expected = stats.mannwhitneyu(one, other, method="exact").pvalue
    assert statistics.rank_sum_p(one, other) == pytest.approx(expected)


def test_the_rank_sum_test_is_exact_with_ties() -> None:
    """As counting out all permutations."""
    one = RANDOM.integers(0, 4, 5).astype(float).tolist()
    other = RANDOM.integers(1, 5, 6).astype(float).tolist()

    def distance(left: Any, right: Any, axis: int) -> Any:
        ranks = stats.rankdata(np.concatenate((left, right), axis=axis), axis=axis)
        return abs(ranks[..., : left.shape[axis]].sum(axis=axis) - 5 * 6)

    counted = stats.permutation_test((one, other), distance, alternative="greater", n_resamples=999)
    assert statistics.rank_sum_p(one, other) == pytest.approx(counted.pvalue)


def test_many_samples_use_the_normal_approximation() -> None:
    """As SciPy's, with its correction for continuity."""
    one, other = drawn(80), drawn(70, shift=0.3)
    expected = stats.mannwhitneyu(one, other, method="asymptotic").pvalue
    assert statistics.rank_sum_p(one, other) == pytest.approx(expected)
    assert statistics.rank_sum_p([1.0] * 40, [1.0] * 40) == 1


def test_the_least_p_value() -> None:
    """Two against two cannot be significant, ten against ten easily."""
    assert statistics.least_p(2, 2) == pytest.approx(1 / 3)
    apart = statistics.rank_sum_p(drawn(10), drawn(10, shift=50))
    assert statistics.least_p(10, 10) == pytest.approx(apart)


@pytest.mark.parametrize("size", [5, 12, 30])
def test_the_signed_rank_test_is_exact(size: int) -> None:
    """As SciPy's, where there are no ties."""
    differences = (RANDOM.normal(size=size) + 0.3).tolist()
    expected = stats.wilcoxon(differences, method="exact").pvalue
    assert statistics.signed_rank_p(differences) == pytest.approx(expected)


@given(st.lists(st.integers(-4, 4).filter(bool).map(float), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_the_signed_rank_test_is_exact_with_ties(differences: list[float]) -> None:
    """As counting out all signs; a difference of 0 says nothing, and no side is preferred."""
    ranks = stats.rankdata(np.abs(differences))
    sums = np.array([ranks[signs].sum() for signs in _subsets(len(ranks))])
    seen = abs(ranks[np.array(differences) > 0].sum() - ranks.sum() / 2)
    counted = (np.abs(sums - ranks.sum() / 2) >= seen - 1e-9).mean()
    assert statistics.signed_rank_p(differences) == pytest.approx(counted)
    assert statistics.signed_rank_p([*differences, 0.0, 0.0]) == pytest.approx(counted)
    assert statistics.signed_rank_p([-each for each in differences]) == pytest.approx(counted)


def test_the_least_p_value_of_the_signed_rank_test() -> None:
    """All pairs on one side, or none that differs."""
    assert statistics.signed_rank_p([0.0, 0.0]) == 1
    assert statistics.signed_rank_p([0.1] * 9) == statistics.least_signed_rank_p(9) == 2 / 512


@pytest.mark.parametrize("decimals", [6, 0])
def test_many_pairs_use_the_normal_approximation(decimals: int) -> None:
    """As SciPy's, with ties and without: a lab of a thousand hosts does not wait for its report."""
    differences = (RANDOM.normal(size=1000) * 4 + 0.2).round(decimals)
    pairs = differences[differences != 0]
    expected = stats.wilcoxon(pairs, correction=True, method="approx").pvalue
    assert statistics.signed_rank_p(differences.tolist()) == pytest.approx(expected)


def _subsets(size: int) -> list[list[int]]:
    return [[place for place in range(size) if number >> place & 1] for number in range(1 << size)]


def test_holm() -> None:
    """The step-down correction, in the given order."""
    assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.holm([]) == []


def test_cliffs_delta() -> None:
    """From -1 (always smaller) over 0 (alike) to 1."""
    assert statistics.cliffs_delta([1, 2], [3, 4]) == -1
    assert statistics.cliffs_delta([3, 4], [1, 2]) == 1
    assert statistics.cliffs_delta([1, 2], [1, 2]) == 0


def test_two_modes() -> None:
    """The report's QEMU boots: eight of 4.5 s and two of 5.4 s."""
    boots = [5.428, 4.497, 4.472, 4.470, 4.474, 4.469, 5.432, 4.457, 4.479, 4.489]
    assert statistics.two_modes(boots) == pytest.approx((4.473, 5.43))
    assert not any(statistics.two_modes(drawn(10)) for _ in range(200))
    assert statistics.two_modes([0.19, 0.2] * 5) is not None
    assert statistics.two_modes([100.0, 100.1] * 5) is None


def test_outliers_are_named_by_place() -> None:
    """Only what is far outside."""
    assert statistics.outliers([1.0, 1.1, 0.9, 1.05, 5.0, 0.95, 1.02]) == [4]
    assert statistics.outliers([1.0, 9.0]) == []
    assert statistics.outliers([1.0] * 8 + [2.0]) == []


def test_drift() -> None:
    """A steady rise is one, noise is none, few samples say nothing."""
    assert statistics.drift_p([float(number) for number in range(10)]) < 0.001
    assert statistics.drift_p([3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3]) > 0.1
    assert statistics.drift_p([1.0, 2, 3]) == 1
    assert statistics.drift_p([1.0] * 9) == 1
