"""`vmmlab plan`: what a plan measures, in which order and how long; start the record of a run."""

import argparse
import json
import secrets
from pathlib import Path
from typing import Any

from collector.errors import UnusableInputError
from collector.exit_status import ExitStatus
from collector.plan.load import resolve_plan
from collector.plan.model import Plan
from collector.plan.part import part
from collector.plan.project import (
    control_name,
    find_plan,
    usual_guest,
    vmm_entries,
    vmm_types,
    with_control,
)
from collector.plan.record import (
    Wanted,
    checked_name,
    continued,
    finished,
    new_record,
    read_record,
    write_record,
)
from collector.plan.schedule import EMULATED, HARDWARE, blocks
from collector.plan.show import show_plan, show_plans
from collector.plan.totals import totals
from collector.subjects.parts.plan import Costs, Guest

HELP = "what a plan measures, in which order, and how long it takes"
SHOWN_SEED = 1
"""Draws the order that is shown when nobody gave a seed; a run draws its own."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `vmmlab plan`."""
    parser.add_argument("plan", nargs="?", help="name of a plan or path to one; none: list them")
    parser.add_argument(
        "--vmms",
        metavar="A,B",
        help="names to measure, NAME:TYPE for a second one of a type, or the list as JSON"
        " (default: every VMM there is)",
    )
    parser.add_argument("--seed", type=_seed, help="draws the order (default: the plan's, or new)")
    parser.add_argument("--emulated", action="store_true", help="times of the virtual lab")
    parser.add_argument("--json", action="store_true", help="print the schedule as JSON")
    parser.add_argument(
        "--guest-disk",
        type=_mebibytes,
        metavar="MIB",
        help="size of the guests' disk, which must hold the plan's files (default: that of a lab"
        " that sets no guest_image_size_mib)",
    )
    parser.add_argument(
        "--guest-memory", type=_mebibytes, metavar="MIB", help="memory of the smallest guest"
    )
    record = parser.add_argument_group("the record of a run")
    record.add_argument("--start", type=Path, metavar="DIR", help="write DIR/run.json, or go on")
    record.add_argument("--check", action="store_true", help="write nothing, say what would be")
    record.add_argument("--finish", type=Path, metavar="DIR", help="note the end in DIR/run.json")
    record.add_argument("--hosts", default="", metavar="A,B", help="lab hosts of the run")
    record.add_argument(
        "--only",
        default="",
        metavar="A,B",
        help="show this part of the run alone: the beginnings of VMM/SUBJECT/CASE/NN",
    )
    record.add_argument(
        "--left-out",
        action="append",
        default=[],
        metavar="VMM=WHY",
        help="a VMM that is wanted and cannot be measured (repeat for more)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show a plan, or write the record of a run."""
    if arguments.finish:
        return _finish(arguments.finish)
    existing = read_record(arguments.start) if arguments.start else None
    if not arguments.plan and not existing:
        if arguments.start:
            raise UnusableInputError("--start needs a plan; 'vmmlab plan' lists them")
        show_plans(_costs(arguments))
        return ExitStatus.OK
    wanted = _wanted(arguments, existing)
    costs = _costs(arguments)
    if existing and arguments.start:
        record = continued(existing, wanted, arguments.start / "run.json")
    else:
        seed = _first(arguments.seed, wanted.plan.seed)
        if seed is None:
            seed = secrets.randbelow(2**32) if arguments.start else SHOWN_SEED
        name = checked_name(arguments.start.absolute().name) if arguments.start else "(not started)"
        names = [entry.name for entry in wanted.measured]
        record = new_record(name, wanted, seed, blocks(wanted.plan, names, seed, costs))
    patterns = [word for word in arguments.only.split(",") if word]
    chosen = {**record, "blocks": part(record["blocks"], patterns)} if patterns else record
    changed = bool(arguments.start) and record != existing
    if changed and not arguments.check:
        write_record(arguments.start, record)
    _print(arguments, chosen, wanted, changed=changed)
    return ExitStatus.OK


def _print(
    arguments: argparse.Namespace, record: dict[str, Any], wanted: Wanted, *, changed: bool
) -> None:
    costs = _costs(arguments)
    sums = totals(wanted.plan, record["blocks"], costs)
    if arguments.json:
        estimate = {
            "logs": sums.logs,
            "guest_starts": sums.guest_starts,
            "wall_s": round(sums.wall_s, 1),
            "measuring_s": round(sums.measuring_s, 1),
            "measuring_share": round(sums.measuring_share, 4),
        }
        extra: dict[str, Any] = {"changed": changed, "estimate": estimate}
        if arguments.start:
            extra["directory"] = str(arguments.start.absolute())
        print(json.dumps({**extra, **record}))
    else:
        show_plan(wanted.plan, record, sums, emulated=arguments.emulated)
        if arguments.start:
            would = "would be " if arguments.check else ""
            state = f"{would}written" if changed else "there already, the run goes on"
            print(f"{arguments.start / 'run.json'}: {state}")


def _finish(directory: Path) -> int:
    record = read_record(directory)
    if record is None:
        raise UnusableInputError(f"{directory / 'run.json'}: there is no such run")
    write_record(directory, finished(record, directory))
    return ExitStatus.OK


def _wanted(arguments: argparse.Namespace, existing: dict[str, Any] | None) -> Wanted:
    """Return what is asked for; what is not said is as the existing run has it."""
    types = vmm_types()
    given = _given_vmms(arguments.vmms)
    left_out = dict(_left_out(item) for item in arguments.left_out)
    if existing:
        given = existing["vmm_entries"] if given is None else given
        left_out = {**left_out, **existing["left_out"]}
    if arguments.plan:
        plan = resolve_plan(find_plan(arguments.plan), types, _guest(arguments))
    else:
        recorded = (existing or {})["plan"]
        plan = Plan.from_data(recorded["name"], recorded)
    entries = with_control(vmm_entries(given, types), plan.control, types)
    if plan.control in left_out:
        left_out.setdefault(control_name(plan.control), left_out[plan.control])
    hosts = tuple(host for host in arguments.hosts.split(",") if host)
    wanted = Wanted(plan, entries, left_out, hosts)
    if not wanted.measured:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise UnusableInputError(f"every VMM is left out, nothing can be measured ({reasons})")
    return wanted


def _guest(arguments: argparse.Namespace) -> Guest:
    """Return what is known of the guests; who starts a run says it of its own lab."""
    given = (arguments.guest_disk, arguments.guest_memory)
    usual = (None, None) if arguments.start else usual_guest()
    return Guest(*(_first(*pair) for pair in zip(given, usual, strict=True)))


def _given_vmms(text: str | None) -> list[Any] | None:
    if text is None:
        return None
    if text.lstrip().startswith("["):
        try:
            return list(json.loads(text))
        except ValueError as error:
            raise UnusableInputError(f"--vmms: not JSON: {error}") from error
    entries: list[Any] = []
    for word in filter(None, (word.strip() for word in text.split(","))):
        name, colon, kind = word.partition(":")
        entries.append({"name": name, "type": kind} if colon else name)
    return entries


def _left_out(text: str) -> tuple[str, str]:
    name, equals, reason = text.partition("=")
    if not (name and equals and reason.strip()):
        raise UnusableInputError(f"--left-out '{text}': expected VMM=WHY")
    return name, reason.strip()


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 0 to 4294967295")
    return int(text)


def _mebibytes(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number of MiB")
    return int(text)


def _costs(arguments: argparse.Namespace) -> Costs:
    return EMULATED if arguments.emulated else HARDWARE


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
