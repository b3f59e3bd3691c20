"""The test modes of `sysbench fileio`: what each does is said here alone."""

from typing import NamedTuple

from collector.words import Message, say


class Mode(NamedTuple):
    """What a mode does, in words, and whether it reads and writes."""

    words: Message
    reads: bool
    writes: bool


MODES = {
    "rndrd": Mode(say("random read"), reads=True, writes=False),
    "rndwr": Mode(say("random write"), reads=False, writes=True),
    "seqrd": Mode(say("sequential read"), reads=True, writes=False),
    "seqwr": Mode(say("sequential write"), reads=False, writes=True),
    "rndrw": Mode(say("random read and write"), reads=True, writes=True),
    "seqrewr": Mode(say("sequential rewrite"), reads=False, writes=True),
}
"""The report's four in its order, then the others."""
_OF_READS = ("reads_per_s", "read_mib_per_s")
_OF_WRITES = ("writes_per_s", "written_mib_per_s", "fsyncs_per_s")


def idle_metrics(mode: str) -> tuple[str, ...]:
    """Return the metrics that are 0 in this mode, because it does not read or does not write."""
    known = MODES.get(mode)
    if known is None:
        return ()
    return (() if known.reads else _OF_READS) + (() if known.writes else _OF_WRITES)


def only_reads(mode: str) -> bool:
    """Tell whether nothing is written in this mode."""
    return mode in MODES and not MODES[mode].writes
