"""All metrics of two sides compared as one family, so that chance does not find a difference."""

import itertools
import math
from collections.abc import Collection as Names
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from collector import statistics
from collector.compare.like_hosts import Likened, on_like_hosts
from collector.compare.model import MARGIN, Comparison
from collector.compare.refusal import accepted, side_warnings
from collector.compare.side import Key, Series, Side, in_order
from collector.compare.verdict import SIGNIFICANT, shift_of, verdict
from collector.metrics import metric
from collector.shift import smallest_shown
from collector.words import COMMA, Message, Text, joined, say

_DRIFT = 0.01
_DECIMALS = 12
"""Of the logarithm of a ratio: finer than any tool prints, coarser than errors of rounding."""
_NAMED = 3
"""Outliers that are named one by one."""
_NO_SAMPLES = Series((), ())
_EQUAL = (1.0,)
"""What the ratios of hosts are held against: a host on which both sides are equal."""

_PAIRED = say(
    "compared host by host: ratio and interval are estimated from the hosts' ratios, p is that of"
    " Wilcoxon's signed-rank test"
)


@dataclass(slots=True)
class _Draft:
    """A comparison before the p values of the family are corrected."""

    key: Key
    labels: tuple[str, str]
    left: Series
    right: Series
    reasons: tuple[Message, ...] = ()
    too_few: bool = False
    warnings: tuple[Message, ...] = ()
    per_host: tuple[bool, bool] = (False, False)
    """Whether the samples of the left and of the right side are medians of hosts."""
    pairs: tuple[tuple[float, float], ...] = ()
    """Left and right, host by host in the order of `left`, where they are compared in pairs."""
    p_value: float | None = None

    @property
    def ratios(self) -> tuple[float, ...]:
        """Left over right of each pair."""
        return tuple(left / right for left, right in self.pairs)

    @property
    def lacking(self) -> str:
        """The label of the side without samples; "" when both have some."""
        sides = zip(self.labels, (self.left, self.right), strict=True)
        return next((label for label, series in sides if not series.values), "")


def compare_sides(
    left: Side, right: Side, accept_different: Names[str] = (), *, margin: float = MARGIN
) -> list[Comparison]:
    """Compare two sides in every metric that one of them has."""
    return compare_pairs([(left, right)], accept_different, margin=margin)[0]


def compare_pairs(
    pairs: Sequence[tuple[Side, Side]],
    accept_different: Names[str] = (),
    *,
    margin: float = MARGIN,
) -> list[list[Comparison]]:
    """Compare the sides of each pair in every metric that one of them has; one list for each pair.

    Of many hosts only those count on which both sides are alike, see `on_like_hosts`. Mann and
    Whitney's test on each, of many hosts Wilcoxon's on their ratios (see `_in_pairs`); Holm's
    correction over all metrics of all pairs that are tested. A difference is called only where the
    corrected p value is below 0.05, the interval of the ratio excludes 1, and not all of it lies
    within `margin` (a share of the value) of 1.
    """
    by_pair = [
        [
            _draft(key, likened, accept_different)
            for key in in_order({**likened.left.series, **likened.right.series})
        ]
        for likened in (on_like_hosts(left, right, accept_different) for left, right in pairs)
    ]
    drafts = list(itertools.chain.from_iterable(by_pair))
    testable = [draft for draft in drafts if not draft.reasons and _can_differ(draft, 1)]
    # too few samples for the whole family: a smaller p value than all samples can give is needed
    tested = [draft for draft in testable if _can_differ(draft, len(testable))]
    for draft in drafts:
        if not draft.reasons and draft not in tested:
            draft.too_few = True
            draft.reasons = _too_few(draft, len(testable))
    for draft in tested:
        _in_pairs(draft, len(testable))
    raw = [_p_value(draft) for draft in tested]
    for draft, p_value in zip(tested, statistics.holm(raw), strict=True):
        draft.p_value = p_value
    return [[_comparison(draft, margin, len(tested)) for draft in pair] for pair in by_pair]


def _draft(key: Key, likened: Likened, accept: Names[str]) -> _Draft:
    left, right = likened.left, likened.right
    found = likened.unlike.get(key, {})
    draft = _Draft(
        key,
        (left.label, right.label),
        left.series.get(key, _NO_SAMPLES),
        right.series.get(key, _NO_SAMPLES),
        per_host=(left.per_host, right.per_host),
    )
    refused = (texts for name, texts in found.items() if name not in accept)
    draft.reasons = tuple(itertools.chain.from_iterable(refused))
    draft.warnings = (
        accepted(found, accept)
        + left.left_out.get((key.subject, key.case), ())
        + side_warnings(left, right, key.subject, key.case)
    )
    if lacking := draft.lacking:
        draft.reasons = (say("no samples of {vmm}", vmm=lacking),)
    elif not draft.reasons and not any(draft.left.values) and not any(draft.right.values):
        draft.reasons = (
            say("all samples of both sides are 0.00: below the resolution of the tool"),
        )
    return draft


