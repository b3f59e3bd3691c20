"""The schedule: everything once, sides in turn, the same again from the same seed."""

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from collector.plan.load import load_plan
from collector.plan.model import Plan
from collector.plan.project import find_plan
from collector.plan.schedule import EMULATED, HARDWARE, blocks, orders
from collector.plan.totals import GUEST_STARTS, duration, totals

SHAPES = st.fixed_dictionaries(
    {"threads": st.integers(1, 64), "block_size": st.sampled_from(["4k", "128k"])}
)
MEMORY = st.fixed_dictionaries(
    {
        "threads": st.just(4),
        "total_size": st.just("1000G"),
        "block_sizes": st.sampled_from([["1K"], ["1K", "8K"]]),
        "access_modes": st.sampled_from([["seq"], ["seq", "rnd"]]),
    }
)
FILEIO = st.fixed_dictionaries(
    {"total_size": st.just("20M"), "modes": st.sampled_from([["rndrd"], ["rndrd", "seqwr"]])},
    optional={"latency": SHAPES, "throughput": SHAPES, "iops": SHAPES},
    # One without any is refused when a plan is read.
).filter(lambda fileio: len(fileio) > 2)
PLANS = st.fixed_dictionaries(
    {
        "boots": st.integers(0, 5),
        "footprints": st.integers(0, 5),
        "repetitions": st.integers(0, 4),
        "seconds": st.integers(1, 60),
        "settle_seconds": st.integers(0, 30),
    },
    optional={
        "cpu": st.fixed_dictionaries(
            {"threads": st.lists(st.integers(1, 64), min_size=1, unique=True)}
        ),
        "memory": MEMORY,
        "fileio": FILEIO,
    },
).map(lambda data: Plan.from_data("p", data))
VMMS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, unique=True)
SEEDS = st.integers(0, 2**32 - 1)


def planned(plan: Plan) -> Counter[tuple[str, str, int]]:
    """Return measurement, case and repetition of all that `plan` asks for, counted by hand."""
    cpu, memory, fileio = (plan.parts.get(key) for key in ("cpu", "memory", "fileio"))
    shapes = ("latency", "throughput", "iops")
    tests = [("sysbench-cpu", f"threads-{count}") for count in (cpu["threads"] if cpu else ())]
    if memory:
        sizes, modes = memory["block_sizes"], memory["access_modes"]
        tests += [("sysbench-memory", f"{mode}-{size}") for size in sizes for mode in modes]
    if fileio:
        used = [shape for shape in shapes if shape in fileio]
        tests += [(f"fileio-{shape}", mode) for shape in used for mode in fileio["modes"]]
    boot = [("boot", case) for case in ("default", "blame", "critical-chain")]
    memory_use = [("memory-footprint", case) for case in ("default", "smaps-rollup")]
    counts = (
        (boot, plan.parts["boots"]),
        (memory_use, plan.parts["footprints"]),
        (tests, plan.repetitions),
    )
    return Counter(
        (*log, number) for logs, count in counts for number in range(1, count + 1) for log in logs
    )


@given(PLANS, VMMS, SEEDS)
def test_each_planned_log_is_scheduled_once(plan: Plan, vmms: list[str], seed: int) -> None:
    """Per VMM, nothing twice, nothing forgotten, nothing else."""
    made = blocks(plan, vmms, seed, HARDWARE)
    for vmm in vmms:
        found = Counter(
            (step["measurement"], step["case"], step["repetition"])
            for block in made
            if block["vmm"] == vmm
            for step in block["measurements"]
        )
        assert found == planned(plan)
    assert [block["block"] for block in made] == list(range(1, len(made) + 1))
    assert len(made) == len(vmms) * max(plan.counts())


@given(PLANS, VMMS, SEEDS)
def test_a_block_is_one_repetition_of_everything(plan: Plan, vmms: list[str], seed: int) -> None:
    """One guest start per VMM and repetition; no step of a block is of another repetition."""
    made = blocks(plan, vmms, seed, HARDWARE)
    starts = Counter((block["vmm"], block["repetition"]) for block in made)
    assert set(starts.values()) <= {1}
    for block in made:
        assert block["measurements"]
        assert {step["repetition"] for step in block["measurements"]} == {block["repetition"]}
        assert all(step["repetition"] <= step["of"] for step in block["measurements"])


