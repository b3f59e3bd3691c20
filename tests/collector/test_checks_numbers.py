"""The identities that numbers of one log obey."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.identities import boot, fileio, latency
from collector.identities.printed import Printed
from collector.identities.requests import request_size

KIB = 1024
CPU = {
    "events_per_second": 1256.95,
    "latency_avg_ms": 50.77,
    "latency_max_ms": 468.25,
    "latency_p95_ms": 253.35,
    "threads": 64,
}
"""Table 5 of the report, its first row with 64 threads."""
SLOW_WRITES = {
    "reads_per_s": 0,
    "writes_per_s": 2880.20,
    "fsyncs_per_s": 4617.61,
    "written_mib_per_s": 11.25,
    "read_mib_per_s": 0,
    "total_time_s": 4.3041,
    "total_events": 28184,
    "threads": 32,
    "file_count": 128,
    "file_size_bytes": 160 * KIB,
    "file_block_size_bytes": 4 * KIB,
    "file_fsync_freq": 100,
}
"""Random writes on a CPU with a quota of 8 %, for 4 s: the fsyncs at the end are a fifth of all."""


def printed(values: dict[str, float], **changed: float) -> dict[str, Printed]:
    """Return the numbers as printed with two decimals."""
    return {name: Printed(value, 0.01) for name, value in {**values, **changed}.items()}


def simulated(block: int, size: int, files: int, *, draws: int = 40_000) -> float:
    """Return the mean size of a random request by drawing as sysbench does."""
    generator = random.Random(1)  # noqa: S311 - no secret
    total = size * files
    moved = 0
    for _ in range(draws):
        position = int(generator.random() * total)
        position -= position % block
        moved += min(block, size - position % size)
    return moved / draws


def test_requests_of_the_report() -> None:
    """128 KiB blocks in files of 160 KiB: 0.625 of a block sequentially, 0.70 at random."""
    large, files = 128 * KIB, 128
    assert request_size(large, 160 * KIB, files, random=False).low / large == 0.625
    assert request_size(large, 160 * KIB, files, random=True).low / large == pytest.approx(0.7)
    assert request_size(4 * KIB, 160 * KIB, files, random=True).low == 4 * KIB


@pytest.mark.parametrize(
    ("block", "size", "files"),
    [(300, 1024, 3), (24, 64, 7), (128, 160, 128), (200, 64, 50), (96, 1024, 40_000)],
)
def test_random_requests_as_sysbench_draws_them(block: int, size: int, files: int) -> None:
    """Whether positions are enumerated or not, the mean is that of drawing them."""
    expected = request_size(block * KIB, size * KIB, files, random=True)
    drawn = simulated(block * KIB, size * KIB, files)
    assert expected.low == expected.high == pytest.approx(drawn, rel=0.02)


def test_a_rounded_file_size_gives_a_range() -> None:
    """`1.4286MiB each` is no whole number of KiB: where its files end is not known exactly."""
    block, size = 24 * KIB, 1.4286 * KIB * KIB
    at_random = request_size(block, size, 7, random=True)
    assert at_random.low < 24506 < at_random.high  # as measured
    in_order = request_size(block, size, 7, random=False)
    assert in_order.low <= 24557 <= in_order.high


@given(st.integers(0, 1023))
def test_every_bucket_can_be_printed(bucket: int) -> None:
    """Rounded to two decimals, the middle of each of sysbench's buckets is accepted."""
    middle = math.exp(math.log(1e-3) + bucket * math.log(1e8) / 1023)
    assert latency.is_bucket(Printed(round(middle, 2), 0.01))


@pytest.mark.parametrize("value", [235.35, 61.5, 12.85])
def test_what_lies_between_buckets_cannot(value: float) -> None:
    """The message says what sysbench would have printed."""
    (problem,) = latency.percentile_is_bucket({"latency_p95_ms": Printed(value, 0.01)})
    assert problem.metric == "latency_p95_ms"


def latencies(**changed: float) -> list[str]:
    """Return the metrics that the checks of latencies name."""
    numbers = printed(CPU, **changed)
    return [problem.metric for problem in latency.order(numbers) + latency.little(numbers)]


def test_latencies_of_the_report_are_possible() -> None:
    """Also those below the resolution, and a percentile just above the maximum."""
    assert latencies() == []
    assert latencies(latency_avg_ms=0, latency_p95_ms=0, latency_max_ms=3.81) == []
    assert latencies(latency_max_ms=252.0) == []
    # a test of 64 threads in one second on a busy CPU: most threads hardly ran
    assert latencies(events_per_second=1805.33, latency_avg_ms=10.23) == []


@pytest.mark.parametrize(
    ("changed", "metric"),
    [
        ({"events_per_second": 75492}, "events_per_second"),
        ({"latency_avg_ms": 468.3, "events_per_second": 100}, "latency_avg_ms"),
        ({"latency_avg_ms": 290.0, "events_per_second": 100}, "latency_avg_ms"),
        ({"latency_max_ms": 200}, "latency_p95_ms"),
        ({"latency_min_ms": 60}, "latency_min_ms"),
    ],
)
def test_impossible_latencies(changed: dict[str, float], metric: str) -> None:
    """The metric to look at is named."""
    assert latencies(**changed) == [metric]


