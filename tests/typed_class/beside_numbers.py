"""Tables with what people calculate, shorten and convert: one function for each way."""

# ruff: noqa: RUF001 - Chinese punctuation is meant

from statistics import mean, stdev

from typed_class.both_tables import first_of_each
from typed_class.machine import MODES, Data
from typed_class.page import Measured, MeasuredText, Page
from typed_class.wording import METRICS, VMMS, Style, cells, present


def all_of_fileio(style: Style, page: Page, data: Data, vmm: str) -> None:
    """One long table of all file tests: blocks, threads and modes are columns."""
    style.say(page, ("fileio 测试数据", "fileio data"), vmm)
    unit = style.rng.choice(("K", ""))
    block = style.word("块大小", "Block size") + ("" if unit else " (KB)")
    page.put(
        [block, style.thread, style.mode, "IOPS", style.word("带宽 (MiB/s)", "Throughput (MiB/s)")]
    )
    for subject in ("latency", "throughput", "iops"):
        for test in data.tests[subject, vmm]:
            label = f"{test['block']:.0f}K" if unit else int(test["block"])
            page.put(
                [
                    label,
                    int(test["threads"]),
                    style.modes[int(test["mode"])],
                    Measured(test["reads"] or test["writes"]),
                    Measured(test["read_mib"] or test["write_mib"]),
                ]
            )


def with_ratio(style: Style, page: Page, data: Data) -> None:
    """Both sides, and columns of what was calculated from them: as a number, a text, a formula."""
    style.say(page, ("CPU 速度 (事件数/s) 对比", "CPU speed (events/s)"))
    heads = (
        (style.word("提升 (%)", "Improvement (%)"), lambda a, b, _: round((a / b - 1) * 100, 2)),
        (style.word("StratoVirt/QEMU 比值", "Ratio"), lambda a, b, _: f"{a / b:.3f}"),
        (style.word("差值", "Difference"), lambda a, b, _: round(a - b, 2)),
        (style.word("QEMU损耗", "QEMU overhead"), lambda a, b, _: f"{1 - b / a:.1%}"),
        (style.word("StratoVirt 归一化", "StratoVirt (normalized)"), lambda a, b, _: a / b),
        (style.word("排名", "Rank"), lambda a, b, _: 1 if a > b else 2),
    )
    head, calculated = style.rng.choice(heads)
    page.put([style.thread, *VMMS, head])
    one, other = (first_of_each(data, "cpu", vmm) for vmm in VMMS)
    for threads, test in one.items():
        a, b = test["eps"], other[threads]["eps"]
        page.put([int(threads), Measured(a), Measured(b), calculated(a, b, page.row)])


def with_formulas(style: Style, page: Page, data: Data, vmm: str) -> None:
    """Boots whose means are formulas that no program has calculated yet."""
    tests = data.tests["boot", vmm]
    metrics = present(tests, METRICS["boot"])
    style.say(page, ("启动时间", "boot time"), vmm)
    page.put([style.run, *map(style.head, metrics)])
    top = page.row
    for number, test in enumerate(tests, 1):
        page.put([number, *cells(test, metrics)])
    letters = ["ABCDEFGHIJKLMNOP"[page.column + place] for place in range(len(metrics))]
    page.put(
        [
            style.word("平均值", "Average"),
            *(MeasuredText(f"=AVERAGE({each}{top}:{each}{page.row - 1})") for each in letters),
        ]
    )


def with_spreads(style: Style, page: Page, data: Data) -> None:
    """Means of the repetitions, each with its standard deviation in the same cell."""
    style.say(page, ("CPU 速度 (事件数/s)，平均值±标准差", "CPU speed (events/s), mean ± sd"))
    page.put([style.thread, *VMMS])
    for threads in sorted({test["threads"] for test in data.tests["cpu", VMMS[0]]}):
        row: list[object] = [int(threads)]
        for vmm in VMMS:
            speeds = [t["eps"] for t in data.tests["cpu", vmm] if t["threads"] == threads]
            row.append(MeasuredText(f"{mean(speeds):.2f} ± {stdev(speeds):.2f}"))
        page.put(row)


def as_ranges(style: Style, page: Page, data: Data) -> None:
    """The shortest and the longest boot of each VMM in one cell."""
    style.say(page, ("启动时间（最小~最大）", "Boot time (shortest~longest)"))
    metrics = ("kernel", "user", "total")
    page.put([style.word("虚拟机", "VMM"), *map(style.head, metrics)])
    for vmm in VMMS:
        row: list[object] = [vmm]
        for name in metrics:
            times = [test[name] for test in data.tests["boot", vmm]]
            row.append(MeasuredText(f"{min(times):.3f}~{max(times):.3f}"))
        page.put(row)


def unit_column(style: Style, page: Page, data: Data) -> None:
    """Metrics as rows, with a column of units and one of differences."""
    style.say(page, ("性能对比（平均值）", "Comparison of means"))
    page.put(
        [
            style.word("指标", "Metric"),
            style.word("单位", "Unit"),
            *VMMS,
            style.word("提升", "Improvement"),
        ]
    )
    for subject, unit, digits, names in (
        ("boot", "s", 3, ("kernel", "user", "total")),
        ("footprint", "KB", 0, ("size", "rss", "dirty")),
    ):
        for name in names:
            one, other = (
                round(mean(test[name] for test in data.tests[subject, vmm]), digits) for vmm in VMMS
            )
            head = style.head(name).partition("(")[0].partition("/")[0].strip()
            page.put([head, unit, Measured(one), Measured(other), f"{other / one - 1:+.1%}"])


def grouped_latency(style: Style, page: Page, data: Data) -> None:
    """A VMM over each group of `平均 | 最大 | 95%`, the metric in the title."""
    style.say(page, ("单线程 I/O 延迟 (ms)", "Single-queue latency (ms)"))
    kinds = style.word("平均 最大 95%", "avg max 95%").split()
    row = page.put([style.mode, VMMS[0], "", "", VMMS[1]])
    page.put(["", *kinds, *kinds])
    for left in (page.column + 1, page.column + 4):
        page.merged.append((row, left, row, left + 2))
    for one, other in zip(*(data.tests["latency", vmm] for vmm in VMMS), strict=True):
        page.put(
            [
                style.modes[int(one["mode"])],
                *(cell for test in (one, other) for cell in cells(test, METRICS["latency"])),
            ]
        )


def other_units(style: Style, page: Page, data: Data, vmm: str) -> None:
    """Footprints in MB, operations in thousands, latencies in microseconds."""
    style.say(page, ("内存占用", "memory footprint"), vmm)
    page.put([style.run, "RSS (MB)", style.word("脏页 (MB)", "Dirty (MB)")])
    for number, test in enumerate(data.tests["footprint", vmm], 1):
        sizes = (Measured(round(test[name] / 1024, 2)) for name in ("rss", "dirty"))
        page.put([number, *sizes])
    page.row += 1
    style.say(page, ("IOPS 与延迟", "IOPS and latency"), vmm)
    page.put([style.mode, "IOPS (k)", style.word("平均延迟 (us)", "avg latency (us)")])
    for test in data.tests["iops", vmm]:
        page.put(
            [
                MODES[int(test["mode"])],
                Measured(round((test["reads"] or test["writes"]) / 1000, 2)),
                Measured(round(test["avg"] * 1000)),
            ]
        )
