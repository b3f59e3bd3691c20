"""The memory that a VMM takes on the lab host, as `pmap -x` and smaps_rollup tell it."""

from collections.abc import Iterator

from collector.identities.boot import footprint_order, whole_pages
from collector.identities.printed import Numbers, Problem
from collector.identities.repeated import parts_of_memory
from collector.subjects.parts.cited import Cited
from collector.subjects.parts.folder import nothing, nothing_derived, only_default
from collector.subjects.parts.looks import Chart, PerRepetition, Style, Table, Texts
from collector.subjects.parts.metric import Metric
from collector.subjects.parts.model import Format, Stated, Subject
from collector.subjects.parts.plan import Costs, Plan, PlanPart, Step
from collector.words import Message, say, say_in

_SHOWN = ("size_kb", "rss_kb", "dirty_kb")


def _count(plan: Plan) -> int:
    return int(plan.parts.get("footprints", 0))


def _steps(plan: Plan, costs: Costs) -> Iterator[Step]:
    """Yield both looks; before the tests, which would leave their traces in the guest's memory."""
    settle = int(plan.parts["settle_seconds"])
    yield Step(
        "default",
        ["pmap", "-x", "{pid}"],
        where="host",
        settle=settle,
        seconds=min(float(settle), costs.settle),
    )
    yield Step("smaps-rollup", ["cat", "/proc/{pid}/smaps_rollup"], where="host")


def _measuring(_plan: Plan, _costs: Costs, _case: str) -> float:
    return 0.0


def _identities(numbers: Numbers, log: Stated) -> list[Problem]:
    return footprint_order(numbers) + (whole_pages(numbers) if log.tool == "pmap" else [])


MEMORY_FOOTPRINT = Subject(
    name="memory-footprint",
    plan=PlanPart(
        schema={
            "footprints": {"$ref": "#/$defs/count"},
            "settle_seconds": {"type": "integer", "minimum": 0, "maximum": 3600},
        },
        required=("footprints", "settle_seconds"),
        count=_count,
        steps=_steps,
        measuring=_measuring,
        faults=nothing,
    ),
    formats={
        "": Format("pmap-x", "pmap"),
        "smaps-rollup": Format("smaps-rollup", "smaps_rollup"),
    },
    metrics=(
        Metric("size_kb", "KiB", "sum of all mappings", False, whole=True),
        Metric("rss_kb", "KiB", "resident in physical memory", False, whole=True),
        Metric("dirty_kb", "KiB", "changed pages, private and shared", False, whole=True),
        Metric("pss_kb", "KiB", "resident, shared pages divided by their users", False, whole=True),
        Metric("pss_dirty_kb", "KiB", "dirty part of pss_kb", False, whole=True),
        Metric("pss_anon_kb", "KiB", "anonymous part of pss_kb", False, whole=True),
        Metric("pss_file_kb", "KiB", "file-backed part of pss_kb", False, whole=True),
        Metric("pss_shmem_kb", "KiB", "shared-memory part of pss_kb", False, whole=True),
        Metric("shared_clean_kb", "KiB", "shared, unchanged", whole=True),
        Metric("shared_dirty_kb", "KiB", "shared, changed", whole=True),
        Metric("private_clean_kb", "KiB", "private, unchanged", whole=True),
        Metric("private_dirty_kb", "KiB", "private, changed", False, whole=True),
        Metric("referenced_kb", "KiB", "marked as accessed", whole=True),
        Metric("anonymous_kb", "KiB", "not backed by a file", whole=True),
        Metric("ksm_kb", "KiB", "merged by kernel samepage merging", whole=True),
        Metric("lazyfree_kb", "KiB", "marked by madvise(MADV_FREE)", whole=True),
        Metric("anonhugepages_kb", "KiB", "in transparent huge pages", whole=True),
        Metric("shmempmdmapped_kb", "KiB", "shared memory in huge pages", whole=True),
        Metric("filepmdmapped_kb", "KiB", "page cache in huge pages", whole=True),
        Metric("shared_hugetlb_kb", "KiB", "shared hugetlbfs pages", whole=True),
        Metric("private_hugetlb_kb", "KiB", "private hugetlbfs pages", whole=True),
        Metric("swap_kb", "KiB", "swapped out", whole=True),
        Metric("swappss_kb", "KiB", "swapped out, divided by its users", whole=True),
        Metric("locked_kb", "KiB", "locked in memory", whole=True),
    ),
    compared=(*_SHOWN, "pss_kb"),
    headline=("rss_kb",),
    derived=nothing_derived,
    identities=_identities,
    details=parts_of_memory,
    strays=nothing,
    case=only_default,
    idle=nothing,
    unaffected_by=(),
    table=Table(3, PerRepetition("footprint number", _SHOWN, Style.COUNT)),
    charts=(Chart("rss", ("rss_kb",)),),
    texts=Texts(
        caption=say("Table {number} {vmm} memory footprint"),
        sheet=say("Memory footprint"),
        title=say("Memory footprint"),
        quantity=say("RSS (KB)"),
        axis=Message(""),
        more={
            "footprint number": say_in("of a measurement", "Run"),
            "size_kb": say("Mapped size (KB)"),
            "rss_kb": say("RSS (KB)"),
            "dirty_kb": say("Dirty (KB)"),
            "chart rss": say("Memory footprint RSS"),
        },
    ),
    cited=(
        Cited(
            "rss_kb",
            "174,000 - 199,000 kB",
            "Firecracker, NSDI'20, published data",
            say("m5d.metal, guests of 256 MiB"),
            say("resident memory, the guest's pages in it"),
            (25_000, 4_000_000),
        ),
        Cited(
            "size_kb",
            "1,128,036 - 1,591,488 kB",
            "reports of this experiment",
            say("Xeon, guests of 1 GiB"),
            say("total of pmap -x"),
            (150_000, 70_000_000),
        ),
    ),
)

SUBJECTS = (MEMORY_FOOTPRINT,)
