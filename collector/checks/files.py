"""Files of a lab host that cannot be used: damaged, changed by hand, or no files at all."""

from collections.abc import Iterable

from collector.findings import Finding
from collector.logs import Log
from collector.results import Collection
from collector.words import Message, say


def unusable_files(collection: Collection, logs: Iterable[Log]) -> list[Finding]:
    """Return a contradiction for each file: its name says that it is complete."""
    findings = []
    for run in collection.runs:
        for host in run.hosts:
            if host.fault:
                message = say(
                    "host.json cannot be used: {reason}; CPU, kernel, clocksource and tuning are"
                    " not known: mend or remove it",
                    reason=host.fault,
                )
                findings.append(_about(run.name, host.name, "", message))
            for vmm in host.vmms:
                if vmm.fault:
                    message = say(
                        "vmm.json cannot be used: {reason}; version, kernel, image and command"
                        " line are not known: mend or remove it",
                        reason=vmm.fault,
                    )
                    findings.append(_about(run.name, host.name, vmm.name, message))
    for log in logs:
        if log.fault:
            message = say(
                "the sidecar of this log cannot be used: {reason}; command, time and exit code"
                " are not known: mend or remove it",
                reason=log.fault,
            )
            findings.append(log.finding("contradiction", "", message))
    return findings


def _about(run: str, host: str, vmm: str, message: Message) -> Finding:
    return Finding("contradiction", run, host, vmm, "", "", None, "", "", None, message)
