"""The runner's command line; the lab's units and the controller use it."""

import argparse
import errno
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from vmmlab_runner import trial
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
    tried = commands.add_parser("trial", help="start one guest of each VMM up to a login")
    tried.add_argument("--look", action="store_true", help="only say which were not tried yet")
    tried.add_argument("--timeout", type=float, default=120.0, help="seconds for a guest's boot")
    tried.add_argument("--who", default="?", help="whom the lock names")
    tried.add_argument("vmms", metavar="VMM", nargs="+")
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
            case "trial" if arguments.look:
                json.dump(trial.needed(layout, arguments.vmms), sys.stdout)
            case "trial":
                words = (arguments.vmms, arguments.timeout, arguments.who)
                json.dump(trial.attempt(layout, *words), sys.stdout)
            case _:
                json.dump(pack(layout.run(arguments.run), arguments.first), sys.stdout)
    except RunnerError as error:
        print(error, file=sys.stderr)
        return BUSY
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = layout.disk.parent if arguments.command == "trial" else layout.run(arguments.run)
        print(no_space(where), file=sys.stderr)
        return FAILED
    return 0
