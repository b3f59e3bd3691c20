"""From the folder of a host to rows: its logs, and those that were planned and are missing."""

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from collector.errors import UnusableInputError
from collector.from_host import PROGRESS_LIMIT, missing_reasons, read_json
from collector.layout import log_files, natural
from collector.log_id import LogId
from collector.parsers import LogRun
from collector.parsers.clean import CleanRun, read_clean
from collector.parsers.clean import columns as in_columns
from collector.parsers.scan import scan_log
from collector.samples import Columns, LogRow
from collector.subjects import SUBJECTS
from collector.subjects.parts.folder import nothing_derived
from collector.words import Message, joined, quoted, say

__all__ = ["NO_LOG", "Planned", "add_host", "pick", "wanted_parser"]

NO_LOG = say("no log")
"""Why a planned log is missing, where nothing says more."""
_CHUNK = 1 << 16
_TOO_LARGE = 1 << 63


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run planned for each of its hosts.

    Attributes:
        blocks: the block of the schedule that each log is made in, of no host.
        left_out: the VMMs that were left out, and why.
    """

    blocks: dict[LogId, float]
    left_out: dict[str, str]

    @classmethod
    def of(cls, plan: dict[str, Any]) -> "Planned":
        """Return what a `run.json` plans.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is not in the form it should have.
        """
        blocks = {
            LogId(
                *("", ""),
                str(block["vmm"]),
                str(item["measurement"]),
                str(item["case"]),
                int(item["repetition"]),
            ): _number(block.get("block"))
            for block in plan.get("blocks") or ()
            for item in block["measurements"]
        }
        left_out = plan.get("left_out") or {}
        return cls(blocks, {str(vmm): str(reason) for vmm, reason in left_out.items()})

    def on(self, run: str, host: str) -> dict[LogId, float]:
        """Return the block of each log of one host."""
        return {LogId(run, host, *log[2:]): block for log, block in self.blocks.items()}


def add_host(
    columns: Columns,
    *,
    run: str,
    planned: Planned,
    host: str,
    path: Path,
    vmms: Sequence[tuple[str, Path]],
    root: Path,
) -> None:
    """Add all logs of one host, and those its run planned and that are not there.

    Args:
        columns: what they are added to.
        run: the name of the run.
        planned: what the run planned for the host.
        host: the name of the host.
        path: the folder of the host.
        vmms: names and folders of its VMMs.
        root: the folder that the logs' names are relative to.

    Raises:
        UnusableInputError: a log cannot be read.
    """
    found: set[LogId] = set()
    failed: dict[LogId, list[str]] = {}
    prefix = len(str(root)) + 1
    for vmm, folder in vmms:
        for subject, case, place, logs in log_files(folder):
            for repetition, attempt, own_name, sidecar in logs:
                log = LogId(run, host, vmm, subject, case, repetition)
                file = f"{place}/{own_name}"
                if attempt:
                    failed.setdefault(log, []).append(file)
                else:
                    read, values = _log(log, file, first=log not in found)
                    more = _sidecar(file) if sidecar else _NO_SIDECAR
                    columns.add((*log, file[prefix:], *read, *more), values)
                    found.add(log)
    blocks = planned.on(run, host)
    wanted = (blocks.keys() | failed.keys()) - found
    if not wanted:
        return
    progress, fault = read_json(path / "progress.json", PROGRESS_LIMIT)
    reasons = missing_reasons(progress, run, host)
    unknown = NO_LOG
    if fault:
        unknown = joined([NO_LOG, say("progress.json cannot be used ({reason})", reason=fault)])
    for log in sorted(wanted, key=lambda log: (*log[:4], natural(log.case), log.repetition)):
        told = planned.left_out.get(log.vmm) or reasons.get(log)
        reason = quoted(told) if told else unknown
        if tries := failed.get(log):
            reason = joined([reason, _failed(tries, log)])
        block = blocks.get(log, math.nan)
        row = LogRow(*log, log="", outcome="missing", reason=reason, block=block)
        columns.add(row, None)


def _failed(tries: Sequence[str], log: LogId) -> Message:
    """Return how often a measurement was tried in vain, and why the last try was."""
    last = pick(scan_log(_read(tries[-1])), log.subject, log.case)
    count, name = len(tries), Path(tries[-1]).name
    if not last.reason:
        return say("failed attempts: {count}, the last in {log}", count=count, log=name)
    form = say("failed attempts: {count}, the last in {log} ({why})")
    return form.filled(count=count, log=name, why=last.reason)


def _log(
    log: LogId, file: str, *, first: bool
) -> tuple[tuple[str, Message | None, float, str, str, str, str], CleanRun]:
    """Return a log's columns from outcome to parser, and its values.

    Args:
        log: what it is about.
        file: where it lies.
        first: no other log has its place already.
    """
    data = _read(file)
    values = read_clean(data)
    outcome: str = "ok"
    reason: Message | None = None
    line = math.nan
    if values is None or values.parser != wanted_parser(log.subject, log.case) or not first:
        run = pick(scan_log(data), log.subject, log.case)
        if not first:
            run = _error(say("another log has this repetition's number too; one must go"))
        outcome, reason = run.outcome, run.reason
        line = math.nan if run.line is None else float(run.line)
        values = in_columns(run)
    digest = hashlib.sha256(data).hexdigest()
    if derived := _derived(log.subject, log.case):
        values = values.with_more(derived)
    tool, version = values.tool or "", values.version or ""
    return (outcome, reason, line, tool, version, digest, values.parser), values


@lru_cache(maxsize=1024)
def _derived(
    subject: str, case: str
) -> Callable[[Mapping[str, float]], Mapping[str, float]] | None:
    """Return what tells the numbers that follow from those of a log of this folder, if any do."""
    known = SUBJECTS[subject]
    does = known.derived is not nothing_derived and known.format(case).compared
    return known.derived if does else None


@lru_cache(maxsize=1024)
def wanted_parser(subject: str, case: str) -> str:
    """Return the parser whose run a log of this folder is about."""
    return SUBJECTS[subject].format(case).parser


def pick(runs: Sequence[LogRun], subject: str, case: str) -> LogRun:
    """Return the run that a log in the folder of `subject` and `case` is about.

    That is the only good run of the folder's tool; a failed try before it (`Bootup is not yet
    finished`) does not count. Where no run is of that tool, the log is in the wrong folder, and
    its only good run is returned as it is. Two good runs are an error: one log is one measurement.
    """
    wanted = wanted_parser(subject, case)
    fitting = [run for run in runs if run.parser == wanted] or list(runs)
    good = [run for run in fitting if run.outcome == "ok"]
    if len(good) > 1:
        return _error(
            say("{count} results in one log; give each a log of its own", count=len(good))
        )
    return good[0] if good else fitting[-1]


def _error(reason: Message) -> LogRun:
    return LogRun(None, None, "error", reason, None, (), "")


def _read(path: str) -> bytes:
    """Return the bytes of a file; in a third of the time that `Path.read_bytes` takes.

    Raises:
        UnusableInputError: it cannot be read.
    """
    try:
        file = os.open(path, os.O_RDONLY)
        try:
            data = chunk = os.read(file, _CHUNK)
            while len(chunk) == _CHUNK:
                chunk = os.read(file, _CHUNK)
                data += chunk
        finally:
            os.close(file)
    except OSError as error:
        raise UnusableInputError(f"{path}: {error.strerror}; a readable log is expected") from None
    return data


_Sidecar = tuple[str, str, float, float, float, float, Message | None, str]
_NO_SIDECAR: _Sidecar = ("", "", math.nan, math.nan, math.nan, math.nan, None, "")


def _sidecar(log: str) -> _Sidecar:
    """Return what the sidecar of a log says: the last eight columns of its row."""
    found, fault = read_json(f"{log.rpartition('.')[0]}.json")
    return (
        _text(found.get("started")),
        _text(found.get("finished")),
        _number(found.get("seconds")),
        _number(found.get("exit_code")),
        _number(found.get("attempt")),
        _number(found.get("block")),
        fault,
        json.dumps(host) if isinstance(host := found.get("host"), dict) else "",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    """Return a number of JSON; NaN for what is none, or is too large for one."""
    if isinstance(value, int | float) and abs(value) < _TOO_LARGE:
        return float(value)
    return math.nan
