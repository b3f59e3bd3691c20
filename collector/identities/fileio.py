"""Identities of `sysbench memory` and `sysbench fileio`."""

import math

from collector.identities.latency import lateness, rate_agrees
from collector.identities.modes import MODES, idle_metrics, only_reads
from collector.identities.printed import Numbers, Printed, Problem, about, plain
from collector.identities.requests import request_size
from collector.words import say

MIB = 1 << 20
_SIGMAS = 6
_RATES = (("reads_per_s", "read_mib_per_s"), ("writes_per_s", "written_mib_per_s"))
"""Requests and MiB in a second, of reads and of writes."""


def memory_transfer(numbers: Numbers, process_s: float | None = None) -> list[Problem]:
    """MiB transferred is events times block size, and MiB/s is that over the total time."""
    problems: list[Problem] = []
    moved, block = numbers.get("transferred_mib"), numbers.get("block_size_bytes")
    events = numbers.get("total_events") or numbers.get("total_operations")
    if moved and block and block.value and events:
        expected = events.value * block.value / MIB
        if abs(expected - moved.value) > moved.step + expected * 1e-9:
            problems.append(
                Problem(
                    "transferred_mib",
                    say(
                        "{operations} operations of {bytes} bytes are {expected} MiB, but"
                        " {moved} MiB were transferred",
                        operations=plain(events.value),
                        bytes=plain(block.value),
                        expected=about(expected),
                        moved=plain(moved.value),
                    ),
                )
            )
    speed, time = numbers.get("throughput_mib_per_s"), numbers.get("total_time_s")
    late = lateness(numbers, process_s)
    if moved and speed and time and not rate_agrees(speed, moved, time, late):
        problems.append(
            Problem(
                "throughput_mib_per_s",
                say(
                    "{mib} MiB in {time} s are {rate} MiB/s, but the rate says {said} MiB/s",
                    mib=plain(moved.value),
                    time=plain(time.value),
                    rate=about(moved.value / max(time.value, 1e-09)),
                    said=plain(speed.value),
                ),
            )
        )
    return problems


def other_direction(numbers: Numbers, mode: str) -> list[Problem]:
    """Nothing is written in a read test and nothing read in a write test."""
    return [
        Problem(
            name,
            say(
                "{value} in a {mode} test, where it must be 0",
                value=plain(numbers[name].value),
                mode=MODES[mode].words,
            ),
        )
        for name in idle_metrics(mode)
        if name in numbers and numbers[name].value
    ]


def bytes_per_request(numbers: Numbers, mode: str) -> list[Problem]:
    """MiB/s over requests/s is the size of an average request (see `requests`)."""
    needed = ("file_block_size_bytes", "file_size_bytes", "file_count", "total_time_s")
    if any(name not in numbers for name in needed):
        return []
    block, size, count, time = (numbers[name].value for name in needed)
    expected = request_size(int(block), size, int(count), random=mode.startswith("rnd"))
    problems = []
    for requests_name, moved_name in _RATES:
        requests, moved = numbers.get(requests_name), numbers.get(moved_name)
        if not requests or not moved or requests.low <= 0:
            continue
        done = max(1.0, requests.value * time)
        room = _SIGMAS * expected.deviation / math.sqrt(done) + 2 * block / done
        lowest, highest = moved.low * MIB / requests.high, moved.high * MIB / requests.low
        if highest >= expected.low - room and lowest <= expected.high + room:
            continue
        mean = (expected.low + expected.high) / 2
        problems.append(
            Problem(
                moved_name,
                say(
                    "{rate} MiB/s over {requests} requests/s are {bytes} bytes per request;"
                    " blocks of {block} bytes in files of {size} bytes make {mean} (sysbench"
                    " cuts requests at the end of a file)",
                    rate=plain(moved.value),
                    requests=plain(requests.value),
                    bytes=about(moved.value * MIB / requests.value),
                    block=plain(block),
                    size=plain(size),
                    mean=about(mean),
                ),
            )
        )
    return problems


def fsyncs(numbers: Numbers, mode: str, process_s: float | None = None) -> list[Problem]:
    """One fsync of every file after each `file_fsync_freq` requests, and one per thread at the end.

    Without the line about periodic fsyncs in the header nothing is expected.
    """
    needed = ("file_fsync_freq", "file_count", "threads", "total_time_s", "fsyncs_per_s")
    if only_reads(mode) or any(name not in numbers for name in needed):
        return []
    frequency, files, threads, time = (numbers[name].value for name in needed[:4])
    requests = numbers.get("writes_per_s", Printed(0.0))
    if mode == "rndrw":
        reads = numbers.get("reads_per_s", Printed(0.0))
        requests = Printed(requests.value + reads.value, requests.step + reads.step)
    if not frequency or not requests.value:
        return []
    low = files * (requests.low * time / frequency - 2) + _end(numbers, least=True)
    longest = (time + lateness(numbers, process_s)) * 1.01
    high = files * (requests.high * longest / frequency + 1) + _end(numbers)
    seen = numbers["fsyncs_per_s"]
    if seen.high * longest >= low and seen.low * time <= high:
        return []
    expected = files * requests.value / frequency + threads * files / time
    return [
        Problem(
            "fsyncs_per_s",
            say(
                "{fsyncs} fsyncs/s with {requests} requests/s: an fsync of all {files} files"
                " after each {frequency} requests and one by each thread at the end make about"
                " {expected}",
                fsyncs=plain(seen.value),
                requests=plain(requests.value),
                files=plain(files),
                frequency=plain(frequency),
                expected=about(expected),
            ),
        )
    ]


def _end(numbers: Numbers, *, least: bool = False) -> float:
    """Fsyncs at the end: each thread syncs each file, unless --file-fsync-end=off."""
    return 0.0 if least else numbers["threads"].value * numbers["file_count"].value


def file_events(numbers: Numbers, process_s: float | None = None) -> list[Problem]:
    """Events are reads, writes and periodic fsyncs; the fsyncs at the end are none.

    Nothing is expected of writes without periodic fsyncs: an fsync after each write is no event.
    """
    if numbers.get("writes_per_s", Printed(0)).value and "file_fsync_freq" not in numbers:
        return []
    needed = ("total_events", "total_time_s", "threads", "file_count", "reads_per_s")
    if any(name not in numbers for name in needed):
        return []
    kinds = [
        numbers[name] for name in ("reads_per_s", "writes_per_s", "fsyncs_per_s") if name in numbers
    ]
    time, events = numbers["total_time_s"], numbers["total_events"].value
    low = sum(kind.low for kind in kinds) * time.low - _end(numbers)
    high = sum(kind.high for kind in kinds) * (time.high * 1.01 + lateness(numbers, process_s))
    if low <= events * 1.001 and events <= high * 1.001 + 1:
        return []
    name = "reads_per_s" if numbers["reads_per_s"].value else "writes_per_s"
    return [
        Problem(
            name,
            say(
                "{events} events in {time} s, but reads/s, writes/s and fsyncs/s make {count}",
                events=plain(events),
                time=plain(time.value),
                count=about(sum(kind.value for kind in kinds) * time.value),
            ),
        )
    ]
