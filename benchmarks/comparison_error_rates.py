"""How often `vmmlab compare` errs: differences called between equal sides, and 5 % changes missed.

    python benchmarks/comparison_error_rates.py [--comparisons 1000] [--seed 1]

Both sides are drawn from one distribution whose spread is that of a real run (the report's tables:
ten boots and footprints, two repetitions of every sysbench test). A comparison is the whole family
of metrics, as a user makes it; it errs when it calls any metric different.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from collector.compare.family import called_different, compare_sides
from collector.compare.side import Key, Series, Side

REPORT = Path(__file__).parent.parent / "tests" / "data" / "report" / "tables.json"
SAMPLES = 10
CHANGE = 1.05
HOSTS = 20
METRICS = 7
"""Of a lab: those of the overview."""
HOST_SPREAD = 0.10
NOISE = 0.005
LAB_CHANGE = 1.03
Draw = Callable[[np.random.Generator, int], npt.NDArray[np.float64]]


def seconds(text: str) -> float:
    """Return the seconds in `2min 2.438s`, `1.036s` or `742ms`."""
    minutes, _, rest = text.rpartition("min ")
    value = float(rest.removesuffix("ms")) / 1000 if rest.endswith("ms") else float(rest[:-1])
    return 60 * float(minutes or 0) + value


def tables() -> dict[int, list[list[str]]]:
    """Return the rows of the report's tables by number."""
    return {table["number"]: table["rows"] for table in json.loads(REPORT.read_text("utf-8"))}


def resampled(values: Sequence[float]) -> Draw:
    """Return draws around real samples: with their modes, ties and far ones, without new ones."""
    array = np.asarray(values)
    step = float(np.min(np.diff(np.unique(array)), initial=np.inf))
    jitter = 0.0 if not np.isfinite(step) else step / 2

    def draw(random: np.random.Generator, size: int) -> npt.NDArray[np.float64]:
        return random.choice(array, size) + random.uniform(-jitter, jitter, size)

    return draw


def normal(middle: float, spread: float) -> Draw:
    """Return draws of a positive quantity with this relative spread, printed with two decimals."""

    def draw(random: np.random.Generator, size: int) -> npt.NDArray[np.float64]:
        return np.asarray(np.round(middle * np.exp(random.normal(0, spread, size)), 2))

    return draw


