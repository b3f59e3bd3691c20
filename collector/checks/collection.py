"""All checks of a collection."""

from collections import defaultdict

from collector.checks.access import swapped_modes, with_access_mode
from collector.checks.conditions import conditions
from collector.checks.files import unusable_files
from collector.checks.headers import wrong_folder
from collector.checks.mappings import unlike_mappings
from collector.checks.notes import notes
from collector.checks.own_numbers import own_numbers
from collector.checks.plausible import far_from_cited
from collector.checks.sides import same_log_twice, unlike_facts, unlike_parameters
from collector.checks.surroundings import surroundings
from collector.facts import is_emulated
from collector.findings import Finding
from collector.logs import Log, read_logs
from collector.results import Collection


def check_collection(collection: Collection) -> list[Finding]:
    """Return what is contradictory or worth a note in `collection`, contradictions first."""
    vmms = {
        (run.name, host.name, vmm.name): vmm
        for run in collection.runs
        for host in run.hosts
        for vmm in host.vmms
    }
    logs = [
        with_access_mode(log, vmms[log.run, log.host, log.vmm]) if log.log else log
        for log in read_logs(collection)
    ]
    plans = {run.name: _plan(run.meta.get("plan")) for run in collection.runs}
    findings = unusable_files(collection, logs)
    strays: set[tuple[str, str, str, str, str, str]] = set()
    for log in logs:
        misplaced = wrong_folder(log, plans.get(log.run, {}))
        if misplaced:
            strays.add(_key(log))
        findings += misplaced
        if log.outcome == "ok":
            findings += own_numbers(log)
    findings += unlike_parameters(log for log in logs if _key(log) not in strays)
    emulated = {
        (run.name, host.name)
        for run in collection.runs
        for host in run.hosts
        if is_emulated(run, host)
    }
    findings += swapped_modes(
        log for log in logs if _key(log) not in strays and (log.run, log.host) not in emulated
    )
    findings += same_log_twice(logs)
    findings += unlike_mappings(vmms, logs)
    by_host: dict[tuple[str, str], list[Log]] = defaultdict(list)
    for log in logs:
        by_host[log.run, log.host].append(log)
    for run in collection.runs:
        for host in run.hosts:
            findings += unlike_facts(run, host)
            findings += surroundings(run, host, by_host[run.name, host.name])
    findings += notes(collection, logs) + conditions(vmms, logs)
    findings += far_from_cited(collection, logs)
    return sorted(findings, key=lambda finding: finding.severity)


def _key(log: Log) -> tuple[str, str, str, str, str, str]:
    return (log.run, log.host, log.vmm, log.subject, log.case, log.log)


def _plan(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
