"""Identities of the latency block that every sysbench test prints, and of its rate.

All functions take the numbers of one run by metric name and leave out what is not there.
"""

import math
import re
from functools import cache

from collector.identities.printed import Numbers, Printed, Problem, about, plain
from collector.words import Message, say, say_in

_BUCKETS = 1024
_SHORTEST_MS = 1e-3
_LONGEST_MS = 1e5
_BUCKET_WIDTH = (math.log(_LONGEST_MS) - math.log(_SHORTEST_MS)) / (_BUCKETS - 1)
"""Sysbench keeps latencies in a logarithmic histogram (`src/sb_histogram.c`, `sb_logger.c`):
1024 buckets from 0.001 ms to 100 s. A printed percentile is the middle of a bucket, so it may lie
0.9 % above the largest latency or below the smallest."""
HALF_BUCKET = math.exp(_BUCKET_WIDTH / 2)
_FIRST_BUCKET_MS = _SHORTEST_MS * HALF_BUCKET
_LAST_BUCKET_MS = _LONGEST_MS / HALF_BUCKET
_STEP = 0.01
"""Of the numbers as sysbench prints them."""
_FEW_EVENTS = 40
"""Below, the share of events at or below the percentile is far from its nominal value."""
_SLACK = 1.01
"""Room for clocks that are read at slightly different moments."""
_LATE_S = 0.3
"""Of a machine that does nothing else."""
_PERCENTILE = re.compile(r"latency_p(\d+)_ms")


def percentile_metric(numbers: Numbers) -> str | None:
    """Return the name of the percentile among `numbers`, e.g. `latency_p95_ms`."""
    return next(filter(_is_percentile, numbers), None)


@cache
def _is_percentile(name: str) -> bool:
    return _PERCENTILE.fullmatch(name) is not None


def percentile_share(name: str) -> float:
    """Return the share of events at or below a percentile, e.g. 0.95 for `latency_p95_ms`."""
    found = _PERCENTILE.fullmatch(name)
    return float(found[1]) / 100 if found else 1.0


def order(numbers: Numbers) -> list[Problem]:
    """Min ≤ average ≤ max, min ≤ percentile ≤ max, and the average that these allow."""
    percentile = percentile_metric(numbers)
    pairs = [
        ("latency_min_ms", "latency_avg_ms", 1.0),
        ("latency_avg_ms", "latency_max_ms", 1.0),
        ("latency_min_ms", "latency_max_ms", 1.0),
    ]
    if percentile:
        pairs.append(("latency_min_ms", percentile, HALF_BUCKET))
        pairs.append((percentile, "latency_max_ms", HALF_BUCKET))
    problems: list[Problem] = []
    for small, large, factor in pairs:
        if small not in numbers or large not in numbers or _clamped(numbers, small, large):
            continue
        if numbers[small].low > numbers[large].high * factor + 1e-9:
            problems.append(
                Problem(
                    small,
                    say(
                        "the {a} latency ({x} ms) is greater than the {b} ({y} ms)",
                        a=_words(small),
                        x=plain(numbers[small].value),
                        b=_words(large),
                        y=plain(numbers[large].value),
                    ),
                )
            )
    return problems or _average_within_reach(numbers, percentile)


def _words(metric: str) -> Message:
    if found := _PERCENTILE.fullmatch(metric):
        return say("percentile {number}", number=found[1])
    names = {
        "latency_min_ms": say("minimum"),
        "latency_avg_ms": say_in("of latencies", "average"),
        "latency_max_ms": say("maximum"),
    }
    return names[metric]


def _clamped(numbers: Numbers, *names: str) -> bool:
    """The histogram ends at 0.001 ms and 100 s; beyond, a percentile says nothing."""
    return any(
        numbers[name].low <= _FIRST_BUCKET_MS or numbers[name].high >= _LAST_BUCKET_MS
        for name in filter(_is_percentile, names)
    )


