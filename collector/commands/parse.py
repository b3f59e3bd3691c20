"""`vmmlab parse`: what is read from any log, by the metric names used everywhere."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from collector.errors import UnusableInputError
from collector.exit_status import ExitStatus
from collector.metrics import METRICS, metric
from collector.parsers import LogRun, Value, parse_log

__all__ = ["HELP", "configure", "entry", "run"]

HELP = "what is read from any log"

_ORDER = {name: rank for rank, name in enumerate(METRICS)}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `vmmlab parse`."""
    parser.add_argument("logs", nargs="+", metavar="LOG", help="a log; - is the standard input")
    parser.add_argument("--json", action="store_true", help="print a JSON array, one entry per run")


def run(arguments: argparse.Namespace) -> int:
    """Print every run in the given logs; OK when all are good, FINDINGS otherwise."""
    found = [(name, item) for name in arguments.logs for item in parse_log(_read(name))]
    if arguments.json:
        print(json.dumps([entry(name, item) for name, item in found], indent=2))
    else:
        print("\n\n".join(_table(name, item) for name, item in found))
    good = all(item.outcome == "ok" for _, item in found)
    return ExitStatus.OK if good else ExitStatus.FINDINGS


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except IsADirectoryError:
        raise UnusableInputError(
            f"{name}: a folder; name the logs in it, or read results with `vmmlab report`"
        ) from None
    except OSError as error:
        raise UnusableInputError(f"{name}: {error.strerror}; give the path of a log") from None


def _plain(value: Value) -> float | str:
    """Return the value, whole numbers as such."""
    number = value.value
    if isinstance(number, float) and metric(value.metric).whole and number.is_integer():
        return int(number)
    return number


def entry(name: str, item: LogRun) -> dict[str, Any]:
    """Return what `--json` prints of one run of the log called `name`."""
    return {
        "log": name,
        "tool": item.tool,
        "version": item.version,
        "outcome": item.outcome,
        "reason": None if item.reason is None else str(item.reason),
        "line": item.line,
        "values": {value.metric: _plain(value) for value in item.values},
    }


def _table(name: str, item: LogRun) -> str:
    """Return a run as a table of metric, value, unit, line."""
    tool = " ".join(filter(None, (item.tool, item.version))) or "no tool recognised"
    place = f"{name}:{item.line}" if item.line else name
    head = f"{place}: {tool}: {item.outcome}" + (f": {item.reason}" if item.reason else "")
    ordered = sorted(item.values, key=lambda value: _ORDER[value.metric.partition("[")[0]])
    rows = [
        (value.metric, str(_plain(value)), metric(value.metric).unit, f"line {value.line}")
        for value in ordered
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    lines = [
        f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}"
        for row in rows
    ]
    return "\n".join([head, *lines])
