"""The tidy frames: one row per value read, one row per log found or planned."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from collector.layout import LogFile, log_files, natural
from collector.metrics import metric
from collector.parsers import LogRun, parse_log

__all__ = ["Columns", "add_host", "write_csv"]

_WANTED = {
    ("boot", "blame"): "systemd-analyze-blame",
    ("boot", "critical-chain"): "systemd-analyze-critical-chain",
    ("boot", ""): "systemd-analyze-time",
    ("memory-footprint", "smaps-rollup"): "smaps-rollup",
    ("memory-footprint", ""): "pmap-x",
}
"""The parser whose run a folder's log is about, where it is not sysbench."""

_KEYS = ("run", "host", "vmm", "measurement", "case")
_LOG_TEXTS = (
    *_KEYS,
    "log",
    "outcome",
    "reason",
    "tool",
    "version",
    "sha256",
    "parser",
    "started",
    "finished",
)
_LOG_NUMBERS = ("line", "seconds", "exit_code", "attempt", "block")


class Columns:
    """The frames while they grow, column by column."""

    def __init__(self) -> None:
        """Begin without a row."""
        self._texts: dict[str, list[str]] = {name: [] for name in _LOG_TEXTS}
        self._numbers: dict[str, list[float]] = {name: [] for name in _LOG_NUMBERS}
        self._repetitions: list[int] = []
        self._counts: list[int] = []
        self._metrics: list[str] = []
        self._values: list[float] = []
        self._words: dict[int, str] = {}
        self._lines: list[int] = []

    def add(
        self,
        key: tuple[str, str, str, str, str],
        repetition: int,
        log: str,
        run: LogRun,
        *,
        sha256: str,
        sidecar: dict[str, Any],
        outcome: str | None = None,
    ) -> None:
        """Add one log and its values.

        Args:
            key: run, host, vmm, measurement and case.
            repetition: which one it is, from 1.
            log: its name in the frames; empty when it is missing.
            run: what was read from it.
            sha256: of its bytes.
            sidecar: what its sidecar says.
            outcome: the outcome where it is not that of `run`.
        """
        texts = (
            *key,
            log,
            outcome or run.outcome,
            run.reason or "",
            run.tool or "",
            run.version or "",
            sha256,
            run.parser,
            _text(sidecar.get("started")),
            _text(sidecar.get("finished")),
        )
        for name, text in zip(_LOG_TEXTS, texts, strict=True):
            self._texts[name].append(text)
        self._numbers["line"].append(float("nan") if run.line is None else run.line)
        for name in _LOG_NUMBERS[1:]:
            self._numbers[name].append(_number(sidecar.get(name)))
        self._repetitions.append(repetition)
        self._counts.append(len(run.values))
        for value in run.values:  # noqa: PD011 - a tuple, not a frame
            self._metrics.append(value.metric)
            if isinstance(value.value, str):
                self._words[len(self._values)] = value.value
                self._values.append(float("nan"))
            else:
                self._values.append(value.value)
            self._lines.append(value.line)

    def samples(self) -> pd.DataFrame:
        """Return the frame of the values (see `collector.results.Collection`)."""
        counts = np.array(self._counts, dtype=np.int64)
        words = np.full(len(self._values), "", dtype=object)
        for position, word in self._words.items():
            words[position] = word
        units = {name: metric(name).unit for name in set(self._metrics)}
        columns: dict[str, Any] = {name: self._spread(name, counts) for name in _KEYS}
        columns["repetition"] = np.repeat(np.array(self._repetitions, dtype=np.int64), counts)
        columns["metric"] = _strings(self._metrics)
        columns["value"] = np.array(self._values, dtype=np.float64)
        columns["text"] = _strings(words)
        columns["unit"] = _strings([units[name] for name in self._metrics])
        columns["log"] = self._spread("log", counts)
        columns["line"] = np.array(self._lines, dtype=np.int64)
        columns["sha256"] = self._spread("sha256", counts)
        columns["parser"] = self._spread("parser", counts)
        return pd.DataFrame(columns, copy=False)

    def logs(self) -> pd.DataFrame:
        """Return the frame of the logs (see `collector.results.Collection`)."""
        columns: dict[str, Any] = {name: _strings(self._texts[name]) for name in _KEYS}
        columns["repetition"] = np.array(self._repetitions, dtype=np.int64)
        for name in ("log", "outcome", "reason"):
            columns[name] = _strings(self._texts[name])
        columns["line"] = np.array(self._numbers["line"], dtype=np.float64)
        for name in ("tool", "version", "sha256", "parser", "started", "finished"):
            columns[name] = _strings(self._texts[name])
        for name in _LOG_NUMBERS[1:]:
            columns[name] = np.array(self._numbers[name], dtype=np.float64)
        return pd.DataFrame(columns, copy=False)

    def _spread(self, name: str, counts: np.ndarray) -> Any:
        """Return a log's text once for each of its values."""
        return _strings(np.repeat(np.array(self._texts[name], dtype=object), counts))