def _average_within_reach(numbers: Numbers, percentile: str | None) -> list[Problem]:
    """Most events are at or below the percentile, the rest at or below the maximum."""
    if not percentile or not {"latency_avg_ms", "latency_max_ms"} <= numbers.keys():
        return []
    events = numbers.get("total_events", Printed(math.inf)).value
    if events < _FEW_EVENTS or _clamped(numbers, percentile):
        return []
    share = float(percentile[len("latency_p") : -len("_ms")]) / 100 - 1 / events
    average, most = numbers["latency_avg_ms"], numbers["latency_max_ms"].high
    reach = share * numbers[percentile].high * HALF_BUCKET + (1 - share) * most
    if average.low <= reach * _SLACK:
        return []
    return [
        Problem(
            "latency_avg_ms",
            say(
                "an average of {average} ms is out of reach: {share:.0%} of the events took at"
                " most {percentile} ms and the others at most {most} ms, so it cannot be above"
                " {reach} ms",
                average=plain(average.value),
                share=share,
                percentile=plain(numbers[percentile].value),
                most=plain(numbers["latency_max_ms"].value),
                reach=about(reach),
            ),
        )
    ]


def is_bucket(percentile: Printed) -> bool:
    """Whether sysbench can print this percentile: whether a bucket's middle rounds to it."""
    if percentile.high <= _SHORTEST_MS or percentile.high >= _LONGEST_MS:
        return True
    twice = _STEP / 2 if percentile.step > _STEP else 0.0  # rounded by sysbench, then by hand
    low = math.log(max(percentile.low - twice, _SHORTEST_MS) / _SHORTEST_MS) / _BUCKET_WIDTH
    high = math.log((percentile.high + twice) / _SHORTEST_MS) / _BUCKET_WIDTH
    return math.floor(high + 1e-6) >= math.ceil(low - 1e-6)


def percentile_is_bucket(numbers: Numbers) -> list[Problem]:
    """A percentile is the middle of a bucket of sysbench's histogram."""
    name = percentile_metric(numbers)
    if name is None or is_bucket(numbers[name]):
        return []
    low, high = nearest_buckets(numbers[name].value)
    return [
        Problem(
            name,
            say(
                "sysbench cannot print a percentile of {value} ms: it prints the middle of a"
                " histogram's bucket, here {low:.2f} or {high:.2f}",
                value=plain(numbers[name].value),
                low=low,
                high=high,
            ),
        )
    ]


def nearest_buckets(value: float) -> tuple[float, float]:
    """Return the middles of the buckets just below and just above `value` (ms)."""
    place = math.floor(math.log(value / _SHORTEST_MS) / _BUCKET_WIDTH)
    return (
        _SHORTEST_MS * math.exp(place * _BUCKET_WIDTH),
        _SHORTEST_MS * math.exp((place + 1) * _BUCKET_WIDTH),
    )


def little(numbers: Numbers) -> list[Problem]:
    """Little's law: events/s times average latency (s) is the number of threads at work.

    It cannot exceed the number of threads. It may be far below: where events are fast the time
    between them is not in the latency, and in a short test of many threads on one slow CPU most
    threads start late (0.29 of 64 threads was seen in one second).
    """
    needed = ("events_per_second", "latency_avg_ms", "threads")
    if any(name not in numbers for name in needed):
        return []
    rate, average, threads = (numbers[name] for name in needed)
    if not threads.value or rate.low * average.low / 1000 <= threads.value * _SLACK:
        return []
    return [
        Problem(
            "events_per_second",
            say(
                "{rate} events/s times {latency} ms average latency = {busy} threads at work,"
                " but the test has {threads} (Little's law): {hint}",
                rate=about(rate.value),
                latency=plain(average.value),
                busy=about(rate.value * average.value / 1000),
                threads=plain(threads.value),
                hint=_total_events_hint(rate, average, threads),
            ),
        )
    ]


