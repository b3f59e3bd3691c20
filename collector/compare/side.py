"""One side of a comparison: the samples of one VMM, from one or more hosts, and its facts."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from collector.errors import UnusableInputError
from collector.facts import facts_of, is_emulated, is_stand_in, machine_of, type_of
from collector.identities.printed import plain
from collector.layout import natural
from collector.logs import Log, read_logs
from collector.results import Collection, Host, Run, Vmm
from collector.subjects import SUBJECTS, place
from collector.subjects.parts.metric import PERCENTILE
from collector.surroundings import disturbance, facts_of_log
from collector.words import Message, Text, say

_Names = dict[tuple[str, str], str]
"""Run and host to what the sample of this host is called among those of several."""
_FILE_SET = ("file_count", "file_size_bytes")
PARAMETERS = (
    "threads",
    "block_size_bytes",
    "file_block_size_bytes",
    "memory_operation",
    "memory_scope",
    "target_rate_per_s",
    "file_test_mode",
    "file_io_mode",
    "file_extra_flags",
    "file_fsync_freq",
    "file_rw_ratio",
    "prime_limit",
)
"""What the logs themselves say about how they were measured."""


_LATENCY_ROUNDING_MS = 0.00501
"""Half of the last decimal that is printed, and the error of a division."""


class Key(NamedTuple):
    """What is compared: one metric of one case."""

    subject: str
    case: str
    metric: str


@dataclass(frozen=True, slots=True)
class Series:
    """The samples of one side in one metric, in the order in which they were measured."""

    values: tuple[float, ...]
    names: tuple[str, ...]
    """Where each comes from: the repetition, or the host when each is one host's median."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side: label, samples by metric, and what is recorded about it."""

    label: str
    series: dict[Key, Series]
    facts: dict[str, frozenset[str]]
    """Fact to the values recorded on the side's hosts."""
    parameters: dict[tuple[str, str], dict[str, frozenset[Text]]]
    """Measurement and case to what its logs say about how it was measured."""
    machine: str = ""
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    """Measurement and case to the median elapsed time of the tests (s)."""
    per_host: bool = False
    """Each sample is the median of one host."""
    without_result: dict[tuple[str, str], int] = field(default_factory=dict)
    """Measurement and case to how many of its logs hold no result, or are missing."""
    disturbed: dict[tuple[str, str], int] = field(default_factory=dict)
    """Measurement and case to how many were measured while the host was not quiet."""
    hosts: "dict[str, Side]" = field(default_factory=dict)
    """Each of several hosts, as its samples are named, to facts and parameters recorded there."""
    left_out: dict[tuple[str, str], tuple[Message, ...]] = field(default_factory=dict)
    """Measurement and case to sentences about hosts whose samples were taken out, and why."""


def make_side(
    collection: Collection, vmm: str, *, host: str | None = None, label: str | None = None
) -> Side:
    """Return the side of the VMM `vmm` in `collection`, on one host or on all that have it.

    With several hosts (or runs) each sample is the median of one of them: repetitions on one
    host are no independent evidence about others.

    Raises:
        UnusableInputError: there is no such VMM.
    """
    places = [
        (run, each, found)
        for run in collection.runs
        for each in run.hosts
        for found in each.vmms
        if found.name == vmm and host in (None, each.name)
    ]
    if not places:
        names = sorted({each.name for run in collection.runs for h in run.hosts for each in h.vmms})
        where = f" on the host '{host}'" if host else ""
        raise UnusableInputError(f"there is no VMM '{vmm}'{where}; there are: {', '.join(names)}")
    wanted = {(run.name, each.name) for run, each, _ in places}
    found = [
        log for log in read_logs(collection) if log.vmm == vmm and (log.run, log.host) in wanted
    ]
    logs = [log for log in found if log.outcome == "ok"]
    without = Counter((log.subject, log.case) for log in found if log.outcome != "ok")
    named = label or places[0][2].label
    one_run = len(collection.runs) == 1
    many = {
        (run.name, each.name): each.name if one_run else f"{run.name}/{each.name}"
        for run, each, _ in places
        if len(places) > 1
    }
    return Side(
        named,
        _series(logs, many),
        _facts(places),
        _parameters(logs, places),
        " and ".join(sorted({machine_of(found) for _, _, found in places} - {""})),
        _seconds(logs),
        per_host=bool(many),
        without_result=dict(without),
        disturbed=dict(Counter((log.subject, log.case) for log in logs if disturbance(log))),
        hosts=_hosts(named, places, logs, many) if many else {},
    )


def _hosts(
    label: str, places: Sequence[tuple[Run, Host, Vmm]], logs: Sequence[Log], names: _Names
) -> dict[str, Side]:
    measured = defaultdict(list)
    for log in logs:
        measured[log.run, log.host].append(log)
    return {
        names[run.name, host.name]: Side(
            label,
            {},
            _facts([(run, host, vmm)]),
            _parameters(measured[run.name, host.name], [(run, host, vmm)]),
        )
        for run, host, vmm in places
    }


