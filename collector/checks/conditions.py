"""Under which conditions numbers were measured that do not say so themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from collector.facts import sidecar
from collector.findings import Finding
from collector.identities.fileio import MIB
from collector.identities.modes import only_reads
from collector.identities.printed import plain
from collector.logs import Log
from collector.results import Vmm
from collector.subjects.memory_footprint import MEMORY_FOOTPRINT
from collector.words import say


def conditions(vmms: Mapping[tuple[str, str, str], Vmm], logs: Iterable[Log]) -> list[Finding]:
    """Return a note for each host and VMM whose numbers have to be read with care.

    Args:
        vmms: run, host and name to the VMM.
        logs: of these VMMs.
    """
    good = [log for log in logs if log.outcome == "ok" and log.log]
    return _reads_from_memory(vmms, good) + _still_growing(vmms, good)


def _reads_from_memory(
    vmms: Mapping[tuple[str, str, str], Vmm], logs: Iterable[Log]
) -> list[Finding]:
    """Say once per host where sysbench reads files that the guest still has in its memory."""
    found: dict[tuple[str, str], Finding] = {}
    for log in logs:
        size = log.numbers.get("file_total_size_bytes")
        guest = vmms[log.run, log.host, log.vmm].meta.get("guest")
        memory = guest.get("memory_mib") if isinstance(guest, dict) else None
        if (
            only_reads(log.words.get("file_test_mode", ""))
            and size
            and isinstance(memory, int)
            and size < memory * MIB
            and "directio" not in log.words.get("file_extra_flags", "")
        ):
            message = say(
                "the files that sysbench reads ({size} MiB) fit into the guest's memory"
                " ({memory} MiB), where writing them has left them: reads are copies in memory,"
                " writes alone reach the disk",
                size=plain(size / MIB),
                memory=memory,
            )
            found.setdefault((log.run, log.host), log.finding("note", "", message))
    return list(found.values())


def _still_growing(vmms: Mapping[tuple[str, str, str], Vmm], logs: Iterable[Log]) -> list[Finding]:
    """Say once per VMM how many footprints were taken while its memory still changed."""
    groups: dict[tuple[str, str, str], list[tuple[Log, dict[str, Any]]]] = defaultdict(list)
    for log in logs:
        place = (log.run, log.host, log.vmm)
        if log.subject == MEMORY_FOOTPRINT.name:
            record = sidecar(vmms[place], log.subject, log.case, log.repetition)
            groups[place].append((log, record))
    findings = []
    for group in groups.values():
        growing = [(log, record) for log, record in group if record.get("settled") is False]
        if growing:
            log, record = growing[0]
            message = say(
                "{count} of {all} footprints were taken while RSS still changed, the first after"
                " {seconds} s: use a larger settle_seconds",
                count=len(growing),
                all=len(group),
                seconds=plain(_seconds(record)),
            )
            findings.append(log.finding("note", "rss_kb", message))
    return findings


def _seconds(record: Mapping[str, Any]) -> float:
    waited = record.get("settle_s")
    return float(waited) if isinstance(waited, int | float) else 0.0
