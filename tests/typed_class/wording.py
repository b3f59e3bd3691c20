"""The words of tables, and what one student is used to."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from statistics import mean, stdev

from typed_class.machine import MODES, Data, Record
from typed_class.page import Measured, Page

VMMS = ("StratoVirt", "QEMU")
HEADS: dict[str, tuple[tuple[str, str], ...]] = {
    "kernel": (("内核启动时间 (s)", "Kernel (s)"), ("内核(s)", "kernel boot (s)")),
    "user": (("用户空间启动时间 (s)", "Userspace (s)"), ("用户态(s)", "user space (s)")),
    "initrd": (("initrd (s)", "initrd (s)"), ("内存盘 (s)", "initramfs (s)")),
    "total": (("总启动时间 (s)", "Total (s)"), ("总时间(s)", "total boot time (s)")),
    "size": (("内存段总大小 (KB)", "Size (KB)"), ("虚拟内存 (KB)", "Mapped (KB)")),
    "rss": (("RSS (KB)", "RSS (KB)"), ("常驻内存 RSS (KB)", "RSS/KB")),
    "dirty": (("Dirty (KB)", "Dirty (KB)"), ("脏页 (KB)", "dirty pages (KB)")),
    "eps": (("CPU 速度 (事件数/s)", "Events per second"), ("每秒事件数", "events/s")),
    "time": (("总时间 (s)", "Total time (s)"), ("总时间(s)", "total time (s)")),
    "events": (("总事件数", "Total events"), ("事件总数", "total number of events")),
    "min": (("最小延迟 (ms)", "Min latency (ms)"), ("最小延迟/ms", "min lat (ms)")),
    "avg": (("平均延迟 (ms)", "Average latency (ms)"), ("平均延迟/ms", "avg lat (ms)")),
    "max": (("最大延迟 (ms)", "Max latency (ms)"), ("最大延迟/ms", "max lat (ms)")),
    "p95": (("延迟第 95 百分位数 (ms)", "95th percentile (ms)"), ("95% 延迟 (ms)", "p95 (ms)")),
    "rate": (("传输速率 (MiB/s)", "Transfer rate (MiB/s)"), ("带宽 (MiB/s)", "Throughput (MiB/s)")),
    "reads": (("读取速率 (次/s)", "reads/s"), ("读 IOPS", "Read IOPS")),
    "writes": (("写入速率 (次/s)", "writes/s"), ("写 IOPS", "Write IOPS")),
    "fsyncs": (("文件同步速率 (次/s)", "fsyncs/s"), ("fsync (次/s)", "File syncs per second")),
    "read_mib": (
        ("读吞吐量 (MiB/s)", "read, MiB/s"),
        ("读取带宽 (MiB/s)", "Read throughput (MiB/s)"),
    ),
    "write_mib": (
        ("写吞吐量 (MiB/s)", "written, MiB/s"),
        ("写入带宽 (MiB/s)", "Write throughput (MiB/s)"),
    ),
}
MODE_NAMES = (
    ("随机读", "随机写", "顺序读", "顺序写"),
    ("Random read", "Random write", "Sequential read", "Sequential write"),
    MODES,
)
RUNS = (("次数", "Run"), ("实验次数", "No."), ("组", "Trial"), ("序号", "#"), ("第几次", "run"))
THREADS = (("线程数", "Threads"), ("线程", "threads"), ("线程数量", "Number of threads"))
MODE_HEADS = (("测试方式", "Test mode"), ("测试模式", "Mode"), ("读写方式", "mode"))
BLOCKS = (("内存块大小 (KB)", "Block size (KB)"), ("块大小", "block size"))
SUMMARY = {
    "mean": ("平均值", "Average"),
    "max": ("最大值", "max"),
    "min": ("最小值", "min"),
    "std": ("标准差", "Std dev"),
}
METRICS = {
    "boot": ("kernel", "initrd", "user", "total"),
    "footprint": ("size", "rss", "dirty"),
    "cpu": ("eps", "avg", "max", "p95"),
    "latency": ("avg", "max", "p95"),
    "iops": ("reads", "writes", "fsyncs"),
}
ZERO = {"reads", "writes", "fsyncs", "read_mib", "write_mib"}


class Style:
    """How one student words and arranges things."""

    def __init__(self, rng: Random) -> None:
        """Draw the habits of a student."""
        self.rng = rng
        self.english = rng.random() < 0.4
        self.wording = rng.randrange(2)
        self.run = rng.choice(RUNS)[self.english]
        self.thread = rng.choice(THREADS)[self.english]
        self.mode = rng.choice(MODE_HEADS)[self.english]
        self.block = rng.choice(BLOCKS)[self.english]
        self.modes = rng.choice(MODE_NAMES[1:] if self.english else (*MODE_NAMES, MODE_NAMES[0]))
        self.repeated = rng.random() < 0.4  # labels in each row, or merged
        self.title = rng.randrange(6)
        self.gap = rng.choice((0, 0, 0, 1))
        self.number = 0

    def word(self, chinese: str, english: str) -> str:
        """Return one of two words."""
        return english if self.english else chinese

    def head(self, metric: str) -> str:
        """Return the heading over a metric."""
        return HEADS[metric][self.wording][self.english]

    def say(self, page: Page, about: tuple[str, str], vmm: str = "", more: str = "") -> None:
        """Type a title: numbered or not, merged, with an empty row below, or a section's."""
        self.number += 1
        words = " ".join(part for part in (vmm, about[self.english], more) if part)
        if self.title == 0:
            words = f"{self.word('表', 'Table')} {self.number} {words}"
        elif self.title == 1:
            words = f"{self.number}. {words}"
        elif self.title == 2:
            words = f"{words}{self.word('测试结果', ' results')}"
        row = page.put([words])
        if self.title == 3:
            page.merged.append((row, page.column, row, page.column + 3))
        page.row += self.gap