def _in_pairs(draft: _Draft, tests: int) -> None:
    """Have the hosts compared one by one, where there are enough of them.

    Hosts differ from each other by more than two VMMs do; the ratio on each host is free of that.
    Whether they are enough depends on numbers of samples and tests alone, never on what was
    measured: few pairs cannot give a p value that stands after the correction, while the rank sums
    of as few samples can. A 0 has no ratio: there the rank sums stay too.
    """
    left = dict(zip(draft.left.names, draft.left.values, strict=True))
    right = dict(zip(draft.right.names, draft.right.values, strict=True))
    enough = statistics.least_signed_rank_p(len(left)) * tests < SIGNIFICANT
    if (
        all(draft.per_host)
        and enough
        and left.keys() == right.keys()
        and min(*left.values(), *right.values()) > 0
    ):
        draft.pairs = tuple((value, right[host]) for host, value in left.items())
        draft.warnings = (_PAIRED, *draft.warnings)


def _p_value(draft: _Draft) -> float:
    if draft.pairs:
        return statistics.signed_rank_p([_log_ratio(*pair) for pair in draft.pairs])
    return statistics.rank_sum_p(draft.left.values, draft.right.values)


def _log_ratio(left: float, right: float) -> float:
    """Return the logarithm of left / right: 3 to 2 is exactly as far from 0 as 2 to 3, or 4 to 6.

    The test ranks hosts by that distance. Were they no ties, rounding alone would put all hosts on
    which one side is ahead before those on which the other is, and find a difference in that.
    """
    distance = round(math.log(max(left, right) / min(left, right)), _DECIMALS)
    return distance if left > right else -distance


def _can_differ(draft: _Draft, tests: int) -> bool:
    least = statistics.least_p(len(draft.left.values), len(draft.right.values))
    return least * max(1, tests) < SIGNIFICANT


def _too_few(draft: _Draft, tests: int) -> tuple[Message, ...]:
    one, other = len(draft.left.values), len(draft.right.values)
    for needed in range(2, 100):
        if statistics.least_p(needed, needed) * max(1, tests) < SIGNIFICANT:
            break
    return (
        say("{a} and {b} samples cannot show a difference", a=one, b=other),
        say("at least {n} on each side are needed", n=needed),
    )


def _shape_warnings(draft: _Draft) -> tuple[Message, ...]:
    """Return what the samples' shape says against the answer.

    In pairs only the ratios are looked at: two kinds of hosts are two modes of both sides, which
    weaken nothing, while hosts on which the ratio is another cannot be seen on either side.
    """
    if draft.pairs:
        ratios = Series(draft.ratios, draft.left.names)
        return _sample_warnings(say("the hosts' ratios"), ratios, per_host=True)
    sides = zip(draft.labels, (draft.left, draft.right), draft.per_host, strict=True)
    return tuple(
        text
        for label, series, per_host in sides
        for text in _sample_warnings(label, series, per_host=per_host)
    )


def _sample_warnings(label: Text, series: Series, *, per_host: bool) -> tuple[Message, ...]:
    values = series.values
    warnings = []
    if modes := statistics.two_modes(values):
        form = say("{side}: two modes, around {a:.6g} and {b:.6g}")
        warnings.append(form.filled(side=label, a=modes[0], b=modes[1]))
    elif far := statistics.outliers(values):
        which = _named(series, far[:_NAMED], per_host=per_host)
        if (more := len(far) - _NAMED) > 0:
            which = say("{names} and {count} more", names=which, count=more)
        warnings.append(say("{side}: outliers, kept: {which}", side=label, which=which))
    if not per_host and statistics.drift_p(values) < _DRIFT:
        half = len(values) // 2
        change = median(values[-half:]) - median(values[:half])
        way = say("rising") if change > 0 else say("falling")
        form = say("{side}: drift, {way} over the repetitions")
        warnings.append(form.filled(side=label, way=way))
    return tuple(warnings)


def _named(series: Series, places: Sequence[int], *, per_host: bool) -> Text:
    """Return some samples with where each comes from."""
    found = [(series.names[place], f"{series.values[place]:.6g}") for place in places]
    if per_host:
        return ", ".join(f"{host} ({value})" for host, value in found)
    form = say("repetition {number} ({value})")
    return joined((form.filled(number=number, value=value) for number, value in found), COMMA)


def _comparison(draft: _Draft, margin: float, tests: int) -> Comparison:
    one, other = draft.left.values, draft.right.values
    medians = _median(one), _median(other)
    shift = shift_of(one, other, draft.ratios)
    tested = draft.p_value is not None
    sided = (draft.ratios, _EQUAL) if draft.ratios else (one, other)
    freedom = max(1, len(draft.ratios) - 1 if draft.ratios else len(one) + len(other) - 2)
    interval = (shift.low, shift.high) if tested and shift else None
    return Comparison(
        subject=draft.key.subject,
        case=draft.key.case,
        metric=draft.key.metric,
        unit=metric(draft.key.metric).unit,
        left=draft.labels[0],
        right=draft.labels[1],
        n_left=len(one),
        n_right=len(other),
        median_left=medians[0],
        median_right=medians[1],
        ratio=shift.ratio if shift else _ratio(*medians),
        interval_low=interval[0] if interval else None,
        interval_high=interval[1] if interval else None,
        p_value=draft.p_value,
        effect_size=statistics.cliffs_delta(*sided) if tested else None,
        verdict=verdict(medians, draft.p_value, shift, margin, too_few=draft.too_few),
        reasons=draft.reasons,
        warnings=draft.warnings + _shape_warnings(draft),
        margin=margin,
        smallest_shown=smallest_shown(interval, freedom, tests) if interval else None,
    )


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _ratio(left: float | None, right: float | None) -> float | None:
    return left / right if left is not None and right else None


def called_different(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return the comparisons in which a difference is called."""
    return [each for each in comparisons if each.verdict in ("left lower", "left higher")]
