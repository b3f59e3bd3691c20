"""What a report says about many lab hosts: medians and spread across them, outliers by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from collector import statistics
from collector.compare import Side, make_side
from collector.compare.model import MARGIN
from collector.facts import is_emulated, nested_in
from collector.labels import Language, in_words
from collector.metrics import metric
from collector.report.content import HostReport, Pair, pairs_of, title_of
from collector.report.fact_names import fact_name
from collector.report.facts import as_text
from collector.report.notices import left_out, left_out_notice
from collector.report.problems import Problem
from collector.report.series import Chart, Series
from collector.results import Collection, labels_of
from collector.subjects import SUBJECTS, Subject, explains, place
from collector.words import Message

_HOST_FACTS = (
    "cpu_model",
    "microcode",
    "cpus",
    "memory_mib",
    "os",
    "kernel",
    "virtualization",
    "clocksource",
    "governor",
    "turbo",
)
"""What tells hosts apart at a glance; each host's own report has everything."""
_NAMED = 6
"""Hosts that a notice names one by one."""


@dataclass(frozen=True, slots=True)
class HostLine:
    """One host in the list of hosts."""

    name: str
    workbook: str
    page: str
    """Names of the files with the host's own report."""
    good: int
    planned: int
    missing: int
    contradictions: int
    facts: dict[str, str]
    """CPU, kernel and the like, by the name of the fact."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """One metric of one case and VMM across the hosts; each host counts by its median."""

    subject: str
    case: str
    metric: str
    unit: str
    vmm: str
    """Its label."""
    hosts: int
    median: float
    quartiles: tuple[float, float]
    lowest: float
    highest: float
    outliers: tuple[tuple[str, float], ...]
    """Hosts far outside, with their medians."""


@dataclass(frozen=True, slots=True)
class LabReport:
    """The report of a whole lab."""

    language: Language
    title: str
    notices: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    hosts: tuple[HostLine, ...]
    pairs: tuple[Pair, ...]
    spreads: tuple[Spread, ...]
    charts: tuple[Chart, ...]

    @property
    def outliers(self) -> dict[str, list[Spread]]:
        """Host to the metrics in which it is far from the others, most outlying host first."""
        found: dict[str, list[Spread]] = {}
        for spread in self.spreads:
            for host, _ in spread.outliers:
                found.setdefault(host, []).append(spread)
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))

    @property
    def outlier_lines(self) -> list[str]:
        """One sentence per outlier host."""
        return [
            in_words(
                self.language,
                "outlier line",
                host=host,
                count=len(spreads),
                vmm=spreads[0].vmm,
                subject=spreads[0].subject,
                case=spreads[0].case,
                metric=spreads[0].metric,
            )
            for host, spreads in self.outliers.items()
        ]


def host_line(report: HostReport, name: str, workbook: str, page: str) -> HostLine:
    """Return what the lab's report says of one host."""
    outcomes = [source.outcome for source in report.data.logs.values()]
    kinds = [problem.kind for problem in report.problems]
    return HostLine(
        name,
        workbook,
        page,
        outcomes.count("ok"),
        len(outcomes),
        kinds.count("missing"),
        kinds.count("contradiction"),
        {
            fact_name(name, report.language): as_text(report.data.host.meta[name])
            for name in _HOST_FACTS
            if name in report.data.host.meta
        },
        report.problems,
    )


def make_lab_report(
    collection: Collection,
    hosts: Sequence[HostLine],
    language: Language,
    margin: float = MARGIN,
) -> LabReport:
    """Return the report of all hosts of `collection`; `hosts` are in its order."""
    labels = labels_of(collection.runs)
    sides = [make_side(collection, name, label=label) for name, label in labels.items()]
    spreads = [spread for side in sides for spread in _spreads(side)]
    # The VMMs stand below one another in each metric; metrics as in the report.
    keys = dict.fromkeys((one.subject, one.case, one.metric) for one in spreads)
    ordered = sorted(keys, key=lambda key: place(key[0]))
    order = {key: place for place, key in enumerate(ordered)}
    return LabReport(
        language,
        title_of(list(labels.values()), language),
        tuple(_notices(collection, labels, language)),
        _about(collection, hosts, language),
        tuple(hosts),
        tuple(pairs_of(collection, labels, language, margin)),
        tuple(sorted(spreads, key=lambda one: order[one.subject, one.case, one.metric])),
        tuple(_charts(sides, language)),
    )


