"""The quantities that logs state: one name each, the unit in the name, the same everywhere.

A name may carry a subject in brackets, `blame_s[ssh.service]`: the same quantity once for each
systemd unit. Everything else about it (unit, description, direction) is that of the plain name.
"""

from dataclasses import dataclass

__all__ = ["METRICS", "Metric", "metric"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One quantity.

    Attributes:
        name: the name used in code, CSV, JSON and comments in cells.
        unit: the unit of its numbers; empty for counts without a unit and for words.
        description: what it is, in one line.
        higher_is_better: the direction; None for facts, parameters and words.
        whole: its values are whole numbers.
    """

    name: str
    unit: str
    description: str
    higher_is_better: bool | None = None
    whole: bool = False


def metric(name: str) -> Metric:
    """Return the metric called `name`, which may carry a subject in brackets.

    Raises:
        KeyError: no such metric.
    """
    return METRICS[name.partition("[")[0]]


_USUAL_PERCENTILE = 95
"""sysbench's default; its metric comes before those of the other percentiles."""

_ALL = (
    # Boot, as systemd-analyze tells it.
    Metric("kernel_s", "s", "kernel start to the start of initrd or userspace", False),
    Metric("initrd_s", "s", "time in the initrd", False),
    Metric("userspace_s", "s", "start of systemd to the end of the boot", False),
    Metric("firmware_s", "s", "time in the firmware", False),
    Metric("loader_s", "s", "time in the boot loader", False),
    Metric("soft_reboot_s", "s", "time of a soft reboot", False),
    Metric("total_s", "s", "the boot from the kernel's start on, as systemd adds it up", False),
    Metric("boot_target", "", "unit that the boot leads to"),
    Metric("target_s", "s", "start of userspace to the default target", False),
    Metric("blame_s", "s", "time one unit took to start (systemd-analyze blame)", False),
    Metric("chain_active_s", "s", "when one unit was active (systemd-analyze critical-chain)"),
    Metric("chain_took_s", "s", "time one unit took to start, in the critical chain", False),
    # Memory footprint, from `pmap -x` and smaps_rollup.
    Metric("size_kb", "KiB", "sum of all mappings", False, whole=True),
    Metric("rss_kb", "KiB", "resident in physical memory", False, whole=True),
    Metric("dirty_kb", "KiB", "changed pages, private and shared", False, whole=True),
    Metric("pss_kb", "KiB", "resident, shared pages divided by their users", False, whole=True),
    Metric("pss_dirty_kb", "KiB", "dirty part of pss_kb", False, whole=True),
    Metric("pss_anon_kb", "KiB", "anonymous part of pss_kb", False, whole=True),
    Metric("pss_file_kb", "KiB", "file-backed part of pss_kb", False, whole=True),
    Metric("pss_shmem_kb", "KiB", "shared-memory part of pss_kb", False, whole=True),
    Metric("shared_clean_kb", "KiB", "shared, unchanged", whole=True),
    Metric("shared_dirty_kb", "KiB", "shared, changed", whole=True),
    Metric("private_clean_kb", "KiB", "private, unchanged", whole=True),
    Metric("private_dirty_kb", "KiB", "private, changed", False, whole=True),
    Metric("referenced_kb", "KiB", "marked as accessed", whole=True),
    Metric("anonymous_kb", "KiB", "not backed by a file", whole=True),
    Metric("ksm_kb", "KiB", "merged by kernel samepage merging", whole=True),
    Metric("lazyfree_kb", "KiB", "marked by madvise(MADV_FREE)", whole=True),
    Metric("anonhugepages_kb", "KiB", "in transparent huge pages", whole=True),
    Metric("shmempmdmapped_kb", "KiB", "shared memory in huge pages", whole=True),
    Metric("filepmdmapped_kb", "KiB", "page cache in huge pages", whole=True),
    Metric("shared_hugetlb_kb", "KiB", "shared hugetlbfs pages", whole=True),
    Metric("private_hugetlb_kb", "KiB", "private hugetlbfs pages", whole=True),
    Metric("swap_kb", "KiB", "swapped out", whole=True),
    Metric("swappss_kb", "KiB", "swapped out, divided by its users", whole=True),
    Metric("locked_kb", "KiB", "locked in memory", whole=True),
    # Every test of sysbench.
    Metric("events_per_second", "events/s", "events in a second", True),
    Metric("eps_per_s", "events/s", "the same, as sysbench 1.1 repeats it under Throughput", True),
    Metric("total_time_s", "s", "elapsed time of the test"),
    Metric("total_events", "events", "events in the whole test", whole=True),
    Metric("threads", "threads", "worker threads", whole=True),
    Metric("latency_min_ms", "ms", "shortest event", False),
    Metric("latency_avg_ms", "ms", "average event", False),
    Metric("latency_max_ms", "ms", "longest event", False),
    *(
        Metric(f"latency_p{percentile}_ms", "ms", f"percentile {percentile} of all events", False)
        for percentile in sorted(range(1, 101), key=lambda item: item != _USUAL_PERCENTILE)
    ),
    Metric("latency_sum_ms", "ms", "all events of all threads added up"),
    Metric("fairness_events_avg", "events", "events of one thread, average"),
    Metric("fairness_events_stddev", "events", "events of one thread, standard deviation"),
    Metric("fairness_time_avg_s", "s", "execution time of one thread, average"),
    Metric("fairness_time_stddev_s", "s", "execution time of one thread, standard deviation"),
    Metric("prime_limit", "", "cpu: primes are searched up to here", whole=True),
    Metric("report_interval_s", "s", "interval of the intermediate reports", whole=True),
    Metric("warmup_time_s", "s", "time before the measured time", whole=True),
    Metric("target_rate_per_s", "events/s", "rate that was asked for", whole=True),
    Metric("random_seed", "", "seed of the random numbers", whole=True),
    # The memory test alone.
    Metric("transferred_mib", "MiB", "transferred in the whole test"),
    Metric("throughput_mib_per_s", "MiB/s", "transferred in a second", True),
    Metric("total_operations", "operations", "operations in the whole test", whole=True),
    Metric("block_size_bytes", "B", "size of one block", whole=True),
    Metric("memory_total_size_bytes", "B", "amount after which the test ends", whole=True),
    Metric("access_mode", "", "seq or rnd"),
    Metric("memory_operation", "", "read, write or none"),
    Metric("memory_scope", "", "global or local buffers"),
    # The fileio test alone.
    Metric("reads_per_s", "reads/s", "read requests in a second", True),
    Metric("writes_per_s", "writes/s", "write requests in a second", True),
    Metric("fsyncs_per_s", "fsyncs/s", "fsync requests in a second", True),
    Metric("read_mib_per_s", "MiB/s", "read in a second", True),
    Metric("written_mib_per_s", "MiB/s", "written in a second", True),
    Metric("read_mb_per_s", "MB/s", "read in a second, in 10^6 bytes", True),
    Metric("written_mb_per_s", "MB/s", "written in a second, in 10^6 bytes", True),
    Metric("file_test_mode", "", "seqwr seqrewr seqrd rndrd rndwr or rndrw"),
    Metric("file_block_size_bytes", "B", "size of one request", whole=True),
    Metric("file_count", "files", "number of files", whole=True),
    Metric("file_size_bytes", "B", "size of one file", whole=True),
    Metric("file_total_size_bytes", "B", "size of all files", whole=True),
    Metric("file_requests", "requests", "limit on the number of requests; 0: none", whole=True),
    Metric("file_rw_ratio", "", "reads for each write in the mode rndrw"),
    Metric("file_fsync_freq", "requests", "an fsync of all files after so many", whole=True),
    Metric("file_merged_bytes", "B", "sequential requests are merged up to this size"),
    Metric("file_io_mode", "", "sync, async or mmap"),
    Metric("file_extra_flags", "", "additional flags of open()"),
)

METRICS: dict[str, Metric] = {item.name: item for item in _ALL}
"""All metrics by name, in the order in which tables and files list them."""
