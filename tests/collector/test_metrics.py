"""The names of quantities."""

import re

import pytest

from collector.metrics import METRICS, metric

DESIGNED = """
kernel_s initrd_s userspace_s firmware_s loader_s total_s
size_kb rss_kb dirty_kb pss_kb
events_per_second total_time_s total_events threads
latency_min_ms latency_avg_ms latency_max_ms latency_p95_ms latency_sum_ms latency_p99_ms
transferred_mib throughput_mib_per_s block_size_bytes access_mode
reads_per_s writes_per_s fsyncs_per_s read_mib_per_s written_mib_per_s
file_test_mode file_block_size_bytes file_count file_size_bytes
"""


@pytest.mark.parametrize("name", DESIGNED.split())
def test_the_designed_names_are_there(name: str) -> None:
    """Users of the JSON and CSV rely on them."""
    assert METRICS[name].name == name


def test_names_carry_their_unit() -> None:
    """A name that ends in a unit has that unit."""
    ends = {"_s": "s", "_ms": "ms", "_kb": "KiB", "_mib": "MiB", "_bytes": "B"}
    for name, item in METRICS.items():
        end = next((end for end in ends if name.endswith(end) and "_per_" not in name), None)
        if end:
            assert item.unit == ends[end], name


def test_names_are_plain() -> None:
    """Lower case, digits and underscores: good for columns and identifiers."""
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in METRICS)


def test_a_subject_in_brackets_is_not_part_of_the_name() -> None:
    """`blame_s[ssh.service]` is a `blame_s`."""
    assert metric("blame_s[ssh.service]") is METRICS["blame_s"]


def test_unknown_names_are_refused() -> None:
    """There is no metric without an entry."""
    with pytest.raises(KeyError):
        metric("speed")