def _spreads(side: Side) -> Iterator[Spread]:
    for key, series in side.series.items():
        if explains(key.subject, key.case):
            continue
        values = np.asarray(series.values)
        first, middle, third = (float(one) for one in np.quantile(values, (0.25, 0.5, 0.75)))
        yield Spread(
            key.subject,
            key.case,
            key.metric,
            metric(key.metric).unit,
            side.label,
            len(values),
            middle,
            (first, third),
            float(values.min()),
            float(values.max()),
            tuple(
                (series.names[place], series.values[place])
                for place in statistics.outliers(series.values)
            ),
        )


def _charts(sides: Sequence[Side], language: Language) -> Iterator[Chart]:
    """One chart per subject and metric; a sample is the median of one host."""
    for subject, about in SUBJECTS.items():
        for name in about.headline:
            keys = dict.fromkeys(
                key
                for side in sides
                for key in side.series
                if key.subject == subject and key.metric == name and not about.explains(key.case)
            )
            if keys:
                empty: tuple[float, ...] = ()
                yield Chart(
                    subject,
                    f"{in_words(language, f'subject {subject}')} {name}",
                    metric(name).unit,
                    in_words(language, f"categories {subject}"),
                    tuple(_case_label(about, key.case, language) for key in keys),
                    tuple(
                        Series(
                            side.label,
                            tuple(
                                side.series[key].values if key in side.series else empty
                                for key in keys
                            ),
                        )
                        for side in sides
                    ),
                    "dots" if all(key.case == "default" for key in keys) else "bars",
                )


def _case_label(subject: Subject, case: str, language: Language) -> str:
    if case == "default":
        return ""
    meant = subject.case(case)
    words = meant.value if meant else case
    return words.render(language) if isinstance(words, Message) else case


def _about(
    collection: Collection, hosts: Sequence[HostLine], language: Language
) -> tuple[tuple[str, str], ...]:
    notes = sum(problem.kind == "note" for host in hosts for problem in host.problems)
    lines = (
        ("about run", ", ".join(run.name for run in collection.runs)),
        ("number of hosts", str(len(hosts))),
        (
            "about logs",
            in_words(
                language,
                "counted logs",
                good=sum(host.good for host in hosts),
                planned=sum(host.planned for host in hosts),
            ),
        ),
        (
            "about problems line",
            in_words(
                language,
                "counted problems",
                missing=sum(host.missing for host in hosts),
                contradictions=sum(host.contradictions for host in hosts),
                notes=notes,
            ),
        ),
    )
    return tuple((in_words(language, label), text) for label, text in lines)


def _notices(collection: Collection, labels: dict[str, str], language: Language) -> Iterator[str]:
    pairs = [(run, host) for run in collection.runs for host in run.hosts]
    stand_ins = {
        vmm.name for _, host in pairs for vmm in host.vmms if vmm.meta.get("stand_in") is True
    }
    for name, label in labels.items():
        if name in stand_ins:
            yield in_words(language, "notice stand-in", vmm=label)
    marked = {
        "notice emulated": [host.name for run, host in pairs if is_emulated(run, host)],
        "notice nested": [host.name for run, host in pairs if nested_in(run, host)],
    }
    for notice, hosts in marked.items():
        if hosts:
            more = f" … ({len(hosts)})" if len(hosts) > _NAMED else ""
            yield in_words(language, notice, host=", ".join(hosts[:_NAMED]) + more)
    for run in collection.runs:
        for vmm, reason in left_out(run.meta).items():
            yield left_out_notice(f"{run.name}/{vmm}", reason, language)
