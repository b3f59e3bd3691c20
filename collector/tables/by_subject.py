"""The three kinds of tables, from what their subject says of them and the numbers of one host."""

from collections.abc import Collection as Names
from collections.abc import Iterator, Sequence

from collector.labels import Language, in_words
from collector.log_id import LogId
from collector.subjects import Case, Subject
from collector.subjects.parts.looks import Matrix, PerCase, PerRepetition, Style
from collector.subjects.parts.metric import PERCENTILE
from collector.tables.cells import (
    heading,
    not_applicable,
    number,
    percentile_heading,
    percentile_metric,
    spread,
)
from collector.tables.host_data import HostData
from collector.tables.model import MINUTE_S, Cell, Row, SampleKey, Source
from collector.words import Message

Rows = tuple[tuple[Row, ...], tuple[Row, ...]]
"""Header and body."""


def rows_of(data: HostData, vmms: Sequence[str], subject: Subject, language: Language) -> Rows:
    """Return header and body of the table of `subject` for VMMs; one unless they share it."""
    layout = subject.table.layout
    if isinstance(layout, PerRepetition):
        return _per_repetition(data, vmms[0], subject.name, layout, language)
    if isinstance(layout, PerCase):
        return _per_case(data, vmms[0], subject, layout, language)
    return _matrix(data, vmms, subject, layout, language)


def cases_of(data: HostData, subject: Subject) -> list[tuple[str, Case]]:
    """Return the cases of `subject` that a table shows, with what they mean, in their order."""
    named = ((name, subject.case(name)) for name in data.all_cases(subject.name))
    known = [(name, case) for name, case in named if case is not None]
    return sorted(known, key=lambda item: (item[1].order, item[0]))


def _per_repetition(
    data: HostData, vmm: str, subject: str, layout: PerRepetition, language: Language
) -> Rows:
    """One row per repetition, and the average; optional metrics that are nowhere have no column."""
    repetitions = data.repetitions(subject, ("default",))
    logs = [data.log(vmm, subject, "default", n) for n in repetitions]
    keys = {metric: [SampleKey(log, metric) for log in logs] for metric in layout.metrics}
    shown = [
        metric
        for metric in layout.metrics
        if metric not in layout.optional or any(map(data.numbers.get, keys[metric]))
    ]
    columns = [_column(data, keys[metric], layout.style) for metric in shown]
    header = tuple(heading(in_words(language, key)) for key in (layout.heading, *shown))
    body: list[Row] = [
        (Cell(float(n), Style.COUNT), *(column[row] for column in columns))
        for row, n in enumerate(repetitions)
    ]
    body.append((heading(in_words(language, "average")), *map(_average, columns)))
    return (header,), tuple(body)


def _column(data: HostData, keys: Sequence[SampleKey], style: Style | None) -> list[Cell]:
    """Return a column; of times, a part that a good log does not have does not apply."""
    if style is not None:
        return [number(data, key, style) for key in keys]
    unit = _unit(data.numbers.values(keys))
    cells = [number(data, key, unit) for key in keys]
    return [
        not_applicable(data, key)
        if cell.value is None and data.source(key).outcome == "ok"
        else cell
        for key, cell in zip(keys, cells, strict=True)
    ]


def _unit(values: list[float]) -> Style:
    """The unit goes by column, as in the report: all below one second, ms; below a minute, s."""
    longest = max(values, default=MINUTE_S - 1)
    if longest < 1:
        return Style.MILLISECONDS
    return Style.SECONDS if longest < MINUTE_S else Style.MINUTES


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


def _per_case(
    data: HostData, vmm: str, subject: Subject, layout: PerCase, language: Language
) -> Rows:
    """One row per case and repetition; `-` for what a case does not have."""
    percentile = percentile_metric(data, vmm, subject.name)
    header = [heading(in_words(language, layout.heading))]
    header += [
        heading(percentile_heading(language, key, percentile))
        if metric == PERCENTILE
        else heading(in_words(language, key))
        for key, metric in layout.columns
    ]
    metrics = [percentile if metric == PERCENTILE else metric for metric in layout.metrics]
    cases = cases_of(data, subject)
    repetitions = data.repetitions(subject.name, (name for name, _ in cases))
    body: list[Row] = []
    for name, case in cases:
        idle = subject.idle(name, {})
        first: Cell | None = _first(case, language)._replace(rows=len(repetitions))
        for repetition in repetitions:
            log = data.log(vmm, subject.name, name, repetition)
            cells = (_of_case(data, idle, SampleKey(log, metric)) for metric in metrics)
            body.append((first, *cells))
            first = None
    return (tuple(header),), tuple(body)


def _first(case: Case, language: Language) -> Cell:
    """Return the cell that says which case a row is of."""
    if isinstance(case.value, Message):
        return heading(case.value.render(language))
    return Cell(case.value, Style.COUNT)


def _of_case(data: HostData, idle: Names[str], key: SampleKey) -> Cell:
    """A read in a write test does not apply, unless the log says that there were some."""
    cell = number(data, key, Style.HUNDREDTHS)
    return not_applicable(data, key) if key.metric in idle and not cell.value else cell


def _matrix(
    data: HostData, vmms: Sequence[str], subject: Subject, layout: Matrix, language: Language
) -> Rows:
    """One row per case or value of a case, one column per repetition of each group or VMM."""
    cases = {(case.group, case.value): name for name, case in cases_of(data, subject)}
    present = {group for group, _ in cases}
    by_vmm = layout.across == "vmms"
    groups = [("", vmm) for vmm in vmms]
    if not by_vmm:
        groups = [(group, vmms[0]) for group in layout.groups if group in present]
    titles = [data.labels[vmm] if by_vmm else in_words(language, group) for group, vmm in groups]
    repetitions = data.repetitions(subject.name, cases.values())
    span = len(repetitions)
    above = heading(in_words(language, layout.above), columns=span * len(groups))
    header: tuple[Row, ...] = (
        (heading(in_words(language, layout.heading), rows=2), *spread(above)),
        (None, *(cell for text in titles for cell in spread(heading(text, columns=span)))),
    )

    def row(value: float | Message) -> Iterator[Cell]:
        if isinstance(value, Message):
            yield heading(value.render(language))
        else:
            yield Cell(value, Style.PLAIN)
        for group, vmm in groups:
            name = cases.get((group, value)) or layout.absent.format(group=group, value=value)
            idle = subject.idle(name, {})
            metrics = [metric for metric in layout.metrics if metric not in idle]
            for repetition in repetitions:
                yield _moved(data, metrics, data.log(vmm, subject.name, name, repetition))

    values = list(dict.fromkeys(value for _, value in cases))
    return header, tuple(tuple(row(value)) for value in values)


def _moved(data: HostData, metrics: Sequence[str], log: LogId) -> Cell:
    """Return the number of the metric that a case has; of several, their sum."""
    cells = [number(data, SampleKey(log, metric), Style.HUNDREDTHS) for metric in metrics]
    if len(cells) == 1:
        return cells[0]
    values = [cell.value for cell in cells if isinstance(cell.value, float)]
    if len(values) < len(cells):
        return next(cell for cell in cells if not isinstance(cell.value, float))
    return cells[-1]._replace(value=sum(values))
