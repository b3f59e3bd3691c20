"""The samples of one lab host in one run, indexed so that a table finds each number at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from collector.log_id import LogId
from collector.results import KNOWN_VMMS, Collection, Host, Run, Vmm
from collector.subjects import SUBJECTS, explains
from collector.tables.model import SampleKey, Source
from collector.tables.numbers import COLUMNS, Array, Numbers

_HOST = ("run", "host")
_LOG = ("vmm", "measurement", "case", "repetition", "log", "line", "outcome", "reason")


@dataclass(frozen=True, slots=True)
class HostData:
    """Everything the tables of one host are made from."""

    run: Run
    host: Host
    vmms: tuple[Vmm, ...]
    labels: dict[str, str]
    """VMM name to the label in captions; unlike for any two VMMs."""
    numbers: Numbers
    logs: dict[LogId, Source]
    cases: dict[tuple[str, str], dict[str, set[int]]]
    """(VMM, subject) to its cases and their repetitions."""
    folder: str
    """Where the logs lie, as in their names."""

    def has(self, vmm: str, subject: str) -> bool:
        """Tell whether `vmm` has, or should have, logs of `subject`.

        Without a schedule in run.json a VMM should have what any other has.
        """
        if (vmm, subject) in self.cases:
            return True
        return not self.run.meta.get("blocks") and bool(self.all_cases(subject))

    def all_cases(self, subject: str) -> set[str]:
        """Return the cases of `subject` over all VMMs: a table shows what a side lacks."""
        return {
            case for (_, name), cases in self.cases.items() if name == subject for case in cases
        }

    def repetitions(self, subject: str, cases: Iterable[str]) -> tuple[int, ...]:
        """Return the repetitions of `cases` over all VMMs, ascending."""
        wanted = set(cases)
        found: set[int] = set()
        for (_, name), own in self.cases.items():
            if name == subject:
                found.update(*(own[case] for case in wanted & own.keys()))
        return tuple(sorted(found))

    def log(self, vmm: str, subject: str, case: str, repetition: int) -> LogId:
        """Return the name of a log of this host."""
        return LogId(self.run.name, self.host.name, vmm, subject, case, repetition)

    def source(self, key: SampleKey) -> Source:
        """Return the log in which the number of `key` was or should have been."""
        return self.logs.get(key.log) or Source(f"{self.folder}/{key.log.file}", 0, "absent")


def split(collection: Collection) -> Iterator[Collection]:
    """Yield a collection of its own for each host of each run, in their order."""
    samples = _stretches(*_arrays(collection.samples, _HOST))
    logs = _stretches(*_arrays(collection.logs, _HOST))
    for run, host in _hosts(collection):
        key = run.name, host.name
        yield Collection(
            (run,),
            collection.samples[samples.get(key, slice(0))],
            collection.logs[logs.get(key, slice(0))],
        )


def index_hosts(collection: Collection) -> Iterator[HostData]:
    """Yield the indexed samples and logs of each host of each run, in their order.

    The columns are taken out of the frames once for all: that costs as much as a host's tables.
    """
    of_samples = _arrays(collection.samples, COLUMNS)
    of_logs = _arrays(collection.logs, (*_HOST, *_LOG))
    samples, logs = _stretches(*of_samples[:2]), _stretches(*of_logs[:2])
    for run, host in _hosts(collection):
        key = run.name, host.name
        numbers = [column[samples.get(key, slice(0))] for column in of_samples]
        rows = [column[logs.get(key, slice(0))].tolist() for column in of_logs[2:]]
        yield _index(run, host, list(zip(*rows, strict=True)), Numbers(*numbers))


def index_host(collection: Collection) -> HostData:
    """Index the samples and logs of a collection that holds one host of one run."""
    (data,) = index_hosts(collection)
    return data


def _hosts(collection: Collection) -> Iterator[tuple[Run, Host]]:
    """Yield each host, and its run as if it had no other."""
    for run in collection.runs:
        for host in run.hosts:
            yield replace(run, hosts=(host,)), host


def _arrays(frame: pd.DataFrame, names: Sequence[str]) -> list[Array]:
    return [frame[name].to_numpy() for name in names]


def _stretches(runs: Array, hosts: Array) -> dict[tuple[str, str], slice]:
    """Return where the rows of each host of each run are: a frame has them together."""
    changes = (runs[1:] != runs[:-1]) | (hosts[1:] != hosts[:-1])
    begins = [0, *(int(at) + 1 for at in changes.nonzero()[0])][: len(runs)]
    return {
        (runs[begin], hosts[begin]): slice(begin, end)
        for begin, end in zip(begins, [*begins[1:], len(runs)], strict=False)
    }


def _index(run: Run, host: Host, rows: list[tuple[Any, ...]], numbers: Numbers) -> HostData:
    logs: dict[LogId, Source] = {}
    cases: dict[tuple[str, str], dict[str, set[int]]] = {}
    named = (_folder(vmm, subject, log) for vmm, subject, _, _, log, *_ in rows if log)
    folder = next(named, f"{run.name}/{host.name}")
    for vmm, subject, case, repetition, log, line, outcome, reason in rows:
        key = LogId(run.name, host.name, vmm, subject, case, repetition)
        name = log or f"{folder}/{key.file}"
        logs[key] = Source(name, _number_or_zero(line), outcome, reason)
        if subject in SUBJECTS and not explains(subject, case):
            cases.setdefault((vmm, subject), {}).setdefault(case, set()).add(repetition)
    vmms = host.vmms + _without_folder(host, {key.vmm: None for key in logs})
    order = {str(name): place for place, name in enumerate(run.meta.get("vmms") or ())}
    vmms = tuple(sorted(vmms, key=lambda vmm: order.get(vmm.name, len(order))))
    return HostData(run, host, vmms, _labels(vmms), numbers, logs, cases, folder)


def _without_folder(host: Host, names: Iterable[str]) -> tuple[Vmm, ...]:
    """A VMM that was planned and left nothing is shown with empty cells, in its place."""
    present = {vmm.name for vmm in host.vmms}
    return tuple(
        Vmm(name, KNOWN_VMMS.get(name, name), host.path / name, {})
        for name in names
        if name not in present
    )


def _folder(vmm: str, subject: str, log: str) -> str:
    """Return the folder of the host in the name of one of its logs."""
    return log.partition(f"/{vmm}/{subject}/")[0]


def _labels(vmms: tuple[Vmm, ...]) -> dict[str, str]:
    """Two builds of one VMM share a label: then the name tells them apart."""
    counts: dict[str, int] = {}
    for vmm in vmms:
        counts[vmm.label] = counts.get(vmm.label, 0) + 1
    return {
        vmm.name: f"{vmm.label} ({vmm.name})"
        if counts[vmm.label] > 1 and vmm.name != vmm.meta.get("type")
        else vmm.label
        for vmm in vmms
    }


def _number_or_zero(line: object) -> int:
    return int(line) if isinstance(line, int | float) and line == line else 0  # noqa: PLR0124
