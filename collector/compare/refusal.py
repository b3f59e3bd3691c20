"""What must be equal on both sides, and what to say where it is not."""

from collections.abc import Collection as Names
from collections.abc import Iterable, Mapping

from collector.compare.side import PARAMETERS, Side
from collector.facts import FACTS, short
from collector.subjects import SUBJECTS
from collector.words import AND, COMMA, Field, Message, Text, joined, say

ACCEPTABLE = (*FACTS, "file_set", "parameters", "emulated", "stand_in")
"""The names that `--accept-different` takes."""
_UNRECORDED = ("kernel", "image", "vcpus", "memory", "host_cpu")
"""Facts whose absence is worth a warning."""
_CHANGED = say("{fact} changed while {side} was measured: {values}")
_CHANGED_ON = say("{fact} changed while {side} was measured on {host}: {values}")
_DIFFERS = say("{fact} differs: {one}, {other}")
_Stated = tuple[Side, frozenset[Text]]
"""A side, and the values it has of a fact."""
Refusals = dict[str, tuple[Message, ...]]
"""Fact to what is said of it."""


def refusals(left: Side, right: Side, subject: str, case: str) -> Refusals:
    """Return what forbids to compare one case, by the fact that it is about."""
    found = _labels(left, right)
    of_one = left.facts.get("vmm_type") == right.facts.get("vmm_type")
    for name, fact in FACTS.items():
        if name in SUBJECTS[subject].unaffected_by or (fact.of_build and of_one):
            continue
        if text := _changed((left, right), name, subject, case):
            found[name] = (text,)
            continue
        one, other = (
            _of_logs(side, name, subject, case) or side.facts.get(name) for side in (left, right)
        )
        if one and other and one != other:
            found[name] = (_differs(fact.words, (left, one), (right, other)),)
    mine = left.parameters.get((subject, case), {})
    theirs = right.parameters.get((subject, case), {})
    for name in ("sysbench", "file_set", *PARAMETERS):
        own, opposite = mine.get(name), theirs.get(name)
        if own and opposite and own != opposite:
            group = "parameters" if name in PARAMETERS else name
            text = _differs(_words(name), (left, own), (right, opposite))
            found[group] = (*found.get(group, ()), text)
    return found


def _of_logs(side: Side, name: str, subject: str, case: str) -> frozenset[Text]:
    """Return the values of a fact of the host that the logs of a case were measured with."""
    if not (FACTS[name].of_host or name == "cpus"):
        return frozenset()
    return side.parameters.get((subject, case), {}).get(name, frozenset())


def _changed(sides: tuple[Side, Side], name: str, subject: str, case: str) -> Message | None:
    """Return what is said of a fact of a host that is not one for all logs of a case."""
    for side in sides:
        for where, one in (side.hosts or {"": side}).items():
            values = _of_logs(one, name, subject, case)
            if len(values) > 1:
                fields: dict[str, Field] = {
                    "fact": FACTS[name].words,
                    "side": side.label,
                    "values": joined(_shown(values), AND),
                }
                if where:
                    return _CHANGED_ON.filled(**fields, host=where)
                return _CHANGED.filled(**fields)
    return None


def _words(name: str) -> Message:
    """Return what a fact that the logs themselves state is called."""
    if name in PARAMETERS:
        return say("test parameter {name}", name=name)
    return FACTS[name].words if name in FACTS else say("file set")


def _labels(left: Side, right: Side) -> Refusals:
    found: Refusals = {}
    if any("emulated" in side.facts for side in (left, right)):
        found["emulated"] = (
            say(
                "measured on an emulated host: its figures show that the chain works and compare"
                " nothing"
            ),
        )
    if stand_in := [side.label for side in (left, right) if "stand_in" in side.facts]:
        vmms = ", ".join(stand_in)
        found["stand_in"] = (say("a stand-in, not the real VMM: {vmm}", vmm=vmms),)
    return found


def _differs(fact: Message, one: _Stated, other: _Stated) -> Message:
    sides = [
        say("{side} {values}", side=side.label, values=joined(_shown(values), AND))
        for side, values in (one, other)
    ]
    return _DIFFERS.filled(fact=fact, one=sides[0], other=sides[1])


def _shown(values: Iterable[Text]) -> list[Text]:
    found = [short(value) if isinstance(value, str) else value for value in values]
    return sorted(found, key=str)


def accepted(found: Mapping[str, Iterable[Message]], names: Names[str]) -> tuple[Message, ...]:
    """Return the warnings for the differences that were accepted by name."""
    return tuple(
        say("accepted: {text}", text=joined(texts))
        for name, texts in found.items()
        if name in names
    )


def side_warnings(left: Side, right: Side, subject: str, case: str) -> tuple[Message, ...]:
    """Return what is not the same, or not known, and forbids nothing."""
    warnings = []
    if left.machine and right.machine and left.machine != right.machine:
        sides = f"{left.label} {left.machine}, {right.label} {right.machine}"
        warnings.append(say("machine types differ: {sides}", sides=sides))
    unknown = [
        FACTS[name].words
        for name in _UNRECORDED
        if name not in left.facts or name not in right.facts
    ]
    if unknown:
        facts = joined(unknown, COMMA)
        warnings.append(say("not recorded on both sides: {facts}", facts=facts))
    warnings += [
        say("{side}: logs without a result, left out: {count}", side=side.label, count=count)
        for side in (left, right)
        if (count := side.without_result.get((subject, case)))
    ]
    warnings += [
        say("{side}: measured while the host was not quiet: {count}", side=side.label, count=count)
        for side in (left, right)
        if (count := side.disturbed.get((subject, case)))
    ]
    times = [side.seconds.get((subject, case)) for side in (left, right)]
    if times[0] and times[1] and not 0.9 < times[0] / times[1] < 1.1:  # noqa: PLR2004
        warnings.append(
            say("tests of different length: {a:.1f} s and {b:.1f} s", a=times[0], b=times[1])
        )
    if left.per_host or right.per_host:
        warnings.append(say("each sample is the median of one host"))
    return tuple(warnings)
