"""How large an average request of `sysbench fileio` is.

Sysbench cuts a request at the end of its file (`SB_MIN(file_block_size, file_size - pos)` in
`src/tests/fileio/sb_fileio.c`, 1.0.20). Sequential tests walk through each file from its start.
Random tests draw a position over the whole set, round it down to a multiple of the block size,
and only then split it into file and position in the file. So MiB/s divided by requests/s is the
block size only where the block size divides the file size.
"""

import math
from functools import lru_cache
from typing import NamedTuple

_KIB = 1024
_MOST_POSITIONS = 20_000
"""Positions that are enumerated; above, the set is so large that the limit is exact enough."""


class RequestSize(NamedTuple):
    """Bytes of a request: its mean (a range when the file size is rounded), and its deviation."""

    low: float
    high: float
    deviation: float
    """Standard deviation of one request; 0 for sequential tests, which repeat a fixed cycle."""


@lru_cache(maxsize=256)
def request_size(block: int, file_size: float, files: int, *, random: bool) -> RequestSize:
    """Return the size of a request of `block` bytes in `files` files of `file_size` bytes.

    `file_size` is what the log's header says, with five digits: where that is no whole number of
    KiB, it is rounded and the answer is a range.
    """
    if file_size % _KIB or block < 1:
        return _rounded(block, file_size, random=random)
    size = int(file_size)
    if not random:
        mean = size / math.ceil(size / block)
        return RequestSize(mean, mean, 0.0)
    positions = math.ceil(size * files / block)
    if positions <= _MOST_POSITIONS:
        return _enumerated(block, size, files, positions)
    step = math.gcd(block, size)
    mean = block * (1 - (block - step) / (2 * size)) if size >= block else (size + step) / 2
    return RequestSize(mean, mean, block / 2)


def _rounded(block: int, file_size: float, *, random: bool) -> RequestSize:
    """The file size is known to five digits only, so where files end relative to blocks is not."""
    if block < 1 or file_size <= 0:
        return RequestSize(0.0, math.inf, 0.0)
    if random:
        low = block * (1 - block / file_size) if file_size > block else 0.0
        return RequestSize(low, float(min(block, file_size)), block / 2)
    slack = 10 ** (math.floor(math.log10(file_size)) - 4)
    means = [size / math.ceil(size / block) for size in (file_size - slack, file_size + slack)]
    return RequestSize(min(means), max(*means, float(min(block, file_size))), 0.0)


def _enumerated(block: int, size: int, files: int, positions: int) -> RequestSize:
    """Every position a random test can draw; the last block of the set may be a partial one."""
    total = size * files
    weight = mean = square = 0.0
    for number in range(positions):
        start = number * block
        chance = min(block, total - start)
        length = min(block, size - start % size)
        weight += chance
        mean += chance * length
        square += chance * length * length
    mean /= weight
    return RequestSize(mean, mean, math.sqrt(max(0.0, square / weight - mean * mean)))
