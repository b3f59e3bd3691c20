"""What of a run is there: planned, made, missing and failed logs per host, from its folder alone.

Everything below a host's folder came from that host: it is read in small pieces, links are not
followed, and what is shown of it holds no control characters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.errors import UnusableInputError
from collector.from_host import PROGRESS_LIMIT, missing_reasons, read_json, tidy
from collector.log_id import LogId
from collector.plan.record import read_record
from collector.run.failures import failure_log, read_failure

_TAIL = 4096
LONGEST_ERROR = 400
"""An error says what was found, what was expected and what to do, so it may be longer."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A planned log that is not there; `attempts` of it failed and were kept, the last in `log`."""

    host: str
    vmm: str
    subject: str
    case: str
    repetition: int
    of: int
    attempts: int
    reason: str
    log: Path | None

    @property
    def title(self) -> str:
        """Return its name: `stratovirt sysbench-cpu threads-4 (2 of 2)`."""
        case = "" if self.case == "default" else f" {self.case}"
        return f"{self.vmm} {self.subject}{case} ({self.repetition} of {self.of})"


@dataclass(frozen=True, slots=True)
class HostSummary:
    """What of a run is there from one lab host.

    `retried` logs are there after failed attempts; `state` and `seconds_left` are what the host
    last said of itself (None: nothing); `error` is what stopped the playbook for it, of which
    `error_log` says more.
    """

    host: str
    planned: int
    missing: tuple[Missing, ...]
    retried: int
    state: str | None
    seconds_left: float | None
    message: str
    error: str
    error_log: Path

    @property
    def made(self) -> int:
        """Planned logs that are there with their sidecars: without one a log is made again."""
        return self.planned - len(self.missing)

    @property
    def failed(self) -> int:
        """Missing logs that were tried."""
        return sum(1 for missing in self.missing if missing.attempts)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What of a run is there; `workbooks` are the reports made of it."""

    run: str
    directory: Path
    plan: str
    started: str
    finished: str | None
    hosts: tuple[HostSummary, ...]
    left_out: Mapping[str, str]
    workbooks: tuple[Path, ...]

    @property
    def planned(self) -> int:
        """Planned logs of all hosts."""
        return sum(host.planned for host in self.hosts)

    @property
    def made(self) -> int:
        """Logs of all hosts that are there."""
        return sum(host.made for host in self.hosts)


def summarize(directory: Path) -> RunSummary:
    """Return what of the run in `directory` is there.

    Raises:
        UnusableInputError: there is no usable `run.json`: nothing says what was planned.
    """
    record = read_record(directory)
    if record is None:
        raise UnusableInputError(
            f"{directory / 'run.json'}: there is none, so nothing says what was planned;"
            " give the folder of a run that 'vmmlab run' or the playbooks made"
        )
    try:
        return _summary(directory, record)
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableInputError(
            f"{directory / 'run.json'}: not as vmmlab writes it ({error!r}); if it was changed by"
            " hand, take that back"
        ) from error


def _summary(directory: Path, record: Mapping[str, Any]) -> RunSummary:
    workbooks = sorted([*directory.glob("*.xlsx"), *directory.glob("*/*.xlsx")])
    return RunSummary(
        run=str(record.get("run", directory.name)),
        directory=directory,
        plan=str(record["plan"].get("name", "")),
        started=str(record.get("started", "")),
        finished=record.get("finished"),
        hosts=tuple(_host(directory / host, record["blocks"]) for host in record["hosts"]),
        left_out=record["left_out"],
        workbooks=tuple(path for path in workbooks if not path.name.startswith((".", "~"))),
    )


def _host(folder: Path, blocks: list[dict[str, Any]]) -> HostSummary:
    progress, fault = read_json(folder / "progress.json", PROGRESS_LIMIT)
    reasons = missing_reasons(progress, folder.parent.name, folder.name)
    missing = []
    retried = planned = 0
    for vmm, step in _planned(blocks):
        planned += 1
        stem = folder / vmm / step["measurement"] / step["case"] / f"{step['repetition']:02d}"
        failed = sorted(stem.parent.glob(f"{stem.name}.failed-*.log"), key=_attempt)
        log_there, sidecar_there = (_complete(stem.with_suffix(end)) for end in (".log", ".json"))
        if log_there and sidecar_there:
            retried += bool(failed)
            continue
        key = LogId(
            *(folder.parent.name, folder.name, vmm),
            *(step["measurement"], step["case"], step["repetition"]),
        )
        reason = tidy(reasons.get(key, "")) or (_why(failed[-1]) if failed else _not_tried(folder))
        if log_there:
            reason = "the log is there without its sidecar and will be measured again"
        last = failed[-1] if failed else None
        missing.append(Missing(*key[1:], step["of"], attempts=len(failed), reason=reason, log=last))
    left = progress.get("seconds_left")
    return HostSummary(
        host=folder.name,
        planned=planned,
        missing=tuple(missing),
        retried=retried,
        state=tidy(progress["state"]) if progress.get("state") else None,
        seconds_left=float(left) if isinstance(left, int | float) else None,
        message=f"progress.json cannot be used: {fault}"
        if fault
        else tidy(progress.get("message") or ""),
        error=tidy(read_failure(folder.parent, folder.name), LONGEST_ERROR),
        error_log=failure_log(folder.parent, folder.name),
    )


def _planned(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks:
        for step in block["measurements"]:
            yield block["vmm"], step


def _complete(path: Path) -> bool:
    """Return whether `path` is a file with something in it: its name means that it is complete."""
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0


def _attempt(path: Path) -> int:
    number = path.stem.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _not_tried(folder: Path) -> str:
    return "not measured yet" if folder.is_dir() else "nothing has come from this host yet"


def _why(log: Path) -> str:
    """Return why the attempt that left `log` failed: its sidecar's word, its last line."""
    sidecar, _ = read_json(log.with_suffix(".json"))
    reason = sidecar.get("reason")
    if not isinstance(reason, str):
        code = sidecar.get("exit_code")
        reason = f"exit code {code}" if isinstance(code, int) else "it did not end by itself"
    last = _last_line(log)
    return tidy(f"{reason}: {last}" if last and last not in reason else reason)


def _last_line(log: Path) -> str:
    if log.is_symlink() or not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        lines = file.read(_TAIL).decode("utf-8", "replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