def _facts(places: Sequence[tuple[Run, Host, Vmm]]) -> dict[str, frozenset[str]]:
    values: dict[str, set[str]] = defaultdict(set)
    for run, host, vmm in places:
        for name, value in facts_of(host, vmm).items():
            values[name].add(value)
        values["vmm_type"].add(type_of(vmm))
        if is_emulated(run, host):
            values["emulated"].add("yes")
        if is_stand_in(vmm):
            values["stand_in"].add("yes")
    return {name: frozenset(found) for name, found in values.items()}


def _series(logs: Sequence[Log], many: _Names) -> dict[Key, Series]:
    found: dict[Key, dict[tuple[str, str], list[tuple[int, float]]]] = {}
    for log in logs:
        for metric in _compared(log):
            key = Key(log.subject, log.case, metric)
            hosts = found.setdefault(key, defaultdict(list))
            hosts[log.run, log.host].append((log.repetition, _sample(log, metric)))
    ordered = in_order(found)
    if not many:
        return {key: _one_host(next(iter(found[key].values()))) for key in ordered}
    return {key: _many_hosts(found[key], many) for key in ordered}


def _sample(log: Log, metric: str) -> float:
    """Return what is compared of `metric`: the printed number, or one that says the same finer.

    sysbench prints the average latency with two decimals, so that 0.01 may be twice or the same as
    0.02 ms. It is the sum of the latencies divided by the events (`sb_timer_avg` in sysbench's
    sb_timer.c), which are both printed; that quotient is taken where it rounds to the print.
    """
    printed = log.numbers[metric]
    if metric != "latency_avg_ms":
        return printed
    total, events = log.numbers.get("latency_sum_ms", 0), log.numbers.get("total_events", 0)
    if not total or not events or abs(total / events - printed) > _LATENCY_ROUNDING_MS:
        return printed
    return total / events


def _one_host(samples: list[tuple[int, float]]) -> Series:
    samples.sort(key=lambda item: item[0])
    return Series(
        tuple(value for _, value in samples),
        tuple(str(repetition) for repetition, _ in samples),
    )


def _many_hosts(hosts: dict[tuple[str, str], list[tuple[int, float]]], names: _Names) -> Series:
    return Series(
        tuple(median(value for _, value in samples) for samples in hosts.values()),
        tuple(names[place] for place in hosts),
    )


def _compared(log: Log) -> list[str]:
    """Return the metrics of `log` that are compared; 0 where nothing is done is no sample."""
    subject = SUBJECTS.get(log.subject)
    if subject is None or not subject.format(log.case).compared:
        return []
    names: list[str] = []
    for wanted in subject.compared:
        if wanted == PERCENTILE:
            names += [name for name in log.numbers if re.fullmatch(r"latency_p\d+_ms", name)]
        elif wanted in log.numbers:
            names.append(wanted)
    idle = subject.idle(log.case, log.words)
    return [name for name in names if name not in idle]


def in_order(keys: Iterable[Key]) -> list[Key]:
    """Return `keys` in the order of the report: subject, case, metric."""
    return sorted(keys, key=_order)


def _order(key: Key) -> tuple[int, object, int, str]:
    known = SUBJECTS[key.subject].compared
    metric = PERCENTILE if key.metric.startswith(PERCENTILE) else key.metric
    return place(key.subject), natural(key.case), known.index(metric), key.metric


def _parameters(
    logs: Sequence[Log], places: Sequence[tuple[Run, Host, Vmm]]
) -> dict[tuple[str, str], dict[str, frozenset[Text]]]:
    values: dict[tuple[str, str], dict[str, set[Text]]] = defaultdict(lambda: defaultdict(set))
    hosts = {(run.name, host.name): host for run, host, _ in places}
    for log in logs:
        case = values[log.subject, log.case]
        for name, value in facts_of_log(hosts[log.run, log.host], log).items():
            case[name].add(value)
        if all(name in log.numbers for name in _FILE_SET):
            count, size = (plain(log.numbers[name]) for name in _FILE_SET)
            case["file_set"].add(say("{number} files of {bytes} bytes", number=count, bytes=size))
        for name in PARAMETERS:
            if known := _parameter(log, name):
                case[name].add(known)
        if log.tool.startswith("sysbench-") and log.version:
            case["sysbench"].add(log.version)
    return {
        case: {name: frozenset(found) for name, found in facts.items()}
        for case, facts in values.items()
    }


def _parameter(log: Log, name: str) -> str:
    return log.words.get(name, "") or (plain(log.numbers[name]) if name in log.numbers else "")


def _seconds(logs: Sequence[Log]) -> dict[tuple[str, str], float]:
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for log in logs:
        if "total_time_s" in log.numbers:
            times[log.subject, log.case].append(log.numbers["total_time_s"])
    return {case: median(found) for case, found in times.items()}
