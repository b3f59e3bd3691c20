"""The words people read, in Chinese (as in the report) and in English.

Every key has both languages, so no page can be half translated. Metric names are not here: they
are the same everywhere (see `collector.metrics`).
"""

from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

SUBJECTS = (
    "boot",
    "memory-footprint",
    "sysbench-cpu",
    "sysbench-memory",
    "fileio-latency",
    "fileio-throughput",
    "fileio-iops",
)
"""The seven subjects of the report in its order; each is also the name of its measurement."""

_CAPTIONS = {
    "caption boot": ("表 {number} {vmm} 启动时间情况", "Table {number} {vmm} boot time"),
    "caption memory-footprint": (
        "表 {number} {vmm} 内存占用情况",
        "Table {number} {vmm} memory footprint",
    ),
    "caption sysbench-cpu": (
        "表 {number} {vmm} CPU 性能情况",
        "Table {number} {vmm} CPU performance",
    ),
    "caption sysbench-memory": (
        "表 {number} {vmm} 内存性能情况",
        "Table {number} {vmm} memory performance",
    ),
    "caption fileio-latency": (
        "表 {number} {vmm} 单个队列读写的延迟",
        "Table {number} {vmm} single-queue read and write latency",
    ),
    "caption fileio-throughput": (
        "表 {number} {vmm} 吞吐量",
        "Table {number} {vmm} throughput",
    ),
    "caption fileio-iops": ("表 {number} {vmm} IOPS", "Table {number} {vmm} IOPS"),
    "and": ("{left} 与 {right}", "{left} and {right}"),
}

_HEADERS = {
    "boot number": ("实验次数", "Boot"),
    "firmware_s": ("固件启动时间", "Firmware"),
    "loader_s": ("引导加载器启动时间", "Boot loader"),
    "kernel_s": ("内核启动时间", "Kernel"),
    "initrd_s": ("初始内存盘加载时间", "Initial RAM disk"),
    "userspace_s": ("用户空间启动时间", "Userspace"),
    "total_s": ("总启动时间", "Total"),
    "average": ("平均值", "Average"),
    "footprint number": ("次数", "Run"),
    "size_kb": ("内存段总大小 (KB)", "Mapped size (KB)"),
    "rss_kb": ("RSS (KB)", "RSS (KB)"),
    "dirty_kb": ("Dirty (KB)", "Dirty (KB)"),
    "threads": ("线程数", "Threads"),
    "cpu speed": ("CPU 速度 (事件数/s)", "CPU speed (events/s)"),
    "latency avg": ("平均延迟 (ms)", "Average latency (ms)"),
    "latency max": ("最大延迟 (ms)", "Maximum latency (ms)"),
    "latency percentile": (
        "延迟第 {percentile} 百分位数 (ms)",
        "Latency, percentile {percentile} (ms)",
    ),
    "block size": ("内存块大小 (KB)", "Block size (KB)"),
    "transfer rate": ("传输速率 (MiB/s)", "Transfer rate (MiB/s)"),
    "seq": ("顺序访问", "Sequential access"),
    "rnd": ("随机访问", "Random access"),
    "mode": ("测试方式", "Test mode"),
    "rndrd": ("随机读", "Random read"),
    "rndwr": ("随机写", "Random write"),
    "seqrd": ("顺序读", "Sequential read"),
    "seqwr": ("顺序写", "Sequential write"),
    "rndrw": ("随机读写", "Random read and write"),
    "seqrewr": ("顺序重写", "Sequential rewrite"),
    "throughput": ("吞吐量 (MiB/s)", "Throughput (MiB/s)"),
    "reads": ("读取速率 (次/s)", "Reads per second"),
    "writes": ("写入速率 (次/s)", "Writes per second"),
    "fsyncs": ("文件同步速率 (次/s)", "File syncs per second"),
}

WORDS: dict[str, tuple[str, str]] = {**_CAPTIONS, **_HEADERS}
"""Key to (Chinese, English); `{fields}` are filled by `say`."""


def say(language: Language, key: str, **fields: object) -> str:
    """Return the text of `key` in `language` with its fields filled.

    Raises KeyError for a key or a field that does not exist: a mistake of the program.
    """
    text = WORDS[key][LANGUAGES.index(language)]
    return text.format(**fields) if fields else text
