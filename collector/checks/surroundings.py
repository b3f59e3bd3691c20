"""What changed on a lab host while a side was measured, and what disturbed it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from collector.facts import FACTS, is_emulated, short
from collector.findings import Finding, Severity
from collector.logs import Log
from collector.results import Host, Run, Vmm
from collector.surroundings import disturbance, facts_of_log, turned
from collector.words import AND, Message, joined, say

_ALL = "none"
"""What a guest is pinned to that may run on every processor."""


def surroundings(run: Run, host: Host, logs: Iterable[Log]) -> list[Finding]:
    """Return what the sidecars of one host say against its numbers."""
    by_vmm: dict[str, list[Log]] = defaultdict(list)
    for log in logs:
        if log.surroundings:
            by_vmm[log.vmm].append(log)
    findings: list[Finding] = []
    for vmm in host.vmms:
        group = by_vmm[vmm.name]
        findings += _changed(run, host, vmm, group) + _not_pinned(run, host, vmm, group)
        findings += _turned(host, group)
        if not is_emulated(run, host):
            # An emulated host compares nothing, and is busy emulating.
            findings += [
                log.finding("note", "", say("the host was not quiet: {what}", what=text))
                for log in group
                if (text := disturbance(log))
            ]
    return findings


def _changed(run: Run, host: Host, vmm: Vmm, logs: Iterable[Log]) -> list[Finding]:
    """Say which facts of the host are not the same for all logs of one VMM."""
    values: dict[str, dict[str, None]] = defaultdict(dict)
    for log in logs:
        for name, value in facts_of_log(host, log).items():
            values[name][value] = None
    return [
        _finding(
            "contradiction",
            run,
            host,
            vmm,
            say(
                "{fact} changed while {side} was measured: {values}; measure again what was"
                " measured with the other",
                fact=FACTS[name].words,
                side=vmm.label,
                values=joined(map(short, found), AND),
            ),
        )
        for name, found in values.items()
        if len(found) > 1 and name != "tuning"
    ]


def _turned(host: Host, logs: list[Log]) -> list[Finding]:
    affected: dict[Message, list[Log]] = defaultdict(list)
    for log in logs:
        for text in turned(host, log):
            affected[text].append(log)
    return [
        found[0].finding(
            "contradiction",
            "",
            say(
                "the tuning did not last: {what} in {count} of {all} measurements; stop what"
                " turned it back (power-profiles-daemon, tuned, TLP) and measure again",
                what=text,
                count=len(found),
                all=len(logs),
            ),
        )
        for text, found in affected.items()
    ]


def _not_pinned(run: Run, host: Host, vmm: Vmm, logs: list[Log]) -> list[Finding]:
    pinned = {facts_of_log(host, log).get("cpus", "") for log in logs} - {""}
    if pinned != {_ALL}:
        return []
    guest = vmm.meta.get("guest")
    # Also the number 0, as YAML reads it.
    asked = "" if not isinstance(guest, dict) or guest.get("cpus") is None else str(guest["cpus"])
    if asked and asked != host.meta.get("cpus_online"):
        message = say(
            "guest_cpus asks for {asked}, but the kernel let the guests run on every processor:"
            " correct it in the inventory and measure again",
            asked=asked,
        )
        return [_finding("contradiction", run, host, vmm, message)]
    if (kinds := _unlike_processors(host.meta)) and not is_emulated(run, host):
        message = say(
            "the guests were not pinned on a host with {kinds}: set guest_cpus", kinds=kinds
        )
        return [_finding("note", run, host, vmm, message)]
    return []


def _unlike_processors(meta: Mapping[str, Any]) -> Message | None:
    """Return why it matters where on the host a guest runs; None where it does not."""
    kinds = meta.get("cpu_kinds")
    sockets = meta.get("sockets")
    reasons = [say("processors of several kinds")] if isinstance(kinds, dict) else []
    reasons += (
        [say("{count} sockets", count=sockets)] if isinstance(sockets, int) and sockets > 1 else []
    )
    reasons += [say("SMT")] if meta.get("smt") == "on" else []
    return joined(reasons, AND) if reasons else None


def _finding(severity: Severity, run: Run, host: Host, vmm: Vmm, message: Message) -> Finding:
    return Finding(severity, run.name, host.name, vmm.name, "", "", None, "", "", None, message)
