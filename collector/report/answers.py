"""The answers in one line each: which side is ahead, by how much, how sure, or why not.

There is one answer for each subject, and one more for each kind (reads, writes) where a subject has
kinds. Where kinds or cases disagree in direction, they are answered one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from collector.compare import Comparison, Side
from collector.compare.family import called_different
from collector.compare.side import Key
from collector.facts import FACTS
from collector.labels import WORDS, Language, in_words
from collector.report.merged import ALL, counts, means_of, parts_of
from collector.report.verdicts import remarks_of, verdict_text
from collector.subjects import SUBJECTS
from collector.words import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """One subject, or one kind of its cases, left against right. Numbers are None if unknown."""

    subject: str
    title: str
    """What it is called: the subject, and the kind where there is one."""
    metrics: tuple[str, ...]
    median_left: float | None
    median_right: float | None
    """Of several cases both medians are None: they are of different things."""
    ratio: float | None
    interval_low: float | None
    interval_high: float | None
    p_value: float | None
    """Corrected for the number of answers of all pairs."""
    text: str
    remarks: tuple[str, ...]
    """Why there is no answer, or what weakens it: two modes, drift, facts not recorded."""
    called: bool
    """A difference is called."""
    cases: int = 1
    """How many cases it is about."""
    left_open: bool = False
    """A run with more starts of guests that boot alike would answer it."""


@dataclass(frozen=True, slots=True)
class _Material:
    """What is known about one answer."""

    subject: str
    kind: str
    whole: Comparison | None
    """Of the means over all cases."""
    kinds: tuple[Comparison, ...]
    """Of the means over those of each kind; empty where it is about one kind."""
    cases: tuple[Comparison, ...]
    """Case by case, those that both sides have."""
    lacking: tuple[Comparison, ...]
    """Those that only one side has."""
    parts: int
    """How many numbers a mean is made of."""
    language: Language

    @property
    def refused(self) -> tuple[Message, ...]:
        """Why cases are not comparable; what is below a tool's resolution stands in no way."""
        reasons = (
            reason
            for one in self.cases
            if one.verdict == "not comparable" and (one.median_left or one.median_right)
            for reason in one.reasons
        )
        return tuple(dict.fromkeys(reasons))

    @property
    def title(self) -> str:
        """What the answer is about."""
        words = in_words(self.language, f"subject {self.subject}")
        if self.kind == ALL:
            return words
        kind = in_words(self.language, f"kind {self.kind}")
        return in_words(self.language, "of kind", subject=words, kind=kind)


def answers_of(
    left: Side,
    right: Side,
    comparisons: Sequence[Comparison],
    whole: Sequence[Comparison],
    language: Language,
) -> tuple[Answer, ...]:
    """Return the answers about what both sides have, in the report's order.

    Args:
        left: one side.
        right: the other.
        comparisons: of both, case by case; where a case is refused there is no answer.
        whole: of both, answer by answer, see `collector.report.merged`.
        language: of the texts.
    """
    parts = parts_of(left, right)
    means = {(one.subject, one.case): one for one in whole if one.verdict != "one side only"}
    order = list(SUBJECTS)
    found = (
        _Material(
            subject,
            kind,
            means.get((subject, kind)),
            tuple(
                one
                for (name, case), one in means.items()
                if (name, kind) == (subject, ALL) and case != ALL
            ),
            tuple(one for one in ones if one.verdict != "one side only"),
            tuple(one for one in ones if one.verdict == "one side only"),
            len(parts.get((subject, kind), ())),
            language,
        )
        for (subject, kind), ones in sorted(
            _by_mean(comparisons).items(), key=lambda item: order.index(item[0][0])
        )
    )
    return tuple(_with_lacking(_answer(one), one) for one in found)


def _by_mean(comparisons: Sequence[Comparison]) -> dict[tuple[str, str], list[Comparison]]:
    """Return the cases that each answer is about."""
    counting = [one for one in comparisons if counts(Key(one.subject, one.case, one.metric))]
    means = means_of((one.subject, one.case) for one in counting)
    about: dict[tuple[str, str], list[Comparison]] = {}
    for one in counting:
        for mean in means[one.subject, one.case]:
            about.setdefault((one.subject, mean), []).append(one)
    return about


