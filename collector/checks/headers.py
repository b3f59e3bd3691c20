"""The folder a log lies in against what the log says of itself."""

import re
from dataclasses import replace
from typing import Any

from collector.findings import Finding
from collector.gather import PARSERS, wanted_parser
from collector.identities.fileio import WORDS
from collector.identities.printed import about, plain
from collector.logs import Log

_TOOLS = {
    "boot": ("systemd-analyze",),
    "memory-footprint": ("pmap", "smaps_rollup"),
    "sysbench-cpu": ("sysbench-cpu",),
    "sysbench-memory": ("sysbench-memory",),
    "fileio-latency": ("sysbench-fileio",),
    "fileio-throughput": ("sysbench-fileio",),
    "fileio-iops": ("sysbench-fileio",),
}
_REPORT_SHAPES = {
    "fileio-latency": (1.0, 4096.0),
    "fileio-throughput": (32.0, 131072.0),
    "fileio-iops": (32.0, 4096.0),
}
"""Threads and bytes of a block in the report's commands, for folders without a plan."""
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def size_in_bytes(text: object) -> float | None:
    """Return what `4k`, `128K`, `1M` mean to sysbench; None for what is no size."""
    found = re.fullmatch(r"(\d+)([kmg]?)", str(text).strip().lower())
    return float(int(found[1]) * _UNITS[found[2]]) if found else None


def wrong_folder(log: Log, plan: dict[str, Any]) -> list[Finding]:
    """Return a contradiction for each thing in which the log is not what its folder says."""
    stranger = _of_another_tool(log)
    if stranger or log.outcome != "ok":
        return stranger
    findings = _differs(log, "threads", _threads_of_case(log.case), "threads")
    if log.measurement == "sysbench-memory":
        return findings + _memory(log)
    if log.measurement in _REPORT_SHAPES:
        return findings + _fileio(log, plan)
    return findings


def _of_another_tool(log: Log) -> list[Finding]:
    """Say when a log is of another tool, or of another of its tool's outputs."""
    tools = _TOOLS.get(log.measurement)
    if tools and log.tool and log.tool not in tools:
        found, wanted = log.tool, " or ".join(tools)
    elif log.outcome == "ok" and (log.case == "default" or (log.measurement, log.case) in PARSERS):
        found, wanted = log.parser, wanted_parser(log.measurement, log.case)
    else:
        return []
    if found == wanted:
        return []
    message = (
        f"this is a log of {found}, but the folder is {log.measurement}/{log.case}: put it where it"
        f" belongs, or replace it by a log of {wanted}"
    )
    return [log.finding("contradiction", "", message)]


def _threads_of_case(case: str) -> float | None:
    found = re.fullmatch(r"threads-(\d+)", case)
    return float(found[1]) if found else None


def _memory(log: Log) -> list[Finding]:
    named = re.fullmatch(r"(seq|rnd)-(.+)", log.case)
    if named is None:
        return []
    mode, size = named.groups()
    findings = _differs(log, "block_size_bytes", size_in_bytes(size), "bytes per block")
    said = log.words.get("access_mode")
    if said and said != mode:
        message = (
            f"the log was made with --memory-access-mode={said}, but lies in the folder"
            f" {log.case}: move it to the folder of its own access mode"
        )
        findings.append(log.finding("contradiction", "access_mode", message))
    return findings


def _fileio(log: Log, plan: dict[str, Any]) -> list[Finding]:
    findings: list[Finding] = []
    mode = log.words.get("file_test_mode")
    if mode and log.case in WORDS and mode != log.case:
        message = (
            f"the log is of a {WORDS.get(mode, mode)} test ({mode}), but lies in the folder"
            f" {log.case} ({WORDS[log.case]}): move it to the folder of its own mode"
        )
        findings.append(log.finding("contradiction", "file_test_mode", message))
    planned = _planned_shape(log.measurement, plan)
    threads, block = planned or _REPORT_SHAPES[log.measurement]
    if _threads_of_case(log.case) is not None:
        threads = None  # the folder says it
    for finding in (
        *_differs(log, "threads", threads, "threads"),
        *_differs(log, "file_block_size_bytes", block, "bytes per block"),
    ):
        # without a plan the report's commands are a guess, unless they are those of another table
        sure = planned is not None or _of_another_table(log)
        findings.append(finding if sure else replace(finding, severity="note"))
    return findings


def _of_another_table(log: Log) -> bool:
    """Whether a log has the block size, or the single thread, of another of the report's tables."""
    own_threads, own_block = _REPORT_SHAPES[log.measurement]
    block = log.numbers.get("file_block_size_bytes")
    if block != own_block and block in {shape[1] for shape in _REPORT_SHAPES.values()}:
        return True
    return own_threads == 1 and block == own_block


def _planned_shape(
    measurement: str, plan: dict[str, Any]
) -> tuple[float | None, float | None] | None:
    """Return threads and bytes of a block as planned; None where no plan says."""
    fileio = plan.get("fileio")
    shape = fileio.get(measurement.removeprefix("fileio-")) if isinstance(fileio, dict) else None
    if not isinstance(shape, dict):
        return None
    threads = shape.get("threads")
    return (
        float(threads) if isinstance(threads, int | float) else None,
        size_in_bytes(shape.get("block_size", "")),
    )


def _differs(log: Log, metric: str, expected: float | None, unit: str) -> list[Finding]:
    found = log.numbers.get(metric)
    # a block below 1 KiB is printed as 0KiB by sysbench memory
    if expected is None or found is None or found == expected or (found == 0 and expected < 1024):  # noqa: PLR2004
        return []
    message = (
        f"the log says {plain(found)} {unit}, but {log.measurement}/{log.case} means"
        f" {about(expected)}: its numbers belong to another case; move the log or measure again"
    )
    return [log.finding("contradiction", metric, message)]
