"""The result of comparing two sides in one metric."""

from dataclasses import dataclass
from typing import Literal

from collector.words import Message, joined

SMALLEST_P = 0.0001
"""Smaller p values are shown as smaller than this."""
_LEAST_PERCENT = 0.1
MARGIN = 0.02
"""What differs by less than this share of the value does not matter, if nobody says otherwise."""
Verdict = Literal[
    "left lower",
    "left higher",
    "no difference that matters",
    "no difference",
    "too few samples",
    "not comparable",
    "one side only",
]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of one case, left against right.

    Numbers are None where they cannot be computed; `reasons` then say why. What only one side has
    is there too (`one side only`), so that nothing is left out in silence.
    """

    subject: str
    case: str
    metric: str
    unit: str
    left: str
    """Label of the left side."""
    right: str
    n_left: int
    n_right: int
    median_left: float | None
    median_right: float | None
    ratio: float | None
    """Left over right, as Hodges and Lehmann estimate it (see `collector.shift`), of hosts in pairs
    from their ratios. Where a sample is 0: ratio of the medians, None if the right one is 0."""
    interval_low: float | None
    """Lower end of the exact 95 % interval of `ratio`."""
    interval_high: float | None
    p_value: float | None
    """Corrected for the number of metrics compared (Holm); None when nothing was tested."""
    effect_size: float | None
    """Cliff's delta: P(left > right) - P(left < right), from -1 to 1; of pairs, host by host."""
    verdict: Verdict
    """`left lower` and `left higher` call a difference; the others do not.

    `no difference that matters` says more than `no difference`: the whole interval lies within the
    margin, so that the sides are equivalent (Schuirmann, J. Pharmacokinetics and Biopharmaceutics
    15, 1987; Wellek, Testing Statistical Hypotheses of Equivalence and Noninferiority, 2nd edition,
    2010). His two one-sided tests would take the interval of 90 %; the one that is shown is kept.
    """
    reasons: tuple[Message, ...]
    """Why there is no verdict about a difference; empty when there is one."""
    warnings: tuple[Message, ...] = ()
    margin: float = MARGIN
    """Share of the value below which a difference does not matter."""
    smallest_shown: float | None = None
    """The smallest difference, as a share of the value, that a run like this one shows in about
    nine of ten cases (see `collector.shift`); None where nothing was tested."""

    @property
    def reason(self) -> str:
        """The reasons in English."""
        return joined(self.reasons).english


def p_text(p_value: float | None) -> str:
    """Return a p value as it is shown: never as zero, and "" where nothing was tested."""
    if p_value is None:
        return ""
    return f"{p_value:.4f}" if p_value >= SMALLEST_P else f"<{SMALLEST_P}"


def percent_text(share: float) -> str:
    """Return a share of a value in percent; nothing below 0.1 is told from nothing."""
    return f"{max(_LEAST_PERCENT, share * 100):.1f}"


def largest(comparison: Comparison) -> float | None:
    """Return the largest difference that the interval leaves room for, as a share of the value."""
    low, high = comparison.interval_low, comparison.interval_high
    return max(high, 1 / low) - 1 if low and high else None
