"""Boot time, as `systemd-analyze` in the guest tells it."""

from collections.abc import Iterator, Mapping

from collector.identities.boot import boot_sum
from collector.identities.printed import Numbers, Problem
from collector.subjects.parts.cited import Cited
from collector.subjects.parts.folder import no_problems, nothing, only_default
from collector.subjects.parts.looks import Chart, PerRepetition, Table, Texts
from collector.subjects.parts.metric import Metric
from collector.subjects.parts.model import Format, Stated, Subject
from collector.subjects.parts.plan import Costs, Plan, PlanPart, Step
from collector.words import Message, say

_TOOL = "systemd-analyze"
_BEFORE = ("firmware_s", "loader_s")
_PHASES = ("kernel_s", "initrd_s", "userspace_s")


def _count(plan: Plan) -> int:
    return int(plan.parts.get("boots", 0))


def _steps(_plan: Plan, _costs: Costs) -> Iterator[Step]:
    yield Step("default", [_TOOL])
    yield Step("blame", [_TOOL, "blame"])
    yield Step("critical-chain", [_TOOL, "critical-chain"])


def _measuring(_plan: Plan, costs: Costs, case: str) -> float:
    return costs.guest_start if case == "default" else 0.0


def _from_the_kernel(numbers: Mapping[str, float]) -> Mapping[str, float]:
    """Return the boot from the kernel's start on: the total, less what stands before the kernel.

    A guest's firmware is not what is measured, and the time that it says it took may be minutes
    that nobody waited for.
    """
    phases = [numbers[name] for name in _PHASES if name in numbers]
    if not {"kernel_s", "userspace_s"} <= numbers.keys():
        return {}
    if "total_s" in numbers and not any(name in numbers for name in _BEFORE):
        return {"boot_s": numbers["total_s"]}
    return {"boot_s": round(sum(phases), 6)}


def _identities(numbers: Numbers, _log: Stated) -> list[Problem]:
    return boot_sum(numbers)


BOOT = Subject(
    name="boot",
    plan=PlanPart(
        schema={"boots": {"$ref": "#/$defs/count"}},
        required=("boots",),
        count=_count,
        steps=_steps,
        measuring=_measuring,
        faults=nothing,
    ),
    formats={
        "": Format("systemd-analyze-time", _TOOL),
        "blame": Format("systemd-analyze-blame", _TOOL, compared=False),
        "critical-chain": Format("systemd-analyze-critical-chain", _TOOL, compared=False),
    },
    metrics=(
        Metric("kernel_s", "s", "kernel start to the start of initrd or userspace", False),
        Metric("initrd_s", "s", "time in the initrd", False),
        Metric("userspace_s", "s", "start of systemd to the end of the boot", False),
        Metric("firmware_s", "s", "time in the firmware", False),
        Metric("loader_s", "s", "time in the boot loader", False),
        Metric("soft_reboot_s", "s", "time of a soft reboot", False),
        Metric(
            "total_s", "s", "the whole boot, firmware and loader too, as systemd adds it", False
        ),
        Metric(
            "boot_s", "s", "the boot from the kernel's start on: kernel, initrd, userspace", False
        ),
        Metric("boot_target", "", "unit that the boot leads to"),
        Metric("target_s", "s", "start of userspace to the default target", False),
        Metric("blame_s", "s", "time one unit took to start (systemd-analyze blame)", False),
        Metric("chain_active_s", "s", "when one unit was active (systemd-analyze critical-chain)"),
        Metric("chain_took_s", "s", "time one unit took to start, in the critical chain", False),
    ),
    compared=(*_PHASES, "boot_s"),
    headline=("boot_s",),
    derived=_from_the_kernel,
    identities=_identities,
    details=no_problems,
    strays=nothing,
    case=only_default,
    idle=nothing,
    unaffected_by=(),
    table=Table(
        1,
        PerRepetition(
            "boot number",
            (*_BEFORE, *_PHASES, "total_s"),
            style=None,
            optional=frozenset({"firmware_s", "loader_s", "initrd_s"}),
        ),
    ),
    charts=(Chart("boot phases", _PHASES, stacked=True), Chart("boot", ("boot_s",))),
    texts=Texts(
        caption=say("Table {number} {vmm} boot time"),
        sheet=say("Boot time"),
        title=say("Boot time"),
        quantity=say("Boot time, from the kernel's start (s)"),
        axis=Message(""),
        more={
            "boot number": say("Boot"),
            "firmware_s": say("Firmware"),
            "loader_s": say("Boot loader"),
            "kernel_s": say("Kernel"),
            "initrd_s": say("Initial RAM disk"),
            "userspace_s": say("Userspace"),
            "total_s": say("Total"),
            "chart boot phases": say("Parts of a boot (medians)"),
            "chart boot": say("Boot time, from the kernel's start"),
        },
    ),
    cited=(
        Cited(
            "kernel_s",
            "0.10 - 0.24 s, and 0.74 - 1.14 s in a report of this experiment",
            "Firecracker, NSDI'20, published data",
            say("m5d.metal, 1 vCPU, 256 MiB"),
            say("medians of 500 starts, from the VMM's start to init"),
            (0.02, 5.0),
        ),
    ),
)

SUBJECTS = (BOOT,)
