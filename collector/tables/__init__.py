"""The report's thirteen tables and further ones, for any plan and any number of VMMs."""

from collections.abc import Collection, Mapping, Sequence
from itertools import count

from collector.labels import Language, in_words
from collector.results import Vmm
from collector.subjects import SUBJECTS, Subject
from collector.subjects.parts.looks import Matrix
from collector.tables.by_subject import rows_of
from collector.tables.host_data import HostData
from collector.tables.model import Table

_REPORT_VMMS = ("stratovirt", "qemu")


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
    numbers = _numbers(data, max(placed.values(), default=0))
    tables = []
    for subject in SUBJECTS.values():
        present = [
            vmm for vmm in sorted(placed, key=placed.__getitem__) if data.has(vmm, subject.name)
        ]
        for vmms in (
            _shared(present, placed) if _is_shared(subject) else ((vmm,) for vmm in present)
        ):
            number = numbers[subject.name, placed[vmms[0]]]
            tables.append(_table(data, vmms, subject, number, language))
    return tuple(sorted((table for table in tables if table.body), key=lambda table: table.number))


def _is_shared(subject: Subject) -> bool:
    """The report shows the throughput of both VMMs in one table."""
    layout = subject.table.layout
    return isinstance(layout, Matrix) and layout.across == "vmms"


def _shared(vmms: Sequence[str], placed: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return those VMMs that share a table, the report's two, and each other by itself."""
    first = tuple(vmm for vmm in vmms if placed[vmm] <= 1)
    return [*([first] if first else []), *((vmm,) for vmm in vmms if placed[vmm] > 1)]


def _numbers(data: HostData, last: int) -> dict[tuple[str, int], int]:
    """Return subject and place of a VMM to the number of its table, up to the place `last`.

    First the report's own tables, then the same subjects of each further VMM, then what the report
    does not have and was measured: the numbers of the others do not depend on it.
    """
    found: dict[tuple[str, int], int] = {}
    reported = [subject for subject in SUBJECTS.values() if subject.table.number is not None]
    for subject in reported:
        first = subject.table.number or 0
        found[subject.name, 0] = first
        found[subject.name, 1] = first if _is_shared(subject) else first + 1
    following = count(max(found.values()) + 1)
    for at in range(2, last + 1):
        found |= {(subject.name, at): next(following) for subject in reported}
    for subject in SUBJECTS.values():
        if subject.table.number is None and data.all_cases(subject.name):
            found |= {(subject.name, at): next(following) for at in range(last + 1)}
    return found


def _table(
    data: HostData, vmms: tuple[str, ...], subject: Subject, number: int, language: Language
) -> Table:
    header, body = rows_of(data, vmms, subject, language)
    names = data.labels[vmms[0]]
    if len(vmms) > 1:
        names = in_words(language, "and", left=names, right=data.labels[vmms[1]])
    caption = in_words(language, f"caption {subject.name}", number=number, vmm=names)
    return Table(number, subject.name, caption, header, body, vmms)
