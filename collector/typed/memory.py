"""The table of `sysbench memory` against itself: access modes and block sizes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from statistics import median

from collector.checks.access import ADVICE, random_is_faster
from collector.findings import CellFinding
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import MEMORY
from collector.typed.roles import count_of
from collector.typed.rows import finding
from collector.words import Message, say

_FAR = 1.5
_IN_CACHE_KB = 16
"""Blocks up to here lie in the first cache; larger ones may be slower."""
Groups = dict[tuple[int, str], dict[tuple[str, int], list[TypedSample]]]


def check_memory(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return where random access is faster than sequential, or small blocks than large ones."""
    groups: Groups = defaultdict(lambda: defaultdict(list))
    for table in tables:
        for sample in table.samples:
            mode, _, size = sample.case.rpartition("-")
            if table.subject == MEMORY and sample.number.value > 0:
                groups[table.number, sample.vmm][mode, count_of(size) or 0].append(sample)
    return [
        finding(sample, workbook, message)
        for cases in groups.values()
        for sample, message in (*_swapped_modes(cases), *_swapped_blocks(cases))
    ]


def _swapped_modes(
    cases: dict[tuple[str, int], list[TypedSample]],
) -> Iterator[tuple[TypedSample, Message]]:
    for (mode, block), rnd in cases.items():
        seq = cases.get(("seq", block), [])
        if mode != "rnd" or not seq or not block:
            continue
        pairs = [
            (one, other)
            for one, other in zip(rnd, seq, strict=False)
            if one.number.value > other.number.value * _FAR
        ]
        if not pairs and random_is_faster(_values(seq), _values(rnd)):
            pairs = [(rnd[0], seq[0])]
        for one, other in pairs[:1]:
            message = say(
                "random access ({rnd} MiB/s) is faster than sequential access of the same block"
                " size ({seq} MiB/s in {cell}), which it never is: {advice}",
                rnd=one.cell.text,
                seq=other.cell.text,
                cell=other.cell.address,
                advice=ADVICE,
            )
            yield one, message


def _swapped_blocks(
    cases: dict[tuple[str, int], list[TypedSample]],
) -> Iterator[tuple[TypedSample, Message]]:
    """An operation costs something beside its block, so larger blocks move more in a second."""
    known = sorted((block, mode) for mode, block in cases if 0 < block <= _IN_CACHE_KB)
    for (small, mode), (large, other) in combinations(known, 2):
        less, more = cases[mode, small], cases[other, large]
        if mode == other and median(_values(less)) > median(_values(more)) * _FAR:
            message = say(
                "{less} MiB/s with blocks of {small} KiB, but only {more} MiB/s ({cell}) with"
                " {large} KiB, and larger blocks move more: were two rows swapped?",
                less=less[0].cell.text,
                small=small,
                more=more[0].cell.text,
                cell=more[0].cell.address,
                large=large,
            )
            yield less[0], message
            return


def _values(samples: Sequence[TypedSample]) -> list[float]:
    return [sample.number.value for sample in samples]
