"""What a log of fileio must say in the folder of each of the three."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from collector.identities.modes import MODES
from collector.subjects.fileio.planned import KEY
from collector.subjects.parts import sysbench
from collector.subjects.parts.folder import (
    BYTES,
    THREADS,
    differs,
    size_in_bytes,
)
from collector.subjects.parts.model import Stated, Stray
from collector.words import Text, say

_SHAPES = {"latency": (1.0, 4096.0), "throughput": (32.0, 131072.0), "iops": (32.0, 4096.0)}
"""Threads and bytes of a block in the report's commands, for folders without a plan."""
REPORT_BLOCKS = {f"fileio-{shape}": block for shape, (_, block) in _SHAPES.items()}
"""Subject to bytes of a block in the report's commands."""


def strays_of(shape: str, key: str = KEY) -> Callable[[Stated, Mapping[str, Any]], Iterator[Stray]]:
    """Return what tells in what a log is not one of that shape."""

    def strays(log: Stated, plan: Mapping[str, Any]) -> Iterator[Stray]:
        mode = log.words.get("file_test_mode")
        if mode and log.case in MODES and mode != log.case:
            said: Text = MODES[mode].words if mode in MODES else mode
            message = say(
                "the log is of a {mode} test ({code}), but lies in the folder {folder} ({other}):"
                " move it to the folder of its own mode",
                mode=said,
                code=mode,
                folder=log.case,
                other=MODES[log.case].words,
            )
            yield Stray("file_test_mode", message)
        planned = _planned(shape, plan.get(key))
        threads, block = planned or _SHAPES[shape]
        if sysbench.threads_of(log.case) is not None:
            threads = None  # the folder says it
        # without a plan the report's commands are a guess, unless they are those of another table
        sure = planned is not None or _of_another_table(log, shape)
        name = f"{key}-{shape}"
        for stray in (
            *differs(log, name, "threads", threads, THREADS),
            *differs(log, name, "file_block_size_bytes", block, BYTES),
        ):
            yield stray._replace(sure=sure)

    return strays


def _of_another_table(log: Stated, shape: str) -> bool:
    """Whether a log has the block size, or the single thread, of another of the report's tables."""
    own_threads, own_block = _SHAPES[shape]
    block = log.numbers.get("file_block_size_bytes")
    if block != own_block and block in REPORT_BLOCKS.values():
        return True
    return own_threads == 1 and block == own_block


def _planned(shape: str, part: Any) -> tuple[float | None, float | None] | None:
    """Return threads and bytes of a block as planned; None where no plan says."""
    planned = part.get(shape) if isinstance(part, dict) else None
    if not isinstance(planned, dict):
        return None
    threads = planned.get("threads")
    return (
        float(threads) if isinstance(threads, int | float) else None,
        size_in_bytes(planned.get("block_size", "")),
    )
