"""`vmmlab status`: what of a run is done, missing or failed, per host."""

import argparse
import dataclasses
import json
from pathlib import Path

from collector.errors import UnusableInputError, did_you_mean, listing
from collector.exit_status import ExitStatus
from collector.plan.project import ROOT, near
from collector.run.status import closing_lines
from collector.run.summary import summarize

HELP = "what of a run is done, missing or failed, per host"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `vmmlab status`."""
    parser.add_argument("run", help="folder of a run, or the name of one in results/")
    parser.add_argument("--json", action="store_true", help="print every missing log as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what of a run is there; FINDINGS when something is missing."""
    summary = summarize(_folder(arguments.run))
    if arguments.json:
        print(json.dumps(dataclasses.asdict(summary), indent=1, default=str))
    else:
        end = f"finished {summary.finished}" if summary.finished else "not finished"
        print(f"Run {summary.run}, plan {summary.plan}, started {summary.started}, {end}")
        for line in closing_lines(summary):
            print(line)
    return ExitStatus.FINDINGS if summary.made < summary.planned else ExitStatus.OK


def _folder(given: str) -> Path:
    results = ROOT / "results"
    for path in (Path(given), results / given):
        if path.is_dir():
            return path
    runs = [path.parent.name for path in sorted(results.glob("*/run.json"))]
    raise UnusableInputError(
        f"{given}: there is no such run{did_you_mean(given, runs)};"
        f" runs in {near(results)}: {listing(runs)}"
    )
