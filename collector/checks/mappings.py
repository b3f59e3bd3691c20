"""What only the log of `pmap -x` itself has: the mappings above the total, and the process."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from collector.facts import is_stand_in
from collector.findings import Finding
from collector.logs import Log
from collector.logtext import Line, read_lines
from collector.parsers import pmap
from collector.results import Vmm
from collector.words import say

_KINDS = ("stratovirt", "qemu")
_PROCESS = re.compile(r"\d+: {3}(?:\S*/)?(?P<program>[^\s/]+)")
_WORDS = {"size_kb": "size", "rss_kb": "RSS", "dirty_kb": "dirty"}


def unlike_mappings(vmms: Mapping[tuple[str, str, str], Vmm], logs: Iterable[Log]) -> list[Finding]:
    """Return a note for each total that is not what the mappings above it add up to.

    A log of another VMM's process is a contradiction.
    """
    findings = []
    for log in logs:
        if log.tool == pmap.TOOL and log.outcome == "ok":
            vmm = vmms[log.run, log.host, log.vmm]
            lines = _lines(log, vmm.path)
            findings += _unlike(log, lines) + _stranger(log, lines, vmm)
    return findings


def _lines(log: Log, folder: Path) -> list[Line]:
    inside = log.log.rpartition(f"/{log.subject}/")[2]
    try:
        return read_lines((folder / log.subject / inside).read_bytes())
    except OSError:
        return []  # it was there a moment ago: whoever reads it next will say so


def _stranger(log: Log, lines: list[Line], vmm: Vmm) -> list[Finding]:
    """Say when the process is that of another kind of VMM than the folder's.

    A test's stand-in is another program than the VMM it stands in for.
    """
    if is_stand_in(vmm):
        return []
    own = {kind for kind in _KINDS if kind in f"{vmm.name} {vmm.meta.get('type')}".lower()}
    for line in lines:
        found = _PROCESS.match(line.text.strip())
        program = found["program"].lower() if found else ""
        other = [kind for kind in _KINDS if kind in program]
        if len(own) == 1 and other and not own.issuperset(other):
            message = say(
                "this is the memory of {one}, but the folder is that of {other}: the logs of the"
                " two VMMs were mixed up; measure again, or move the log to the folder of its"
                " own VMM",
                one=found["program"] if found else "",
                other=vmm.label,
            )
            return [replace(log.finding("contradiction", "", message), line=line.number)]
    return []


def _unlike(log: Log, lines: list[Line]) -> list[Finding]:
    added = pmap.sums(lines, log.lines["size_kb"])
    if added is None:
        return []
    return [
        log.finding(
            "note",
            metric,
            say(
                "the total says {total:.0f} kB of {what}, but the mappings above it add up to"
                " {sum} kB: lines are missing, or a number was changed",
                total=log.numbers[metric],
                what=_WORDS[metric],
                sum=number,
            ),
        )
        for metric, number in zip(pmap.METRICS, added, strict=True)
        if number != log.numbers[metric]
    ]
