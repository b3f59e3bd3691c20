"""Workbooks of a class: honest ones, and ones with a mistake planted before they were typed."""

# ruff: noqa: RUF001 - Chinese punctuation is meant

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from openpyxl import Workbook

from collector.typed.grid import Grid, Typed
from collector.typed.text import normal, read_quantity
from typed_class import beside_numbers as n
from typed_class import both_tables as b
from typed_class import cpu_mistakes, fileio_mistakes, guest_mistakes
from typed_class import tables as t
from typed_class.machine import REPORT_SPREADS, Data, Machine
from typed_class.mistakes import MISTAKES
from typed_class.page import Numbers, Page
from typed_class.wording import VMMS, Style

ENTERED = (cpu_mistakes, guest_mistakes, fileio_mistakes)
"""What has entered its kinds of mistakes."""
FLOWS = ("read_mib", "write_mib")
ALL = ("reads", "writes", "fsyncs", "read_mib", "write_mib", "avg")
Draw = Callable[[Style, Page, Data], None]


class Book(NamedTuple):
    """One workbook as typed."""

    name: str
    path: Path
    measured: int
    """How many measured numbers are in it."""


def each(draw: Callable[[Style, Page, Data, str], None]) -> Draw:
    """Draw a table for each VMM, below each other or beside."""

    def both(style: Style, page: Page, data: Data) -> None:
        if style.rng.random() < 0.2:
            b.beside(style, page, lambda vmm: draw(style, page, data, vmm))
            return
        for vmm in VMMS:
            draw(style, page, data, vmm)
            page.row += 1 + style.rng.randrange(3)

    return both


def one(subject: str) -> Callable[[Style, Page, Data, str], None]:
    """Return the ordinary table of a subject."""
    if subject in ("boot", "footprint"):
        return lambda style, page, data, vmm: t.per_run(style, page, data, subject, vmm)
    if subject == "cpu":
        return t.per_thread
    if subject == "memory":
        return t.memory
    return lambda style, page, data, vmm: t.per_mode(style, page, data, subject, vmm)


DRAWS: dict[str, tuple[Draw, ...]] = {
    "boot": (
        each(one("boot")),
        lambda s, p, d: b.compact(s, p, d, "boot"),
        each(lambda s, p, d, v: t.turned(s, p, d, "boot", v)),
        b.metric_rows,
        each(n.with_formulas),
        n.as_ranges,
        n.unit_column,
    ),
    "footprint": (
        each(one("footprint")),
        lambda s, p, d: b.compact(s, p, d, "footprint"),
        each(lambda s, p, d, v: t.turned(s, p, d, "footprint", v)),
        each(n.other_units),
    ),
    "cpu": (
        each(one("cpu")),
        each(lambda s, p, d, v: t.per_thread(s, p, d, v, more=True)),
        each(lambda s, p, d, v: t.runs_of_threads(s, p, d, v, "title")),
        each(lambda s, p, d, v: t.runs_of_threads(s, p, d, v, "row")),
        each(lambda s, p, d, v: t.runs_of_threads(s, p, d, v, "command")),
        lambda s, p, d: b.compact(s, p, d, "cpu"),
        lambda s, p, d: b.cases_across(s, p, d, "cpu"),
        b.tidy,
        b.grouped,
        each(lambda s, p, d, v: t.turned(s, p, d, "cpu", v)),
        n.with_ratio,
        n.with_spreads,
    ),
    "memory": (
        each(t.memory),
        each(t.memory_runs),
        each(t.memory_modes_below),
        lambda s, p, d: b.compact(s, p, d, "memory"),
        lambda s, p, d: b.cases_across(s, p, d, "memory"),
    ),
    "latency": (
        each(one("latency")),
        lambda s, p, d: b.compact(s, p, d, "latency"),
        lambda s, p, d: b.cases_across(s, p, d, "latency"),
        each(lambda s, p, d, v: t.turned(s, p, d, "latency", v)),
        n.grouped_latency,
    ),
    "throughput": (
        b.throughput,
        each(lambda s, p, d, v: t.per_mode(s, p, d, "throughput", v, metrics=FLOWS, said="128K")),
    ),
    "iops": (
        each(one("iops")),
        each(lambda s, p, d, v: t.per_mode(s, p, d, "iops", v,
             metrics=ALL,
             said=f"{d.tests['iops', v][0]['block']:.0f}K, 32 线程")),
        each(lambda s, p, d, v: t.turned(s, p, d, "iops", v)),
        each(n.all_of_fileio),
    ),
}  # fmt: skip
SUBJECTS = tuple(DRAWS)
ORDINARY = {subject: draws[0] for subject, draws in DRAWS.items()}


