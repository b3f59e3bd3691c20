"""Two sides of many hosts: only a host that measured both of them alike says which is ahead."""

from collections import defaultdict
from collections.abc import Collection as Names
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from collector.compare.refusal import Refusals, refusals
from collector.compare.side import Key, Series, Side
from collector.words import Message, joined, say

_NAMED = 3
"""Hosts that a sentence names one by one."""
_NO_SAMPLES = "samples"
_ON_MORE = say("not compared on {hosts} and {count} more: {reason}")


@dataclass(frozen=True, slots=True)
class Likened:
    """Two sides as they can be compared, and what forbids it where nothing could be done."""

    left: Side
    right: Side
    unlike: Mapping[Key, Refusals]
    """Key that both sides have to what is unlike, the accepted facts too."""


def on_like_hosts(left: Side, right: Side, accept: Names[str] = ()) -> Likened:
    """Return both sides with the samples of those hosts alone on which they are alike.

    Hosts may be unlike each other; what has to be the same on both sides has to be so host by host.
    A host that lacks one side, or has its sides unlike, is taken out and named in `left_out` of the
    left side: it does not stand in the way of the others. Where no host would be left, nothing is
    taken out, and `unlike` says why nothing can be compared. Sides of one host each, or of hosts
    that have no name in common, stay as they are.
    """
    both = [key for key in left.series if key in right.series]
    if not left.hosts.keys() & right.hosts.keys():
        return Likened(left, right, {key: refusals(left, right, *key[:2]) for key in both})
    judge = _Judge(left, right)
    series = dict(left.series), dict(right.series)
    unlike: dict[Key, Refusals] = {}
    reasons: dict[tuple[str, str], dict[Message, dict[str, None]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for key in both:
        found = judge.unlike(key)
        good = {host: facts for host, facts in found.items() if facts.keys() <= set(accept)}
        unlike[key] = _on_all(good or found)
        if not good:
            continue
        for one in series:
            one[key] = _only(one[key], good)
        for host, facts in found.items():
            for name, texts in facts.items():
                if host not in good and name not in accept:
                    reasons[key.subject, key.case][joined(texts)][host] = None
    left_out = {case: tuple(_sentences(texts)) for case, texts in reasons.items()}
    return Likened(
        replace(left, series=series[0], left_out={**left.left_out, **left_out}),
        replace(right, series=series[1]),
        unlike,
    )


@dataclass(slots=True)
class _Judge:
    """What is unlike on each host; the same for all metrics of a case."""

    left: Side
    right: Side
    known: dict[tuple[str, str, str], Refusals] = field(default_factory=dict)

    def unlike(self, key: Key) -> dict[str, Refusals]:
        """Return what is unlike on each host that has samples of either side."""
        left, right = (dict.fromkeys(side.series[key].names) for side in (self.left, self.right))
        return {
            host: {_NO_SAMPLES: (say("no samples of {vmm}", vmm=self.right.label),)}
            if host not in right
            else {_NO_SAMPLES: (say("no samples of {vmm}", vmm=self.left.label),)}
            if host not in left
            else self._refusals(host, key.subject, key.case)
            for host in left | right
        }

    def _refusals(self, host: str, subject: str, case: str) -> Refusals:
        place = subject, case, host
        if place not in self.known:
            sides = self.left.hosts[host], self.right.hosts[host]
            self.known[place] = refusals(*sides, subject, case)
        return self.known[place]


def _on_all(found: Mapping[str, Refusals]) -> Refusals:
    """Return what is unlike on some of all hosts that count, fact by fact."""
    texts: defaultdict[str, dict[str, tuple[Message, ...]]] = defaultdict(dict)
    for host, facts in found.items():
        for name, text in facts.items():
            texts[name][host] = text
    alone = texts.pop(_NO_SAMPLES, {})
    if len(alone) == len(found):
        return {_NO_SAMPLES: (say("no host has samples of both sides"),)}
    return {name: _one_for_all(said) for name, said in texts.items()}


def _one_for_all(said: Mapping[str, tuple[Message, ...]]) -> tuple[Message, ...]:
    """Return what is said of each host as of one: of the first, if they are unlike."""
    host, texts = next(iter(said.items()))
    others = sum(other != texts for other in said.values())
    if not others:
        return texts
    form = say("{text} (on {host}, otherwise on {count} more)")
    return (form.filled(text=joined(texts), host=host, count=others),)


def _only(series: Series, hosts: Names[str]) -> Series:
    kept = [pair for pair in zip(series.values, series.names, strict=True) if pair[1] in hosts]
    return Series(tuple(value for value, _ in kept), tuple(name for _, name in kept))


def _sentences(reasons: Mapping[Message, Iterable[str]]) -> Iterator[Message]:
    for reason, found in reasons.items():
        hosts = list(found)
        named = ", ".join(hosts[:_NAMED])
        if (more := len(hosts) - _NAMED) > 0:
            yield _ON_MORE.filled(hosts=named, count=more, reason=reason)
        else:
            yield say("not compared on {hosts}: {reason}", hosts=named, reason=reason)
