"""Tables with one row per repetition and their average: boot time and memory footprint."""

from collector.labels import Language, say
from collector.tables.cells import heading, not_applicable, number
from collector.tables.host_data import HostData
from collector.tables.model import MINUTE_S, Cell, Row, SampleKey, Source, Style

_CASE = "default"
_BOOT_METRICS = ("firmware_s", "loader_s", "kernel_s", "initrd_s", "userspace_s", "total_s")
_BOOT_ALWAYS = {"kernel_s", "userspace_s", "total_s"}
_FOOTPRINT_METRICS = ("size_kb", "rss_kb", "dirty_kb")


def boot(data: HostData, vmm: str, language: Language) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return header and body of a VMM's boot times.

    Parts that no boot of this VMM had (firmware, boot loader, initrd) have no column.
    """
    repetitions = data.repetitions("boot", (_CASE,))
    metrics = tuple(
        metric
        for metric in _BOOT_METRICS
        if metric in _BOOT_ALWAYS
        or any(data.numbers.get(SampleKey(vmm, "boot", _CASE, n, metric)) for n in repetitions)
    )
    columns = [_boot_column(data, vmm, metric, repetitions) for metric in metrics]
    return _assemble("boot number", metrics, repetitions, columns, language)


def footprint(
    data: HostData, vmm: str, language: Language
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return header and body of a VMM's memory footprints."""
    repetitions = data.repetitions("memory-footprint", (_CASE,))
    columns = [
        [
            number(data, SampleKey(vmm, "memory-footprint", _CASE, n, metric), Style.COUNT)
            for n in repetitions
        ]
        for metric in _FOOTPRINT_METRICS
    ]
    return _assemble("footprint number", _FOOTPRINT_METRICS, repetitions, columns, language)


def _boot_column(data: HostData, vmm: str, metric: str, repetitions: tuple[int, ...]) -> list[Cell]:
    keys = [SampleKey(vmm, "boot", _CASE, n, metric) for n in repetitions]
    style = _unit(data.numbers.values(keys))
    cells = ((key, number(data, key, style)) for key in keys)
    return [
        not_applicable(data, key)
        if cell.value is None and data.source(key).outcome == "ok"
        else cell
        for key, cell in cells
    ]


def _unit(values: list[float]) -> Style:
    """The unit goes by column, as in the report: all below one second, ms; below a minute, s."""
    longest = max(values, default=MINUTE_S - 1)
    if longest < 1:
        return Style.MILLISECONDS
    return Style.SECONDS if longest < MINUTE_S else Style.MINUTES


def _assemble(
    first: str,
    metrics: tuple[str, ...],
    repetitions: tuple[int, ...],
    columns: list[list[Cell]],
    language: Language,
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    header = (heading(say(language, first)), *(heading(say(language, name)) for name in metrics))
    body: list[Row] = [
        (Cell(float(n), Style.COUNT), *(column[row] for column in columns))
        for row, n in enumerate(repetitions)
    ]
    body.append((heading(say(language, "average")), *(_average(column) for column in columns)))
    return (header,), tuple(body)


def _average(column: list[Cell]) -> Cell:
    """The mean in the column's unit; empty when the column has no number."""
    values = [cell.value for cell in column if isinstance(cell.value, float)]
    style = next((cell.style for cell in column if isinstance(cell.value, float)), Style.TEXT)
    mean = sum(values) / len(values) if values else None
    logs = next(
        (cell.source.log.rpartition("/")[0] for cell in column if cell.source is not None), ""
    )
    source = Source(f"{logs}/*.log", 0)
    return Cell(mean, style, source=source, average_of=len(column), counted=len(values))
