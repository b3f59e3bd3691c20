"""CPU time that a VMM takes on the lab host while a test runs in its guest.

The runner reads `cpu.stat` of the unit's control group when a test is about to begin and when it
has ended, and keeps both texts as a log. A guest's own computing is in the user time (see
`account_guest_time` in Linux's kernel/sched/cputime.c), so what two VMMs differ in is their own
share. The time in between has the silence before a test and the writing of its files in it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collector.identities.printed import Numbers, Problem, plain
from collector.subjects.parts.folder import no_problems, nothing
from collector.subjects.parts.looks import Chart, PerCase, Table, Texts
from collector.subjects.parts.metric import Metric
from collector.subjects.parts.model import (
    Case,
    Format,
    Read,
    Reader,
    Stated,
    Stray,
    Subject,
    UnreadableError,
)
from collector.subjects.parts.plan import Costs, Plan, PlanPart
from collector.words import say

_FIRST = re.compile(r"cpu\.stat of (?P<unit>\S+) around (?P<around>[\w.-]+/[\w.-]+)")
_MOMENT = re.compile(r"(?P<when>before|after), CLOCK_MONOTONIC (?P<time>\d+\.\d+) s")
_COUNTER = re.compile(r"(?P<name>[\w.]+) (?P<number>\d+)")
_LAST = "end of cpu.stat"
_COUNTERS = {"usage_usec": "cpu", "user_usec": "user", "system_usec": "system"}
_MICROSECOND = 1e-6
_SHOWN = tuple(f"vmm_{part}_percent" for part in ("user", "system", "cpu"))


def _begins(text: str) -> bool:
    return _FIRST.match(text) is not None


def _read(lines: Sequence[tuple[int, str]]) -> tuple[list[Read], int]:
    """Return what lies between the two moments, in seconds."""
    number, text = lines[0]
    first = _FIRST.fullmatch(text.strip())
    if first is None:
        raise UnreadableError(
            say("not the first line of cpu.stat: {text}", text=repr(text.strip())), number
        )
    moments: dict[str, dict[str, tuple[float, int]]] = {}
    current: dict[str, tuple[float, int]] = {}
    for used, (at, line) in enumerate(lines[1:], 2):
        said = line.strip()
        if moment := _MOMENT.fullmatch(said):
            current = moments.setdefault(moment["when"], {})
            current["time"] = (float(moment["time"]), at)
        elif counter := _COUNTER.fullmatch(said):
            current[counter["name"]] = (int(counter["number"]) * _MICROSECOND, at)
        elif said == _LAST:
            return [Read("vmm_cpu_around", first["around"], number), *_between(moments)], used
        elif said:
            raise UnreadableError(say("not a line of cpu.stat: {text}", text=repr(said)), at)
    raise UnreadableError(say("the log ends inside cpu.stat: cut off"), None)


def _between(moments: Mapping[str, Mapping[str, tuple[float, int]]]) -> Iterator[Read]:
    before, after = (moments.get(when, {}) for when in ("before", "after"))
    for name in ("time", *_COUNTERS):
        if name not in before or name not in after:
            raise UnreadableError(say("the result is not complete: no {names}", names=name), None)
    wall = after["time"][0] - before["time"][0]
    if wall <= 0:
        raise UnreadableError(say("no time lies between before and after"), after["time"][1])
    yield Read("vmm_wall_s", round(wall, 6), after["time"][1])
    for name, part in _COUNTERS.items():
        seconds, line = after[name][0] - before[name][0], after[name][1]
        yield Read(f"vmm_{part}_s", round(seconds, 6), line)


def _shares(numbers: Mapping[str, float]) -> Mapping[str, float]:
    """Return each of the three by wall time, in percent of one CPU."""
    wall = numbers.get("vmm_wall_s", 0.0)
    return {
        f"vmm_{part}_percent": 100 * numbers[f"vmm_{part}_s"] / wall
        for part in _COUNTERS.values()
        if wall and f"vmm_{part}_s" in numbers
    }


def _identities(numbers: Numbers, _log: Stated) -> list[Problem]:
    """Counters never go back, and all CPU time is user or system time, but for rounding."""
    parts = [numbers.get(f"vmm_{part}_s") for part in ("user", "system", "cpu")]
    if None in parts:
        return []
    user, system, cpu = (part.value for part in parts if part)
    if min(user, system, cpu) < 0:
        return [Problem("vmm_cpu_s", say("a counter of CPU time went back, which none ever does"))]
    if abs(user + system - cpu) <= 4 * _MICROSECOND:
        return []
    message = say(
        "{user} s of user and {system} s of system time are not the {cpu} s of CPU time in all",
        user=plain(user),
        system=plain(system),
        cpu=plain(cpu),
    )
    return [Problem("vmm_cpu_s", message)]


def _strays(log: Stated, _plan: Mapping[str, Any]) -> Iterator[Stray]:
    around = log.words.get("vmm_cpu_around", "")
    if around and around.replace("/", ".", 1) != log.case:
        message = say(
            "the log was made around {around}, but lies in the folder {case}: move it to the folder"
            " of its own measurement",
            around=around,
            case=log.case,
        )
        yield Stray("vmm_cpu_around", message)


def _case(case: str) -> Case | None:
    """`sysbench-cpu.threads-4` is what was measured meanwhile."""
    subject, dot, inner = case.partition(".")
    if not dot:
        return None
    digits = re.search(r"\d+", inner)
    words = say("{subject}: {case}", subject=subject, case=inner)
    return Case(words, (subject, re.sub(r"\d.*", "", inner), int(digits[0]) if digits else 0))


def _never(_plan: Plan) -> int:
    """No step of a plan: it is recorded around those of other subjects."""
    return 0


def _no_time(_plan: Plan, _costs: Costs, _case: str) -> float:
    return 0.0


VMM_CPU_TIME = Subject(
    name="vmm-cpu-time",
    plan=PlanPart(
        schema={}, required=(), count=_never, steps=nothing, measuring=_no_time, faults=nothing
    ),
    formats={"": Format("vmm-cpu-time", "cpu.stat", reader=Reader(_begins, _read))},
    metrics=(
        Metric("vmm_cpu_around", "", "what was measured meanwhile"),
        Metric("vmm_wall_s", "s", "time between both readings of cpu.stat"),
        Metric("vmm_cpu_s", "s", "CPU time of the VMM's unit, the guest's included", False),
        Metric("vmm_cpu_percent", "%", "the same for each second; 100 is one CPU", False),
        Metric("vmm_user_s", "s", "part of vmm_cpu_s outside the kernel, and in the guest", False),
        Metric("vmm_user_percent", "%", "the same for each second; 100 is one CPU", False),
        Metric("vmm_system_s", "s", "part of vmm_cpu_s in the lab host's kernel", False),
        Metric("vmm_system_percent", "%", "the same for each second; 100 is one CPU", False),
    ),
    compared=_SHOWN,
    headline=("vmm_cpu_percent",),
    derived=_shares,
    identities=_identities,
    details=no_problems,
    strays=_strays,
    case=_case,
    idle=nothing,
    unaffected_by=("initrd",),
    table=Table(
        None,
        PerCase(
            "measured meanwhile",
            (
                ("vmm user time", "vmm_user_percent"),
                ("vmm system time", "vmm_system_percent"),
                ("vmm cpu time", "vmm_cpu_percent"),
            ),
        ),
    ),
    charts=(Chart("vmm cpu time", ("vmm_cpu_percent",)),),
    texts=Texts(
        caption=say("Table {number} {vmm} CPU time on the lab host"),
        sheet=say("VMM CPU time"),
        title=say("CPU time of the VMM"),
        quantity=say("CPU time per wall time (%; 100 is one CPU)"),
        axis=say("Measured meanwhile"),
        more={
            "measured meanwhile": say("Measured meanwhile"),
            "vmm user time": say("User, with the guest (%)"),
            "vmm system time": say("System (%)"),
            "vmm cpu time": say("Both (%)"),
            "chart vmm cpu time": say("CPU time of the VMM"),
        },
    ),
    cited=(),
)

SUBJECTS = (VMM_CPU_TIME,)
