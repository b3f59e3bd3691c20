"""Every line that sysbench 1.0 and 1.1 print in a run of cpu, memory or fileio, in their order.

A named group is the metric it holds. Sources: sysbench's `sysbench.c`, `sb_cpu.c`, `sb_memory.c`,
`sb_fileio.c` and `sb_histogram.c`, releases 1.0.20 and the 1.1 development line.
"""

import re
from dataclasses import dataclass

__all__ = ["ANYWHERE", "BANNER", "OLD_BANNER", "PREPARATION", "RULES", "Rule", "convert", "match"]

BANNER = re.compile(r"sysbench (?P<version>\d+\.\d+[\w.+~-]*)(?P<using> \(using .*\))?$")
OLD_BANNER = re.compile(r"sysbench (?P<version>[\w.-]+):\s+multi-threaded system evaluation")

_N = r"\d+\.\d+"
_WHOLE = r"\d+"
_SIZE = r"\d+(?:\.\d+)?(?:e\+\d+)?(?:[KMGT]i)?B"

_TEST_MODES = {
    "sequential write (creation)": "seqwr",
    "sequential rewrite": "seqrewr",
    "sequential read": "seqrd",
    "random read": "rndrd",
    "random write": "rndwr",
    "random r/w": "rndrw",
}
_IO_MODES = {
    "synchronous": "sync",
    "asynchronous": "async",
    "fast mmaped": "mmap",
    "slow mmaped": "mmap",
}
_SIZE_UNITS = {"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of sysbench.

    Attributes:
        position: its place in the order of the output; a run's lines only ever go forward.
        pattern: matches the whole line without indentation.
        test: the test that alone prints it; None when several do.
        starts: a run may begin here, when what stood before it was not copied.
    """

    position: int
    pattern: re.Pattern[str]
    test: str | None
    starts: bool


def _words(table: dict[str, str]) -> str:
    return "|".join(map(re.escape, table))


_LINES: tuple[tuple[str | None, str, bool], ...] = (
    (None, r"Running the test with following options:", True),
    (None, rf"Number of threads: (?P<threads>{_WHOLE})", True),
    (None, rf"Warmup time: (?P<warmup_time_s>{_WHOLE})s", False),
    (None, rf"Target transaction rate: (?P<target_rate_per_s>{_WHOLE})/sec", False),
    (
        None,
        rf"Report intermediate results every (?P<report_interval_s>{_WHOLE}) second\(s\)",
        False,
    ),
    (None, r"Debug mode enabled\.", False),
    (None, r"Validation checks: on\.", False),
    (None, r"Initializing random number generator from current time", False),
    (
        None,
        rf"Initializing random number generator from seed \((?P<random_seed>{_WHOLE})\)\.",
        False,
    ),
    (None, r"Forcing shutdown in \d+ seconds", False),
    ("cpu", r"Doing CPU performance benchmark", False),
    ("cpu", rf"Prime numbers limit: (?P<prime_limit>{_WHOLE})", True),
    ("memory", r"Running memory speed test with the following options:", True),
    ("memory", rf"block size: (?P<block_size_bytes>{_SIZE})", False),
    ("memory", rf"total size: (?P<memory_total_size_bytes>{_SIZE})", False),
    ("memory", r"operation: (?P<memory_operation>read|write|none)", False),
    ("memory", r"scope: (?P<memory_scope>global|local)", False),
    (
        "fileio",
        r"Extra file open flags: (?P<file_extra_flags>\(none\)|(?:(?:sync|dsync|directio) ?)+)",
        True,
    ),
    ("fileio", rf"(?P<file_count>{_WHOLE}) files, (?P<file_size_bytes>{_SIZE}) each", True),
    ("fileio", rf"(?P<file_total_size_bytes>{_SIZE}) total file size", False),
    ("fileio", rf"Block size (?P<file_block_size_bytes>{_SIZE})", False),
    (
        "fileio",
        rf"Merging requests up to (?P<file_merged_bytes>{_SIZE}) for sequential IO\.",
        False,
    ),
    ("fileio", rf"Number of IO requests: (?P<file_requests>{_WHOLE})", False),
    (
        "fileio",
        rf"Read/Write ratio for combined random IO test: (?P<file_rw_ratio>{_N})",
        False,
    ),
    (
        "fileio",
        rf"Periodic FSYNC enabled, calling fsync\(\) each (?P<file_fsync_freq>{_WHOLE}) requests\.",
        False,
    ),
    ("fileio", r"Calling fsync\(\) at the end of test, Enabled\.", False),
    ("fileio", r"Calling fsync\(\) after each write operation\.", False),
    ("fileio", rf"Using (?P<file_io_mode>{_words(_IO_MODES)}) I/O mode", False),
    ("fileio", r"Using checksums validation\.", False),
    ("fileio", rf"Doing (?P<file_test_mode>{_words(_TEST_MODES)}) test", False),
    (None, r"Initializing worker threads\.\.\.", True),
    (None, r"Warming up for \d+ seconds\.\.\.", False),
    (None, r"Threads started!", True),
    (None, r"Done\.", False),
    (None, r"Latency histogram \(values are in milliseconds\)", False),
    ("cpu", r"CPU speed:", True),
    ("cpu", rf"events per second:\s+(?P<events_per_second>{_N})", False),
    (
        "memory",
        rf"Total operations: (?P<total_operations>{_WHOLE})"
        rf" \(\s*(?P<events_per_second>{_N}) per second\)",
        True,
    ),
    (
        "memory",
        rf"(?P<transferred_mib>{_N}) MiB transferred"
        rf" \(\s*(?P<throughput_mib_per_s>{_N}) MiB/sec\)",
        True,
    ),
    ("fileio", r"File operations:", True),
    ("fileio", rf"reads/s:\s+(?P<reads_per_s>{_N})", False),
    ("fileio", rf"writes/s:\s+(?P<writes_per_s>{_N})", False),
    ("fileio", rf"fsyncs/s:\s+(?P<fsyncs_per_s>{_N})", False),
    (None, r"Throughput:", False),
    ("fileio", rf"read, MiB/s:\s+(?P<read_mib_per_s>{_N})", False),
    ("fileio", rf"written, MiB/s:\s+(?P<written_mib_per_s>{_N})", False),
    (
        "fileio",
        rf"read:\s+IOPS=(?P<reads_per_s>{_N}) (?P<read_mib_per_s>{_N}) MiB/s"
        rf" \((?P<read_mb_per_s>{_N}) MB/s\)",
        False,
    ),
    (
        "fileio",
        rf"write:\s+IOPS=(?P<writes_per_s>{_N}) (?P<written_mib_per_s>{_N}) MiB/s"
        rf" \((?P<written_mb_per_s>{_N}) MB/s\)",
        False,
    ),
    ("fileio", rf"fsync:\s+IOPS=(?P<fsyncs_per_s>{_N})", False),
    (None, rf"events/s \(eps\):\s+(?P<eps_per_s>{_N})", False),
    (None, rf"time elapsed:\s+(?P<total_time_s>{_N})s", False),
    (None, r"General statistics:", True),
    (None, rf"total time:\s+(?P<total_time_s>{_N})s", False),
    (None, rf"total number of events:\s+(?P<total_events>{_WHOLE})", False),
    (None, r"Latency \(ms\):", True),
    (None, rf"min:\s+(?P<latency_min_ms>{_N})", False),
    (None, rf"avg:\s+(?P<latency_avg_ms>{_N})", False),
    (None, rf"max:\s+(?P<latency_max_ms>{_N})", False),
    (None, rf"(?P<percentile>\d{{1,3}})th percentile:\s+(?P<latency_percentile_ms>{_N})", False),
    (None, r"percentile stats:\s+(?P<percentile>disabled)", False),
    (None, rf"sum:\s+(?P<latency_sum_ms>{_N})", False),
    (None, r"Threads fairness:", True),
    (
        None,
        r"events \(avg/stddev\):\s+(?P<fairness_events_avg>\d+\.\d{4})"
        r"/(?P<fairness_events_stddev>\d+\.\d\d)",
        False,
    ),
    (
        None,
        r"execution time \(avg/stddev\):\s+(?P<fairness_time_avg_s>\d+\.\d{4})"
        r"/(?P<fairness_time_stddev_s>\d+\.\d\d)",
        False,
    ),
)

RULES: tuple[Rule, ...] = tuple(
    Rule(position, re.compile(pattern), test, starts)
    for position, (test, pattern, starts) in enumerate(_LINES)
)

ANYWHERE = re.compile(
    r"""
      \[ [ ] \d+s [ ] \] [ ] (?:
          thds: .* | queue [ ] length: .* | [\d.]+ [ ] MiB/sec | reads: [ ] .* MiB/s .* )
    | [\d.]+ [ ] \| \** \s* \d+                                       # histogram
    | value [ ]+ -+ [ ] distribution [ ] -+ [ ] count
    | WARNING: [ ] .*
    | DEBUG: [ ] .*
    | thread [ ] \#\s*\d+: [ ] min: .*
    | total [ ] time [ ] taken [ ] by [ ] event [ ] execution: .*
    | (?:Time|Event) [ ] limit [ ] exceeded, [ ] exiting\.\.\.
    | \(last [ ] message [ ] repeated [ ] \d+ [ ] times\)
    """,
    re.VERBOSE,
)
"""Lines that carry no result and may stand between any others: reports at intervals, warnings."""

PREPARATION = re.compile(
    r"\d+ files, \d+Kb each, \d+Mb total|Creating files for the test\.\.\.|Removing test files\.\.\."
    r"|(?:Creating|Reusing existing|Extending existing) file \S+"
    r"|\d+ bytes written in .* seconds .*|No bytes written\."
)
"""Lines of `sysbench fileio prepare` and `cleanup`."""


def match(text: str) -> tuple[Rule, re.Match[str]] | None:
    """Return the rule for a line (without indentation) and its match, or None."""
    for rule in RULES:
        found = rule.pattern.fullmatch(text)
        if found:
            return rule, found
    return None


def _size(text: str) -> float:
    """Return `160KiB` in bytes; sysbench prints five digits, so a large odd size is rounded."""
    digits = text.rstrip("BiKMGT")
    return float(digits) * _SIZE_UNITS[text[len(digits) : -1]]


def convert(name: str, text: str) -> float | str:
    """Return the value of the group `name` in the unit its metric has."""
    if name in {"memory_operation", "memory_scope"}:
        return text
    if name == "file_extra_flags":
        return text.strip().strip("()")
    if name == "file_test_mode":
        return _TEST_MODES[text]
    if name == "file_io_mode":
        return _IO_MODES[text]
    return _size(text) if text.endswith("B") else float(text)
