"""What must be equal on both sides, and what to say where it is not."""

from collections.abc import Collection as Names
from collections.abc import Mapping

from collector.compare.side import PARAMETERS, Side
from collector.facts import FACTS, short
from collector.subjects import SUBJECTS

OWN_FACTS = {
    "file_set": "file set",
    "parameters": "test parameter",
    "emulated": "emulated host",
    "stand_in": "stand-in",
}
ACCEPTABLE = (*FACTS, *OWN_FACTS)
"""The names that `--accept-different` takes."""
_UNRECORDED = ("kernel", "image", "vcpus", "memory", "host_cpu")
"""Facts whose absence is worth a warning."""


def refusals(left: Side, right: Side, subject: str, case: str) -> dict[str, str]:
    """Return fact to sentence for everything that forbids to compare one case."""
    found = {name: text for name, text in _labels(left, right).items() if text}
    for name, fact in FACTS.items():
        if name in SUBJECTS[subject].unaffected_by:
            continue
        if text := _changed((left, right), name, subject, case):
            found[name] = text
            continue
        one, other = (
            _of_logs(side, name, subject, case) or side.facts.get(name) for side in (left, right)
        )
        if one and other and one != other:
            found[name] = f"{fact.words} differs: {_side(left, one)}, {_side(right, other)}"
    mine = left.parameters.get((subject, case), {})
    theirs = right.parameters.get((subject, case), {})
    for name in ("sysbench", "file_set", *PARAMETERS):
        own, opposite = mine.get(name), theirs.get(name)
        if own and opposite and own != opposite:
            group = "parameters" if name in PARAMETERS else name
            text = f"{_words(name)} differs: {_side(left, own)}, {_side(right, opposite)}"
            found[group] = f"{found[group]}; {text}" if group in found else text
    return found


def _of_logs(side: Side, name: str, subject: str, case: str) -> frozenset[str]:
    """Return the values of a fact of the host that the logs of a case were measured with."""
    if not (FACTS[name].of_host or name == "cpus"):
        return frozenset()
    return side.parameters.get((subject, case), {}).get(name, frozenset())


def _changed(sides: tuple[Side, Side], name: str, subject: str, case: str) -> str:
    """Return what is said of a fact of a host that is not one for all logs of a case."""
    for side in sides:
        for where, one in (side.hosts or {"": side}).items():
            values = _of_logs(one, name, subject, case)
            if len(values) > 1:
                shown = " and ".join(sorted(short(value) for value in values))
                words = FACTS[name].words
                if where:
                    return f"{words} changed while {side.label} was measured on {where}: {shown}"
                return f"{words} changed while {side.label} was measured: {shown}"
    return ""


def _words(name: str) -> str:
    """Return what a fact that the logs themselves state is called."""
    if name in PARAMETERS:
        return f"{OWN_FACTS['parameters']} {name}"
    return FACTS[name].words.english if name in FACTS else OWN_FACTS[name]


def _labels(left: Side, right: Side) -> dict[str, str]:
    emulated = [side.label for side in (left, right) if "emulated" in side.facts]
    stand_in = [side.label for side in (left, right) if "stand_in" in side.facts]
    return {
        "emulated": "measured on an emulated host: its figures show that the chain works and"
        " compare nothing"
        if emulated
        else "",
        "stand_in": f"a stand-in, not the real VMM: {', '.join(stand_in)}" if stand_in else "",
    }


def _side(side: Side, values: frozenset[str]) -> str:
    return f"{side.label} {' and '.join(sorted(short(value) for value in values))}"


def accepted(found: Mapping[str, str], names: Names[str]) -> tuple[str, ...]:
    """Return the warnings for the differences that were accepted by name."""
    return tuple(f"accepted: {text}" for name, text in found.items() if name in names)


def side_warnings(left: Side, right: Side, subject: str, case: str) -> tuple[str, ...]:
    """Return what is not the same, or not known, and forbids nothing."""
    warnings = []
    if left.machine and right.machine and left.machine != right.machine:
        warnings.append(
            f"machine types differ: {left.label} {left.machine}, {right.label} {right.machine}"
        )
    unknown = [
        FACTS[name].words.english
        for name in _UNRECORDED
        if name not in left.facts or name not in right.facts
    ]
    if unknown:
        warnings.append(f"not recorded on both sides: {', '.join(unknown)}")
    warnings += [
        f"{side.label}: logs without a result, left out: {count}"
        for side in (left, right)
        if (count := side.without_result.get((subject, case)))
    ]
    warnings += [
        f"{side.label}: measured while the host was not quiet: {count}"
        for side in (left, right)
        if (count := side.disturbed.get((subject, case)))
    ]
    times = [side.seconds.get((subject, case)) for side in (left, right)]
    if times[0] and times[1] and not 0.9 < times[0] / times[1] < 1.1:  # noqa: PLR2004
        warnings.append(f"tests of different length: {times[0]:.1f} s and {times[1]:.1f} s")
    if left.per_host or right.per_host:
        warnings.append("each sample is the median of one host")
    return tuple(warnings)
