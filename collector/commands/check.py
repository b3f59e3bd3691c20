"""`vmmlab check`: what contradicts what, in results folders and workbooks."""

import argparse
import dataclasses
import json
import textwrap
from pathlib import Path
from typing import Any

from collector.exit_status import ExitStatus
from collector.from_host import printable
from collector.jobs.check import Checked, check_paths
from collector.jobs.class_list import verdict_of, write_class_list

HELP = "what contradicts what, in results folders and workbooks"

_EPILOG = """\
A PATH is a folder with results, a run, a host or a VMM of one, or a workbook with the report's
tables (.xlsx), also one typed by hand: tables are found by their headings, in Chinese or English.
Workbooks in a folder are checked beside its results, but those that vmmlab report wrote.

  vmmlab check results
  vmmlab check homework.xlsx
  vmmlab check class/* --list class.xlsx

A contradiction says that numbers cannot all be true, that a log lies in the wrong folder, or that
the two sides were not measured alike. A note says what a reader should know.

Exit code: 0 no contradiction; 1 contradictions; 2 a path cannot be used (the others are checked).
"""
_WIDTH = 96


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `vmmlab check`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="results or a workbook")
    parser.add_argument(
        "--list",
        type=_list_name,
        metavar="FILE",
        help="one row per path with counts and the first findings, as .csv or .xlsx",
    )
    parser.add_argument(
        "--json", action="store_true", help="print a JSON array, one entry per path"
    )
    parser.add_argument("--no-notes", action="store_true", help="print contradictions only")


def _list_name(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise argparse.ArgumentTypeError(f"'{text}' must end with .csv or .xlsx")
    return path


def run(arguments: argparse.Namespace) -> int:
    """Check the given paths and say what was found."""
    results = check_paths(arguments.paths)
    if arguments.list:
        write_class_list(results, arguments.list)
    if arguments.json:
        print(json.dumps([_entry(checked) for checked in results], indent=2, ensure_ascii=False))
    else:
        for checked in results:
            _show(checked, notes=not arguments.no_notes)
    verdicts = {verdict_of(checked) for checked in results}
    if "unusable" in verdicts:
        return ExitStatus.UNUSABLE
    return ExitStatus.FINDINGS if "findings" in verdicts else ExitStatus.OK


def _entry(checked: Checked) -> dict[str, Any]:
    findings = [
        {
            **dataclasses.asdict(finding),
            "message": finding.message.english,
            "place": finding.place,
        }
        for finding in checked.findings
    ]
    return {
        "path": str(checked.path),
        "verdict": verdict_of(checked),
        "content": checked.content,
        "error": checked.error or None,
        "findings": findings,
    }


def _show(checked: Checked, *, notes: bool) -> None:
    if checked.error:
        print(f"{printable(str(checked.path))}: UNUSABLE")
        _print_text(checked.error, "    ")
        return
    counts = f"{checked.count('contradiction')} contradictions, {checked.count('note')} notes"
    print(f"{printable(str(checked.path))}: {counts} ({checked.content})")
    for finding in checked.findings:
        if finding.severity == "note" and not notes:
            continue
        print(f"  {finding.severity} at {printable(finding.place)}")
        _print_text(finding.message.english, "    ")


def _print_text(text: str, indent: str) -> None:
    print(
        textwrap.fill(
            printable(text),
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
    )
