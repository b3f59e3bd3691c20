"""`vmmlab run`: the playbooks with one live progress display, a summary and an exit code."""

import argparse
import json
from getpass import getpass
from pathlib import Path

from collector.errors import UnusableInputError, did_you_mean, listing
from collector.exit_status import ExitStatus
from collector.plan.load import resolve_plan
from collector.plan.project import ROOT, find_plan, near, vmm_types
from collector.plan.record import checked_name
from collector.run.display import make_display
from collector.run.follow import Follower
from collector.run.front import KeptLog, lab_hosts, run_playbook
from collector.run.status import closing_lines
from collector.run.summary import summarize

HELP = "run the playbooks with one live progress display"
_TAIL = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `vmmlab run`."""
    parser.add_argument(
        "playbook", nargs="?", default="full", help="a stage, or a path (default: full)"
    )
    parser.add_argument("-i", "--inventory", help="as of ansible-playbook (default: virtual lab)")
    parser.add_argument("--plan", help="name of a plan or path to one")
    parser.add_argument("--run", dest="run_name", metavar="NAME", help="new run, or one to go on")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PART",
        help="measure this part of the run again: the beginning of VMM/SUBJECT/CASE/NN, with *"
        " for any name (repeatable)",
    )
    hosts = parser.add_mutually_exclusive_group()
    hosts.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="NAME",
        help="work on this lab host alone (repeatable)",
    )
    parser.add_argument("--check", action="store_true", help="change nothing, say what would be")
    hosts.add_argument("-l", "--limit", metavar="HOSTS", help="as of ansible-playbook")
    parser.add_argument(
        "-e", "--extra-vars", action="append", default=[], metavar="VAR=VALUE", help="repeatable"
    )
    parser.add_argument(
        "-K",
        "--ask-become-pass",
        action="store_true",
        help="ask for the password that sudo wants on lab hosts",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the playbook; FINDINGS when something failed or is missing."""
    playbook = _playbook(arguments.playbook)
    options = _options(arguments)
    password = _password() if arguments.ask_become_pass else ""
    follower = Follower()
    log = KeptLog(ROOT / ".ansible" / "logs")
    try:
        with make_display(follower) as display:
            code, stopped = run_playbook(
                playbook, options, follower, display, log, become_password=password
            )
    finally:
        log.close()
    for line in follower.closing:
        print(line)
    if stopped:
        _say_how_to_go_on(follower)
    elif code and not follower.closing:
        print(f"ansible-playbook ended with {code}; the last it said:")
        print(*log.path.read_text(encoding="utf-8").splitlines()[-_TAIL:], sep="\n")
    print(f"Ansible's log: {near(log.path.absolute())}")
    return _exit_status(code, follower, check=arguments.check)


def _password() -> str:
    """Return the password that somebody types.

    Raises:
        UnusableInputError: nobody does.
    """
    try:
        if password := getpass("Password for sudo: "):
            return password
    except (EOFError, KeyboardInterrupt):
        print()
    raise UnusableInputError(
        "-K asks for the password that sudo wants, and none was typed; nothing was started. Without"
        " a terminal, set ansible_become_password in a file that ansible-vault encrypts"
    )


def _exit_status(code: int, follower: Follower, *, check: bool) -> ExitStatus:
    if code:
        return ExitStatus.FINDINGS
    if check or follower.run_dir is None or not (follower.run_dir / "run.json").is_file():
        return ExitStatus.OK
    summary = summarize(follower.run_dir)
    return ExitStatus.FINDINGS if summary.made < summary.planned else ExitStatus.OK


def _say_how_to_go_on(follower: Follower) -> None:
    print("Stopped. A lab host that is measuring goes on by itself and keeps what it measures.")
    if follower.run_dir and (follower.run_dir / "run.json").is_file():
        for line in closing_lines(summarize(follower.run_dir)):
            print(line)
    else:
        print("No run was started yet: the same command begins again.")


def _playbook(given: str) -> Path:
    """Return the playbook called `given`, or at that path.

    Raises:
        UnusableInputError: there is none; the text lists those there are.
    """
    folder = ROOT / "playbooks"
    names = [path.stem for path in sorted(folder.glob("*.yml"))]
    if given in names:
        return folder / f"{given}.yml"
    if Path(given).is_file():
        return Path(given).absolute()
    raise UnusableInputError(
        f"no playbook is called '{given}'{did_you_mean(given, names)};"
        f" playbooks in {near(folder)}: {listing(names)}"
    )


def _options(arguments: argparse.Namespace) -> list[str]:
    """Return the options for ansible-playbook; paths do not depend on the working directory."""
    options = []
    if arguments.inventory:
        options += ["--inventory", _inventory(arguments.inventory)]
    if arguments.check:
        options.append("--check")
    if limit := arguments.limit or ",".join(_host_limit(arguments)):
        options += ["--limit", limit]
    for extra in arguments.extra_vars:
        options += ["--extra-vars", extra]
    named: dict[str, str] = {}
    if arguments.only:
        if not arguments.run_name:
            raise UnusableInputError("--only is a part of an existing run: name it with --run")
        named["only"] = ",".join(arguments.only)
    if arguments.plan:
        path = find_plan(arguments.plan)
        resolve_plan(path, vmm_types())
        by_name = path.absolute().parent == ROOT / "inventory" / "plans"
        named["plan"] = path.stem if by_name else str(path.absolute())
    if arguments.run_name:
        named["run_name"] = checked_name(arguments.run_name)
    if named:
        options += ["--extra-vars", json.dumps(named)]
    return options


def _host_limit(arguments: argparse.Namespace) -> list[str]:
    """Return the hosts named; what serves all of the lab stays in any limit.

    Raises:
        UnusableInputError: the inventory has no such host; Ansible would go on without it.
    """
    if not arguments.host:
        return []
    known = lab_hosts(_inventory(arguments.inventory) if arguments.inventory else None)
    for host in arguments.host:
        if host not in known:
            raise UnusableInputError(
                f"--host '{host}': no such host in the group lab{did_you_mean(host, known)};"
                f" there are: {listing(known)}"
            )
    return list(arguments.host)


def _inventory(given: str) -> str:
    if "," in given:  # a list of hosts
        return given
    if not Path(given).exists():
        raise UnusableInputError(f"{given}: there is no such inventory")
    return str(Path(given).absolute())
