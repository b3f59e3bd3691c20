"""The record of a run, `run.json`: written when it starts, found again when it is continued."""

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from collector import __version__
from collector.errors import UnusableInputError, listing
from collector.from_host import read_json
from collector.plan.model import Plan
from collector.plan.project import VmmEntry, near

FORMAT = 1
RUN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller wants to measure, before anything of it is recorded."""

    plan: Plan
    entries: tuple[VmmEntry, ...]
    left_out: Mapping[str, str]
    hosts: tuple[str, ...]

    @property
    def measured(self) -> tuple[VmmEntry, ...]:
        """The entries that are not left out."""
        return tuple(entry for entry in self.entries if entry.name not in self.left_out)


def new_record(
    run: str, wanted: Wanted, seed: int, blocks: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the record of a run that starts now."""
    return {
        "format": FORMAT,
        "run": run,
        "plan": wanted.plan.to_json(),
        "seed": seed,
        "vmms": [entry.name for entry in wanted.measured],
        "vmm_entries": [dict(entry.given) for entry in wanted.measured],
        "left_out": dict(wanted.left_out),
        "hosts": list(wanted.hosts),
        "started": _now(),
        "versions": {
            "vmmlab": __version__,
            "ansible-core": version("ansible-core"),
            "python": platform.python_version(),
        },
        "blocks": list(blocks),
    }


def continued(record: Mapping[str, Any], wanted: Wanted, path: Path) -> dict[str, Any]:
    """Return the record found in `path` for a run that goes on; only hosts may be added.

    Raises:
        UnusableInputError: another plan or other VMMs are wanted; the text names what differs.
    """
    different = list(_differences(record, wanted))
    if different:
        raise UnusableInputError(
            f"{near(path)}: this run was started with something else:"
            + "".join(f"\n  {line}" for line in different)
            + "\n  Continue it with what it was started with, or give another run name."
        )
    hosts = list(dict.fromkeys([*record["hosts"], *wanted.hosts]))
    return {**record, "hosts": hosts}


def _differences(record: Mapping[str, Any], wanted: Wanted) -> Iterator[str]:
    old, new = _flat(record["plan"]), _flat(wanted.plan.to_json())
    for key in dict.fromkeys([*old, *new]):
        if key not in ("name", "description", "seed") and old.get(key) != new.get(key):
            yield (
                f"plan: {key} is {_shown(old.get(key))} in the run,"
                f" {_shown(new.get(key))} in the plan '{wanted.plan.name}'"
            )
    names = [entry.name for entry in wanted.measured]
    if sorted(names) != sorted(record["vmms"]):
        yield f"VMMs: {listing(record['vmms'])} in the run, {listing(names)} now"
        return
    recorded = {entry["name"]: entry for entry in record["vmm_entries"]}
    for entry in wanted.measured:
        before = recorded[entry.name]
        for key in sorted({*before, *entry.given}):
            if before.get(key) != entry.given.get(key):
                yield (
                    f"VMM {entry.name}: {key} is {_shown(before.get(key))} in the run,"
                    f" {_shown(entry.given.get(key))} now"
                )


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return `value` with one key per leaf: `cpu.threads`."""
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict):
            flat |= _flat(item, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = item
    return flat


def _shown(value: Any) -> str:
    return "not set" if value is None else json.dumps(value)


def finished(record: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """Return `record` with the end of the run and whether any of its hosts was emulated."""
    emulated = []
    for path in sorted(directory.glob("*/host.json")):
        facts, _ = read_json(path)  # a broken one is a finding, and no reason to end here
        if "emulated" in facts:
            emulated.append(bool(facts["emulated"]))
    known = {"emulated": any(emulated)} if emulated else {}
    return {**record, **known, "finished": _now()}


def checked_name(name: str) -> str:
    """Return `name` if a run can be called so: its folder has the same name.

    Raises:
        UnusableInputError: it cannot be the name of a run.
    """
    if not RUN_NAME.fullmatch(name):
        raise UnusableInputError(
            f"'{name}' cannot be the name of a run: only letters, digits, '_', '.' and '-' are"
            " allowed, and no '.' or '-' in front"
        )
    return name


def read_record(directory: Path) -> dict[str, Any] | None:
    """Return the record in `directory`, or None when there is none.

    Raises:
        UnusableInputError: there is one, and it cannot be used.
    """
    path = directory / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableInputError(f"{near(path)}: cannot be read: {error}") from error
    return checked_record(record, str(near(path)))


def checked_record(record: Any, where: str) -> dict[str, Any]:
    """Return what was read as the record of a run, if it is one.

    Raises:
        UnusableInputError: it is none of this version's; the text begins with `where`.
    """
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        found = record.get("format") if isinstance(record, dict) else "no mapping"
        raise UnusableInputError(
            f"{where}: format is {found}, expected {FORMAT}: the run was recorded by another"
            " version of vmmlab, or by hand; give another run name"
        )
    missing = {"plan", "seed", "vmms", "vmm_entries", "left_out", "hosts", "blocks"} - set(record)
    if missing:
        raise UnusableInputError(f"{where}: {listing(sorted(missing))} missing in it")
    return record


def write_record(directory: Path, record: Mapping[str, Any]) -> None:
    """Write `record` into `directory` under a temporary name, then rename it.

    Raises:
        UnusableInputError: the directory or the file cannot be written.
    """
    path = directory / "run.json"
    temporary = path.with_name(f".run.json.{os.getpid()}")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8") as file:
            file.write(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UnusableInputError(f"{near(path)}: cannot be written: {error.strerror}") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
