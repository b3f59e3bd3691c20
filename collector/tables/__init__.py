"""The report's thirteen tables, for any plan and any number of VMMs."""

from collections.abc import Callable, Collection, Sequence

from collector.labels import Language, say
from collector.layout import MEASUREMENTS
from collector.results import Vmm
from collector.tables import fileio, per_repetition, sysbench
from collector.tables.host_data import HostData
from collector.tables.model import Row, Table

_REPORT_TABLES = 13
_REPORT_VMMS = ("stratovirt", "qemu")
_THROUGHPUT = "fileio-throughput"
_FIRST_NUMBER = {
    "boot": 1,
    "memory-footprint": 3,
    "sysbench-cpu": 5,
    "sysbench-memory": 7,
    "fileio-latency": 9,
    "fileio-throughput": 11,
    "fileio-iops": 12,
}
_PARTS: dict[str, Callable[[HostData, str, Language], tuple[tuple[Row, ...], tuple[Row, ...]]]] = {
    "boot": per_repetition.boot,
    "memory-footprint": per_repetition.footprint,
    "sysbench-cpu": sysbench.cpu,
    "sysbench-memory": sysbench.memory,
    "fileio-latency": fileio.latency,
    "fileio-iops": fileio.iops,
}


def places(vmms: Sequence[Vmm], left_out: Collection[str] = ()) -> dict[str, int]:
    """Return VMM name to place: 0 for the report's StratoVirt, 1 for its QEMU, then the others.

    A table of the report keeps its number when the other side is absent. Places that neither name
    nor type claims go to the remaining VMMs in their order, except that of a VMM in `left_out`.
    """
    found: dict[str, int] = {}
    for place, name in enumerate(_REPORT_VMMS):
        claims = [vmm.name for vmm in vmms if vmm.name == name]
        claims += [vmm.name for vmm in vmms if vmm.meta.get("type") == name]
        found.update(dict.fromkeys(claims[:1], place))
    others = [vmm.name for vmm in vmms if vmm.name not in found]
    free = [
        place
        for place, name in enumerate(_REPORT_VMMS)
        if place not in found.values() and name not in left_out
    ]
    free += range(2, 2 + len(others))
    return found | dict(zip(others, free, strict=False))


def make_tables(data: HostData, language: Language) -> tuple[Table, ...]:
    """Return the tables of one host in the order of their numbers.

    A VMM without any planned or found log of a subject has no table of it.
    """
    placed = places(data.vmms, data.run.meta.get("left_out") or ())
    tables = [
        _table(data, vmm, subject, placed[vmm], language)
        for subject in _PARTS
        for vmm in placed
        if data.has(vmm, subject)
    ]
    sides = [vmm for vmm in sorted(placed, key=placed.__getitem__) if data.has(vmm, _THROUGHPUT)]
    first = tuple(vmm for vmm in sides if placed[vmm] <= 1)
    groups = [first] if first else []
    groups += [(vmm,) for vmm in sides if placed[vmm] > 1]
    tables += [_throughput(data, group, placed, language) for group in groups]
    return tuple(sorted((table for table in tables if table.body), key=lambda table: table.number))


def _number(subject: str, place: int) -> int:
    if place <= 1:
        return _FIRST_NUMBER[subject] + (place if subject != _THROUGHPUT else 0)
    return _REPORT_TABLES + len(MEASUREMENTS) * (place - 2) + MEASUREMENTS.index(subject) + 1


def _table(data: HostData, vmm: str, subject: str, place: int, language: Language) -> Table:
    number = _number(subject, place)
    header, body = _PARTS[subject](data, vmm, language)
    caption = say(language, f"caption {subject}", number=number, vmm=data.labels[vmm])
    return Table(number, subject, caption, header, body, (vmm,))


def _throughput(
    data: HostData, vmms: tuple[str, ...], placed: dict[str, int], language: Language
) -> Table:
    """The report shows the throughput of both VMMs in one table."""
    number = _number(_THROUGHPUT, placed[vmms[0]])
    header, body = fileio.throughput(data, vmms, language)
    labels = [data.labels[vmm] for vmm in vmms]
    names = say(language, "and", left=labels[0], right=labels[1]) if len(vmms) > 1 else labels[0]
    caption = say(language, f"caption {_THROUGHPUT}", number=number, vmm=names)
    return Table(number, _THROUGHPUT, caption, header, body, vmms)