@given(VMMS, st.integers(0, 9), SEEDS)
def test_sides_take_turns(vmms: list[str], repetitions: int, seed: int) -> None:
    """A B, B A: over an even number of repetitions no VMM comes earlier than another."""
    order = orders(vmms, repetitions, seed)
    assert all(sorted(one) == sorted(vmms) for one in order)
    assert all(after == before[::-1] for before, after in itertools.pairwise(order))
    positions: Counter[str] = Counter()
    for one in order[: repetitions // 2 * 2]:
        for position, vmm in enumerate(one):
            positions[vmm] += position
    assert len(set(positions.values())) <= 1


@given(PLANS, VMMS, SEEDS)
def test_the_same_seed_gives_the_same_schedule(plan: Plan, vmms: list[str], seed: int) -> None:
    """A run can be made again."""
    assert blocks(plan, vmms, seed, HARDWARE) == blocks(plan, vmms, seed, HARDWARE)


def test_the_seed_draws_the_order() -> None:
    """All orders of three VMMs come up."""
    drawn = {tuple(orders(["a", "b", "c"], 1, seed)[0]) for seed in range(200)}
    assert len(drawn) == 6


@given(PLANS, VMMS, SEEDS)
def test_times_are_generous_and_add_up(plan: Plan, vmms: list[str], seed: int) -> None:
    """A time-out is far beyond what is expected; the table's seconds are the blocks' seconds."""
    made = blocks(plan, vmms, seed, EMULATED)
    for block in made:
        for step in block["measurements"]:
            assert step["timeout"] >= 3 * step["seconds"] + 110 + step.get("settle", 0)
    sums = totals(plan, made, EMULATED)
    assert abs(sums.wall_s - sum(block["seconds"] for block in made)) < 0.1 * (len(made) + 1)
    assert sums.logs == sum(row.logs for row in sums.subjects if row.subject != GUEST_STARTS)
    assert 0 <= sums.measuring_share <= 1


def test_commands_are_those_of_the_report() -> None:
    """Word by word, with the files of each fileio test made for it and removed after it."""
    plan, _ = load_plan(find_plan("report"))
    steps = {
        (step["measurement"], step["case"]): step
        for step in blocks(plan, ["qemu"], 1, HARDWARE)[0]["measurements"]
    }
    assert len(steps) == 30
    said = {key: " ".join(step["command"]) for key, step in steps.items()}
    assert said["boot", "default"] == "systemd-analyze"
    assert said["boot", "critical-chain"] == "systemd-analyze critical-chain"
    assert said["memory-footprint", "default"] == "pmap -x {pid}"
    assert said["memory-footprint", "smaps-rollup"] == "cat /proc/{pid}/smaps_rollup"
    assert said["sysbench-cpu", "threads-16"] == "sysbench cpu --time=60 --threads=16 run"
    assert said["sysbench-memory", "rnd-4K"] == (
        "sysbench memory --time=60 --threads=4 --memory-total-size=1000G"
        " --memory-block-size=4K --memory-access-mode=rnd run"
    )
    assert said["fileio-latency", "rndrd"] == (
        "sysbench fileio --time=60 --threads=1 --file-block-size=4k --file-total-size=20M"
        " --file-test-mode=rndrd run"
    )
    assert said["fileio-throughput", "seqwr"] == (
        "sysbench fileio --time=60 --threads=32 --file-block-size=128k --file-total-size=20M"
        " --file-test-mode=seqwr run"
    )
    step = steps["fileio-iops", "rndwr"]
    cleanup = ["sysbench", "fileio", "--file-total-size=20M", "cleanup"]
    assert step["before"] == [cleanup, [*cleanup[:3], "prepare"]]
    assert step["after"] == [cleanup]
    assert steps["memory-footprint", "default"]["settle"] == 30
    hosts = {key[0] for key, step in steps.items() if step["where"] == "host"}
    assert hosts == {"memory-footprint"}


def test_quick_takes_minutes_and_report_measures_nearly_always() -> None:
    """The goals: about eight minutes for three VMMs where KVM is emulated; 95 % for `report`."""
    vmms = ["stratovirt", "qemu", "qemu_microvm"]
    quick, _ = load_plan(find_plan("quick"))
    assert totals(quick, blocks(quick, vmms, 1, EMULATED), EMULATED).wall_s <= 8.5 * 60
    report, _ = load_plan(find_plan("report"))
    assert totals(report, blocks(report, vmms, 1, HARDWARE), HARDWARE).measuring_share >= 0.95


def test_durations_read_as_people_say_them() -> None:
    """Seconds, minutes, hours."""
    assert [duration(seconds) for seconds in (0, 99, 130, 1900, 9500)] == [
        "0 s",
        "99 s",
        "2.2 min",
        "32 min",
        "2 h 38 min",
    ]
