"""The result of comparing two sides in one metric."""

from dataclasses import dataclass
from typing import Literal

from collector.words import Message, joined

SMALLEST_P = 0.0001
"""Smaller p values are shown as smaller than this."""
Verdict = Literal[
    "left lower",
    "left higher",
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
    """`median_left / median_right`, of hosts compared in pairs the median of their ratios; None
    when the right median is 0."""
    interval_low: float | None
    """Lower end of the 95 % bootstrap interval of `ratio`."""
    interval_high: float | None
    p_value: float | None
    """Corrected for the number of metrics compared (Holm); None when nothing was tested."""
    effect_size: float | None
    """Cliff's delta: P(left > right) - P(left < right), from -1 to 1; of pairs, host by host."""
    verdict: Verdict
    """`left lower` and `left higher` call a difference; the others do not."""
    reasons: tuple[Message, ...]
    """Why there is no verdict about a difference; empty when there is one."""
    warnings: tuple[Message, ...] = ()

    @property
    def reason(self) -> str:
        """The reasons in English."""
        return joined(self.reasons).english


def p_text(p_value: float | None) -> str:
    """Return a p value as it is shown: never as zero, and "" where nothing was tested."""
    if p_value is None:
        return ""
    return f"{p_value:.4f}" if p_value >= SMALLEST_P else f"<{SMALLEST_P}"
