"""The identities of one row of a typed table."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from collector.findings import CellFinding
from collector.identities import boot, fileio, latency
from collector.identities.printed import Printed, Problem, plain
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import BOOT, CPU, FOOTPRINT, IOPS, LATENCY
from collector.words import Message, joined, say, say_counted

ADVICE = say("compare with the log and correct the cell")
_UNIT_SLIPS = {
    1000.0: say("ms typed as s"),
    1e-3: say("s typed as ms"),
    60.0: say("min typed as s"),
}
_MOSTLY = 0.8
_FEW = 5
_NEAR_S = 0.01
_PREFIX = 0.07
"""How much less a GB of 10^9 bytes is than one of 2^30; an MB is less by 0.05."""
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
    rows = [(table.subject, row) for table in tables for row in table_rows(table)]
    means = _means(rows)
    without_part = _without_a_part([row for kind, row in rows if kind == BOOT])
    incomplete = {id(row) for group in without_part for row in group}
    findings += [_part_missing(group, workbook) for group in without_part]
    for subject, row in rows:
        numbers = numbers_of(row)
        problems: list[Problem] = []
        if subject == BOOT and id(row) not in incomplete:
            problems = [_with_slip(problem, numbers) for problem in boot.boot_sum(numbers)]
        elif subject == FOOTPRINT:
            problems = boot.footprint_order(_with_prefixes(row)) + _all_resident(numbers)
            problems += [] if id(row) in means else boot.whole_pages(numbers)
        elif subject in (CPU, LATENCY):
            problems = latency.order(numbers) + latency.little(numbers)
            problems += latency.events_over_time(numbers) + latency.latency_sum(numbers)
            percentiles += latency.percentile_metric(numbers) is not None
            odd_percentiles += _found(row, latency.percentile_is_bucket(numbers), workbook)
        elif subject == IOPS:
            problems = fileio.other_direction(numbers, next(iter(row.values())).case)
            problems += latency.order(numbers)
        findings += _found(row, problems + _negative(row), workbook)
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
            joined([problem.message, ADVICE]),
        )
        for problem in problems
    ]


def _means(rows: Sequence[tuple[str, Row]]) -> set[int]:
    """Return the footprints that are means of others: alone of their side, and mostly no pages.

    A comparison has one row for each VMM, and what stands in it was calculated.
    """
    groups: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for kind, row in rows:
        if kind == FOOTPRINT:
            one = next(iter(row.values()))
            groups[one.table, one.vmm].append(row)
    odd = {table for (table, _), group in groups.items() if len(group) == 1}
    return {id(row) for (table, _), group in groups.items() if table in odd for row in group}


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
        if (len(group) > 1 or vmm in with_more or _beside(groups, one_of(group)))
        and not any(row.keys() & _SOMETIMES for row in group)
        and all(_lacks(numbers_of(row)) for row in group)
    ]


def one_of(group: list[Row]) -> TypedSample:
    """Return any sample of a group of rows."""
    return next(iter(group[0].values()))


def _beside(groups: dict[tuple[int, str], list[Row]], one: TypedSample) -> bool:
    """Whether a boot stands in a comparison: one row for each VMM, with the parts of both."""
    sides = [group for (table, _), group in groups.items() if table == one.table]
    return len(sides) > 1 and all(len(group) == 1 for group in sides)


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


def _with_prefixes(row: Row) -> dict[str, Printed]:
    """Return a row's sizes with the room of MB that may be 2^20 or 10^6 bytes.

    Beside each other in one unit they say the same of both; in two units they do not.
    """
    factors = {name: _factor(sample) for name, sample in row.items()}
    if len(set(factors.values())) < 2:  # noqa: PLR2004
        return numbers_of(row)
    return {
        name: Printed(number.value, number.step + 2 * _PREFIX * number.value)
        if factors[name] > 1
        else number
        for name, number in numbers_of(row).items()
    }


def _factor(sample: TypedSample) -> float:
    """Return how many of the metric's unit the typed one is."""
    quantity = sample.cell.quantity
    if quantity is None or not quantity.value:
        return 1.0
    return float(f"{sample.number.value / quantity.value:.6g}")


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
