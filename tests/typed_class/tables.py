"""Tables of one VMM, one function for each way of laying them out."""

# ruff: noqa: RUF001 - Chinese punctuation is meant

from collections.abc import Sequence

from typed_class.machine import Data
from typed_class.page import Measured, Page
from typed_class.wording import METRICS, Style, cells, labelled, present, summary


def per_run(style: Style, page: Page, data: Data, subject: str, vmm: str) -> None:
    """Boots or footprints, a row for each, and their means."""
    about = {
        "boot": [
            ("启动时间", "boot time"),
            ("启动时间（内核、用户空间）", "Boot time (kernel, userspace)"),
        ],
        "footprint": [("内存占用", "memory footprint"), ("RSS", "RSS"), ("pmap", "pmap")],
    }[subject]
    tests = data.tests[subject, vmm]
    metrics = present(tests, METRICS[subject])
    style.say(page, style.rng.choice(about), vmm)
    page.put([style.run, *map(style.head, metrics)])
    for number, test in enumerate(tests, 1):
        page.put([number, *cells(test, metrics)])
    kinds = style.rng.choice([["mean"], ["mean", "max", "min"], ["max", "min", "mean", "std"]])
    page.put(*summary(style, data, subject, tests, metrics=metrics, kinds=kinds))


def per_thread(style: Style, page: Page, data: Data, vmm: str, more: bool = False) -> None:
    """The cpu table of the report, perhaps with all that sysbench prints."""
    tests = data.tests["cpu", vmm]
    metrics = ["eps", "time", "events", "min", "avg", "max", "p95"] if more else METRICS["cpu"]
    about = [
        ("CPU 性能", "CPU performance"),
        ("CPU 速度", "CPU speed"),
        ("sysbench cpu", "sysbench cpu"),
    ]
    style.say(page, style.rng.choice(about), vmm)
    page.put([style.thread, *map(style.head, metrics)])
    last = ""
    for test in tests:
        label = f"{test['threads']:.0f}"
        height = sum(each["threads"] == test["threads"] for each in tests)
        shown = labelled(style, page, label, last, height)
        page.put([int(label) if shown else "", *cells(test, metrics)])
        last = label


def runs_of_threads(style: Style, page: Page, data: Data, vmm: str, where: str) -> None:
    """A small cpu table for each number of threads, which the title or a row of its own names."""
    metrics = METRICS["cpu"][: style.rng.choice((2, 4))]
    counts = sorted({test["threads"] for test in data.tests["cpu", vmm]})
    if where == "row":
        style.say(page, ("CPU 性能", "CPU performance"), vmm)
        page.put([style.run, *map(style.head, metrics)])
    for count in counts:
        tests = [test for test in data.tests["cpu", vmm] if test["threads"] == count]
        name = style.rng.choice((f"{count:.0f} 线程", f"线程={count:.0f}", f"线程数: {count:.0f}"))
        name = f"{count:.0f} threads" if style.english else name
        if where == "row":
            page.put([name])
        elif where == "command":
            style.say(page, ("CPU", "CPU"), vmm)
            page.put([f"sysbench cpu --time={data.seconds} --threads={count:.0f} run"])
        else:
            style.say(page, ("CPU", "CPU"), vmm, f"({name})")
        if where != "row":
            page.put([style.run, *map(style.head, metrics)])
        for number, test in enumerate(tests, 1):
            shown = f"第{number}次" if not style.english and style.wording else number
            page.put([shown, *cells(test, metrics)])
        kinds = style.rng.choice([[], ["mean"], ["mean", "max", "min", "std"]])
        kinds = kinds if len(tests) > 1 else []
        page.put(*summary(style, data, "cpu", tests, metrics=metrics, kinds=kinds))
        page.row += where != "row"


