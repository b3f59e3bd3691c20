"""Sides with one number for each answer: the geometric mean over the cases that it is about.

A repetition is one start of a guest, so these numbers are as independent of each other as the boots
are, and the same test serves both. Reads and writes are no one quantity: a mean over both can hide
that one VMM is ahead in the ones and behind in the others, so each of them has a mean of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import exp, log

from collector.compare import Side
from collector.compare.side import Key, Series
from collector.subjects import SUBJECTS
from collector.words import Message

ALL = "all cases"
"""What the case of a mean is called where its subject knows no kinds."""


def kind_of(subject: str, case: str) -> str:
    """Return the kind of a case; "" where its subject knows none."""
    meant = SUBJECTS[subject].case(case)
    return meant.kind if meant else ""


def means_of(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return the means that each of some subjects and cases is part of.

    That is the one over all cases, and that of its kind where a subject has cases of several kinds.
    """
    places = list(dict.fromkeys(keys))
    kinds: dict[str, set[str]] = {}
    for subject, case in places:
        kinds.setdefault(subject, set()).add(kind_of(subject, case))
    return {
        (subject, case): [ALL, *([kind_of(subject, case)] * (len(kinds[subject]) > 1))]
        for subject, case in places
    }


def counts(key: Key) -> bool:
    """Tell whether a number is one of those that answers are about."""
    subject = SUBJECTS[key.subject]
    return key.metric in subject.headline and (not subject.single_case or key.case == "default")


def parts_of(left: Side, right: Side) -> dict[tuple[str, str], list[Key]]:
    """Return what each answer is made of: what both sides have, above the resolution of the tool.

    An answer goes by subject and the case of its mean.
    """
    counting = [key for key in {**left.series, **right.series} if counts(key)]
    means = means_of(key[:2] for key in counting)
    parts: dict[tuple[str, str], list[Key]] = {}
    for key in counting:
        one, other = left.series.get(key), right.series.get(key)
        if one and other and min(*one.values, *other.values) > 0:
            for mean in means[key[:2]]:
                parts.setdefault((key.subject, mean), []).append(key)
    return parts


def by_answer(left: Side, right: Side) -> tuple[Side, Side]:
    """Return both sides with one series for each answer."""
    parts = parts_of(left, right)

    def merged(side: Side) -> Side:
        series = {
            Key(subject, case, keys[0].metric): together
            for (subject, case), keys in parts.items()
            if (together := _together(side, keys)).values
        }
        left_out = {place: _left_out(side, *place) for place in parts}
        return replace(side, series=series, left_out=left_out)

    return merged(left), merged(right)


def _left_out(side: Side, subject: str, case: str) -> tuple[Message, ...]:
    """Return what is said of hosts that were taken out of one of the cases."""
    found = (
        texts
        for (name, part), texts in side.left_out.items()
        if name == subject and case in {ALL, kind_of(name, part)}
    )
    return tuple(dict.fromkeys(text for texts in found for text in texts))


def _together(side: Side, keys: Sequence[Key]) -> Series:
    """Return the geometric mean over `keys` of each repetition that has them all."""
    each = [dict(zip(side.series[key].names, side.series[key].values, strict=True)) for key in keys]
    names = [name for name in each[0] if all(name in one for one in each)] if each else []
    values = tuple(
        exp(sum(log(one[name]) for one in each) / len(each)) if len(each) > 1 else each[0][name]
        for name in names
    )
    return Series(values, tuple(names))
