"""What a reader of the numbers should know and what is no contradiction."""

from collections import defaultdict
from collections.abc import Iterable

from collector.facts import is_emulated, is_stand_in, nested_in
from collector.findings import Finding
from collector.identities.fileio import MIB
from collector.identities.printed import plain
from collector.logs import Log
from collector.results import Collection, Host, Run, Vmm
from collector.words import Message, Text, say

_LONG_USERSPACE_S = 60.0
_ENDED_EARLY = 0.9
_MISSING_SHOWN = 5


def notes(collection: Collection, logs: Iterable[Log]) -> list[Finding]:
    """Return the notes about a collection and its logs."""
    logs = list(logs)
    findings: list[Finding] = []
    for run in collection.runs:
        if not run.meta:
            message = say("run.json is missing: plan, order, versions and dates are not known")
            findings.append(_note(run, None, None, message))
        for host in run.hosts:
            findings += _about_host(run, host)
    by_vmm: dict[tuple[str, str, str], list[Log]] = defaultdict(list)
    for log in logs:
        by_vmm[log.run, log.host, log.vmm].append(log)
    for group in by_vmm.values():
        findings += _without_result(group) + _without_sidecar(group) + _long_userspace(group)
    seconds = {run.name: _planned_seconds(run) for run in collection.runs}
    for log in logs:
        findings += _about_log(log, seconds.get(log.run))
    return findings


def _note(run: Run, host: Host | None, vmm: Vmm | None, message: Message) -> Finding:
    names = (run.name, host.name if host else "", vmm.name if vmm else "")
    return Finding("note", *names, "", "", None, "", "", None, message)


def _about_host(run: Run, host: Host) -> list[Finding]:
    findings = []
    if not host.meta and not host.fault:
        message = say("host.json is missing: CPU, kernel, clocksource and tuning are not known")
        findings.append(_note(run, host, None, message))
    elif is_emulated(run, host):
        message = say("an emulated host: its figures show that the chain works and compare nothing")
        findings.append(_note(run, host, None, message))
    elif around := nested_in(run, host):
        message = say(
            "the host is itself a virtual machine ({around}): its guests are guests of guests,"
            " slower than on a machine of its own, and perhaps not all alike",
            around=around,
        )
        findings.append(_note(run, host, None, message))
    for vmm in host.vmms:
        if not vmm.meta and not vmm.fault:
            message = say(
                "vmm.json is missing: version, kernel, image and command line are not known"
            )
            findings.append(_note(run, host, vmm, message))
        elif is_stand_in(vmm):
            message = say("a test's stand-in, not the real VMM: its numbers are not this VMM's")
            findings.append(_note(run, host, vmm, message))
    return findings


def _without_result(group: list[Log]) -> list[Finding]:
    """Say for each VMM what gave no result, and why."""
    by_reason: dict[Message | str, list[Log]] = defaultdict(list)
    for log in group:
        if log.outcome != "ok":
            by_reason[log.reason or log.outcome].append(log)
    findings = []
    for reason, affected in by_reason.items():
        names = [f"{log.subject}/{log.case}/{log.repetition:02d}" for log in affected]
        shown: Text = ", ".join(names[:_MISSING_SHOWN])
        if (more := len(names) - _MISSING_SHOWN) > 0:
            shown = say("{names} and {count} more", names=shown, count=more)
        findings.append(
            affected[0].finding(
                "note", "", say("no result ({reason}): {logs}", reason=reason, logs=shown)
            )
        )
    return findings


def _without_sidecar(group: list[Log]) -> list[Finding]:
    bare = [
        log
        for log in group
        if log.log and log.exit_code is None and log.seconds is None and not log.fault
    ]
    if not bare:
        return []
    first = bare[0]
    message = say(
        "{bare} of {all} logs have no sidecar: their command, time and exit code are not known",
        bare=len(bare),
        all=sum(bool(log.log) for log in group),
    )
    note = Finding("note", first.run, first.host, first.vmm, "", "", None, "", "", None, message)
    return [note]


def _long_userspace(group: list[Log]) -> list[Finding]:
    """A userspace of minutes is a unit waiting for what never comes."""
    slow = [log for log in group if log.numbers.get("userspace_s", 0) >= _LONG_USERSPACE_S]
    if not slow:
        return []
    first = slow[0]
    units: dict[str, float] = {}
    for log in group:
        for name, value in log.numbers.items():
            if name.startswith("blame_s["):
                units[name[len("blame_s[") : -1]] = value
    culprit = max(units, key=units.__getitem__) if units else ""
    named = (
        say(
            "the slowest unit is {unit} with {seconds} s",
            unit=culprit,
            seconds=plain(units[culprit]),
        )
        if culprit
        else say("systemd-analyze blame names it; often systemd-networkd-wait-online")
    )
    message = say(
        "{count} boots spend a minute or more in userspace (the first {seconds} s): a unit waits"
        " for something that never comes; {culprit}",
        count=len(slow),
        seconds=plain(first.numbers["userspace_s"]),
        culprit=named,
    )
    return [first.finding("note", "userspace_s", message)]


def _planned_seconds(run: Run) -> float | None:
    plan = run.meta.get("plan")
    seconds = plan.get("seconds") if isinstance(plan, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None


def _about_log(log: Log, planned: float | None) -> list[Finding]:
    if log.outcome != "ok":
        return []
    findings = []
    if log.exit_code:
        message = say(
            "a complete result, but the tool ended with exit code {code:.0f}", code=log.exit_code
        )
        findings.append(log.finding("note", "", message))
    time = log.numbers.get("total_time_s")
    early = time is not None and planned is not None and time < planned * _ENDED_EARLY
    if time is not None and (early or _all_moved(log)):
        instead = (
            say(" instead of {planned} s", planned=plain(planned)) if early and planned else ""
        )
        message = say(
            "ended after {time} s{instead}: the amount of data was reached first; use a larger"
            " --memory-total-size",
            time=plain(time),
            instead=instead,
        )
        findings.append(log.finding("note", "total_time_s", message))
    return findings


def _all_moved(log: Log) -> bool:
    """Whether a memory test moved all it was told to, so that its time did not run out."""
    moved, limit = (
        log.numbers.get(name) for name in ("transferred_mib", "memory_total_size_bytes")
    )
    return bool(moved and limit and moved >= limit / MIB)
