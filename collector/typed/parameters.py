"""What a text says about how something was measured: threads, blocks, files, seconds."""

import re
from dataclasses import dataclass, fields
from functools import lru_cache

_OPTION = re.compile(r"--([a-z-]+)[= ]([\w.]+)")
_OPTIONS = {
    "threads": "threads",
    "num-threads": "threads",
    "time": "seconds",
    "max-time": "seconds",
    "file-block-size": "block",
    "memory-block-size": "block",
    "file-num": "files",
    "file-total-size": "total",
    "file-fsync-freq": "frequency",
}
_UNITS = {"": 1.0, "k": 1024.0, "m": 1024.0**2, "g": 1024.0**3}
_SEVERAL = re.compile(
    r"\d+ ?[、,/~至到和-] ?\d+[^\d]{0,3}(?:线程|threads?)|\d ?[、,/~至到] ?\d+ ?k"
)
"""Several values of one parameter: they are those of the rows, and say nothing about all."""
_THREADS = (
    re.compile(r"(?<![\w.-])(\d+) ?(?:个 ?)?(?:线程|threads?\b)"),
    re.compile(r"(?:线程数?|\bthreads?) ?(?:数量)?[ :=为-]{0,3}(\d+)"),
    re.compile(r"\bt ?= ?(\d+)"),
)
_BLOCK = re.compile(r"(?<![\w.])(\d+) ?(k)(?:i?b)?(?![\w/])")
_LARGE_BLOCK = re.compile(r"(?<![\w.])(\d+) ?(m)(?:i?b)?(?:的?块| ?blocks?)")
_FILES = re.compile(r"(?<![\w.])(\d+) ?个?(?:测试)?(?:文件| ?files?\b)")
_TOTAL = re.compile(r"(?<![\w.])(\d+) ?([mg])(?:i?b)?(?![\w/])")
_SECONDS = re.compile(r"(?<![\w.])(\d+) ?(?:s|秒钟?|sec(?:onds?)?)(?![\w/])")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters that are stated; None for those that are not."""

    threads: float | None = None
    block: float | None = None
    """Bytes of a block."""
    files: float | None = None
    total: float | None = None
    """Bytes of all files."""
    seconds: float | None = None
    frequency: float | None = None
    """Requests between two rounds of fsyncs."""

    def over(self, other: "Parameters") -> "Parameters":
        """Return these parameters, and those of `other` where these say nothing."""
        if NONE in (self, other):
            return other if self == NONE else self
        return Parameters(
            *(
                getattr(other, each.name)
                if getattr(self, each.name) is None
                else getattr(self, each.name)
                for each in fields(self)
            )
        )


NONE = Parameters()


@lru_cache(maxsize=4096)
def parameters_in(text: str) -> Parameters:
    """Return the parameters that a normalised text states: a title, a label, a command."""
    low = text.lower()
    found: dict[str, float] = {}
    for name, value in _OPTION.findall(low):
        number = _number(value)
        if name in _OPTIONS and number is not None:
            found[_OPTIONS[name]] = number
    if "sysbench" in low or "--" in low:
        return Parameters(**found)
    if not _SEVERAL.search(low):
        for pattern in _THREADS:
            if each := pattern.search(low):
                found.setdefault("threads", float(each[1]))
        if "单线程" in low or "single thread" in low:
            found["threads"] = 1.0
        _sized(low, found)
    for name, pattern in (("files", _FILES), ("seconds", _SECONDS)):
        if each := pattern.search(low):
            found[name] = float(each[1])
    return Parameters(**found)


def _sized(low: str, found: dict[str, float]) -> None:
    for name, pattern in (("block", _BLOCK), ("block", _LARGE_BLOCK), ("total", _TOTAL)):
        sizes = {float(number) * _UNITS[unit] for number, unit in pattern.findall(low)}
        if len(sizes) == 1:
            found.setdefault(name, sizes.pop())


def _number(value: str) -> float | None:
    each = re.fullmatch(r"(\d+)([kmg]?)(?:i?b)?", value)
    return float(each[1]) * _UNITS[each[2]] if each else None
