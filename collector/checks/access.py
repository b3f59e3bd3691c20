"""Sequential against random access in `sysbench memory`.

A random access first draws its place, so it cannot be faster than the next place in a row. Below
1 KiB that is lost in what an operation costs anyway; on an emulated host, in its own unevenness.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from collector.facts import sidecar
from collector.findings import Finding
from collector.identities.printed import about
from collector.logs import Log
from collector.parsers.sysbench import access_mode
from collector.results import Vmm
from collector.subjects.sysbench_memory import TOOL
from collector.words import say

_ROOM = 1.25
"""By so much two runs of the same test may differ on a machine that is used otherwise too."""
_SMALLEST = 1024
ADVICE = say("the numbers of the two were swapped, or one is of another block size")


def random_is_faster(seq: Sequence[float], rnd: Sequence[float]) -> bool:
    """Whether every random speed is above all sequential ones by more than chance makes."""
    return bool(seq and rnd) and min(rnd) > max(seq) * _ROOM


def swapped_modes(logs: Iterable[Log]) -> list[Finding]:
    """Return a contradiction for each block size of a VMM with which random access is faster."""
    groups: dict[tuple[str, str, str, float], dict[str, list[Log]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for log in logs:
        mode = log.case.partition("-")[0]
        block = log.numbers.get("block_size_bytes", 0)
        if log.tool == TOOL and log.outcome == "ok" and block >= _SMALLEST:
            groups[log.run, log.host, log.vmm, block][mode].append(log)
    findings = []
    for group in groups.values():
        seq, rnd = (
            [speed for log in group[mode] if (speed := log.numbers.get("throughput_mib_per_s"))]
            for mode in ("seq", "rnd")
        )
        if random_is_faster(seq, rnd):
            log = group["rnd"][0]
            message = say(
                "random access ({random} MiB/s) is faster than sequential access of the same"
                " block size ({sequential} MiB/s), which it never is: {advice}",
                random=about(min(rnd)),
                sequential=about(max(seq)),
                advice=ADVICE,
            )
            findings.append(log.finding("contradiction", "throughput_mib_per_s", message))
    return findings


def with_access_mode(log: Log, vmm: Vmm) -> Log:
    """Return a log of the memory test with the access mode that its sidecar's command states.

    The test itself does not print it.
    """
    if log.tool != TOOL or "access_mode" in log.words or log.seconds is None:
        return log
    found = sidecar(vmm, log.subject, log.case, log.repetition)
    mode = access_mode(_text(found.get("command")))
    return replace(log, words={**log.words, "access_mode": mode}) if mode else log


def _text(command: Any) -> str:
    return " ".join(map(str, command)) if isinstance(command, list) else str(command or "")
