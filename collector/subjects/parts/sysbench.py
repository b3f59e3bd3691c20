"""What all tests of sysbench have in common."""

import re
from collections.abc import Iterator

from collector.identities import latency
from collector.identities.printed import Numbers, Problem
from collector.identities.repeated import repeated
from collector.subjects.parts.metric import PERCENTILE, Metric
from collector.subjects.parts.model import Format, Stated
from collector.subjects.parts.plan import Costs, Plan, Step
from collector.words import Message, say

_USUAL_PERCENTILE = 95
"""sysbench's default; its metric comes before those of the other percentiles."""
_THREADS = re.compile(r"threads-(\d+)")

LATENCIES = ("latency_avg_ms", "latency_max_ms", PERCENTILE)
"""What is compared of them. The others (sums, minima) say the same again."""
LATENCY_COLUMNS = (
    ("latency avg", "latency_avg_ms"),
    ("latency max", "latency_max_ms"),
    ("latency percentile", PERCENTILE),
)
LATENCY_WORDS: dict[str, Message] = {
    "latency avg": say("Average latency (ms)"),
    "latency max": say("Maximum latency (ms)"),
    "latency percentile": say("Latency, percentile {percentile} (ms)"),
}
METRICS = (
    Metric("events_per_second", "events/s", "events in a second", True),
    Metric("eps_per_s", "events/s", "the same, as sysbench 1.1 repeats it under Throughput", True),
    Metric("total_time_s", "s", "elapsed time of the test"),
    Metric("total_events", "events", "events in the whole test", whole=True),
    Metric("threads", "threads", "worker threads", whole=True),
    Metric("latency_min_ms", "ms", "shortest event", False),
    Metric("latency_avg_ms", "ms", "average event", False),
    Metric("latency_max_ms", "ms", "longest event", False),
    *(
        Metric(f"latency_p{percentile}_ms", "ms", f"percentile {percentile} of all events", False)
        for percentile in sorted(range(1, 101), key=lambda item: item != _USUAL_PERCENTILE)
    ),
    Metric("latency_sum_ms", "ms", "all events of all threads added up"),
    Metric("fairness_events_avg", "events", "events of one thread, average"),
    Metric("fairness_events_stddev", "events", "events of one thread, standard deviation"),
    Metric("fairness_time_avg_s", "s", "execution time of one thread, average"),
    Metric("fairness_time_stddev_s", "s", "execution time of one thread, standard deviation"),
    Metric("prime_limit", "", "cpu: primes are searched up to here", whole=True),
    Metric("report_interval_s", "s", "interval of the intermediate reports", whole=True),
    Metric("warmup_time_s", "s", "time before the measured time", whole=True),
    Metric("target_rate_per_s", "events/s", "rate that was asked for", whole=True),
    Metric("random_seed", "", "seed of the random numbers", whole=True),
)
"""What every test states."""
UNAFFECTED_BY = ("initrd",)


def formats(tool: str) -> dict[str, Format]:
    """Return what the logs of a test are."""
    return {"": Format("sysbench", tool)}


def measuring(plan: Plan, _costs: Costs, _case: str) -> float:
    """Return for how long a test measures (s)."""
    return float(plan.seconds)


def count(plan: Plan, key: str) -> int:
    """Return how often a test is made per VMM: never where the plan lacks its key."""
    return plan.repetitions if plan.parts.get(key) else 0


def test(plan: Plan, case: str, tool: str, *options: str) -> Step:
    """Return one test, with the command of the report."""
    command = ["sysbench", tool, f"--time={plan.seconds}", *options, "run"]
    return Step(case, command, seconds=float(plan.seconds))


def threads_of(case: str) -> int | None:
    """Return the number of threads that a case names, or None."""
    match = _THREADS.fullmatch(case)
    return int(match[1]) if match else None


def identities(numbers: Numbers, log: Stated) -> Iterator[Problem]:
    """Yield what contradicts what in the numbers that every test prints."""
    yield from latency.order(numbers) + latency.little(numbers) + latency.latency_sum(numbers)
    if not log.numbers.get("warmup_time_s"):  # the total time is counted from another moment
        yield from latency.events_over_time(numbers, log.seconds)
    yield from latency.percentile_is_bucket(numbers) + repeated(numbers)
