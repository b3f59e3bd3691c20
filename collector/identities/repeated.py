"""What a log says twice: numbers that follow from each other exactly.

A log that was changed in one place, or put together from two, rarely agrees with itself in all of
them. `repeated` has the numbers that tables show; the others only tell of a change.
"""

from collector.identities.printed import Numbers, Problem, about, plain

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
            f"{plain(threads)} threads with {each:.4f} events each (Threads fairness) make"
            f" {about(each * threads)} events, but the total says {plain(total)}",
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
            f"{plain(threads)} threads at work for {each:.4f} s each (Threads fairness) make"
            f" {about(each * threads * 1000)} ms, but the sum of all latencies is"
            f" {plain(total)} ms",
        )
    ]


def _operations(numbers: Numbers) -> list[Problem]:
    """An operation of the memory test is an event."""
    return _same(numbers, "total_operations", "total_events", "operations", "events")


def _rate(numbers: Numbers) -> list[Problem]:
    """Sysbench 1.1 prints the rate twice."""
    return _same(numbers, "events_per_second", "eps_per_s", "events/s", "under Throughput")


def _same(numbers: Numbers, one: str, other: str, left: str, right: str) -> list[Problem]:
    if one not in numbers or other not in numbers:
        return []
    first, second = numbers[one], numbers[other]
    if abs(first.value - second.value) <= first.step + second.step:
        return []
    message = f"{plain(first.value)} {left}, but {plain(second.value)} {right}: they are the same"
    return [Problem(one, message)]


def _megabytes(numbers: Numbers) -> list[Problem]:
    """MB/s beside MiB/s are the same rate in another unit."""
    problems = []
    for mib, mb in (("read_mib_per_s", "read_mb_per_s"), ("written_mib_per_s", "written_mb_per_s")):
        if mib not in numbers or mb not in numbers:
            continue
        low, high = numbers[mib].low * _MIB_IN_MB, numbers[mib].high * _MIB_IN_MB
        if numbers[mb].high < low or numbers[mb].low > high:
            message = (
                f"{plain(numbers[mib].value)} MiB/s are {about(numbers[mib].value * _MIB_IN_MB)}"
                f" MB/s, but beside them stands {plain(numbers[mb].value)} MB/s"
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
            f"{plain(count)} files of {plain(size)} bytes are {plain(count * size)} bytes, but the"
            f" log says {plain(total)}",
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
            message = (
                f"{words} is {plain(total)} kB, but its parts"
                f" {' + '.join(plain(numbers[name].value) for name in parts)} are {plain(added)} kB"
            )
            problems.append(Problem(whole, message))
    return problems
