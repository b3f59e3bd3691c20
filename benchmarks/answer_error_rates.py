"""How often the answers of a run of the plan `compare` err, and what they find.

    python benchmarks/answer_error_rates.py [--runs 1000] [--shared 0.1] [--seed 1]

A run is simulated: ten starts of a guest a side, each case once in each, with the spreads of the
report's own tables, both VMMs together. A part of the variance is shared by all cases of a start: a
start that is fast in one test is so in others, and a mean over cases does not average that away.
"""

import argparse
import itertools
import math
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
from comparison_error_rates import boots_and_footprints, pair_spread, tables

from collector.compare import Side, compare_pairs
from collector.compare.family import called_different
from collector.compare.side import Key, Series
from collector.report.answers import Answer, answers_of
from collector.report.merged import by_answer

STARTS = 10
SHARED = 0.1
"""Share of the variance that all cases of a start have in common. In the report's tables of cpu,
memory and throughput it is between -0.2 and 0.6, as far as two repetitions tell, 0.1 on average."""
CHANGE = 1.03
CHANGED = ("sysbench-cpu", "sysbench-memory", "fileio-throughput")
MODES = {"随机读": "rndrd", "随机写": "rndwr", "顺序读": "seqrd", "顺序写": "seqwr"}
"""As the report calls them; reads and writes have a metric each."""


def of_mode(mode: str, read: str, written: str) -> str:
    """Return the metric of a mode."""
    return read if mode.endswith("rd") else written


def pairs() -> Iterator[tuple[Key, tuple[float, float]]]:
    """Yield the two repetitions of each number of the report that an answer is about."""
    rows = tables()
    tests = (
        (5, "sysbench-cpu", "events_per_second", 1),
        (9, "fileio-latency", "latency_avg_ms", 1),
        (12, "fileio-iops", "", 0),
    )
    for (first, subject, metric, column), vmm in itertools.product(tests, (0, 1)):
        body = rows[first + vmm][1:]
        for one, other in zip(body[::2], body[1::2], strict=True):
            case = MODES.get(one[0], f"threads-{one[0]}")
            name = metric or of_mode(case, "reads_per_s", "writes_per_s")
            place = column or (1 if name == "reads_per_s" else 2)
            yield Key(subject, case, name), (float(one[place]), float(other[place]))
    for row in (*rows[7][2:], *rows[8][2:]):
        for access, place in (("seq", 1), ("rnd", 3)):
            key = Key("sysbench-memory", f"{access}-{row[0]}K", "throughput_mib_per_s")
            yield key, (float(row[place]), float(row[place + 1]))
    for row in rows[11][2:]:
        mode = MODES[row[0]]
        name = of_mode(mode, "read_mib_per_s", "written_mib_per_s")
        for place in (1, 3):
            pair = float(row[place]), float(row[place + 1])
            yield Key("fileio-throughput", mode, name), pair


def spreads() -> dict[Key, float]:
    """Return the relative spread of each case; those of one subject and metric share theirs."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    keys = []
    for key, pair in pairs():
        keys.append(key)
        # 0.00 ms says nothing about a spread.
        found.setdefault((key.subject, key.metric), []).extend([pair] * (min(pair) > 0))
    return {key: pair_spread(found[key.subject, key.metric]) for key in keys}


class Noise(NamedTuple):
    """How much numbers vary from start to start."""

    spreads: dict[Key, float]
    shared: float
    """Share of the variance that all cases of a start have in common."""


def side(label: str, random: np.random.Generator, noise: Noise, changed: Collection[str]) -> Side:
    """Return one side of a run; what is measured of the subjects `changed` is 3 % more."""
    names = tuple(str(number) for number in range(1, STARTS + 1))
    common = random.normal(0, math.sqrt(noise.shared), STARTS)
    series = {}
    for key, spread in noise.spreads.items():
        own = random.normal(0, math.sqrt(1 - noise.shared), STARTS)
        values = 1000 * np.exp(spread * (common + own)) * (CHANGE if key.subject in changed else 1)
        series[key] = Series(tuple(values.tolist()), names)
    for key, draw in boots_and_footprints(1).items():
        series[key] = Series(tuple(draw(random, STARTS).tolist()), names)
    return Side(label, series, {}, {})


def run_of(
    random: np.random.Generator, sides: int, noise: Noise, changed: Collection[str]
) -> tuple[list[Answer], bool]:
    """Return the answers of one run of that many VMMs, and whether any case is called different."""
    first, *others = (
        side(f"vmm{number}", random, noise, () if number else changed) for number in range(sides)
    )
    compared = [(first, other) for other in others]
    by_case = compare_pairs(compared)
    whole = compare_pairs([by_answer(*pair) for pair in compared])
    answers = [
        answer
        for pair, cases, means in zip(compared, by_case, whole, strict=True)
        for answer in answers_of(*pair, cases, means, "en")
    ]
    return answers, any(called_different(cases) for cases in by_case)


def rates(
    runs: int, sides: int, seed: int, noise: Noise, changed: Collection[str] = ()
) -> tuple[float, float, dict[str, float], dict[str, float]]:
    """Return in how many of `runs` any answer, and any case, is called different.

    Then how often each answer is, and how often it says that no difference matters.
    """
    random = np.random.default_rng(seed)
    any_answer = any_case = 0
    called: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for _ in range(runs):
        answers, case_called = run_of(random, sides, noise, changed)
        any_answer += any(answer.called for answer in answers)
        any_case += case_called
        asked.update(answer.title for answer in answers)
        called.update(answer.title for answer in answers if answer.called)
        equal.update(answer.title for answer in answers if answer.text.startswith(_EQUAL))
    shares = [{title: found[title] / asked[title] for title in asked} for found in (called, equal)]
    return any_answer / runs, any_case / runs, shares[0], shares[1]


_EQUAL = "no difference that matters"


def show(runs: int, seed: int, shared: float = SHARED) -> None:
    """Print the error rates of simulated runs, and the goals beside the figures."""
    noise = Noise(spreads(), shared)
    widths = {key.subject: 0.0 for key in noise.spreads}
    for key, spread in noise.spreads.items():
        widths[key.subject] = max(widths[key.subject], spread)
    shown = ", ".join(f"{subject} {spread:.1%}" for subject, spread in widths.items())
    print(f"spread of a case from start to start, {shared:.0%} of its variance shared: {shown}")
    for sides in (2, 3):
        print(f"{sides} VMMs, {STARTS} starts of each, {runs} runs")
        any_answer, any_case, _, equal = rates(runs, sides, seed, noise)
        print(f"  like sides: any answer called different in {any_answer:.1%} (goal: <= 5 %)")
        print(f"  like sides: any case called different in {any_case:.1%} (goal: <= 5 %)")
        few = max(20, runs // 5)
        _, _, called, _ = rates(few, sides, seed + 1, noise, CHANGED)
        print(f"  answer; like sides called equal; 3 % found ({few} runs)")
        for title, share in equal.items():
            print(f"    {title:36} {share:7.1%} {called[title]:7.1%}")
    print("goals: equal in >= 80 % where cases spread <= 2 %; 3 % found in >= 90 % (cpu, memory,")
    print("throughput; the other subjects are alike there)")


def main() -> None:
    """Simulate runs and print how often their answers err."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--shared", type=float, default=SHARED)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    show(arguments.runs, arguments.seed, arguments.shared)


if __name__ == "__main__":
    main()
