"""What charts and plots show: medians per VMM for charts, every sample for plots of dots."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from collector.labels import Language, in_words
from collector.metrics import metric
from collector.subjects import SUBJECTS, Case, Subject
from collector.subjects.parts import looks
from collector.tables.by_subject import cases_of
from collector.tables.host_data import HostData
from collector.tables.model import SampleKey
from collector.words import Message

COLOURS = ("2F6DB5", "E07B39", "4C9F70", "8E5EA2", "B0A030", "7F7F7F")
"""Of the series in their order, red, green and blue, in workbook and page."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name and its samples per category (empty where there are none)."""

    name: str
    samples: tuple[tuple[float, ...], ...]

    @property
    def medians(self) -> tuple[float | None, ...]:
        """The median of each category; None where nothing was measured."""
        return tuple(median(values) if values else None for values in self.samples)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: categories on one axis, a series per VMM (or per boot phase, stacked)."""

    subject: str
    title: str
    unit: str
    category_title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    form: Literal["bars", "stacked bars", "dots"]


def charts_of(data: HostData, language: Language) -> tuple[Chart, ...]:
    """Return the charts of one host; those without any number are left out."""
    charts = [
        _stacked(data, subject, drawn, language)
        if drawn.stacked
        else _per_case(data, subject, drawn, language)
        for subject in SUBJECTS.values()
        for drawn in subject.charts
    ]
    return tuple(
        chart
        for chart in charts
        if any(values for series in chart.series for values in series.samples)
    )


def _stacked(data: HostData, subject: Subject, drawn: looks.Chart, language: Language) -> Chart:
    """The parts of a whole, one stack per VMM."""
    names = [vmm.name for vmm in data.vmms if data.has(vmm.name, subject.name)]
    series = tuple(
        Series(
            in_words(language, part),
            tuple(_samples(data, name, subject, "default", (part,)) for name in names),
        )
        for part in drawn.metrics
    )
    return Chart(
        subject.name,
        in_words(language, f"chart {drawn.title}"),
        metric(drawn.metrics[0]).unit,
        "",
        tuple(data.labels[name] for name in names),
        tuple(one for one in series if any(one.samples)),
        "stacked bars",
    )


def _per_case(data: HostData, subject: Subject, drawn: looks.Chart, language: Language) -> Chart:
    """One category per case that has one of the metrics, one series per VMM with the subject."""
    chosen = {
        _label(case, language): name
        for name, case in cases_of(data, subject)
        if case.group == drawn.group and not set(drawn.metrics) <= set(subject.idle(name, {}))
    }
    return Chart(
        subject.name,
        in_words(language, f"chart {drawn.title}"),
        metric(drawn.metrics[0]).unit,
        in_words(language, f"categories {subject.name}"),
        tuple(chosen),
        tuple(
            Series(
                data.labels[vmm.name],
                tuple(
                    _samples(data, vmm.name, subject, name, drawn.metrics)
                    for name in chosen.values()
                ),
            )
            for vmm in data.vmms
            if data.has(vmm.name, subject.name)
        ),
        "dots" if subject.single_case else "bars",
    )


def _label(case: Case, language: Language) -> str:
    """Return what stands below a category; nothing below the only one."""
    return case.value.render(language) if isinstance(case.value, Message) else f"{case.value:g}"


def _samples(
    data: HostData, vmm: str, subject: Subject, case: str, metrics: Sequence[str]
) -> tuple[float, ...]:
    """One number per repetition: the sum over `metrics`, as a test does one or the other."""
    found = []
    for repetition in data.repetitions(subject.name, (case,)):
        log = data.log(vmm, subject.name, case, repetition)
        keys = (SampleKey(log, name) for name in metrics)
        numbers = data.numbers.values(keys)
        if numbers:
            found.append(sum(numbers))
    return tuple(found)
