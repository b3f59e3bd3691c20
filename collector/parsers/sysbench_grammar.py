"""Every line that sysbench 1.0 and 1.1 print in a run of cpu, memory or fileio, in their order.

Sources: sysbench's `sysbench.c`, `sb_cpu.c`, `sb_memory.c`, `sb_fileio.c` and `sb_histogram.c`,
releases 1.0.0 to 1.0.20 and the 1.1 development line.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from collector.patterns import on_use

__all__ = [
    "LAST",
    "RULES",
    "Rule",
    "convert",
    "looks_like",
    "match",
]

_LINES = r"""
       * | Running the test with following options:
       * | Number of threads: {threads:whole}
         | Warmup time: {warmup_time_s:whole}s
        ?| Target transaction rate: {target_rate_per_s:whole}/sec
         | Report intermediate results every {report_interval_s:whole} second(s)
        ?| Report checkpoint(s) at {:list} seconds
        ?| Debug mode enabled.
        ?| Validation checks: on.
        ?| Additional request validation enabled.
         | Initializing random number generator from current time
         | Initializing random number generator from seed ({random_seed:whole}).
        ?| Forcing shutdown in {:whole} seconds
cpu     ?| Doing CPU performance benchmark
cpu    * | Prime numbers limit: {prime_limit:whole}
memory * | Running memory speed test with the following options:
memory   | block size: {block_size_bytes:size}
memory   | total size: {memory_total_size_bytes:size}
memory   | operation: {memory_operation:word}
memory   | scope: {memory_scope:word}
memory *?| Doing memory operations speed test
memory  ?| Memory block size: {block_size_bytes:size}
memory  ?| Memory transfer size: {memory_total_size_bytes:size}
memory  ?| Memory operations type: {memory_operation:word}
memory  ?| Memory scope type: {memory_scope:word}
fileio * | Extra file open flags: {file_extra_flags:flags}
fileio * | {file_count:whole} files, {file_size_bytes:size} each
fileio   | {file_total_size_bytes:size} total file size
fileio   | Block size {file_block_size_bytes:size}
fileio   | Merging requests up to {file_merged_bytes:size} for sequential IO.
fileio   | Number of IO requests: {file_requests:whole}
fileio   | Read/Write ratio for combined random IO test: {file_rw_ratio:number}
fileio   | Periodic FSYNC enabled, calling fsync() each {file_fsync_freq:whole} requests.
fileio   | Calling fsync() at the end of test, Enabled.
fileio   | Calling fsync() after each write operation.
fileio   | Using {file_io_mode:io} I/O mode
fileio  ?| Using checksums validation.
fileio   | Doing {file_test_mode:mode} test
       * | Initializing worker threads...
       * | Threads started!
         | Warming up for {:whole} seconds...
         | Done.
        ?| Latency histogram (values are in milliseconds)
cpu    * | CPU speed:
cpu      | events per second:  {events_per_second:number}
memory * | Total operations: {total_operations:whole} (~{events_per_second:number} per second)
memory *?| Operations performed: {total_operations:whole} (~{events_per_second:number} ops/sec)
memory * | {transferred_mib:number} MiB transferred (~{throughput_mib_per_s:number} MiB/sec)
fileio * | File operations:
fileio   | reads/s:  {reads_per_s:number}
fileio   | writes/s:  {writes_per_s:number}
fileio   | fsyncs/s:  {fsyncs_per_s:number}
         | Throughput:
fileio   | read, MiB/s:  {read_mib_per_s:number}
fileio   | written, MiB/s:  {written_mib_per_s:number}
fileio * | read:  IOPS={reads_per_s:number} {read_mib_per_s:number} MiB/s ({read_mb_per_s:number} MB/s)
fileio   | write:  IOPS={writes_per_s:number} {written_mib_per_s:number} MiB/s ({written_mb_per_s:number} MB/s)
fileio   | fsync:  IOPS={fsyncs_per_s:number}
         | events/s (eps):  {eps_per_s:number}
         | time elapsed:  {total_time_s:number}s
       * | General statistics:
         | total time:  {total_time_s:number}s
         | total number of events:  {total_events:whole}
       * | Latency (ms):
         | min:  {latency_min_ms:number}
         | avg:  {latency_avg_ms:number}
         | max:  {latency_max_ms:number}
         | {percentile:percent}th percentile:  {latency_percentile_ms:number}
         | percentile stats:  {percentile:disabled}
         | sum:  {latency_sum_ms:number}
       * | Threads fairness:
         | events (avg/stddev):  {fairness_events_avg:four}/{fairness_events_stddev:two}
         | execution time (avg/stddev):  {fairness_time_avg_s:four}/{fairness_time_stddev_s:two}