def memory(style: Style, page: Page, data: Data, vmm: str) -> None:
    """The memory table of the report: two repetitions of each access mode beside each other."""
    style.say(
        page,
        style.rng.choice(
            [("内存性能", "memory performance"), ("内存传输速率", "memory transfer rate")]
        ),
        vmm,
    )
    first, second = (
        style.word("顺序访问", "Sequential access"),
        style.word("随机访问", "Random access"),
    )
    row = page.put([style.block, style.head("rate")], ["", first, "", second])
    if style.repeated:
        for area in ((0, 1, 0, 0), (0, 0, 1, 4), (1, 1, 1, 2), (1, 1, 3, 4)):
            top, bottom, left, right = area
            page.merged.append((row + top, page.column + left, row + bottom, page.column + right))
    for size in (1, 2, 4, 8):
        label = size if "KB" in style.block else f"{size}K"
        page.put([label, *(cell for access in (1, 0) for cell in _rates(data, vmm, size, access))])


def _rates(data: Data, vmm: str, size: int, access: int) -> list[object]:
    return [
        Measured(test["rate"])
        for test in data.tests["memory", vmm]
        if test["block"] == size and test["access"] == access
    ]


def memory_runs(style: Style, page: Page, data: Data, vmm: str) -> None:
    """A small memory table for each block size, whose rows are the runs."""
    for size in (1, 4):
        for access, words in ((1, ("顺序", "seq")), (0, ("随机", "rnd"))):
            style.say(page, ("内存", "memory"), vmm, f"{size}K {words[style.english]}")
            page.put([style.run, style.head("rate")])
            for number, rate in enumerate(_rates(data, vmm, size, access), 1):
                page.put([number, rate])
            page.row += 1


def memory_modes_below(style: Style, page: Page, data: Data, vmm: str) -> None:
    """Access modes below each other as a second label."""
    style.say(page, ("内存性能", "memory"), vmm)
    page.put(
        [
            style.block,
            style.word("访问方式", "Access mode"),
            style.word("第1次 (MiB/s)", "Run 1 (MiB/s)"),
            style.word("第2次 (MiB/s)", "Run 2 (MiB/s)"),
        ]
    )
    for size in (1, 2, 4, 8):
        label = size if "KB" in style.block else f"{size} KB"
        page.put([label, style.word("顺序", "seq"), *_rates(data, vmm, size, 1)])
        page.put(
            [
                label if style.repeated else "",
                style.word("随机", "rnd"),
                *_rates(data, vmm, size, 0),
            ]
        )


def per_mode(
    style: Style,
    page: Page,
    data: Data,
    subject: str,
    vmm: str,
    *,
    metrics: Sequence[str] = (),
    said: str = "",
) -> None:
    """A table of fileio with rows of test modes."""
    about = {
        "latency": [
            ("单个队列读写的延迟", "single-queue latency"),
            ("fileio 平均延迟", "fileio latency"),
        ],
        "throughput": [("吞吐量", "throughput"), ("磁盘带宽", "disk bandwidth")],
        "iops": [("IOPS", "IOPS"), ("I/O 性能", "fileio requests")],
    }[subject]
    metrics = metrics or METRICS[subject]
    style.say(page, style.rng.choice(about), vmm, said)
    page.put([style.mode, *map(style.head, metrics)])
    last = ""
    tests = data.tests[subject, vmm]
    for test in tests:
        label = style.modes[int(test["mode"])]
        page.put([labelled(style, page, label, last, 2), *cells(test, metrics)])
        last = label


def turned(style: Style, page: Page, data: Data, subject: str, vmm: str) -> None:
    """Metrics as rows, tests as columns."""
    tests = data.tests[subject, vmm]
    metrics = present(tests, METRICS[subject])
    style.say(
        page,
        {
            "boot": ("启动时间", "boot time"),
            "footprint": ("内存占用", "footprint"),
            "cpu": ("CPU 性能", "CPU"),
            "latency": ("I/O 延迟", "fileio latency"),
            "iops": ("IOPS", "IOPS"),
        }[subject],
        vmm,
    )
    label: list[object]
    if subject in ("latency", "iops"):
        label = [style.mode, *(style.modes[int(test["mode"])] for test in tests)]
    elif subject == "cpu":
        label = [style.thread, *(int(test["threads"]) for test in tests)]
    else:
        label = [style.run, *range(1, len(tests) + 1)]
    page.put(label)
    for name in metrics:
        page.put([style.head(name), *(cells(test, [name])[0] for test in tests)])
