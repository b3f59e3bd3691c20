"""What a number is a sample of: by its column, its row, and what stands above the table."""

from typing import NamedTuple

from collector.typed.columns import Column
from collector.typed.find import Head
from collector.typed.names import BOOT, CPU, FOOTPRINT, MEMORY
from collector.typed.parameters import NONE, Parameters
from collector.typed.place import Place

_RATE_OF = {"rndrd": "read_mib_per_s", "seqrd": "read_mib_per_s"}


class Sampled(NamedTuple):
    """What tells one test from all others, and which of its metrics is meant."""

    vmm: str
    case: str
    metric: str
    parameters: Parameters


def sampled(column: Column, place: Place, head: Head, group_vmm: str) -> Sampled:
    """Return what a number in `column` is of, in the row that `place` has read.

    The row says it first, then the column, then the title of the table and what is above that.
    """
    context = head.context
    said = place.parameters.over(column.parameters).over(_stated(head, column.subject))
    mode = place.mode or column.mode or context.mode
    vmm = place.vmm or column.vmm or group_vmm or context.vmm
    if column.subject in (BOOT, FOOTPRINT):
        return Sampled(vmm, "default", column.metric, NONE)
    metric = _metric(column.metric, column.subject, mode)
    role = head.keys.role
    if column.subject == CPU:
        threads = place.count if role == "count" and place.count else said.threads
        case = f"threads-{threads:g}" if threads else "default"
        return Sampled(vmm, case, metric, Parameters(threads=threads, seconds=said.seconds))
    if column.subject == MEMORY:
        access = place.access or column.access or context.access
        block = _block(head, place, said)
        case = "-".join(filter(None, (access, f"{block:g}K" if block else ""))) or "default"
        return Sampled(vmm, case, metric, Parameters(threads=said.threads, seconds=said.seconds))
    if role == "count" and place.count and said.threads is None:
        said = Parameters(threads=place.count).over(said)
    return Sampled(vmm, mode or "default", metric, said)


def _stated(head: Head, subject: str) -> Parameters:
    """Return the parameters of a table, by its title and by the commands above it."""
    tool = "fileio" if subject.startswith("fileio") else subject
    said = NONE
    commands = [each for about, each in head.context.commands if about in (tool, "")]
    for each in commands:
        said = said.over(each)
    agreed = all(each.over(said) == said for each in commands)
    return head.context.parameters.over(said if agreed else NONE)


def _metric(metric: str, subject: str, mode: str | None) -> str:
    if metric == "rate":
        if subject == MEMORY:
            return "throughput_mib_per_s"
        return _RATE_OF.get(mode or "", "written_mib_per_s")
    if metric == "operations":
        return "reads_per_s" if mode in _RATE_OF else "writes_per_s"
    if metric == "total_s":
        return "total_time_s"
    return metric


def _block(head: Head, place: Place, said: Parameters) -> float | None:
    """Return the KiB of a block of the memory test."""
    if place.parameters.block:
        return place.parameters.block / 1024
    if head.keys.role in ("block", "count") and place.count:
        return place.count
    return said.block / 1024 if said.block else None
