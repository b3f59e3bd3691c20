"""The answer per subject in one line: which side is ahead, by how much, how sure, or why not.

A subject with several cases (threads, block sizes, modes) has one number per repetition: the
geometric mean over its cases. A repetition is one start of a guest, so these numbers are as
independent of each other as the boots are, and the same test serves both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log

from collector.compare import Comparison, Side
from collector.compare.side import Key, Series
from collector.labels import Language, in_words
from collector.metrics import metric
from collector.subjects import SUBJECTS
from collector.words import Message

_TOGETHER = "all cases"
_MANY_TIMES = 2.0
"""From this ratio on people say "times" and no longer percent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One subject, left against right. Numbers are None where there are none."""

    subject: str
    metrics: tuple[str, ...]
    median_left: float | None
    median_right: float | None
    """Of a subject with several cases both medians are None: they are of different things."""
    ratio: float | None
    interval_low: float | None
    interval_high: float | None
    p_value: float | None
    """Corrected for the number of subjects of all pairs."""
    text: str
    remarks: tuple[str, ...]
    """Why there is no answer, or what weakens it: two modes, drift, facts not recorded."""
    called: bool
    """A difference is called."""
    cases: int = 1
    """How many cases it is about."""


def by_subject(left: Side, right: Side) -> tuple[Side, Side]:
    """Return both sides with one series for each subject: the geometric means over its cases."""
    parts = {subject: _parts(left, right, subject) for subject in SUBJECTS}

    def merged(side: Side) -> Side:
        series = {
            Key(subject, _TOGETHER, SUBJECTS[subject].headline[0]): together
            for subject, keys in parts.items()
            if (together := _together(side, keys)).values
        }
        left_out = {(subject, _TOGETHER): _left_out(side, subject) for subject in parts}
        disturbed = {
            (subject, _TOGETHER): sum(
                count for (name, _), count in side.disturbed.items() if name == subject
            )
            for subject in parts
        }
        return replace(side, series=series, left_out=left_out, disturbed=disturbed)

    return merged(left), merged(right)


def answers_of(
    left: Side,
    right: Side,
    comparisons: Sequence[Comparison],
    whole: Sequence[Comparison],
    language: Language,
) -> tuple[Answer, ...]:
    """Return one answer per subject that both sides have, in the report's order.

    Args:
        left: one side.
        right: the other.
        comparisons: of both, case by case; a subject with a case that is refused has no answer.
        whole: of both, subject by subject, see `by_subject`.
        language: of the texts.
    """
    parts = {subject: _parts(left, right, subject) for subject in SUBJECTS}
    found = {one.subject: one for one in whole if one.verdict != "one side only"}
    answers = []
    for name, subject in SUBJECTS.items():
        metrics = subject.headline
        all_cases = [
            one
            for one in comparisons
            if one.subject == name and one.metric in metrics and _in_table(one)
        ]
        cases = [one for one in all_cases if one.verdict != "one side only"]
        lacking = [one for one in all_cases if one.verdict == "one side only"]
        refused = [
            reason
            for one in cases
            # Below the resolution of the tool: no reason against the other cases.
            if one.verdict == "not comparable" and (one.median_left or one.median_right)
            for reason in one.reasons
        ]
        of_all = found.get(name)
        if of_all is not None:
            answer = _answer(of_all, cases, len(parts[name]), refused, language)
        elif cases:
            answer = _no_answer(name, metrics, refused, language)
        elif lacking:
            answer = _no_answer(name, metrics, [], language, "verdict one side only")
        else:
            continue
        answers.append(_with_lacking(answer, lacking, language))
    return tuple(answers)


def _left_out(side: Side, subject: str) -> tuple[Message, ...]:
    """Return what is said of hosts that were taken out of a case of the subject."""
    cases = (texts for (name, _), texts in side.left_out.items() if name == subject)
    return tuple(dict.fromkeys(text for texts in cases for text in texts))


def _with_lacking(answer: Answer, lacking: Sequence[Comparison], language: Language) -> Answer:
    """Say which side has no samples of which cases: they are no part of the answer."""
    sides: dict[str, list[str]] = {}
    for one in lacking:
        sides.setdefault(one.right if one.n_left else one.left, []).append(one.case)
    said = (
        in_words(language, "lacking", vmm=vmm, cases=", ".join(dict.fromkeys(cases)))
        for vmm, cases in sides.items()
    )
    return replace(answer, remarks=(*answer.remarks, *said))


def _in_table(comparison: Comparison) -> bool:
    return not SUBJECTS[comparison.subject].single_case or comparison.case == "default"


def _parts(left: Side, right: Side, subject: str) -> list[Key]:
    """Return what the answer is made of: what both sides have and what is above the resolution."""
    return [
        key
        for key, series in left.series.items()
        if key.subject == subject
        and key.metric in SUBJECTS[subject].headline
        and (not SUBJECTS[subject].single_case or key.case == "default")
        and key in right.series
        and min(*series.values, *right.series[key].values) > 0
    ]


def _together(side: Side, keys: Sequence[Key]) -> Series:
    """Return the geometric mean over `keys` of each repetition that has them all."""
    each = [dict(zip(side.series[key].names, side.series[key].values, strict=True)) for key in keys]
    names = [name for name in each[0] if all(name in one for one in each)] if each else []
    values = tuple(
        exp(sum(log(one[name]) for one in each) / len(each)) if len(each) > 1 else each[0][name]
        for name in names
    )
    return Series(values, tuple(names))


def _answer(
    whole: Comparison,
    cases: Sequence[Comparison],
    parts: int,
    refused: Sequence[Message],
    language: Language,
) -> Answer:
    if refused:
        whole = replace(
            whole,
            verdict="not comparable",
            reasons=tuple(dict.fromkeys(refused)),
            p_value=None,
            interval_low=None,
            interval_high=None,
        )
    words = [verdict_text(whole, language)]
    ratios = [one.ratio for one in cases if one.ratio]
    if parts > 1 and ratios and not refused:
        words.insert(
            1,
            in_words(
                language,
                "over cases",
                count=parts,
                low=f"{min(ratios):.3f}",
                high=f"{max(ratios):.3f}",
            ),
        )
    return Answer(
        whole.subject,
        tuple(dict.fromkeys(one.metric for one in cases)) or (whole.metric,),
        whole.median_left if parts == 1 else None,
        whole.median_right if parts == 1 else None,
        whole.ratio,
        whole.interval_low,
        whole.interval_high,
        whole.p_value,
        in_words(language, "joint").join(words),
        remarks_of(whole, language),
        whole.verdict in {"left lower", "left higher"},
        parts,
    )


def _no_answer(
    subject: str,
    metrics: Sequence[str],
    refused: Sequence[Message],
    language: Language,
    why: str = "no whole",
) -> Answer:
    """Say why a subject has no answer, where the comparison of its cases does not."""
    text = in_words(language, "verdict not comparable" if refused else why)
    remarks = tuple(reason.render(language) for reason in dict.fromkeys(refused))
    return Answer(
        subject, (metrics[0],), None, None, None, None, None, None, text, remarks, called=False
    )


def remarks_of(comparison: Comparison, language: Language) -> tuple[str, ...]:
    """Return the reason why a comparison gives no answer, and what weakens it."""
    found = (*dict.fromkeys(comparison.reasons), *comparison.warnings)
    return tuple(text.render(language) for text in found)


def verdict_text(comparison: Comparison, language: Language) -> str:
    """Return what a comparison found, in words: lower or higher, better or worse."""
    if comparison.verdict not in {"left lower", "left higher"} or comparison.ratio is None:
        return in_words(language, f"verdict {comparison.verdict}", left=comparison.left)
    higher_is_better = metric(comparison.metric).higher_is_better
    lower = comparison.verdict == "left lower"
    many_times = not 1 / _MANY_TIMES < comparison.ratio < _MANY_TIMES
    direction = "answer lower" if lower else "answer higher"
    text = in_words(
        language,
        "answer times" if many_times else direction,
        left=comparison.left,
        right=comparison.right,
        percent=f"{abs(comparison.ratio - 1) * 100:.1f}",
        ratio=f"{comparison.ratio:.3g}",
    )
    if higher_is_better is None:
        return text
    return in_words(
        language, "answer worse" if lower == higher_is_better else "answer better", text=text
    )
