"""Computing in the guest: `sysbench cpu`."""

from collections.abc import Iterator

from collector.identities.printed import Numbers, Problem
from collector.identities.repeated import fairness
from collector.subjects.parts import sysbench
from collector.subjects.parts.cited import Cited
from collector.subjects.parts.folder import nothing, nothing_derived
from collector.subjects.parts.looks import Chart, PerCase, Table, Texts
from collector.subjects.parts.model import Case, Stated, Subject
from collector.subjects.parts.plan import Costs, Plan, PlanPart, Step
from collector.words import say

_KEY = "cpu"
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["threads"],
    "properties": {
        "threads": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"$ref": "#/$defs/threads"},
        }
    },
}


def _count(plan: Plan) -> int:
    return sysbench.count(plan, _KEY)


def _steps(plan: Plan, _costs: Costs) -> Iterator[Step]:
    for threads in plan.parts[_KEY]["threads"]:
        yield sysbench.test(plan, f"threads-{threads}", "cpu", f"--threads={threads}")


def _case(case: str) -> Case | None:
    threads = sysbench.threads_of(case)
    return None if threads is None else Case(float(threads), (threads,))


def _identities(numbers: Numbers, log: Stated) -> list[Problem]:
    return list(sysbench.identities(numbers, log))


SYSBENCH_CPU = Subject(
    name="sysbench-cpu",
    plan=PlanPart(
        schema={_KEY: _SCHEMA},
        required=(),
        count=_count,
        steps=_steps,
        measuring=sysbench.measuring,
        faults=nothing,
    ),
    formats=sysbench.formats("sysbench-cpu"),
    metrics=sysbench.METRICS,
    compared=("events_per_second", *sysbench.LATENCIES),
    headline=("events_per_second",),
    derived=nothing_derived,
    identities=_identities,
    details=fairness,
    strays=nothing,  # the number of threads is asked of every case
    case=_case,
    idle=nothing,
    unaffected_by=sysbench.UNAFFECTED_BY,
    table=Table(
        5,
        PerCase("threads", (("cpu speed", "events_per_second"), *sysbench.LATENCY_COLUMNS)),
    ),
    charts=(
        Chart("cpu speed", ("events_per_second",)),
        Chart("cpu latency", ("latency_p95_ms",)),
    ),
    texts=Texts(
        caption=say("Table {number} {vmm} CPU performance"),
        sheet=say("CPU"),
        title=say("CPU performance"),
        quantity=say("CPU speed (events/s)"),
        axis=say("Threads"),
        more={
            **sysbench.LATENCY_WORDS,
            "threads": say("Threads"),
            "cpu speed": say("CPU speed (events/s)"),
            "chart cpu speed": say("CPU speed"),
            "chart cpu latency": say("CPU latency, 95th percentile"),
        },
    ),
    cited=(
        Cited(
            "events_per_second",
            "1,145 - 1,271 events/s",
            "reports of this experiment",
            say("Xeon, 1 vCPU"),
            say("sysbench cpu, 1 thread, primes up to 10000"),
            (60, 2500),
            per_ghz=True,
            case="threads-1",
        ),
    ),
)

SUBJECTS = (SYSBENCH_CPU,)
