"""From the folder of a host to rows: its logs, and those that were planned and are missing."""

import hashlib
import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.errors import UnusableInputError
from collector.layout import LogFile, log_files, natural
from collector.parsers import LogRun
from collector.parsers.clean import columns as in_columns
from collector.parsers.clean import read_clean
from collector.parsers.scan import scan_log
from collector.samples import Columns, LogRow

__all__ = ["Planned", "add_host", "pick"]

_SYSBENCH = "sysbench"
_PARSERS = {
    ("boot", "blame"): "systemd-analyze-blame",
    ("boot", "critical-chain"): "systemd-analyze-critical-chain",
    ("boot", ""): "systemd-analyze-time",
    ("memory-footprint", "smaps-rollup"): "smaps-rollup",
    ("memory-footprint", ""): "pmap-x",
}
"""The parser whose run a folder's log is about, where it is not sysbench."""

_CHUNK = 1 << 16

Name = tuple[str, str, str, int]
"""VMM, measurement, case and repetition: what one log of a host is about."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run planned for each of its hosts.

    Attributes:
        blocks: the block of the schedule that each log is made in.
        left_out: the VMMs that were left out, and why.
    """

    blocks: dict[Name, float]
    left_out: dict[str, str]

    @classmethod
    def of(cls, plan: dict[str, Any]) -> "Planned":
        """Return what a `run.json` plans.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is not in the form it should have.
        """
        blocks = {
            (
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
    found: set[Name] = set()
    failed: dict[Name, list[LogFile]] = {}
    prefix = len(str(root)) + 1
    for vmm, folder in vmms:
        for log in log_files(folder):
            name = (vmm, log.measurement, log.case, log.repetition)
            if log.failed:
                failed.setdefault(name, []).append(log)
            else:
                _add_log(columns, (run, host, *name), log, log.path[prefix:], name in found)
                found.add(name)
    wanted = (planned.blocks.keys() | failed.keys()) - found
    if not wanted:
        return
    reasons = _reasons(path)
    for name in sorted(wanted, key=lambda item: (item[0], item[1], natural(item[2]), item[3])):
        reason = planned.left_out.get(name[0]) or reasons.get(name) or "no log"
        if tries := failed.get(name):
            last = pick(scan_log(_read(tries[-1].path)), name[1], name[2])
            reason += f"; failed attempts: {len(tries)}, the last in {Path(tries[-1].path).name}"
            reason += f" ({last.reason})" if last.reason else ""
        block = planned.blocks.get(name, math.nan)
        row = LogRow(run, host, *name, log="", outcome="missing", reason=reason, block=block)
        columns.add(row, None)


def _add_log(
    columns: Columns,
    key: tuple[str, str, str, str, str, int],
    log: LogFile,
    name: str,
    repeated: bool,
) -> None:
    """Read one log and its sidecar and add them; `repeated`: its place is taken already."""
    data = _read(log.path)
    values = read_clean(data)
    if values is None or values.parser != _wanted(log.measurement, log.case) or repeated:
        picked = pick(scan_log(data), log.measurement, log.case)
        if repeated:
            picked = _error(f"repetition {log.repetition} has another log too; remove one")
        outcome, reason, line = picked.outcome, picked.reason or "", picked.line
        values = in_columns(picked)
    else:
        outcome, reason, line = "ok", "", None
    sidecar = _sidecar(log) if log.sidecar else {}
    columns.add(
        LogRow(
            *key,
            name,
            outcome,
            reason,
            math.nan if line is None else line,
            values.tool or "",
            values.version or "",
            hashlib.sha256(data).hexdigest(),
            values.parser,
            _text(sidecar.get("started")),
            _text(sidecar.get("finished")),
            _number(sidecar.get("seconds")),
            _number(sidecar.get("exit_code")),
            _number(sidecar.get("attempt")),
            _number(sidecar.get("block")),
        ),
        values,
    )


def _wanted(measurement: str, case: str) -> str:
    """Return the parser whose run a log of this folder is about."""
    return _PARSERS.get((measurement, case)) or _PARSERS.get((measurement, ""), _SYSBENCH)


def pick(runs: Sequence[LogRun], measurement: str, case: str) -> LogRun:
    """Return the run that a log in the folder of `measurement` and `case` is about.

    That is the only good run of the folder's tool; a failed try before it (`Bootup is not yet
    finished`) does not count. Where no run is of that tool, the log is in the wrong folder, and
    its only good run is returned as it is. Two good runs are an error: one log is one measurement.
    """
    wanted = _wanted(measurement, case)
    fitting = [run for run in runs if run.parser == wanted] or list(runs)
    good = [run for run in fitting if run.outcome == "ok"]
    if len(good) > 1:
        return _error(f"{len(good)} results in one log; give each a log of its own")
    return good[0] if good else fitting[-1]


def _error(reason: str) -> LogRun:
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


def _sidecar(log: LogFile) -> dict[str, Any]:
    """Return what the sidecar of a log says.

    Raises:
        UnusableInputError: it is no JSON object.
    """
    path = f"{os.path.splitext(log.path)[0]}.json"  # noqa: PTH122 - a Path costs as much as the rest
    try:
        found = json.loads(_read(path))
    except ValueError as error:
        raise UnusableInputError(f"{path}: no JSON ({error}); mend or remove it") from None
    if not isinstance(found, dict):
        raise UnusableInputError(f"{path}: a JSON object is expected; mend or remove the file")
    return found


def _reasons(host: Path) -> dict[Name, str]:
    """Return why measurements of a host are missing, as far as its runner says."""
    try:
        progress = json.loads((host / "progress.json").read_bytes())
        return {
            (item["vmm"], item["measurement"], item["case"], int(item["repetition"])): str(
                item["reason"]
            )
            for item in progress["missing"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
