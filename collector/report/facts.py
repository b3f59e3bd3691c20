"""The environment: what is recorded about run, lab host and each VMM, differences marked."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from collector.labels import Language, in_words
from collector.report.fact_names import fact_name, order
from collector.report.notices import left_out
from collector.subjects.boot import BOOT
from collector.tables.host_data import HostData

Group = Literal["run", "host", "vmm", "blame"]
GROUPS: tuple[Group, ...] = ("run", "host", "vmm", "blame")
PER_VMM: tuple[Group, ...] = ("vmm", "blame")
_SLOWEST = 8
"""Units that the diagnosis of boots names."""
_RUN_FACTS = ("run", "started", "finished", "seed", "vmms", "versions", "plan")
_HIDDEN = {"format", "tuning", "blocks", "hosts", "left_out", "name", "label"}
_NO_DIFFERENCE = {"type"}
"""Facts that tell the sides apart instead of being compared."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; about the run or the host it has one value, else one per VMM in their order."""

    group: Group
    name: str
    values: tuple[str, ...]
    differs: bool = False
    """The VMMs differ in it; one of which nothing at all is recorded does not count."""


def facts_of(data: HostData, language: Language) -> tuple[Fact, ...]:
    """Return the facts recorded in run.json, host.json and vmm.json, in a fixed order."""
    run = {name: data.run.meta[name] for name in _RUN_FACTS if name in data.run.meta}
    found = [
        Fact("run", fact_name(name, language), (value,))
        for name, value in _flat({"run": data.run.name, **run})
    ]
    found += [
        Fact("run", in_words(language, "fact left_out", vmm=vmm), (reason,))
        for vmm, reason in left_out(data.run.meta).items()
    ]
    found += [
        Fact("host", fact_name(name, language), (value,))
        for name, value in _flat({"host": data.host.name, **data.host.meta})
    ]
    found += _tuning(data.host.meta.get("tuning"), language)
    sides = [dict(_flat(vmm.meta)) for vmm in data.vmms]
    names = dict.fromkeys(name for side in sides for name in side)
    for name in sorted(names, key=order):
        recorded = {side.get(name, "") for side in sides if side}
        differs = len(recorded) > 1 and name not in _NO_DIFFERENCE
        values = tuple(side.get(name, "") for side in sides)
        if any(values):
            found.append(Fact("vmm", fact_name(name, language), values, differs=differs))
    return (*found, *_blame(data))


def _blame(data: HostData) -> Iterator[Fact]:
    """The units that take longest to start, by the median over the boots of each VMM."""
    slowest: list[list[str]] = []
    for vmm in data.vmms:
        times: dict[str, list[float]] = {}
        for name, seconds in data.numbers.beginning(vmm.name, BOOT.name, "blame_s["):
            unit = name.removeprefix("blame_s[").removesuffix("]")
            times.setdefault(unit, []).append(seconds)
        medians = sorted(((median(found), unit) for unit, found in times.items()), reverse=True)
        slowest.append([f"{unit} {seconds:.3f} s" for seconds, unit in medians[:_SLOWEST]])
    for rank in range(max((len(names) for names in slowest), default=0)):
        values = tuple(names[rank] if rank < len(names) else "" for names in slowest)
        yield Fact("blame", str(rank + 1), values)


def _tuning(tuning: Any, language: Language) -> Iterator[Fact]:
    if not isinstance(tuning, dict):
        return
    for name, setting in tuning.items():
        if isinstance(setting, dict):
            words = [as_text(setting.get(part)) or "-" for part in ("before", "wanted", "after")]
            value = in_words(
                language, "fact tuned", before=words[0], wanted=words[1], after=words[2]
            )
        else:
            value = as_text(setting)
        yield Fact("host", in_words(language, "fact tuning", name=name), (value,))


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield dotted name and text of each leaf, in the file's own order."""
    for name, item in value.items():
        if not prefix and name in _HIDDEN:
            continue
        if isinstance(item, dict):
            yield from _flat(item, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", as_text(item)


def as_text(value: Any) -> str:
    """Return a recorded value as text; "" where there is none."""
    if isinstance(value, list):
        return shlex.join(str(item) for item in value)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
