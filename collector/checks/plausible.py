"""Numbers that are far from what others found: worth a second look, and no contradiction."""

import re
from collections.abc import Iterable, Mapping

from collector.facts import is_emulated, is_stand_in
from collector.findings import Finding
from collector.identities.printed import plain
from collector.logs import Log
from collector.metrics import metric
from collector.results import Collection, Host
from collector.subjects import SUBJECTS
from collector.subjects.parts.cited import Cited
from collector.words import say

_GHZ = re.compile(r"@\s*(\d+(?:\.\d+)?)\s*GHz")
_Side = tuple[str, str, str]
"""Run, host and VMM."""


def far_from_cited(collection: Collection, logs: Iterable[Log]) -> list[Finding]:
    """Return a note for each cited figure that logs of a side are far from.

    Nothing is said of emulated hosts and stand-ins: their numbers compare nothing.
    """
    speeds: dict[_Side, float | None] = {
        (run.name, host.name, vmm.name): _ghz(host)
        for run in collection.runs
        for host in run.hosts
        if not is_emulated(run, host)
        for vmm in host.vmms
        if not is_stand_in(vmm)
    }
    far: dict[tuple[_Side, Cited], list[Log]] = {}
    for log in logs:
        side = log.run, log.host, log.vmm
        subject = SUBJECTS.get(log.subject)
        if log.outcome != "ok" or subject is None or side not in speeds:
            continue
        for cited in subject.cited:
            if _is_far(cited, log, speeds):
                far.setdefault((side, cited), []).append(log)
    return [_note(cited, found) for (_, cited), found in far.items()]


def _ghz(host: Host) -> float | None:
    found = _GHZ.search(str(host.meta.get("cpu_model", "")))
    return float(found[1]) if found else None


def _is_far(cited: Cited, log: Log, speeds: Mapping[_Side, float | None]) -> bool:
    value = log.numbers.get(cited.metric)
    scale = speeds[log.run, log.host, log.vmm] if cited.per_ghz else 1.0
    if not value or not scale or cited.case not in {"", log.case}:
        return False
    low, high = cited.band
    return not low <= value / scale <= high


def _note(cited: Cited, logs: list[Log]) -> Finding:
    message = say(
        "{value} is far from what others found: {figures} ({source}; {machine}; {method}), and so"
        " in {count} of this VMM's logs: are unit, guest and tool the right ones?",
        value=f"{plain(logs[0].numbers[cited.metric])} {metric(cited.metric).unit}".strip(),
        figures=cited.figures,
        source=cited.source,
        machine=cited.machine,
        method=cited.method,
        count=len(logs),
    )
    return logs[0].finding("note", cited.metric, message)