def _answer(about: _Material) -> Answer:
    if about.refused:
        return _refused(about)
    if about.whole is None:
        key = "no whole" if about.cases else "verdict one side only"
        return _without_numbers(about, in_words(about.language, key), ())
    for parts in (about.kinds, about.cases):
        different = called_different(parts)
        if len({one.verdict for one in different}) > 1:
            return _one_by_one(about, different)
    return _of_mean(about, about.whole)


def _of_mean(about: _Material, whole: Comparison) -> Answer:
    words = [verdict_text(whole, about.language)]
    ratios = [one.ratio for one in about.cases if one.ratio]
    if about.parts > 1 and ratios:
        low, high = f"{min(ratios):.3f}", f"{max(ratios):.3f}"
        words.append(in_words(about.language, "over cases", count=about.parts, low=low, high=high))
    return Answer(
        whole.subject,
        about.title,
        tuple(dict.fromkeys(one.metric for one in about.cases)) or (whole.metric,),
        whole.median_left if about.parts == 1 else None,
        whole.median_right if about.parts == 1 else None,
        whole.ratio,
        whole.interval_low,
        whole.interval_high,
        whole.p_value,
        in_words(about.language, "joint").join(words),
        remarks_of(whole, about.language),
        whole.verdict in {"left lower", "left higher"},
        about.parts,
        left_open=whole.verdict == "too few samples",
    )


def _one_by_one(about: _Material, different: Sequence[Comparison]) -> Answer:
    """Say of each kind or case that differs which side is ahead in it."""
    said = (
        in_words(
            about.language,
            "of case",
            case=_case_words(one, about.language),
            text=verdict_text(one, about.language),
        )
        for one in different
    )
    words = [in_words(about.language, "cases disagree"), *said]
    remarks = dict.fromkeys(text for one in about.cases for text in remarks_of(one, about.language))
    answer = _without_numbers(about, in_words(about.language, "joint").join(words), tuple(remarks))
    return replace(answer, called=True)


def _case_words(comparison: Comparison, language: Language) -> str:
    if f"kind {comparison.case}" in WORDS:
        return in_words(language, f"kind {comparison.case}")
    meant = SUBJECTS[comparison.subject].case(comparison.case)
    if meant is None or not isinstance(meant.value, Message):
        return comparison.case
    return meant.value.render(language)


def _refused(about: _Material) -> Answer:
    """Say why the cases cannot be compared; the ratio of their numbers is shown all the same."""
    text = in_words(about.language, "verdict not comparable")
    reasons = tuple(reason.render(about.language) for reason in about.refused)
    answer = _without_numbers(about, text, reasons)
    initrd = FACTS["initrd"].words
    only_initrd = all(dict(reason.fields).get("fact") == initrd for reason in about.refused)
    if about.whole is None:
        return replace(answer, left_open=only_initrd)
    warnings = tuple(text.render(about.language) for text in about.whole.warnings)
    return replace(
        answer,
        median_left=about.whole.median_left if about.parts == 1 else None,
        median_right=about.whole.median_right if about.parts == 1 else None,
        ratio=about.whole.ratio,
        remarks=(*reasons, *warnings),
        left_open=only_initrd,
    )


def _without_numbers(about: _Material, text: str, remarks: tuple[str, ...]) -> Answer:
    metrics = tuple(dict.fromkeys(one.metric for one in (*about.cases, *about.lacking)))
    return Answer(
        subject=about.subject,
        title=about.title,
        metrics=metrics,
        median_left=None,
        median_right=None,
        ratio=None,
        interval_low=None,
        interval_high=None,
        p_value=None,
        text=text,
        remarks=remarks,
        called=False,
        cases=max(1, about.parts),
    )


def _with_lacking(answer: Answer, about: _Material) -> Answer:
    """Say which side has no samples of which cases: they are no part of the answer."""
    sides: dict[str, list[str]] = {}
    for one in about.lacking:
        sides.setdefault(one.right if one.n_left else one.left, []).append(one.case)
    said = (
        in_words(about.language, "lacking", vmm=vmm, cases=", ".join(dict.fromkeys(cases)))
        for vmm, cases in sides.items()
    )
    return replace(answer, remarks=(*answer.remarks, *said))
