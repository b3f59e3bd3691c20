"""`vmmlab report`: workbook, HTML page and CSV from results."""

import argparse
from pathlib import Path

from collector.commands.language import add_language
from collector.commands.margin import add_margin
from collector.exit_status import ExitStatus
from collector.from_host import printable

HELP = "workbook, HTML page and CSV from results"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = (
        "Exit codes: 0 nothing is missing or contradictory, 1 something is (the files are written),"
        " 2 the input cannot be used."
    )
    parser.add_argument(
        "results",
        nargs="+",
        type=Path,
        metavar="RESULTS",
        help="a results folder, one run, one lab host or one VMM's folder",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("report.xlsx"),
        metavar="FILE",
        help="the workbook (default: %(default)s)",
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="the HTML page (default: beside the workbook)"
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="all samples (default: samples.csv beside it)"
    )
    add_language(parser, "zh", "all words")
    add_margin(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the reports; return OK, or FINDINGS when numbers are missing or contradictory."""
    # pandas and openpyxl take a third of a second to import: not for `vmmlab --help`.
    from collector.jobs.report import Files, make_reports  # noqa: PLC0415

    output: Path = arguments.output
    files = Files(
        output,
        arguments.html or output.with_suffix(".html"),
        arguments.csv or output.with_name("samples.csv"),
    )
    summary = make_reports(arguments.results, files, arguments.lang, arguments.margin)
    for line in summary.lines:
        print(printable(line))
    return ExitStatus.OK if summary.clean else ExitStatus.FINDINGS
