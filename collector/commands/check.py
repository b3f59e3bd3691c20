"""`vmmlab check`: what contradicts what, in results folders and workbooks."""

import argparse
import dataclasses
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collector.commands.language import add_language
from collector.exit_status import ExitStatus
from collector.findings import Severity
from collector.from_host import printable
from collector.jobs.check import Checked, check_paths
from collector.jobs.class_list import verdict_of, write_class_list
from collector.words import Language, Message, Text, say

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
_AT: dict[Severity, Message] = {
    "contradiction": say("contradiction at {place}"),
    "note": say("note at {place}"),
}


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
    add_language(parser, "en", "what is printed; --json and --list stay English")


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
            _show(checked, arguments.lang, notes=not arguments.no_notes)
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
        "content": str(checked.content),
        "error": str(checked.error) or None,
        "findings": findings,
    }


def _show(checked: Checked, language: Language, *, notes: bool) -> None:
    for indent, said in _said(checked, notes=notes):
        text = printable(said.render(language) if isinstance(said, Message) else said)
        print(_folded(text, indent) if language == "en" else indent + text)


def _said(checked: Checked, *, notes: bool) -> Iterator[tuple[str, Text]]:
    """Yield indentation and text of what there is to say about a path."""
    path = str(checked.path)
    if checked.error:
        yield "", say("{path}: UNUSABLE", path=path)
        yield "    ", checked.error
        return
    yield (
        "",
        say(
            "{path}: {contradictions} contradictions, {notes} notes ({content})",
            path=path,
            contradictions=checked.count("contradiction"),
            notes=checked.count("note"),
            content=checked.content,
        ),
    )
    for finding in checked.findings:
        if finding.severity == "contradiction" or notes:
            yield "  ", _AT[finding.severity].filled(place=finding.place)
            yield "    ", finding.message


def _folded(text: str, indent: str) -> str:
    """Return a sentence in lines; one that stands at a path or a place is a line of its own."""
    if len(indent) < len("    "):
        return indent + text
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
