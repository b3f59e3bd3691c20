"""Tables of both VMMs, one function for each way of laying them out."""

# ruff: noqa: RUF001 - Chinese punctuation is meant

from collections.abc import Callable
from statistics import mean

from typed_class.machine import Data, Record
from typed_class.page import Measured, Page
from typed_class.wording import METRICS, VMMS, Style, cells


def throughput(style: Style, page: Page, data: Data) -> None:
    """The throughput table of the report."""
    style.say(
        page, ("吞吐量", "throughput"), style.word("StratoVirt 与 QEMU", "StratoVirt and QEMU")
    )
    page.put([style.mode, style.head("rate")], ["", VMMS[0], "", VMMS[1]])
    for place, mode in enumerate(style.modes):
        page.put(
            [
                mode,
                *(
                    Measured(test["read_mib"] or test["write_mib"])
                    for vmm in VMMS
                    for test in data.tests["throughput", vmm]
                    if test["mode"] == place
                ),
            ]
        )


def compact(style: Style, page: Page, data: Data, subject: str) -> None:
    """One metric, which the title names; VMMs as columns."""
    metric, title, label = {
        "boot": ("total", ("总启动时间 (s)", "Total boot time (s)"), style.run),
        "footprint": ("rss", ("RSS (KB) 对比", "RSS (KB)"), style.run),
        "cpu": ("eps", ("CPU 速度 (事件数/s) 对比", "CPU speed (events/s)"), style.thread),
        "memory": ("rate", ("内存传输速率 (MiB/s)", "Memory transfer rate (MiB/s)"), style.block),
        "latency": ("avg", ("I/O 平均延迟 (ms)", "fileio average latency (ms)"), style.mode),
    }[subject]
    style.say(page, title)
    page.put(
        [
            label,
            *(
                f"{vmm} {style.head(metric)}" if style.wording and subject == "cpu" else vmm
                for vmm in VMMS
            ),
        ]
    )
    picked = {vmm: first_of_each(data, subject, vmm) for vmm in VMMS}
    for place, key in enumerate(picked[VMMS[0]]):
        shown: object = key
        if subject == "latency":
            shown = style.modes[int(key)]
        elif subject in ("boot", "footprint"):
            shown = place + 1
        else:
            shown = int(key) if subject == "cpu" or "KB" in style.block else f"{key:.0f}K"
        page.put([shown, *(Measured(picked[vmm][key][metric]) for vmm in VMMS)])


def first_of_each(data: Data, subject: str, vmm: str) -> dict[float, Record]:
    """Return the first test of each case."""
    key = {"cpu": "threads", "memory": "block", "latency": "mode"}.get(subject)
    found: dict[float, Record] = {}
    for place, test in enumerate(data.tests[subject, vmm]):
        if subject != "memory" or test["access"]:
            found.setdefault(test[key] if key else place, test)
    return found


def cases_across(style: Style, page: Page, data: Data, subject: str) -> None:
    """One metric, which the title names; a row for each VMM, a column for each case."""
    metric, title = {
        "cpu": ("eps", ("CPU 速度 (事件数/s)", "CPU speed (events/s)")),
        "memory": (
            "rate",
            ("内存传输速率 (MiB/s)，顺序", "Memory transfer rate (MiB/s), sequential"),
        ),
        "latency": ("avg", ("I/O 平均延迟 (ms)", "fileio average latency (ms)")),
    }[subject]
    style.say(page, title)
    picked = {vmm: first_of_each(data, subject, vmm) for vmm in VMMS}
    keys = list(picked[VMMS[0]])
    names = [
        style.modes[int(key)]
        if subject == "latency"
        else f"{key:.0f}K"
        if subject == "memory"
        else f"{key:.0f} {style.word('线程', 'threads')}"
        for key in keys
    ]
    page.put([style.word("虚拟机", "VMM"), *names])
    for vmm in VMMS:
        page.put([vmm, *(Measured(picked[vmm][key][metric]) for key in keys)])


def metric_rows(style: Style, page: Page, data: Data) -> None:
    """A summary: metrics of several subjects as rows, VMMs as columns, all of them means."""
    style.say(page, ("性能对比（平均值）", "Comparison of means"))
    page.put([style.word("指标", "Metric"), *VMMS])
    for subject, names in (
        ("boot", ("kernel", "user", "total")),
        ("footprint", ("size", "rss", "dirty")),
    ):
        for name in names:
            digits = 3 if subject == "boot" else 0
            page.put(
                [
                    style.head(name),
                    *(
                        Measured(round(mean(t[name] for t in data.tests[subject, vmm]), digits))
                        for vmm in VMMS
                    ),
                ]
            )


def tidy(style: Style, page: Page, data: Data) -> None:
    """One long table: VMM, threads, run, and what was measured."""
    style.say(page, ("CPU 测试原始数据", "CPU raw data"))
    page.put(
        [style.word("虚拟机", "VMM"), style.thread, style.run, *map(style.head, METRICS["cpu"])]
    )
    for vmm in VMMS:
        seen: dict[float, int] = {}
        for test in data.tests["cpu", vmm]:
            seen[test["threads"]] = seen.get(test["threads"], 0) + 1
            page.put(
                [vmm, int(test["threads"]), seen[test["threads"]], *cells(test, METRICS["cpu"])]
            )


def grouped(style: Style, page: Page, data: Data) -> None:
    """A VMM over each group of columns."""
    metrics = METRICS["cpu"][: style.rng.choice((2, 4))]
    style.say(page, ("CPU 性能对比", "CPU comparison"))
    row = page.put(
        [style.thread if style.repeated else "", VMMS[0], *[""] * (len(metrics) - 1), VMMS[1]]
    )
    page.put(
        [
            "" if style.repeated else style.thread,
            *(style.head(name) for _ in VMMS for name in metrics),
        ]
    )
    for place in range(2):
        left = page.column + 1 + place * len(metrics)
        page.merged.append((row, left, row, left + len(metrics) - 1))
    last = ""
    for one, other in zip(data.tests["cpu", VMMS[0]], data.tests["cpu", VMMS[1]], strict=True):
        label = f"{one['threads']:.0f}"
        page.put(
            [
                int(label) if label != last or style.repeated else "",
                *cells(one, metrics),
                *cells(other, metrics),
            ]
        )
        last = label


def beside(style: Style, page: Page, draw: Callable[[str], None]) -> None:
    """The tables of both VMMs beside each other."""
    top, column, end = page.row, page.column, page.row
    for vmm in VMMS:
        page.row = top
        draw(vmm)
        end = max(end, page.row)
        page.column = (
            max(place for row, place in page.cells if row >= top) + 2 + style.rng.randrange(2)
        )
    page.row, page.column = end, column
