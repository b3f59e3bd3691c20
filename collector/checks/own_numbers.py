"""What the numbers of one log contradict: each other."""

from collector.findings import Finding, Severity
from collector.identities import boot, fileio, latency
from collector.identities.printed import Problem
from collector.identities.repeated import details, repeated
from collector.logs import Log


def own_numbers(log: Log) -> list[Finding]:
    """Return what the numbers of one log contradict: each other, or (a note) its details."""
    numbers = log.printed()
    problems: list[Problem] = []
    if log.tool == "systemd-analyze":
        problems = boot.boot_sum(numbers)
    elif log.measurement == "memory-footprint" or log.tool in ("pmap", "smaps_rollup"):
        problems = boot.footprint_order(numbers)
        problems += boot.whole_pages(numbers) if log.tool == "pmap" else []
    elif log.tool.startswith("sysbench-"):
        problems = latency.order(numbers) + latency.little(numbers) + latency.latency_sum(numbers)
        if not log.numbers.get("warmup_time_s"):  # the total time is counted from another moment
            problems += latency.events_over_time(numbers, log.seconds)
        problems += latency.percentile_is_bucket(numbers) + repeated(numbers)
        if log.tool == "sysbench-memory":
            problems += fileio.memory_transfer(numbers, log.seconds)
        elif log.tool == "sysbench-fileio":
            mode = log.words.get("file_test_mode", "")
            merged = "file_merged_bytes" in numbers
            problems += fileio.other_direction(numbers, mode)
            if log.words.get("file_io_mode", "sync") == "sync" and not merged:
                problems += fileio.bytes_per_request(numbers, mode)
                problems += fileio.fsyncs(numbers, mode, log.seconds)
                problems += fileio.file_events(numbers, log.seconds)
    return [
        *(_changed(log, "contradiction", problem) for problem in problems),
        *(_changed(log, "note", problem) for problem in details(numbers)),
    ]


def _changed(log: Log, severity: Severity, problem: Problem) -> Finding:
    message = (
        f"{problem.message}; the log was changed by hand or put together from two runs:"
        " measure again"
    )
    return log.finding(severity, problem.metric, message)