def pair_spread(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the relative standard deviation of one sample, from pairs of repetitions."""
    logs = [np.log(one / other) for one, other in pairs]
    return float(np.sqrt(np.mean(np.square(logs)) / 2))


def boots_and_footprints(number: int) -> dict[Key, Draw]:
    """Return the seven metrics of boots (table 1 or 2) and footprints (3 or 4) of one VMM."""
    rows = tables()
    names = ["kernel_s", "userspace_s", "boot_s"]
    names[1:1] = ["initrd_s"] if number == 2 else []
    found = {
        Key("boot", "default", name): resampled([seconds(row[c]) for row in rows[number][1:11]])
        for c, name in enumerate(names, 1)
    }
    for c, name in enumerate(("size_kb", "rss_kb", "dirty_kb"), 1):
        values = [float(row[c]) for row in rows[number + 2][1:11]]
        found[Key("memory-footprint", "default", name)] = resampled(values)
    return found


def sysbench() -> dict[Key, Draw]:
    """Return the metrics of all sysbench tests of StratoVirt, each with its own middle.

    Two repetitions say little about one spread, so those of one kind of test share theirs.
    """
    rows = tables()
    found: dict[Key, Draw] = {}
    kinds = (
        (
            5,
            "sysbench-cpu",
            (("events_per_second", 1), ("latency_avg_ms", 2), ("latency_max_ms", 3)),
        ),
        (9, "fileio-latency", (("latency_max_ms", 2),)),
        (12, "fileio-iops", (("reads_per_s", 1), ("writes_per_s", 2), ("fsyncs_per_s", 3))),
    )
    for number, subject, columns in kinds:
        body = rows[number][1:]
        for metric, c in columns:
            pairs = {
                body[r][0]: (float(body[r][c]), float(body[r + 1][c]))
                for r in range(0, len(body), 2)
                if body[r][c] != "-"
            }
            spread = pair_spread(list(pairs.values()))
            for case, pair in pairs.items():
                found[Key(subject, case, metric)] = normal(float(np.mean(pair)), spread)
    for number, subject, metric in (
        (7, "sysbench-memory", "throughput_mib_per_s"),
        (11, "fileio-throughput", "written_mib_per_s"),
    ):
        body = rows[number][2:]
        pairs = {
            f"{row[0]}-{c}": (float(row[c]), float(row[c + 1])) for row in body for c in (1, 3)
        }
        spread = pair_spread(list(pairs.values()))
        for case, pair in pairs.items():
            found[Key(subject, case, metric)] = normal(float(np.mean(pair)), spread)
    return found


def side(label: str, draws: dict[Key, Draw], random: np.random.Generator, factor: float) -> Side:
    """Return a side with ten samples of each metric, all multiplied by `factor`."""
    names = tuple(f"repetition {number}" for number in range(1, SAMPLES + 1))
    series = {
        key: Series(tuple((draw(random, SAMPLES) * factor).tolist()), names)
        for key, draw in draws.items()
    }
    return Side(label, series, {}, {})


def rates(
    draws: dict[Key, Draw], comparisons: int, factor: float, seed: int
) -> tuple[float, dict[Key, float]]:
    """Return how often any metric is called different, and how often each one."""
    random = np.random.default_rng(seed)
    any_called = 0
    each = dict.fromkeys(draws, 0)
    for _ in range(comparisons):
        found = called_different(
            compare_sides(side("left", draws, random, factor), side("right", draws, random, 1.0))
        )
        any_called += bool(found)
        for comparison in found:
            each[Key(comparison.subject, comparison.case, comparison.metric)] += 1
    return any_called / comparisons, {key: count / comparisons for key, count in each.items()}


def lab_sides(random: np.random.Generator, factor: float) -> tuple[Side, Side]:
    """Return both sides of a lab whose hosts differ; the left one is `factor` faster on each."""
    names = tuple(f"host{number}" for number in range(HOSTS))
    keys = [
        Key("sysbench-cpu", f"threads-{number}", "events_per_second") for number in range(METRICS)
    ]
    series: tuple[dict[Key, Series], ...] = ({}, {})
    for key in keys:
        hosts = 1000 * np.exp(random.normal(0, HOST_SPREAD, HOSTS))
        for one, by in zip(series, (factor, 1.0), strict=True):
            values = hosts * by * np.exp(random.normal(0, NOISE, HOSTS))
            one[key] = Series(tuple(values.tolist()), names)
    return (
        Side("left", series[0], {}, {}, per_host=True),
        Side("right", series[1], {}, {}, per_host=True),
    )


def lab_rates(comparisons: int, factor: float, seed: int) -> tuple[float, float]:
    """Return how often any metric of a lab is called different, and how often each of them."""
    random = np.random.default_rng(seed)
    called = [
        len(called_different(compare_sides(*lab_sides(random, factor)))) for _ in range(comparisons)
    ]
    return float(np.mean([count > 0 for count in called])), float(np.mean(called)) / METRICS


def relative_spread(draw: Draw) -> float:
    """Return the standard deviation of a metric over its mean."""
    values = draw(np.random.default_rng(0), 10_000)
    return float(values.std() / values.mean())


def main() -> None:
    """Print both error rates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comparisons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    families = {
        "StratoVirt, boots and footprints": boots_and_footprints(1),
        "QEMU, boots and footprints": boots_and_footprints(2),
        "everything, ten times": {**boots_and_footprints(1), **sysbench()},
    }
    print(f"{SAMPLES} samples on each side, {arguments.comparisons} comparisons of like with like")
    for name, draws in families.items():
        started = time.monotonic()
        rate, _ = rates(draws, arguments.comparisons, 1.0, arguments.seed)
        took = (time.monotonic() - started) / arguments.comparisons
        print(
            f"  {name}: {len(draws)} metrics; called different in {rate:.1%} of the comparisons"
            f" (at most 5 % allowed); {1000 * took:.0f} ms each"
        )
    print(f"{HOSTS} hosts that differ by {HOST_SPREAD:.0%}, noise {NOISE:.1%}, {METRICS} metrics")
    rate, _ = lab_rates(arguments.comparisons, 1.0, arguments.seed)
    print(f"  equal sides: called different in {rate:.1%} of the comparisons")
    _, found_share = lab_rates(arguments.comparisons, LAB_CHANGE, arguments.seed)
    print(f"  a change of {LAB_CHANGE - 1:.0%} on each host: found in {found_share:.0%}")
    draws = families["everything, ten times"]
    few = max(50, arguments.comparisons // 10)
    print(f"power for a change of {CHANGE - 1:.0%} in every metric, {few} comparisons")
    for name, family in (
        ("alone", None),
        (f"among all {len(draws)} metrics", draws),
    ):
        by_metric: dict[tuple[str, str], list[tuple[float, float]]] = {}
        if family is None:
            power = {
                key: rates({key: draw}, few, CHANGE, arguments.seed)[1][key]
                for key, draw in draws.items()
            }
        else:
            power = rates(family, few, CHANGE, arguments.seed)[1]
        for key, share in power.items():
            place = by_metric.setdefault((key.subject, key.metric), [])
            place.append((relative_spread(draws[key]), share))
        print(f"  {name}: metric, relative spread, share of changes found")
        for (subject, metric), found in by_metric.items():
            spread, share = np.mean(found, axis=0)
            print(f"    {subject:20} {metric:22} {spread:7.2%} {share:6.0%}")
    # It draws with what is here.
    from answer_error_rates import show  # noqa: PLC0415

    print("answers of runs of the plan compare")
    show(arguments.comparisons, arguments.seed)


if __name__ == "__main__":
    main()
