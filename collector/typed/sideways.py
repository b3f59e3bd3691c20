"""Which way a table lies, where it can be read both upright and on its side."""

from collections import Counter

from collector.typed.model import TypedTable


def better(upright: list[TypedTable], turned: list[TypedTable]) -> list[TypedTable]:
    """Return the tables of each place in the sheet as they stand or turned: what finds more."""
    kept: list[TypedTable] = []
    rest = [(table, way) for way, tables in enumerate((upright, turned)) for table in tables]
    while rest:
        place = [rest.pop(0)]
        for one, _ in place:
            place += [other for other in rest if other[0].overlaps(one)]
            rest = [other for other in rest if not other[0].overlaps(one)]
        counts = [sum(len(table.samples) for table, way in place if way == each) for each in (0, 1)]
        more = int(counts[1] > counts[0])
        kept += [table for table, way in place if way == more]
    return kept


def has_columns(table: TypedTable) -> bool:
    """Whether a table that lies on its side has two columns of numbers: a list has one."""
    rows = Counter(sample.row for sample in table.samples)
    return sum(count > 1 for count in rows.values()) > 1