def cells(record: Record, metrics: Iterable[str]) -> list[object]:
    """Return the numbers of a test; what does not apply is a dash."""
    return [
        "-" if name in ZERO and not record.get(name) else Measured(record[name]) for name in metrics
    ]


def labelled(style: Style, page: Page, label: str, last: str, height: int) -> object:
    """Return a row's label: repeated, or only in the first of its rows."""
    if label == last:
        return label if style.repeated else ""
    if not style.repeated and height > 1 and style.rng.random() < 0.3:
        page.merged.append((page.row, page.column, page.row + height - 1, page.column))
    return label


def summary(
    style: Style,
    data: Data,
    subject: str,
    tests: Sequence[Record],
    *,
    metrics: Sequence[str],
    kinds: Sequence[str],
) -> list[list[object]]:
    """Return rows of means and other statistics; `mean_of` says which of them are wrong."""
    functions: dict[str, Callable[[list[float]], float]] = {
        "mean": mean,
        "max": max,
        "min": min,
        "std": stdev,
    }
    rows = []
    for kind in kinds:
        row: list[object] = [style.word(*SUMMARY[kind])]
        for name in metrics:
            values = [test[name] for test in tests]
            value = functions[kind](values) if len(values) > 1 else values[0]
            wrong = data.mean_of.get(f"{subject} {kind}")
            if wrong is not None and name == metrics[-1]:
                value = mean(values[:-1]) if wrong == 0 else value * (1 + wrong / 100)
            digits = 0 if subject == "footprint" else 3 if subject == "boot" else 2
            shown = round(value, digits)
            row.append(shown if kind == "std" else Measured(shown))
        rows.append(row)
    return rows


def present(tests: Sequence[Record], metrics: Iterable[str]) -> list[str]:
    """Return the metrics that these tests have."""
    return [name for name in metrics if name in tests[0]]
