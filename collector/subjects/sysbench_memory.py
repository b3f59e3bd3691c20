"""Moving memory in the guest: `sysbench memory`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from collector.identities import fileio
from collector.identities.printed import Numbers, Problem
from collector.identities.repeated import fairness
from collector.subjects.parts import sysbench
from collector.subjects.parts.folder import BYTES, differs, nothing, nothing_derived, size_in_bytes
from collector.subjects.parts.looks import Chart, Matrix, Table, Texts
from collector.subjects.parts.metric import Metric
from collector.subjects.parts.model import Case, Stated, Stray, Subject
from collector.subjects.parts.plan import Costs, Guest, Plan, PlanPart, Step
from collector.words import say

_NAME = "sysbench-memory"
TOOL = _NAME
_KEY = "memory"
_BLOCKS = re.compile(r"(seq|rnd)-(\d+)([BKMG]?)")
_KIB = {"": 1 / 1024, "B": 1 / 1024, "K": 1, "M": 1024, "G": 1024**2}
_ACCESS_MODES = ("seq", "rnd")
_SIZES = {
    "type": "array",
    "minItems": 1,
    "uniqueItems": True,
    "items": {"$ref": "#/$defs/size"},
}
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["threads", "total_size", "block_sizes", "access_modes"],
    "properties": {
        "threads": {"$ref": "#/$defs/threads"},
        "total_size": {"$ref": "#/$defs/size"},
        "block_sizes": _SIZES,
        "access_modes": {**_SIZES, "items": {"enum": list(_ACCESS_MODES)}},
    },
}


def _count(plan: Plan) -> int:
    return sysbench.count(plan, _KEY)


def _steps(plan: Plan, _costs: Costs) -> Iterator[Step]:
    part = plan.parts[_KEY]
    for mode in part["access_modes"]:
        for size in part["block_sizes"]:
            yield sysbench.test(
                plan,
                f"{mode}-{size}",
                "memory",
                f"--threads={part['threads']}",
                f"--memory-total-size={part['total_size']}",
                f"--memory-block-size={size}",
                f"--memory-access-mode={mode}",
            )


def _faults(plan: Plan, guest: Guest) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Say which blocks are larger than the guest, or than the share of a thread.

    Of the former none can be had, of the latter none is ever moved: `tls_total_ops` in sysbench's
    sb_memory.c is the total, divided by block and threads.
    """
    part = plan.parts.get(_KEY)
    if not part:
        return
    share = (size_in_bytes(part["total_size"]) or 0.0) / part["threads"]
    for place, size in enumerate(part["block_sizes"]):
        if guest.memory_mib and (size_in_bytes(size) or 0.0) >= guest.memory_mib << 20:
            text = (
                f"memory.block_sizes[{place}] is {size}, and a guest has {guest.memory_mib} MiB of"
                " memory (guest_memory_mib): it cannot hold one block; make it smaller"
            )
            yield (_KEY, "block_sizes", place), text
        elif (size_in_bytes(size) or 0.0) > share:
            text = (
                f"memory.block_sizes[{place}] is {size}, but each of {part['threads']} threads"
                f" moves only its share of {part['total_size']}: not one block is moved, and"
                " 0 MiB/s is no result; make total_size larger"
            )
            yield (_KEY, "block_sizes", place), text


def _case(case: str) -> Case | None:
    match = _BLOCKS.fullmatch(case)
    if match is None:
        return None
    size = float(int(match[2]) * _KIB[match[3]])
    return Case(size, (size,), match[1])


def _strays(log: Stated, _plan: Mapping[str, Any]) -> Iterator[Stray]:
    named = re.fullmatch(r"(seq|rnd)-(.+)", log.case)
    if named is None:
        return
    mode, size = named.groups()
    yield from differs(log, _NAME, "block_size_bytes", size_in_bytes(size), BYTES)
    said = log.words.get("access_mode")
    if said and said != mode:
        message = say(
            "the log was made with --memory-access-mode={mode}, but lies in the folder {folder}:"
            " move it to the folder of its own access mode",
            mode=said,
            folder=log.case,
        )
        yield Stray("access_mode", message)


def _identities(numbers: Numbers, log: Stated) -> list[Problem]:
    return [*sysbench.identities(numbers, log), *fileio.memory_transfer(numbers, log.seconds)]


SYSBENCH_MEMORY = Subject(
    name=_NAME,
    plan=PlanPart(
        schema={_KEY: _SCHEMA},
        required=(),
        count=_count,
        steps=_steps,
        measuring=sysbench.measuring,
        faults=_faults,
    ),
    formats=sysbench.formats(TOOL),
    metrics=(
        *sysbench.METRICS,
        Metric("transferred_mib", "MiB", "transferred in the whole test"),
        Metric("throughput_mib_per_s", "MiB/s", "transferred in a second", True),
        Metric("total_operations", "operations", "operations in the whole test", whole=True),
        Metric("block_size_bytes", "B", "size of one block", whole=True),
        Metric("memory_total_size_bytes", "B", "amount after which the test ends", whole=True),
        Metric("access_mode", "", "seq or rnd"),
        Metric("memory_operation", "", "read, write or none"),
        Metric("memory_scope", "", "global or local buffers"),
    ),
    compared=("throughput_mib_per_s",),
    headline=("throughput_mib_per_s",),
    derived=nothing_derived,
    identities=_identities,
    details=fairness,
    strays=_strays,
    case=_case,
    idle=nothing,
    unaffected_by=sysbench.UNAFFECTED_BY,
    table=Table(
        7,
        Matrix(
            "block size",
            "transfer rate",
            ("throughput_mib_per_s",),
            across="groups",
            groups=_ACCESS_MODES,
            absent="{group}-{value:g}K",
        ),
    ),
    charts=tuple(
        Chart(f"memory {mode}", ("throughput_mib_per_s",), group=mode) for mode in _ACCESS_MODES
    ),
    texts=Texts(
        caption=say("Table {number} {vmm} memory performance"),
        sheet=say("Memory"),
        title=say("Memory performance"),
        quantity=say("Transfer rate (MiB/s)"),
        axis=say("Block size (KB)"),
        more={
            "block size": say("Block size (KB)"),
            "transfer rate": say("Transfer rate (MiB/s)"),
            "seq": say("Sequential access"),
            "rnd": say("Random access"),
            "chart memory seq": say("Memory, sequential access"),
            "chart memory rnd": say("Memory, random access"),
        },
    ),
    cited=(),
)

SUBJECTS = (SYSBENCH_MEMORY,)
