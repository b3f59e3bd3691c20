"""What a log says twice: numbers that follow from each other exactly.

A log that was changed in one place, or put together from two, rarely agrees with itself in all of
them. `repeated` has the numbers that tables show; the others only tell of a change.
"""

from collector.identities.printed import Numbers, Problem, about, plain
from collector.words import Message, say

_FAIRNESS_STEP = 1e-4
_MIB_IN_MB = (1 << 20) / 1e6
_SIZE_DIGITS = 1e-4
"""Sizes in the header are printed with five digits."""
_CUT_KB = 4
"""Each size in smaps_rollup is cut to whole kB before it is printed."""


def repeated(numbers: Numbers) -> list[Problem]:
    """Return where `sysbench` contradicts itself; what is not there is left out."""
    return [
        problem
        for check in (_operations, _rate, _megabytes, _file_set)
        for problem in check(numbers)
    ]


def fairness(numbers: Numbers) -> list[Problem]:
    """Return where what each thread did does not fit what all did."""
    return [*_fair_events(numbers), *_fair_time(numbers)]


def _fair_events(numbers: Numbers) -> list[Problem]:
    """Events per thread times threads are all events."""
    needed = ("fairness_events_avg", "threads", "total_events")
    if any(name not in numbers for name in needed):
        return []
    each, threads, total = (numbers[name].value for name in needed)
    if abs(each * threads - total) <= threads * _FAIRNESS_STEP:
        return []
    return [
        Problem(
            "total_events",
            say(
                "{threads} threads with {events:.4f} events each (Threads fairness) make"
                " {product} events, but the total says {total}",
                threads=plain(threads),
                events=each,
                product=about(each * threads),
                total=plain(total),
            ),
        )
    ]


def _fair_time(numbers: Numbers) -> list[Problem]:
    """Execution time per thread times threads is the sum of all latencies."""
    needed = ("fairness_time_avg_s", "threads", "latency_sum_ms")
    if any(name not in numbers for name in needed):
        return []
    each, threads, total = (numbers[name].value for name in needed)
    if abs(each * threads - total / 1000) <= threads * _FAIRNESS_STEP + 1e-5:
        return []
    return [
        Problem(
            "latency_sum_ms",
            say(
                "{threads} threads at work for {seconds:.4f} s each (Threads fairness) make"
                " {product} ms, but the sum of all latencies is {sum} ms",
                threads=plain(threads),
                seconds=each,
                product=about(each * threads * 1000),
                sum=plain(total),
            ),
        )
    ]


def _operations(numbers: Numbers) -> list[Problem]:
    """An operation of the memory test is an event."""
    return _same(numbers, "total_operations", "total_events", say("operations"), say("events"))


def _rate(numbers: Numbers) -> list[Problem]:
    """Sysbench 1.1 prints the rate twice."""
    return _same(
        numbers, "events_per_second", "eps_per_s", say("events/s"), say("under Throughput")
    )


def _same(numbers: Numbers, one: str, other: str, left: Message, right: Message) -> list[Problem]:
    if one not in numbers or other not in numbers:
        return []
    first, second = numbers[one], numbers[other]
    if abs(first.value - second.value) <= first.step + second.step:
        return []
    message = say(
        "{first} {left}, but {second} {right}: they are the same",
        first=plain(first.value),
        left=left,
        second=plain(second.value),
        right=right,
    )
    return [Problem(one, message)]


def _megabytes(numbers: Numbers) -> list[Problem]:
    """MB/s beside MiB/s are the same rate in another unit."""
    problems = []
    for mib, mb in (("read_mib_per_s", "read_mb_per_s"), ("written_mib_per_s", "written_mb_per_s")):
        if mib not in numbers or mb not in numbers:
            continue
        low, high = numbers[mib].low * _MIB_IN_MB, numbers[mib].high * _MIB_IN_MB
        if numbers[mb].high < low or numbers[mb].low > high:
            message = say(
                "{rate} MiB/s are {expected} MB/s, but beside them stands {said} MB/s",
                rate=plain(numbers[mib].value),
                expected=about(numbers[mib].value * _MIB_IN_MB),
                said=plain(numbers[mb].value),
            )
            problems.append(Problem(mib, message))
    return problems


def _file_set(numbers: Numbers) -> list[Problem]:
    """The number of files times the size of one is the size of all; what is left over is cut."""
    needed = ("file_count", "file_size_bytes", "file_total_size_bytes")
    if any(name not in numbers for name in needed):
        return []
    count, size, total = (numbers[name].value for name in needed)
    if abs(count * size - total) <= count + _SIZE_DIGITS * total:
        return []
    return [
        Problem(
            "file_total_size_bytes",
            say(
                "{count} files of {size} bytes are {total} bytes, but the log says {said}",
                count=plain(count),
                size=plain(size),
                total=plain(count * size),
                said=plain(total),
            ),
        )
    ]


_RESIDENT = ("shared_clean_kb", "shared_dirty_kb", "private_clean_kb", "private_dirty_kb")
_SHARES = ("pss_anon_kb", "pss_file_kb", "pss_shmem_kb")


def parts_of_memory(numbers: Numbers) -> list[Problem]:
    """In smaps_rollup, RSS is shared and private, clean and dirty; PSS has three parts."""
    problems = []
    for whole, parts, words in (("rss_kb", _RESIDENT, "Rss"), ("pss_kb", _SHARES, "Pss")):
        if any(name not in numbers for name in (whole, *parts)):
            continue
        total, added = numbers[whole].value, sum(numbers[name].value for name in parts)
        if abs(added - total) > _CUT_KB:
            message = say(
                "{whole} is {value} kB, but its parts {parts} are {sum} kB",
                whole=words,
                value=plain(total),
                parts=" + ".join(plain(numbers[name].value) for name in parts),
                sum=plain(added),
            )
            problems.append(Problem(whole, message))
    return problems
