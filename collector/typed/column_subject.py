"""Which subject a column of numbers is of: by its metric, the rows' labels, and the title."""

from collections.abc import Sequence
from typing import NamedTuple

from collector.typed.context import Context
from collector.typed.meaning import Meaning
from collector.typed.names import BOOT, CPU, FOOTPRINT, IOPS, LATENCY, MEMORY, THROUGHPUT

_BOOT = {"kernel_s", "initrd_s", "userspace_s", "firmware_s", "loader_s", "boot_s"}
_FOOTPRINT = {"size_kb", "rss_kb", "dirty_kb", "pss_kb"}
_OPERATIONS = {"reads_per_s", "writes_per_s", "fsyncs_per_s", "operations"}
_FLOWS = {"read_mib_per_s", "written_mib_per_s"}


class Clues(NamedTuple):
    """What tells the subject of a column."""

    metric: str
    found: frozenset[str]
    """The metrics of all columns of its table."""
    roles: frozenset[str]
    """What the labels of the rows are."""
    context: Context
    said: Sequence[Meaning]
    """The texts above the column."""


def subject_of(clues: Clues) -> str:
    """Return what a column measures; "" when it is none of the report's subjects."""
    metric, found, subject = clues.metric, clues.found, clues.context.subject
    boot = metric in _BOOT or (metric == "total_s" and (found & _BOOT or subject == BOOT))
    lone_size = metric == "size_kb" and not found & (_FOOTPRINT - {metric})
    rules = (
        (BOOT, boot),
        ("", lone_size and subject != FOOTPRINT),
        (FOOTPRINT, metric in _FOOTPRINT),
        (_fileio(found), bool(found & _OPERATIONS) or metric in _FLOWS or _has_modes(clues)),
        (MEMORY, _is_memory(clues)),
        (_fileio(found), subject == "fileio"),
        ("", metric == "rate"),
        (CPU, _is_cpu(clues)),
    )
    return next((name for name, fits in rules if fits), "")


def _has_modes(clues: Clues) -> bool:
    return bool(
        "mode" in clues.roles or clues.context.mode or any(each.mode for each in clues.said)
    )


def _is_memory(clues: Clues) -> bool:
    if clues.metric == "total_s" and "rate" not in clues.found:
        return False
    subject = clues.context.subject
    access = clues.context.access or any(each.access for each in clues.said)
    counted = clues.metric == "rate" and not subject and clues.roles & {"count", "index"}
    return bool(clues.roles & {"block", "access"} or access or subject == MEMORY) or (bool(counted))


def _is_cpu(clues: Clues) -> bool:
    known = "events_per_second" in clues.found or "threads" in clues.roles
    return known or clues.context.subject == CPU


def _fileio(found: frozenset[str]) -> str:
    if found & _OPERATIONS:
        return IOPS
    if any(name.startswith("latency_") for name in found):
        return LATENCY
    return THROUGHPUT
