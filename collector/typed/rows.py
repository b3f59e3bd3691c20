"""The identities of one row of a typed table."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from collector.findings import CellFinding
from collector.identities import boot, fileio, latency
from collector.identities.printed import Printed, Problem, about, plain
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import BOOT, CPU, FOOTPRINT, IOPS, LATENCY
from collector.words import Message, joined, say, say_counted

_ADVICE = say("compare with the log and correct the cell")
_UNIT_SLIPS = {
    1000.0: say("ms typed as s"),
    1e-3: say("s typed as ms"),
    60.0: say("min typed as s"),
}
_MOSTLY = 0.8
_FEW = 5
_BUSY = 0.85
_IDLE = 0.6
_HARDLY_ANY = 0.1
_NEAR_S = 0.01
_SOMETIMES = {"initrd_s", "firmware_s", "loader_s"}
"""Parts of a boot that not every boot has."""
Row = dict[str, TypedSample]


def table_rows(table: TypedTable) -> list[Row]:
    """Return the samples of each test of a table by metric: one row, or one part of it."""
    rows: dict[tuple[object, ...], Row] = defaultdict(dict)
    for sample in table.samples:
        key = (sample.row, sample.vmm, sample.case, sample.parameters, sample.repetition)
        rows[key][sample.metric] = sample
    return list(rows.values())


def check_rows(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return what contradicts what within single rows."""
    findings: list[CellFinding] = []
    odd_percentiles: list[CellFinding] = []
    percentiles = 0
    rows = [(table.measurement, row) for table in tables for row in table_rows(table)]
    without_part = _without_a_part([row for kind, row in rows if kind == BOOT])
    incomplete = {id(row) for group in without_part for row in group}
    findings += [_part_missing(group, workbook) for group in without_part]
    for measurement, row in rows:
        numbers = numbers_of(row)
        problems: list[Problem] = []
        if measurement == BOOT and id(row) not in incomplete:
            problems = [_with_slip(problem, numbers) for problem in boot.boot_sum(numbers)]
        elif measurement == FOOTPRINT:
            problems = boot.footprint_order(numbers) + boot.whole_pages(numbers)
            problems += _all_resident(numbers)
        elif measurement in (CPU, LATENCY):
            problems = latency.order(numbers) + latency.little(numbers)
            problems += latency.events_over_time(numbers) + latency.latency_sum(numbers)
            percentiles += latency.percentile_metric(numbers) is not None
            odd_percentiles += _found(row, latency.percentile_is_bucket(numbers), workbook)
        elif measurement == IOPS:
            problems = fileio.other_direction(numbers, next(iter(row.values())).case)
            problems += latency.order(numbers)
        findings += _found(row, problems + _negative(row), workbook)
    findings += _idle([row for kind, row in rows if kind == CPU], workbook)
    return findings + _percentiles(odd_percentiles, percentiles, workbook)


def numbers_of(row: Row) -> dict[str, Printed]:
    """Return a row's numbers by metric, with the threads that its label names."""
    numbers = {name: sample.number for name, sample in row.items()}
    case = next(iter(row.values())).case
    if case.startswith("threads-"):
        numbers["threads"] = Printed(float(case.removeprefix("threads-")))
    return numbers


def finding(
    sample: TypedSample, workbook: str, message: Message, *, note: bool = False
) -> CellFinding:
    """Return a finding at the cell of a sample."""
    return CellFinding(
        "note" if note else "contradiction",
        workbook,
        sample.cell.sheet,
        sample.cell.address,
        message,
    )


def _found(row: Row, problems: Iterable[Problem], workbook: str) -> list[CellFinding]:
    return [
        finding(
            row.get(problem.metric) or next(iter(row.values())),
            workbook,
            joined([problem.message, _ADVICE]),
        )
        for problem in problems
    ]


def _without_a_part(rows: list[Row]) -> list[list[Row]]:
    """Return the boots of each table and VMM whose parts are all less than the total.

    That is a table that leaves a part out. One boot alone may be a mistake, unless other tables
    say that its VMM has another part.
    """
    groups: dict[tuple[int, str], list[Row]] = defaultdict(list)
    with_more = set()
    for row in rows:
        one = next(iter(row.values()))
        groups[one.table, one.vmm].append(row)
        if row.keys() & _SOMETIMES:
            with_more.add(one.vmm)
    return [
        group
        for (_, vmm), group in groups.items()
        if (len(group) > 1 or vmm in with_more)
        and not any(row.keys() & _SOMETIMES for row in group)
        and all(_lacks(numbers_of(row)) for row in group)
    ]


