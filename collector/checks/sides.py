"""The sides of one host compared with each other: what must be the same is the same."""

from collections import defaultdict
from collections.abc import Iterable

from collector.facts import FACTS, facts_of, machine_of, short, type_of
from collector.findings import Finding, Severity
from collector.identities.printed import plain
from collector.logs import Log
from collector.results import Host, Run
from collector.words import Message, Text, say

_NOTES_ONLY = ("initrd", "clocksource")
"""Facts that may differ by plan or by nature of the VMM: worth a note."""
_FEW_COPIES = 3
_PARAMETERS = {
    "file_count": say("number of files"),
    "file_size_bytes": say("bytes per file"),
    "file_total_size_bytes": say("bytes in all files"),
    "file_block_size_bytes": say("bytes per block"),
    "block_size_bytes": say("bytes per block"),
    "threads": say("threads"),
    "memory_operation": say("operation"),
    "file_io_mode": say("I/O mode"),
    "file_extra_flags": say("extra flags of open()"),
    "file_fsync_freq": say("requests between two fsyncs"),
    "prime_limit": say("limit of the prime numbers"),
}
"""What the logs of one case say about how it was measured; `file_size_bytes` is the file set."""

_WITH_CARE = say("{fact} differs: {sides}; compare with care")
_NO_COMPARISON = say(
    "{fact} differs: {sides}; they are no comparison of VMMs: measure all sides with the same"
)
_COPY = say(
    "byte for byte the same log as {log}: two measurements never end with the same numbers;"
    " one is a copy, measure again"
)
_MAYBE_A_COPY = say(
    "byte for byte the same log as {log}: two measurements hardly ever end with the same numbers;"
    " is one a copy?"
)


def unlike_facts(run: Run, host: Host) -> list[Finding]:
    """Return where the recorded facts of the VMMs of one host differ, fact by fact."""
    facts = {vmm.label: facts_of(host, vmm) for vmm in host.vmms}
    findings: list[Finding] = []
    one_type = len({type_of(vmm) for vmm in host.vmms}) == 1
    for name, fact in FACTS.items():
        if fact.of_host or (fact.of_build and one_type):
            continue
        values = {label: known[name] for label, known in facts.items() if name in known}
        if len(set(values.values())) > 1:
            severity: Severity = "note" if name in _NOTES_ONLY or fact.of_build else "contradiction"
            form = _WITH_CARE if severity == "note" else _NO_COMPARISON
            message = form.filled(fact=fact.words, sides=_list(values))
            findings.append(_about_host(run, host, severity, message))
    return findings + _machines(run, host)


def _machines(run: Run, host: Host) -> list[Finding]:
    """Machine types belong to the VMM; two entries of one VMM type have to have the same."""
    by_type: dict[str, dict[str, str]] = defaultdict(dict)
    everything = {}
    for vmm in host.vmms:
        if machine := machine_of(vmm):
            by_type[type_of(vmm)][vmm.label] = machine
            everything[vmm.label] = machine
    findings = [
        _about_host(
            run,
            host,
            "contradiction",
            say(
                "machine type differs between two {kind}: {sides}; compare like with like",
                kind=kind,
                sides=_list(values),
            ),
        )
        for kind, values in by_type.items()
        if len(set(values.values())) > 1
    ]
    if not findings and len(set(everything.values())) > 1:
        message = say(
            "machine type differs: {sides}; a microvm has fewer devices than a standard machine,"
            " so part of a difference is the machine's, not the VMM's",
            sides=_list(everything),
        )
        findings.append(_about_host(run, host, "note", message))
    return findings


def unlike_parameters(logs: Iterable[Log]) -> list[Finding]:
    """Return where the logs of one case of one host were measured in different ways."""
    cases: dict[tuple[str, str, str, str], list[Log]] = defaultdict(list)
    for log in logs:
        if log.outcome == "ok" and log.tool.startswith("sysbench-"):
            cases[log.run, log.host, log.subject, log.case].append(log)
    findings: dict[tuple[str, str, str, Message], Finding] = {}
    for (run, host, subject, _), group in cases.items():
        for finding in _unlike(group):
            # the same difference in each case of a measurement is said once
            findings.setdefault((run, host, subject, finding.message), finding)
    return list(findings.values())


def _unlike(group: list[Log]) -> list[Finding]:
    findings = []
    for metric, words in _PARAMETERS.items():
        values = {log.log: _parameter(log, metric) for log in group}
        findings += _odd_ones(group, values, metric, words)
        if findings:
            break  # the sizes of a file set all follow from the first that differs
    versions: dict[str, float | str] = {log.log: log.version for log in group}
    return findings + _odd_ones(group, versions, "", say("sysbench version"))


def _parameter(log: Log, metric: str) -> float | str:
    number = log.numbers.get(metric)
    return log.words.get(metric, "") if number is None else number


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else plain(value)


def _odd_ones(
    group: list[Log], values: dict[str, float | str], metric: str, words: Message
) -> list[Finding]:
    """Return one finding for each value that differs from the first side's."""
    if len({*values.values()} - {""}) < 2:  # noqa: PLR2004
        return []
    known = [log for log in group if values[log.log] != ""]
    first = known[0]
    findings = []
    seen = {values[first.log]}
    for log in known:
        value = values[log.log]
        if value in seen:
            continue
        seen.add(value)
        sides = (
            f"{first.vmm} {_shown(values[first.log])}, {log.vmm} {_shown(value)}"
            if first.vmm != log.vmm
            else say(
                "{one} in repetition {first}, {other} in repetition {second}",
                one=_shown(values[first.log]),
                first=first.repetition,
                other=_shown(value),
                second=log.repetition,
            )
        )
        message = say(
            "{words} differs in {subject}: {sides}; the numbers cannot be compared: measure"
            " both with the same command",
            words=words,
            subject=log.subject,
            sides=sides,
        )
        findings.append(log.finding("contradiction", metric, message))
    return findings


def same_log_twice(logs: Iterable[Log]) -> list[Finding]:
    """Return logs that are byte for byte those of another measurement.

    Sysbench never prints the same times twice; two boots may agree, so of those it is a note. Where
    many logs of one side are those of another, that is one finding.
    """
    first: dict[str, Log] = {}
    copies: dict[tuple[str, ...], list[tuple[Log, Log]]] = defaultdict(list)
    for log in logs:
        if log.outcome != "ok" or not log.sha256:
            continue
        other = first.setdefault(log.sha256, log)
        if other is not log:
            sides = (log.run, log.host, log.vmm, other.run, other.host, other.vmm)
            severity: Severity = "contradiction" if log.tool.startswith("sysbench-") else "note"
            copies[*sides, severity].append((log, other))
    findings = []
    for (*_, kind), pairs in copies.items():
        certain = kind == "contradiction"
        many = len(pairs) > _FEW_COPIES
        for log, other in pairs[: 1 if many else _FEW_COPIES]:
            same: Text = other.log
            if many:
                same = say(
                    "{log}, and so are {count} more logs of {vmm}",
                    log=other.log,
                    count=len(pairs) - 1,
                    vmm=other.vmm,
                )
            message = (_COPY if certain else _MAYBE_A_COPY).filled(log=same)
            findings.append(log.finding("contradiction" if certain else "note", "", message))
    return findings


def _list(values: dict[str, str]) -> str:
    return ", ".join(f"{label} {short(value)}" for label, value in values.items())


def _about_host(run: Run, host: Host, severity: Severity, message: Message) -> Finding:
    return Finding(severity, run.name, host.name, "", "", "", None, "", "", None, message)