def _total_events_hint(rate: Printed, average: Printed, threads: Printed) -> Message:
    """A speed that is a round number of seconds too high is the total number of events."""
    seconds = rate.value * average.value / 1000 / threads.value
    if seconds >= 3:  # noqa: PLR2004 - shorter tests are hardly ever made
        return say(
            "the speed is {times} times too high, as the total number of events of a test of"
            " about {seconds:.0f} s is (or the latency is that of a test with more threads)",
            times=about(seconds),
            seconds=seconds,
        )
    return say("the speed or the latency is too high, or the number of threads is another")


def lateness(numbers: Numbers, process_s: float | None = None) -> float:
    """Return how much longer than the total time the time may be by which speeds are divided (s).

    The total time ends with the threads, the other when the speeds are printed (`sb_exec_timer` and
    `sb_checkpoint_timer` in sysbench 1.0's src/sysbench.c). A machine that stalls in between, as an
    emulated one does, makes that as long as other stalls, which the longest latency shows; it is
    never longer than what is left of the whole process's time, `process_s`, where that is known.
    """
    stall = numbers.get("latency_max_ms", Printed(0.0)).value / 1000
    left = (process_s or 0.0) - numbers.get("total_time_s", Printed(0.0)).value
    return _LATE_S + max(stall, left)


def events_over_time(numbers: Numbers, process_s: float | None = None) -> list[Problem]:
    """Events/s is total events over total time, or a little more (see `lateness`)."""
    needed = ("events_per_second", "total_events", "total_time_s")
    if any(name not in numbers for name in needed):
        return []
    rate, events, time = (numbers[name] for name in needed)
    if _agree(rate, events.value, time, lateness(numbers, process_s)):
        return []
    return [
        Problem(
            "events_per_second",
            say(
                "{events} events in {time} s are {rate} events/s, but the speed says {speed}",
                events=plain(events.value),
                time=plain(time.value),
                rate=about(events.value / max(time.value, 1e-09)),
                speed=about(rate.value),
            ),
        )
    ]


def _agree(rate: Printed, amount: float, time: Printed, late_s: float) -> bool:
    highest = amount / max(time.low, 1e-9)
    lowest = amount / (time.high + late_s)
    return lowest <= rate.high and rate.low <= highest * 1.001


def rate_agrees(rate: Printed, amount: Printed, time: Printed, late_s: float) -> bool:
    """Whether `rate` per second can be `amount` in `time` seconds, or up to `late_s` more."""
    return any(_agree(rate, each, time, late_s) for each in (amount.high, amount.low))


def latency_sum(numbers: Numbers) -> list[Problem]:
    """The sum is average times events, and no thread can be busy for longer than the test."""
    problems: list[Problem] = []
    total = numbers.get("latency_sum_ms")
    if total is None:
        return []
    average, events = numbers.get("latency_avg_ms"), numbers.get("total_events")
    if average and events:
        # the average is cut to whole nanoseconds before it is printed
        low, high = average.low * events.value, (average.high + 1e-6) * events.value
        if total.high < low or total.low > high:
            problems.append(
                Problem(
                    "latency_avg_ms",
                    say(
                        "{events} events of {average} ms on average are {product} ms, but the"
                        " sum of all latencies is {sum} ms",
                        events=plain(events.value),
                        average=plain(average.value),
                        product=about(average.value * events.value),
                        sum=plain(total.value),
                    ),
                )
            )
    threads, time = numbers.get("threads"), numbers.get("total_time_s")
    if threads and time and total.low / 1000 > threads.value * time.high * _SLACK:
        problems.append(
            Problem(
                "latency_sum_ms",
                say(
                    "all latencies add up to {sum} s, but {threads} threads have only {room} s"
                    " in a test of {time} s",
                    sum=about(total.value / 1000),
                    threads=plain(threads.value),
                    room=about(threads.value * time.value),
                    time=plain(time.value),
                ),
            )
        )
    return problems