def _lacks(numbers: dict[str, Printed]) -> bool:
    """Whether a boot's total is more than its parts; by whole minutes, these were left out."""
    if not boot.boot_sum(numbers):
        return False
    parts = sum(numbers[name].value for name in boot.PARTS if name in numbers)
    missing = numbers["total_s"].value - parts
    minutes = round(missing / 60)
    return missing > 0 and (not minutes or abs(missing - minutes * 60) > _NEAR_S)


def _part_missing(group: list[Row], workbook: str) -> CellFinding:
    first = group[0]["total_s"]
    message = say_counted(
        "kernel and userspace are less than the total in the boot of this table:"
        " add the column of the part that is missing (initrd, firmware or loader)",
        "kernel and userspace are less than the total in all {count} boots of this table:"
        " add the column of the part that is missing (initrd, firmware or loader)",
        count=len(group),
    )
    return finding(first, workbook, message, note=True)


def _all_resident(numbers: dict[str, Printed]) -> list[Problem]:
    """A process has mappings that are not in memory, if only guard pages."""
    size, rss = numbers.get("size_kb"), numbers.get("rss_kb")
    if size is None or rss is None or size.value != rss.value:
        return []
    message = say(
        "RSS and size are both {size} kB: was a column entered twice?", size=plain(rss.value)
    )
    return [Problem("rss_kb", message)]


def _negative(row: Row) -> list[Problem]:
    return [
        Problem(
            name,
            say(
                "{value} is negative, which no {metric} can be",
                value=plain(sample.number.value),
                metric=name,
            ),
        )
        for name, sample in row.items()
        if sample.number.value < 0
    ]


def _with_slip(problem: Problem, numbers: dict[str, Printed]) -> Problem:
    """Say which part would mend a boot's sum if its unit were another."""
    for name in (*boot.PARTS, "total_s"):
        if name not in numbers:
            continue
        for factor, words in _UNIT_SLIPS.items():
            value = numbers[name]
            mended = {**numbers, name: Printed(value.value / factor, value.step / factor)}
            if not boot.boot_sum(mended):
                hint = say(
                    "with {part} as {value} s it fits: a slip of the unit ({slip})?",
                    part=name[:-2],
                    value=plain(mended[name].value),
                    slip=words,
                )
                return Problem(name, joined([problem.message, hint]))
    return problem


def _idle(rows: list[Row], workbook: str) -> list[CellFinding]:
    """Find rows of a cpu table whose speed or latency is far too low for their threads.

    A cpu test does nothing but events, so Little's law is an equality, but for short tests of
    many threads. So a row is held against those of its table with at least as many threads.
    """
    shares = [(_share(row), _threads(row), row) for row in rows if _threads(row)]
    findings = []
    for share, threads, row in shares:
        speed, average = row["events_per_second"], row["latency_avg_ms"]
        others = [
            other
            for other, count, each in shares
            if count >= threads
            and each is not row
            and each["events_per_second"].table == speed.table
        ]
        if share < _HARDLY_ANY or (share < _IDLE and others and median(others) > _BUSY):
            message = say(
                "{rate} events/s times {latency} ms average latency = {busy} threads at work, but"
                " the row has {threads} (Little's law): the speed or the latency belongs to another"
                " row",
                rate=plain(speed.number.value),
                latency=plain(average.number.value),
                busy=about(share * threads),
                threads=threads,
            )
            findings.append(finding(speed, workbook, joined([message, _ADVICE])))
    return findings


def _threads(row: Row) -> int:
    """Return the threads of a row that has a speed and an average latency; else 0."""
    if not {"events_per_second", "latency_avg_ms"} <= row.keys():
        return 0
    case = row["events_per_second"].case
    return int(case.removeprefix("threads-")) if case.startswith("threads-") else 0


def _share(row: Row) -> float:
    """Return the largest share of its threads that can have been at work."""
    speed, average = row["events_per_second"].number, row["latency_avg_ms"].number
    return speed.high * average.high / 1000 / _threads(row)


def _percentiles(odd: list[CellFinding], total: int, workbook: str) -> list[CellFinding]:
    """Where hardly any percentile is one of sysbench's buckets, they were made in another way."""
    if len(odd) <= (1 - _MOSTLY) * total or total < _FEW:
        return odd
    message = say(
        "{odd} of {total} percentiles cannot have been printed by sysbench 1.x, which prints the"
        " middle of a histogram's bucket: were they rounded or calculated?",
        odd=len(odd),
        total=total,
    )
    return [CellFinding("note", workbook, odd[0].sheet, odd[0].cell, message)]
