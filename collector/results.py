"""From a folder of results to frames: which runs, hosts and VMMs there are, and their samples.

A folder follows the results contract, `<run>/<host>/<vmm>/<subject>/<case>/<NN>.log`, with
`run.json`, `host.json`, `vmm.json` and a sidecar beside each log; every `.json` may be missing.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from collector.errors import UnusableInputError
from collector.from_host import read_json, tidy
from collector.gather import Planned, add_host
from collector.layout import natural, places
from collector.samples import Columns
from collector.words import Message

__all__ = ["KNOWN_VMMS", "Collection", "Host", "Run", "Vmm", "collect", "labels_of"]

KNOWN_VMMS = {"stratovirt": "StratoVirt", "qemu": "QEMU", "qemu_microvm": "QEMU microvm"}
"""The VMMs that have an order and a label of their own, where no file says otherwise."""
_MOST_BOOTS = 1000
_LONGEST_LABEL = 60
"""Characters of a label: it stands in every table."""


@dataclass(frozen=True, slots=True)
class Vmm:
    """One VMM of one host: its directory's name, its label, its folder and its `vmm.json`."""

    name: str
    label: str
    path: Path
    meta: dict[str, Any]
    fault: Message | None = None
    """Why its `vmm.json` cannot be used."""


@dataclass(frozen=True, slots=True)
class Host:
    """One lab host: its name, its folder, its `host.json` and its VMMs in the order of the plan."""

    name: str
    path: Path
    meta: dict[str, Any]
    vmms: tuple[Vmm, ...]
    fault: Message | None = None
    """Why its `host.json` cannot be used."""
    boots: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name of a file below `boots/` to the facts of the host in one of its boots."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its name, its folder, its `run.json` and its hosts in the order of their names."""

    name: str
    path: Path
    meta: dict[str, Any]
    hosts: tuple[Host, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """All that was found.

    Attributes:
        runs: the runs, in the order of the paths they were found under.
        samples: one row per value: run, host, vmm, measurement, case (str), repetition (int64),
            metric (str), value (float64, NaN for words), text (str, empty for numbers), unit,
            log (str), line (int64), sha256, parser (str).
        logs: one row per log that was found or planned: run, host, vmm, measurement, case (str),
            repetition (int64), log (str, empty when missing), outcome (`ok`, `error`, `empty`,
            `missing`), reason (Message, None when ok), line
            (float64, NaN for the whole log), tool, version, sha256, parser, started, finished
            (str, empty when unknown), seconds, exit_code, attempt, block (float64, NaN when
            unknown), fault (Message: why its sidecar
            cannot be used; None when it can, or when there is none), surroundings (str: what its
            sidecar says of the lab host, as JSON; empty when nothing).
    """

    runs: tuple[Run, ...]
    samples: pd.DataFrame
    logs: pd.DataFrame


def collect(paths: Sequence[Path]) -> Collection:
    """Read all results under `paths`.

    Args:
        paths: folders that hold runs, or are a run, a host of a run, or a VMM of a host. What is
            found under two of them is read once.

    Raises:
        UnusableInputError: a path does not exist or holds no results, or a `run.json` is no
            JSON object. What a lab host wrote raises nothing: a file of it that cannot be used
            is told as its `fault`.
    """
    found: dict[Path, dict[Path, _Found]] = {}
    for path in paths:
        for place in places(path):
            hosts = found.setdefault(place.run, {})
            if place.host is None:
                for name in _names(place.run / "run.json", "hosts"):
                    hosts.setdefault(place.run / name, _Found(place.root, {}))
            else:
                there = hosts.setdefault(place.host, _Found(place.root, {}))
                there.vmms.update(dict.fromkeys(place.vmms))
    runs = tuple(_apart([_run(path, hosts) for path, hosts in found.items()]))
    columns = Columns()
    for run in runs:
        planned = _planned(run)
        for host in run.hosts:
            add_host(
                columns,
                run=run.name,
                planned=planned,
                host=host.name,
                path=host.path,
                vmms=[(vmm.name, vmm.path) for vmm in host.vmms],
                root=found[run.path][host.path].root,
            )
    return Collection(runs, *columns.frames())


@dataclass(frozen=True, slots=True)
class _Found:
    """A host as found: the folder that its logs' names are relative to, its VMMs' folders."""

    root: Path
    vmms: dict[Path, None]


def _planned(run: Run) -> Planned:
    try:
        return Planned.of(run.meta)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableInputError(
            f"{run.path / 'run.json'}: blocks or left_out are not in the form of a run "
            f"({type(error).__name__}: {error}); mend or remove the file"
        ) from None


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in the file `path`; an empty one when there is no such file.

    Raises:
        UnusableInputError: the file holds something else.
    """
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, OSError, RecursionError) as error:
        raise UnusableInputError(
            f"{path}: not readable as JSON ({error}); mend or remove it"
        ) from None
    if not isinstance(found, dict):
        raise UnusableInputError(f"{path}: a JSON object is expected; mend or remove the file")
    return found


def _names(path: Path, key: str) -> list[str]:
    """Return a list of names in a JSON file; an empty one when it is not there.

    Raises:
        UnusableInputError: it is something else.
    """
    names = read_object(path).get(key) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnusableInputError(f"{path}: {key}: a list of names is expected; mend the file")
    return names


def _run(path: Path, found: dict[Path, _Found]) -> Run:
    """Return the run in the folder `path` with the hosts that were found."""
    meta = read_object(path / "run.json")
    order = _order(_names(path / "run.json", "vmms"))
    hosts = []
    for host in sorted(found, key=lambda item: natural(item.name)):
        facts, fault = read_json(host / "host.json")
        vmms = tuple(sorted(map(_vmm, found[host].vmms), key=order))
        hosts.append(Host(host.name, host, facts, vmms, fault, _boots(host)))
    return Run(path.name, path, meta, tuple(hosts))


def _boots(host: Path) -> dict[str, dict[str, Any]]:
    """Return the facts of a host's boots by the name that sidecars give; no endless many."""
    paths = sorted((host / "boots").glob("*.json"))[:_MOST_BOOTS]
    return {f"boots/{path.name}": facts for path in paths if (facts := read_json(path)[0])}


def _vmm(path: Path) -> Vmm:
    meta, fault = read_json(path / "vmm.json")
    label = meta.get("label") or KNOWN_VMMS.get(path.name, path.name)
    return Vmm(path.name, tidy(label, _LONGEST_LABEL), path, meta, fault)


def labels_of(runs: Iterable[Run]) -> dict[str, str]:
    """Return the label of each VMM across hosts, in the order in which they are found.

    One host has no say in it: what `run.json` says counts, then what is known; a `vmm.json` only
    where all of them say the same.
    """
    given: dict[str, str] = {}
    found: dict[str, set[str]] = {}
    for run in runs:
        given |= _given_labels(run.meta)
        for vmm in (vmm for host in run.hosts for vmm in host.vmms):
            found.setdefault(vmm.name, set()).add(vmm.label)
    return {
        name: given.get(name)
        or KNOWN_VMMS.get(name)
        or (next(iter(labels)) if len(labels) == 1 else name)
        for name, labels in found.items()
    }


def _given_labels(run: dict[str, Any]) -> dict[str, str]:
    """Return the labels that the entries of a plan give to their VMMs."""
    entries = run.get("vmm_entries")
    return {
        str(entry.get("name")): tidy(entry["label"], _LONGEST_LABEL)
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and entry.get("label")
    }


def _order(planned: Iterable[str]) -> Callable[[Vmm], tuple[int, str]]:
    """Return the key that sorts VMMs: as planned, then the known ones, then by name."""
    names = list(dict.fromkeys([*planned, *KNOWN_VMMS]))
    ranks = {name: rank for rank, name in enumerate(names)}
    return lambda vmm: (ranks.get(vmm.name, len(ranks)), vmm.name)


def _apart(runs: list[Run]) -> Iterable[Run]:
    """Yield the runs; those of one name get as much of their path as tells them apart."""
    for run in runs:
        parts = run.path.parts
        rivals = [other.path.parts for other in runs if other is not run and other.name == run.name]
        depth = 1
        while any(rival[-depth:] == parts[-depth:] for rival in rivals) and depth < len(parts):
            depth += 1
        yield replace(run, name="/".join(parts[-depth:])) if depth > 1 else run
