"""The answer per subject in one line: which side is ahead, by how much, how sure, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from collector.compare.model import Comparison
from collector.labels import SUBJECTS, Language, say
from collector.metrics import metric
from collector.tables.host_data import DIAGNOSTIC_CASES

_HEADLINE = {
    "boot": ("total_s",),
    "memory-footprint": ("rss_kb",),
    "sysbench-cpu": ("events_per_second",),
    "sysbench-memory": ("throughput_mib_per_s",),
    "fileio-latency": ("latency_avg_ms",),
    "fileio-throughput": ("read_mib_per_s", "written_mib_per_s"),
    "fileio-iops": ("reads_per_s", "writes_per_s"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One subject, left against right. Numbers are None where there are none."""

    subject: str
    quantity: str
    median_left: float | None
    median_right: float | None
    """Of a subject with several cases both medians are None: they are of different things."""
    ratio: float | None
    interval_low: float | None
    interval_high: float | None
    p_value: float | None
    text: str
    called: bool
    """A difference is called."""


def answers_of(comparisons: Sequence[Comparison], language: Language) -> tuple[Answer, ...]:
    """Return one answer per subject that `comparisons` speak of, in the report's order."""
    answers = []
    for subject, metrics in _HEADLINE.items():
        chosen = [
            comparison
            for comparison in comparisons
            if comparison.measurement == subject
            and comparison.metric in metrics
            and comparison.case not in DIAGNOSTIC_CASES
            # The other operation of a test that only reads, or only writes.
            and (comparison.median_left or comparison.median_right)
        ]
        if len(chosen) == 1:
            answers.append(_one(chosen[0], subject, language))
        elif chosen:
            answers.append(_several(chosen, subject, metrics[0], language))
    return tuple(sorted(answers, key=lambda answer: SUBJECTS.index(answer.subject)))


def _one(comparison: Comparison, subject: str, language: Language) -> Answer:
    called = comparison.verdict in {"left lower", "left higher"}
    parts = [
        verdict_text(comparison, language)
        if called or comparison.verdict == "no difference"
        else say(language, f"verdict {comparison.verdict}")
    ]
    parts += [text for text in (comparison.reason, *comparison.warnings) if text]
    return Answer(
        subject,
        comparison.metric,
        comparison.median_left,
        comparison.median_right,
        comparison.ratio,
        comparison.interval_low,
        comparison.interval_high,
        comparison.p_value,
        "; ".join(parts),
        called,
    )


def verdict_text(comparison: Comparison, language: Language) -> str:
    """Return what a comparison found, in words: lower or higher, better or worse."""
    if comparison.verdict not in {"left lower", "left higher"} or comparison.ratio is None:
        return say(language, f"verdict {comparison.verdict}")
    higher_is_better = metric(comparison.metric).higher_is_better
    lower = comparison.verdict == "left lower"
    text = say(
        language,
        "answer lower" if lower else "answer higher",
        left=comparison.left,
        right=comparison.right,
        percent=f"{abs(comparison.ratio - 1) * 100:.1f}",
    )
    if higher_is_better is None:
        return text
    return say(
        language, "answer worse" if lower == higher_is_better else "answer better", text=text
    )


def _several(
    comparisons: Sequence[Comparison], subject: str, quantity: str, language: Language
) -> Answer:
    """Cases of one subject: the geometric mean of their ratios, and how many say what."""
    ratios = [comparison.ratio for comparison in comparisons if comparison.ratio]
    mean = exp(sum(map(log, ratios)) / len(ratios)) if ratios else None
    verdicts = [comparison.verdict for comparison in comparisons]
    parts = [
        say(
            language,
            "cases of",
            count=verdicts.count(verdict),
            verdict=say(language, f"verdict {verdict}"),
        )
        for verdict in dict.fromkeys(verdicts)
    ]
    if ratios:
        parts.insert(
            0, say(language, "ratio range", low=f"{min(ratios):.3f}", high=f"{max(ratios):.3f}")
        )
    parts += dict.fromkeys(comparison.reason for comparison in comparisons if comparison.reason)
    called = bool({"left lower", "left higher"} & set(verdicts))
    return Answer(subject, quantity, None, None, mean, None, None, None, "; ".join(parts), called)
