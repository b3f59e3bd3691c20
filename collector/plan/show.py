"""Plans on the terminal."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from collector.errors import listing
from collector.plan.load import load_plan
from collector.plan.model import Plan
from collector.plan.project import ROOT, near, vmm_types
from collector.plan.schedule import EMULATED, HARDWARE, blocks
from collector.plan.totals import Totals, duration, totals
from collector.subjects.parts.plan import Costs


def show_plan(plan: Plan, record: Mapping[str, Any], sums: Totals, *, emulated: bool) -> None:
    """Print what `plan` measures, in which order, and how long it takes on each lab host."""
    console = _console()
    console.print(f"Plan {plan.name}: {plan.description}".rstrip(": "))
    console.print(
        f"{sums.logs} logs in {sums.guest_starts} guest starts on each lab host:"
        f" about {_time(record, plan, HARDWARE)} with KVM,"
        f" {_time(record, plan, EMULATED)} in a virtual lab that emulates it."
    )
    console.print(f"Seconds on a lab host {'that emulates KVM' if emulated else 'with KVM'}:")
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column("VMM")
    table.add_column("subject")
    table.add_column("logs", justify="right")
    table.add_column("seconds", justify="right")
    previous = ""
    for row in sums.subjects:
        vmm = "" if row.vmm == previous else row.vmm
        previous = row.vmm
        table.add_row(vmm, row.subject, str(row.logs or "-"), f"{row.seconds:.0f}")
    table.add_section()
    table.add_row("total", "", str(sums.logs), f"{sums.wall_s:.0f}")
    console.print(table)
    for name, reason in record["left_out"].items():
        console.print(f"Left out: {name}: {reason}")
    order = [block["vmm"] for block in record["blocks"]][: len(record["vmms"])]
    console.print(
        f"Order, seed {record['seed']}: {listing(order)}; every second repetition the other way"
        " round."
    )
    console.print(
        f"A guest measures in {sums.measuring_s:.0f} of {sums.wall_s:.0f} s"
        f" ({sums.measuring_share:.1%}; booting is measured too)."
    )


def _time(record: Mapping[str, Any], plan: Plan, costs: Costs) -> str:
    made = blocks(plan, record["vmms"], record["seed"], costs)
    return duration(totals(plan, made, costs).wall_s)


def show_plans(costs: Costs) -> None:
    """Print a line for each plan of the checkout."""
    names = list(vmm_types())
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("plan", "what it measures"):
        table.add_column(heading)
    for heading in ("logs", "time"):
        table.add_column(heading, justify="right")
    for path in sorted((ROOT / "inventory" / "plans").glob("*.yml")):
        plan, _ = load_plan(near(path))
        sums = totals(plan, blocks(plan, names, 0, costs), costs)
        table.add_row(plan.name, plan.description, str(sums.logs), duration(sums.wall_s))
    console = _console()
    console.print(table)
    console.print(f"For each lab host, with the VMMs {listing(names)}.")


def _console() -> Console:
    """Return a console that never cuts a line short when nobody looks at it."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=120)
