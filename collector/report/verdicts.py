"""What a comparison found, in words."""

from collector.compare import Comparison
from collector.compare.model import largest, percent_text
from collector.labels import Language, in_words
from collector.metrics import metric

_MANY_TIMES = 2.0
"""From this ratio on people say "times" and no longer percent."""


def remarks_of(comparison: Comparison, language: Language) -> tuple[str, ...]:
    """Return the reason why a comparison gives no answer, and what weakens it."""
    found = (*dict.fromkeys(comparison.reasons), *comparison.warnings)
    return tuple(text.render(language) for text in found)


def verdict_text(comparison: Comparison, language: Language) -> str:
    """Return what a comparison found: lower or higher, better or worse, or how much it may miss."""
    if comparison.verdict in {"left lower", "left higher"} and comparison.ratio is not None:
        return _difference(comparison, comparison.ratio, language)
    text = in_words(language, f"verdict {comparison.verdict}", left=comparison.left)
    bound = largest(comparison)
    if comparison.verdict == "no difference that matters" and bound is not None:
        return in_words(language, "within", text=text, bound=percent_text(bound))
    if comparison.verdict == "no difference" and comparison.smallest_shown is not None:
        percent = percent_text(comparison.smallest_shown)
        return in_words(language, "could show", text=text, percent=percent)
    return text


def _difference(comparison: Comparison, ratio: float, language: Language) -> str:
    higher_is_better = metric(comparison.metric).higher_is_better
    lower = comparison.verdict == "left lower"
    many_times = not 1 / _MANY_TIMES < ratio < _MANY_TIMES
    direction = "answer lower" if lower else "answer higher"
    text = in_words(
        language,
        "answer times" if many_times else direction,
        left=comparison.left,
        right=comparison.right,
        percent=f"{abs(ratio - 1) * 100:.1f}",
        ratio=f"{ratio:.3g}",
    )
    if higher_is_better is None:
        return text
    return in_words(
        language, "answer worse" if lower == higher_is_better else "answer better", text=text
    )
