"""The command line `vmmlab`: it names the sub-commands and imports only the one asked for."""

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence

from collector import __version__
from collector.errors import UnusableInputError
from collector.exit_status import ExitStatus

COMMANDS = {
    "run": "run the playbooks with one live progress display",
    "status": "what of a run is done, missing or failed, per host",
    "plan": "what a plan measures, in which order, and how long it takes",
    "parse": "what is read from any log",
    "report": "workbook, HTML page and CSV from results",
    "check": "what contradicts what, in results folders and workbooks",
    "compare": "whether two sides differ, with what confidence",
}


def build_parser(chosen: str | None) -> argparse.ArgumentParser:
    """Return the parser of all sub-commands; only `chosen` has its own options.

    Importing pandas for `--help` would cost a second, so the others are names with a help text.
    """
    parser = argparse.ArgumentParser(
        prog="vmmlab",
        description="Measure hypervisors on lab hosts, and make workbooks of what was measured.",
    )
    parser.add_argument("--version", action="version", version=f"vmmlab {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == chosen:
            importlib.import_module(f"collector.commands.{name}").configure(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run `vmmlab` with `argv` (default: the process's own) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in arguments if word in COMMANDS), None)
    parsed = build_parser(chosen).parse_args(arguments)
    try:
        command = importlib.import_module(f"collector.commands.{parsed.command}")
        # What was imported stays: the collector of garbage need not go through it time and again.
        gc.freeze()
        return int(command.run(parsed))
    except UnusableInputError as error:
        from collector.from_host import printable  # noqa: PLC0415 - most of the time of --help

        print(f"vmmlab {parsed.command}: {printable(error, lines=True)}", file=sys.stderr)
        return ExitStatus.UNUSABLE
    except BrokenPipeError:
        sys.stderr.close()
        return ExitStatus.OK
    except Exception:  # noqa: BLE001 - Python's own exit code for it is 1, which means findings
        import traceback  # noqa: PLC0415 - a fifth of the time of --help, and hardly ever needed

        traceback.print_exc()
        return ExitStatus.BROKEN


def entry_point() -> None:
    """Run the command line as a program."""
    sys.exit(main())