def _strings(values: Sequence[str] | np.ndarray) -> Any:
    return pd.array(np.asarray(values, dtype=object), dtype="str")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def add_host(
    columns: Columns,
    *,
    run: str,
    plan: dict[str, Any],
    host: str,
    path: Path,
    vmms: Sequence[tuple[str, Path]],
    root: Path,
) -> None:
    """Add all logs of one host, and those its run planned and that are not there."""
    planned = _planned(plan)
    reasons = _reasons(path)
    left_out = plan.get("left_out") or {}
    found: set[tuple[str, str, str, int]] = set()
    failed: dict[tuple[str, str, str, int], list[LogFile]] = {}
    prefix = len(str(root)) + 1
    for vmm, folder in vmms:
        for log in log_files(folder):
            name = (vmm, log.measurement, log.case, log.repetition)
            if log.failed:
                failed.setdefault(name, []).append(log)
                continue
            key = (run, host, vmm, log.measurement, log.case)
            data = Path(log.path).read_bytes()
            sidecar, complaint = _sidecar(log)
            picked = pick(parse_log(data), log.measurement, log.case)
            if name in found:
                picked = _failed_run(f"repetition {log.repetition} has a log of another name too")
            elif complaint and picked.outcome == "ok":
                sidecar = {}
            found.add(name)
            columns.add(
                key,
                log.repetition,
                log.path[prefix:],
                picked,
                sha256=hashlib.sha256(data).hexdigest(),
                sidecar=sidecar,
            )
    covered = {vmm for vmm, _ in vmms}
    wanted = {name for name in planned if name not in found} | failed.keys() - found
    for name in sorted(wanted, key=lambda item: (item[0], item[1], natural(item[2]), item[3])):
        if covered and name[0] not in covered and name not in reasons and name[0] not in left_out:
            pass
        reason = str(left_out.get(name[0]) or reasons.get(name) or "no log")
        if name in failed:
            tried = failed[name]
            last = pick(parse_log(Path(tried[-1].path).read_bytes()), name[1], name[2])
            reason += f"; {len(tried)} failed attempt(s), the last in {Path(tried[-1].path).name}"
            reason += f": {last.reason}" if last.reason else ""
        columns.add(
            (run, host, *name[:3]),
            name[3],
            "",
            _failed_run(reason),
            sha256="",
            sidecar={"block": planned.get(name)},
            outcome="missing",
        )


def _failed_run(reason: str) -> LogRun:
    return LogRun(None, None, "error", reason, None, (), "")


def _planned(plan: dict[str, Any]) -> dict[tuple[str, str, str, int], int | None]:
    """Return the measurements of a run's schedule and the block each is in."""
    return {
        (
            str(block["vmm"]),
            str(item["measurement"]),
            str(item["case"]),
            int(item["repetition"]),
        ): block.get("block")
        for block in plan.get("blocks") or ()
        for item in block.get("measurements") or ()
    }


def _reasons(host: Path) -> dict[tuple[str, str, str, int], str]:
    """Return why measurements of a host are missing, as its runner says."""
    try:
        progress = json.loads((host / "progress.json").read_bytes())
        return {
            (item["vmm"], item["measurement"], item["case"], int(item["repetition"])): str(
                item["reason"]
            )
            for item in progress.get("missing") or ()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _sidecar(log: LogFile) -> tuple[dict[str, Any], bool]:
    """Return what a log's sidecar says, and whether it is there and unreadable."""
    if not log.sidecar:
        return {}, False
    try:
        found = json.loads(Path(log.path).with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return {}, True
    return (found, False) if isinstance(found, dict) else ({}, True)


def pick(runs: Sequence[LogRun], measurement: str, case: str) -> LogRun:
    """Return the run that a log in the folder of `measurement` and `case` is about.

    That is the only good run of the folder's tool; a failed try before it (`Bootup is not yet
    finished`) does not count. Where no run is of that tool, the log is in the wrong folder, and
    its only good run is returned as it is. Two good runs are an error: one log is one measurement.
    """
    wanted = _WANTED.get((measurement, case)) or _WANTED.get((measurement, ""), "sysbench")
    fitting = [run for run in runs if run.parser == wanted] or list(runs)
    good = [run for run in fitting if run.outcome == "ok"]
    if len(good) > 1:
        return _failed_run(f"{len(good)} results in one log; one log holds one measurement")
    return good[0] if good else fitting[-1]


def write_csv(samples: pd.DataFrame, path: Path) -> None:
    """Write the frame of the samples as CSV (UTF-8, comma, a header)."""
    samples.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
