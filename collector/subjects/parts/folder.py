"""What a log says against what its folder means."""

import re
from collections.abc import Iterator, Mapping

from collector.identities.printed import Problem, about, plain
from collector.subjects.parts.model import Case, Stated, Stray
from collector.words import Message, say, say_in

THREADS = say_in("after a number", "threads")
BYTES = say_in("after a number", "bytes per block")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def size_in_bytes(text: object) -> float | None:
    """Return what `4k`, `128K`, `1M` mean to sysbench; None for what is no size."""
    found = re.fullmatch(r"(\d+)([kmgt]?)", str(text).strip().lower())
    return float(int(found[1]) * _UNITS[found[2]]) if found else None


def differs(
    log: Stated, subject: str, metric: str, expected: float | None, unit: Message
) -> Iterator[Stray]:
    """Yield that a number of `log` is not the one that its folder means."""
    found = log.numbers.get(metric)
    # a block below 1 KiB is printed as 0KiB by sysbench memory
    if expected is None or found is None or found == expected or (found == 0 and expected < 1024):  # noqa: PLR2004
        return
    message = say(
        "the log says {found} {unit}, but {folder} means {expected}: its numbers belong to another"
        " case; move the log or measure again",
        found=plain(found),
        unit=unit,
        folder=f"{subject}/{log.case}",
        expected=about(expected),
    )
    yield Stray(metric, message)


def only_default(case: str) -> Case | None:
    """Return what the one case of a subject without cases means."""
    return Case(Message(""), ()) if case == "default" else None


def nothing(*_: object) -> tuple[()]:
    """Nothing strays, nothing is idle."""
    return ()


def nothing_derived(_numbers: Mapping[str, float]) -> Mapping[str, float]:
    """Return that nothing follows from the numbers of a log."""
    return {}


def no_problems(*_: object) -> list[Problem]:
    """Return that numbers contradict nothing."""
    return []
