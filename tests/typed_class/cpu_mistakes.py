"""Mistakes in tables of the cpu test."""

from random import Random

from typed_class.machine import Data
from typed_class.mistakes import mistake, of, setter, side

EVERY = (0, 1, 3)
for threads in (1, 16, 64):
    mistake(
        f"total events as events/s, {threads} threads",
        "cpu",
        words=("total number of events",),
        cpu=EVERY,
    )(setter("cpu", "eps", lambda test: test["events"], threads=threads))
mistake("a leading digit of the speed", "cpu", cpu=EVERY)(
    setter("cpu", "eps", lambda test: test["eps"] * 2, threads=4)
)
mistake("a digit of the speed, 1 thread", "cpu", cpu=(0, 1))(
    setter("cpu", "eps", lambda test: test["eps"] * 0.88, threads=1)
)
mistake("speed times ten", "cpu", cpu=(0, 1, 2, 5))(
    setter("cpu", "eps", lambda test: test["eps"] * 10, threads=4)
)
mistake("average latency in seconds", "cpu", cpu=EVERY)(
    setter("cpu", "avg", lambda test: test["avg"] / 1000, threads=64)
)
mistake("maximum below the average", "cpu", cpu=EVERY)(
    setter("cpu", "max", lambda test: test["avg"] * 0.6, threads=16)
)
mistake("percentile above the maximum", "cpu", cpu=EVERY)(
    setter("cpu", "p95", lambda test: test["max"] * 2.2, threads=16)
)
mistake("percentile that sysbench cannot print", "cpu", words=("bucket",), cpu=EVERY)(
    setter("cpu", "p95", lambda test: test["p95"] + 0.43, threads=64)
)
mistake("minimum above the average", "cpu", cpu=(1,))(
    setter("cpu", "min", lambda test: test["avg"] * 1.5, threads=4)
)
mistake("average above what p95 and maximum allow", "cpu", cpu=EVERY)(
    setter("cpu", "avg", lambda test: test["p95"] * 1.3 + 0.06 * test["max"], threads=4)
)
mistake("average far below what p95 allows", "cpu", cpu=EVERY)(
    setter("cpu", "avg", lambda test: test["p95"] * 0.02, threads=32)
)
mistake("events that are not speed times time", "cpu", cpu=(1,))(
    setter("cpu", "events", lambda test: test["events"] * 1.1, threads=4)
)
mistake("time of another test", "cpu", cpu=(1,))(
    setter("cpu", "time", lambda test: test["time"] / 2, threads=4)
)


@mistake("average of another number of threads", "cpu", words=("Little",), cpu=EVERY)
def other_threads(data: Data, rng: Random) -> None:
    """Average of another number of threads."""
    tests = side(data, "cpu", rng)
    of(tests, threads=16)[0]["avg"] = of(tests, threads=4)[0]["avg"]


@mistake("the averages of another number of threads", "cpu", words=("Little",), cpu=EVERY)
def all_of_other_threads(data: Data, rng: Random) -> None:
    """The averages of another number of threads."""
    tests = side(data, "cpu", rng)
    for test, other in zip(of(tests, threads=16), of(tests, threads=4), strict=True):
        test["avg"] = other["avg"]


@mistake("a row typed twice", "cpu", words=("row",), cpu=EVERY)
def twice(data: Data, rng: Random) -> None:
    """A row typed twice."""
    tests = side(data, "cpu", rng)
    of(tests, threads=16)[1].update(of(tests, threads=16)[0])


@mistake("the table of the other VMM", "cpu", words=("copied",), cpu=(0, 7))
def copied(data: Data, _rng: Random) -> None:
    """The table of the other VMM."""
    data.tests["cpu", "QEMU"] = [dict(test) for test in data.tests["cpu", "StratoVirt"]]


@mistake("rows of two numbers of threads exchanged", "cpu", cpu=EVERY)
def exchanged(data: Data, rng: Random) -> None:
    """Rows of two numbers of threads exchanged."""
    tests = side(data, "cpu", rng)
    one, other = of(tests, threads=4)[0], of(tests, threads=16)[0]
    for name in ("eps", "avg", "max", "p95", "time", "events"):
        one[name], other[name] = other[name], one[name]


@mistake("columns of average and maximum exchanged", "cpu", cpu=EVERY)
def columns(data: Data, rng: Random) -> None:
    """Columns of average and maximum exchanged."""
    for test in side(data, "cpu", rng):
        test["avg"], test["max"] = test["max"], test["avg"]


for kind, wrong in (("mean", 0), ("mean", 3), ("max", -2), ("min", 3)):

    @mistake(f"summary row {kind} is wrong ({wrong})", "cpu", cpu=(2, 3))
    def wrong_summary(data: Data, _rng: Random, key: str = f"cpu {kind}", by: int = wrong) -> None:
        """Summary row some is wrong some."""
        data.mean_of[key] = by