def honest(folder: Path, count: int, seed: int = 1) -> Iterator[Book]:
    """Make honest workbooks: each layout of each subject comes, in changing company."""
    layouts = [(subject, draw) for subject, draws in DRAWS.items() for draw in draws]
    for number in range(count):
        rng = Random(seed * 100_000 + number)  # noqa: S311 - no secrets
        seconds, files, block = 60, 128, 4
        if number % 5 == 4:
            seconds, files, block = rng.choice((10, 30)), rng.choice((128, 16)), rng.choice((4, 16))
        threads = rng.choice(((1, 4, 16, 32, 64), (1, 2, 4, 8), (1, 8, 64), (4,), (2, 16)))
        data = Machine(rng, seconds, files).measured(threads, rng.choice((2, 2, 3, 5)), block)
        style = Style(rng)
        first = layouts[number % len(layouts)]
        others = [
            (s, rng.choice(DRAWS[s]))
            for s in rng.sample(SUBJECTS, rng.randrange(4))
            if s != first[0]
        ]
        pages = _pages(rng, style, data, [first, *others], _said(style, seconds, files, block))
        yield _saved(pages, rng, folder / f"honest-{number:03d}.xlsx")


def report_shaped(seed: int) -> list[Grid]:
    """Make the report's thirteen tables anew, as one sheet of text, without a file.

    Ten boots and footprints, two repetitions of each test, numbers that vary from one repetition to
    the next as the report's do.
    """
    rng = Random(seed)  # noqa: S311 - no secrets
    machine = Machine(rng, vary=REPORT_SPREADS)
    data = machine.measured((1, 4, 16, 32, 64), 2, boots=10)
    style = Style(rng)
    page = Page("Sheet1")
    for subject in SUBJECTS:
        ORDINARY[subject](style, page, data)
        page.row += 1
    numbers = Numbers(text=True)
    cells = {}
    for place, value in page.cells.items():
        shown = normal(numbers.typed(value))
        cells[place] = Typed(page.name, *place, shown, read_quantity(shown))
    return [Grid(page.name, cells, page.row, max(column for _, column in cells))]


def planted(folder: Path, seed: int = 1, every: int = 1) -> Iterator[tuple[str, Book]]:
    """Make two workbooks with each mistake: one of ordinary tables, one of any that show it.

    Args:
        folder: where.
        seed: makes others.
        every: take only the first of so many kinds.
    """
    for number, (name, mistake) in enumerate(MISTAKES.items()):
        if number % every:
            continue
        for variant in range(2):
            rng = Random(seed * 7_000_000 + number * 10 + variant)  # noqa: S311
            data = Machine(rng).measured((1, 4, 16, 32, 64), 2)
            mistake.plant(data, rng)
            style = Style(rng)
            draws = []
            for subject in mistake.subjects:
                fitting = [DRAWS[subject][place] for place in mistake.layouts.get(subject, (0,))]
                draws.append((subject, fitting[min(variant, len(fitting) - 1)]))
            others = [(s, ORDINARY[s]) for s in SUBJECTS if s not in mistake.subjects]
            others = rng.sample(others, 3 if variant else len(others))
            pages = _pages(rng, style, data, draws + others, "")
            yield name, _saved(pages, rng, folder / f"planted-{number:02d}-{variant}.xlsx")


def _said(style: Style, seconds: int, files: int, block: int) -> str:
    if (seconds, files, block) == (60, 128, 4):
        return ""
    return (
        f"sysbench fileio --time={seconds} --threads=32 --file-num={files}"
        f" --file-block-size={block}k --file-total-size={files * 4}M --file-test-mode=MODE run"
    )


def _pages(
    rng: Random, style: Style, data: Data, draws: list[tuple[str, Draw]], said: str
) -> list[Page]:
    """Put tables on sheets, with what people write around them."""
    names = iter(
        rng.sample(["Sheet1", "数据", "实验4", "结果", "data", "Sheet2", "raw", "汇总"], 8)
    )
    pages = [Page(next(names), row=rng.choice((1, 1, 2, 4)), column=rng.choice((1, 1, 1, 3)))]
    if rng.random() < 0.5:
        pages[0].put(
            [style.word("实验四 StratoVirt 与 QEMU 性能对比", "Lab 4: StratoVirt and QEMU")]
        )
        pages[0].put(
            [style.word("姓名：张三", "Name: Li Lei"), "", style.word("学号", "No.") + " 2021001"]
        )
        pages[0].row += 1
    for subject, draw in draws:
        if rng.random() < 0.35:
            pages.append(Page(next(names)))
        page = pages[-1]
        if rng.random() < 0.3:
            page.put(
                [
                    style.word(
                        "测试结果如下表所示，每项重复多次，取平均值。",
                        "The results are in the table below; each test was repeated.",
                    )
                ]
            )
        if said and subject == "iops":
            page.put([said])
        draw(style, page, data)
        page.row += 1
        if rng.random() < 0.3:
            page.put(
                [
                    style.word(
                        "可以看出 StratoVirt 与 QEMU 相差不大，StratoVirt 略优于 QEMU。",
                        "StratoVirt is a little better than QEMU here; see the chart.",
                    )
                ]
            )
            page.row += 1
        if rng.random() < 0.2:
            page.hidden.append(max(1, page.row - 3))
        page.row += rng.randrange(1, 4)
    return pages


def _saved(pages: list[Page], rng: Random, path: Path) -> Book:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    text = rng.random() < 0.4
    numbers = Numbers(text=text, thousands=text and rng.random() < 0.3)
    count = 0
    for page in pages:
        count += page.write(workbook.create_sheet(page.name), numbers)
    workbook.save(path)
    return Book(path.stem, path, count)
