"""Files of a lab host that cannot be used: damaged, changed by hand, or no files at all."""

from collections.abc import Iterable

from collector.findings import Finding
from collector.logs import Log
from collector.results import Collection


def unusable_files(collection: Collection, logs: Iterable[Log]) -> list[Finding]:
    """Return a contradiction for each file: its name says that it is complete."""
    findings = []
    for run in collection.runs:
        for host in run.hosts:
            if host.fault:
                message = (
                    f"host.json cannot be used: {host.fault}; CPU, kernel, clocksource and tuning"
                    " are not known: mend or remove it"
                )
                findings.append(_about(run.name, host.name, "", message))
            for vmm in host.vmms:
                if vmm.fault:
                    message = (
                        f"vmm.json cannot be used: {vmm.fault}; version, kernel, image and command"
                        " line are not known: mend or remove it"
                    )
                    findings.append(_about(run.name, host.name, vmm.name, message))
    for log in logs:
        if log.fault:
            message = (
                f"the sidecar of this log cannot be used: {log.fault}; command, time and exit code"
                " are not known: mend or remove it"
            )
            findings.append(log.finding("contradiction", "", message))
    return findings


def _about(run: str, host: str, vmm: str, message: str) -> Finding:
    return Finding("contradiction", run, host, vmm, "", "", None, "", "", None, message)