def test_sum_and_time_of_events() -> None:
    """The sum is average times events; speed is events over time, the time being slightly later."""
    good = {"latency_sum_ms": Printed(3996.55, 0.01), "latency_avg_ms": Printed(0.8, 0.01)}
    good |= {"total_events": Printed(5015), "total_time_s": Printed(4.0006, 1e-4)}
    good |= {"threads": Printed(1), "events_per_second": Printed(1253.3, 0.01)}
    assert latency.latency_sum(good) == latency.events_over_time(good) == []
    assert latency.latency_sum({**good, "total_events": Printed(6015)})
    assert latency.latency_sum({**good, "threads": Printed(1), "total_time_s": Printed(3.0)})
    assert latency.events_over_time({**good, "events_per_second": Printed(1353.3, 0.01)})


def test_a_boot_adds_up_within_rounding() -> None:
    """Each part may be a millisecond off; numbers rounded by hand have more room."""
    parts = {"kernel_s": 0.742, "initrd_s": 1.245, "userspace_s": 5.428}
    exact = {name: Printed(value, 1e-3) for name, value in parts.items()}
    for total, good in ((7.416, True), (7.412, True), (7.419, False), (7.411, False)):
        assert (boot.boot_sum({**exact, "total_s": Printed(total, 1e-3)}) == []) == good
    rounded = {name: Printed(round(value, 1), 0.1) for name, value in parts.items()}
    assert boot.boot_sum({**rounded, "total_s": Printed(7.42, 0.01)}) == []


def test_footprints() -> None:
    """RSS is a part of the size, dirty one of RSS, and all are whole pages."""
    good = {"size_kb": Printed(1128036), "rss_kb": Printed(126988), "dirty_kb": Printed(121076)}
    assert boot.footprint_order(good) == boot.whole_pages(good) == []
    assert [p.metric for p in boot.footprint_order({**good, "dirty_kb": Printed(221076)})] == [
        "dirty_kb"
    ]
    assert [p.metric for p in boot.whole_pages({**good, "rss_kb": Printed(126989)})] == ["rss_kb"]


def fileio_metrics(**changed: float) -> list[str]:
    """Return the metrics that the checks of fileio name."""
    numbers = printed(SLOW_WRITES, **changed)
    mode = "rndwr"
    problems = fileio.fsyncs(numbers, mode) + fileio.bytes_per_request(numbers, mode)
    problems += fileio.file_events(numbers) + fileio.other_direction(numbers, mode)
    return [problem.metric for problem in problems]


def test_writes_of_a_short_slow_test_are_possible() -> None:
    """1.6 fsyncs per write instead of 1.28: the end of a short test weighs much."""
    assert fileio_metrics() == []


@pytest.mark.parametrize(
    ("changed", "metric"),
    [
        ({"fsyncs_per_s": 7617.61}, "fsyncs_per_s"),
        ({"fsyncs_per_s": 2617.61}, "fsyncs_per_s"),
        ({"written_mib_per_s": 112.5}, "written_mib_per_s"),
        ({"written_mib_per_s": 7.87}, "written_mib_per_s"),
        ({"total_events": 95779}, "writes_per_s"),
        ({"reads_per_s": 12.0}, "reads_per_s"),
    ],
)
def test_impossible_writes(changed: dict[str, float], metric: str) -> None:
    """The metric to look at is among those named."""
    assert metric in fileio_metrics(**changed)


def test_memory_transfers() -> None:
    """Operations times block size is what was transferred."""
    good = {
        "transferred_mib": Printed(4096.0, 0.01),
        "throughput_mib_per_s": Printed(2046.5, 0.01),
        "block_size_bytes": Printed(1024),
        "total_events": Printed(4 * 1024 * 1024),
        "total_time_s": Printed(2.0005, 1e-4),
    }
    assert fileio.memory_transfer(good) == []
    wrong = fileio.memory_transfer({**good, "block_size_bytes": Printed(2048)})
    assert [problem.metric for problem in wrong] == ["transferred_mib"]
    wrong = fileio.memory_transfer({**good, "throughput_mib_per_s": Printed(4096.0)})
    assert [problem.metric for problem in wrong] == ["throughput_mib_per_s"]


def test_a_machine_that_stalls_prints_its_speed_late() -> None:
    """A real log of an emulated host: 91 events in 1.1559 s, printed as 60.47 events/s."""
    log = {"events_per_second": 60.47, "total_events": 91, "total_time_s": 1.1559}
    assert latency.events_over_time(printed(log, latency_max_ms=436.48)) == []
    assert latency.events_over_time(printed(log, latency_max_ms=12.0)) != []


def test_the_process_ends_after_the_speed_is_printed() -> None:
    """A real log of an emulated host: 484 events in 1.0018 s, printed as 355.64 events/s.

    It stalled for 0.36 s between two clocks, in no event; the process took 1.419 s.
    """
    log = {"events_per_second": 355.64, "total_events": 484, "total_time_s": 1.0018}
    numbers = printed(log, latency_max_ms=2.91)
    assert latency.events_over_time(numbers, 1.419) == []
    assert latency.events_over_time(numbers, 1.03) != []
    assert latency.events_over_time(numbers) != []
    sixty = printed({"events_per_second": 1200.0, "total_events": 75492, "total_time_s": 60.0})
    assert latency.events_over_time(sixty, 60.02) != [], "a speed changed by hand"
