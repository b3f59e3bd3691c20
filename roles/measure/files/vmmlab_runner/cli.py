"""The runner's command line; the lab's units and the controller use it."""

import argparse
import errno
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from vmmlab_runner.errors import RunnerError
from vmmlab_runner.layout import Layout
from vmmlab_runner.pack import pack
from vmmlab_runner.run import BUSY, FAILED, Run, execute, no_space, request


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="vmmlab_runner", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path("/"), help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure what is missing (the unit's program)")
    start = commands.add_parser("start", help="start the unit unless nothing is missing")
    start.add_argument("--who", default="?", help="whom the lock names")
    packed = commands.add_parser("pack", help="print finished files for the controller")
    packed.add_argument("--first", type=int, default=0, help="line of the journal to begin with")
    for command in (run, start, packed):
        command.add_argument("run", metavar="RUN")
    arguments = parser.parse_args(argv)
    layout = Layout(arguments.root)
    try:
        match arguments.command:
            case "run":
                return execute(Run(layout, arguments.run))
            case "start":
                print(request(Run(layout, arguments.run), arguments.who))
            case _:
                json.dump(pack(layout.run(arguments.run), arguments.first), sys.stdout)
    except RunnerError as error:
        print(error, file=sys.stderr)
        return BUSY
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(no_space(layout.run(arguments.run)), file=sys.stderr)
        return FAILED
    return 0