"""  # noqa: E501 - one line of sysbench is one line here
"""The test that alone prints a line; `*` where a run may begin, when what stood before it was not
copied; `?` where only old releases and odd options print it; the line without its indentation. Two
spaces are any, `~` is perhaps some; `{name:kind}` is the value of a metric."""

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
_FLAGS = {
    0: "none",
    1: "sync",
    2: "dsync",
    3: "directio",
    0x1000: "dsync",
    0x4000: "directio",
    0x101000: "sync",
}
"""What the hexadecimal number means that 1.0.0 to 1.0.12 print, and 1.1.0 before February 2018: the
one flag that they take, by its number or by that of Linux."""

_SIZE_UNITS = {"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}

_KINDS = {
    "whole": r"[0-9]{1,19}",
    "number": r"[0-9]{1,19}\.[0-9]{1,9}",
    "two": r"[0-9]{1,19}\.[0-9][0-9]",
    "four": r"[0-9]{1,19}\.[0-9]{4}",
    "percent": r"100|[1-9][0-9]?",
    "disabled": "disabled",
    "size": r"[0-9]{1,19}(?:\.[0-9]{1,9})?(?:e\+[0-9][0-9])?(?:[KMGT]i)?B",
    "word": "[a-z]+",
    "flags": r"\(none\)|(?:(?:sync|dsync|directio) ?)+|[0-9a-f]{1,8}",
    "list": r"[0-9]{1,9}(?:, [0-9]{1,9}){0,99}",
    "mode": "|".join(map(re.escape, _TEST_MODES)),
    "io": "|".join(_IO_MODES),
}
_FIELD = re.compile(r"\{(\w*):(\w+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of sysbench.

    Attributes:
        position: its place in the order of the output; a run's lines only ever go forward.
        source: matches the whole line without indentation; a named group is a metric, and there are
            no others.
        metrics: the names of those groups.
        test: the test that alone prints it; None when several do.
        starts: a run may begin here.
        rare: only old releases and odd options print it; the quick way does without it.
    """

    position: int
    source: str
    metrics: tuple[str, ...]
    pattern: re.Pattern[str]
    test: str | None
    starts: bool
    rare: bool


def _rule(position: int, head: str, template: str) -> Rule:
    """Return the rule of a line of `_LINES`."""
    parts = _FIELD.split(template)
    literals = [
        re.escape(part).replace(r"\ \ ", r"\s+").replace(r"\~", r"\s*") for part in parts[::3]
    ]
    fields = [
        f"(?P<{name}>{_KINDS[kind]})" if name else f"(?:{_KINDS[kind]})"
        for name, kind in zip(parts[1::3], parts[2::3], strict=True)
    ]
    source = "".join(a + b for a, b in zip(literals, [*fields, ""], strict=True))
    return Rule(
        position,
        source,
        tuple(filter(None, parts[1::3])),
        on_use(source),
        head.strip(" *?") or None,
        "*" in head,
        "?" in head,
    )


_ROWS = [row.partition("| ")[::2] for row in _LINES.strip("\n").split("\n")]
"""Head and template of each line."""
RULES = tuple(_rule(position, *row) for position, row in enumerate(_ROWS))

_BEGINNINGS = [template.partition("{")[0] for _, template in _ROWS]
_WORDS = tuple(words for text in _BEGINNINGS if len(words := text.strip()) > len("min:"))
"""What lines begin with, up to their first number."""


def _by_first_word() -> dict[str, list[Rule]]:
    """Return the rules of the lines that begin with a word; "" has those that begin with none."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule, words in zip(RULES, _BEGINNINGS, strict=True):
        found[(words.split() or [""])[0]].append(rule)
    return dict(found)


_BY_FIRST_WORD = _by_first_word()

LAST = len(RULES) - 1
"""Position of the last line that a run prints."""


def match(text: str) -> tuple[Rule, re.Match[str]] | None:
    """Return the rule for a line (without indentation) and its match, or None."""
    first = (text.split(None, 1) or [""])[0]
    for rule in (*_BY_FIRST_WORD.get(first, ()), *_BY_FIRST_WORD[""]):
        found = rule.pattern.fullmatch(text)
        if found:
            return rule, found
    return None


def looks_like(text: str) -> bool:
    """Tell whether a line begins with the words of one of the grammar, whatever follows them."""
    return any(text.startswith(words) for words in _WORDS)


def _size(text: str) -> float:
    """Return `160KiB` in bytes; sysbench prints five digits, so a large odd size is rounded."""
    digits = text.rstrip("BiKMGT")
    return float(digits) * _SIZE_UNITS[text[len(digits) : -1]]


def _flags(text: str) -> str:
    """Return the words for the flags that files are opened with."""
    words = text.strip().strip("()")
    if not re.fullmatch("[0-9a-f]+", words):
        return words
    return _FLAGS.get(int(words, 16), f"0x{words}")


def convert(name: str, text: str) -> float | str:
    """Return the value of the metric `name` in its unit, or the word it is."""
    if name in {"memory_operation", "memory_scope"}:
        return text
    if name == "file_extra_flags":
        return _flags(text)
    if name == "file_test_mode":
        return _TEST_MODES[text]
    if name == "file_io_mode":
        return _IO_MODES[text]
    return _size(text) if text.endswith("B") else float(text)
