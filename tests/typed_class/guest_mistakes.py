"""Mistakes in tables of boots, footprints and the memory test."""

from collections.abc import Callable
from random import Random

from typed_class.machine import Data, Record
from typed_class.mistakes import mistake, of, setter, side


def _digit(part: str) -> Callable[[Record], float]:
    """Return what makes another digit of a part of a boot."""
    return lambda test: test[part] + 0.03


BOOT = (0, 2)
for part in ("kernel", "user", "total"):
    mistake(f"a digit of a boot's {part}", "boot", boot=BOOT)(setter("boot", part, _digit(part)))
mistake("milliseconds as seconds in a boot", "boot", words=("unit",), boot=BOOT)(
    setter("boot", "kernel", lambda test: round(test["kernel"] * 1000))
)
mistake("a boot's total below its parts", "boot", boot=BOOT)(
    setter("boot", "total", lambda test: test["user"])
)
mistake("a boot's total less ten seconds", "boot", boot=BOOT)(
    setter(
        "boot",
        "total",
        lambda test: test["total"] - 10 if test["total"] > 11 else test["total"] - 5,
    )
)


@mistake("a boot typed twice", "boot", words=("row",), boot=BOOT)
def boot_twice(data: Data, rng: Random) -> None:
    """A boot typed twice."""
    tests = side(data, "boot", rng)
    tests[3] = dict(tests[2])


@mistake("all boots the same", "boot", words=("row",), boot=BOOT)
def boot_same(data: Data, rng: Random) -> None:
    """All boots the same."""
    tests = side(data, "boot", rng)
    tests[:] = [dict(tests[0]) for _ in tests]


@mistake("boots of the other VMM", "boot", boot=BOOT)
def boot_copied(data: Data, _rng: Random) -> None:
    """Boots of the other VMM."""
    data.tests["boot", "QEMU"] = [dict(test) for test in data.tests["boot", "StratoVirt"]]


for wrong in (0, 2):

    @mistake(f"mean of boots is wrong ({wrong})", "boot", words=("mean",), boot=(0,))
    def boot_wrong_mean(data: Data, _rng: Random, by: int = wrong) -> None:
        """Mean of boots is wrong some."""
        data.mean_of["boot mean"] = by


FOOTPRINT = (0, 2)
mistake("RSS with a digit too many", "footprint", footprint=FOOTPRINT)(
    setter("footprint", "rss", lambda test: test["rss"] * 10 + 4)
)
mistake("dirty above RSS", "footprint", footprint=FOOTPRINT)(
    setter("footprint", "dirty", lambda test: test["rss"] + 4000)
)
mistake("RSS that is no page", "footprint", footprint=FOOTPRINT)(
    setter("footprint", "rss", lambda test: test["rss"] + 2)
)
mistake("size typed as RSS", "footprint", footprint=FOOTPRINT)(
    setter("footprint", "rss", lambda test: test["size"])
)
mistake("a size in MB among kB", "footprint", footprint=FOOTPRINT)(
    setter("footprint", "size", lambda test: round(test["size"] / 1024))
)
mistake("a footprint of another order", "footprint", footprint=(0, 1))(
    setter("footprint", "rss", lambda test: round(test["rss"] / 40) * 4)
)


@mistake("a footprint typed twice", "footprint", words=("row",), footprint=FOOTPRINT)
def footprint_twice(data: Data, rng: Random) -> None:
    """A footprint typed twice."""
    tests = side(data, "footprint", rng)
    tests[3] = dict(tests[2])


@mistake("all footprints the same", "footprint", words=("row",), footprint=FOOTPRINT)
def footprint_same(data: Data, rng: Random) -> None:
    """All footprints the same."""
    tests = side(data, "footprint", rng)
    tests[:] = [dict(tests[0]) for _ in tests]


@mistake("columns of RSS and dirty exchanged", "footprint", footprint=FOOTPRINT)
def footprint_exchanged(data: Data, rng: Random) -> None:
    """Columns of RSS and dirty exchanged."""
    for test in side(data, "footprint", rng):
        test["rss"], test["dirty"] = test["dirty"], test["rss"]


@mistake("mean of footprints is wrong", "footprint", footprint=(0,))
def footprint_wrong_mean(data: Data, _rng: Random) -> None:
    """Mean of footprints is wrong."""
    data.mean_of["footprint mean"] = 0


MEMORY = (0, 2)
mistake("GiB as MiB in a memory rate", "memory", memory=(0, 1, 2))(
    setter("memory", "rate", lambda test: test["rate"] / 1024, block=4, access=1)
)
mistake("a lost point in a memory rate", "memory", memory=(0, 1, 2))(
    setter("memory", "rate", lambda test: test["rate"] * 100, block=4, access=0)
)
mistake("a memory rate times ten", "memory", memory=(0, 1, 2))(
    setter("memory", "rate", lambda test: test["rate"] * 10, block=1, access=1)
)


@mistake("sequential and random exchanged", "memory", words=("random access",), memory=MEMORY)
def memory_exchanged(data: Data, rng: Random) -> None:
    """Sequential and random exchanged."""
    tests = side(data, "memory", rng)
    for one, other in zip(of(tests, block=8, access=1), of(tests, block=8, access=0), strict=True):
        one["rate"], other["rate"] = other["rate"], one["rate"]


@mistake("rows of block sizes exchanged", "memory", memory=MEMORY)
def memory_rows(data: Data, rng: Random) -> None:
    """Rows of block sizes exchanged."""
    tests = side(data, "memory", rng)
    for one, other in zip(of(tests, block=1, access=1), of(tests, block=8, access=1), strict=True):
        one["rate"], other["rate"] = other["rate"], one["rate"]


@mistake("memory of the other VMM", "memory", words=("copied",), memory=MEMORY)
def memory_copied(data: Data, _rng: Random) -> None:
    """Memory of the other VMM."""
    data.tests["memory", "QEMU"] = [dict(test) for test in data.tests["memory", "StratoVirt"]]


@mistake("a memory rate of the other VMM", "memory", memory=MEMORY)
def memory_one_copied(data: Data, _rng: Random) -> None:
    """A memory rate of the other VMM."""
    source = of(data.tests["memory", "StratoVirt"], block=8, access=1)[0]
    of(data.tests["memory", "QEMU"], block=4, access=0)[0]["rate"] = source["rate"]
