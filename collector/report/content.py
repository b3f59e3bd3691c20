"""Everything that the report of one lab host says, in the order in which it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.checks.model import Finding
from collector.compare.model import Comparison
from collector.labels import Language, say
from collector.report.about import about
from collector.report.answers import Answer, answers_of
from collector.report.facts import Fact, facts_of
from collector.report.notices import notices_of
from collector.report.problems import Problem, problems_of
from collector.report.series import Chart, charts_of
from collector.results import Collection, Host, Run
from collector.tables import make_tables
from collector.tables.host_data import HostData, index_host
from collector.tables.model import Table


@dataclass(frozen=True, slots=True)
class Pair:
    """Two VMMs side by side."""

    left: str
    right: str
    """Labels."""
    comparisons: tuple[Comparison, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class HostReport:
    """The report of one lab host in one run."""

    language: Language
    collection: Collection
    data: HostData
    title: str
    notices: tuple[str, ...]
    tables: tuple[Table, ...]
    pairs: tuple[Pair, ...]
    charts: tuple[Chart, ...]
    problems: tuple[Problem, ...]
    facts: tuple[Fact, ...]
    about: tuple[tuple[str, str], ...]
    """Label and text of the lines that open the overview."""


def make_report(
    collection: Collection,
    run: Run,
    host: Host,
    findings: Sequence[Finding],
    compared: Sequence[tuple[str, str, Sequence[Comparison]]],
    language: Language,
) -> HostReport:
    """Return the report of `host`.

    Args:
        collection: what was collected; it may hold other hosts too.
        run: the run that `host` belongs to.
        host: the lab host.
        findings: of the checks; those about other hosts are left out.
        compared: names of two VMMs of `host`, and their comparisons.
        language: of all words.
    """
    data = index_host(collection, run, host)
    tables = make_tables(data, language)
    problems = problems_of(data, tables, findings, language)
    return HostReport(
        language,
        collection,
        data,
        _title(data, language),
        notices_of(run, host, data.labels, language),
        tables,
        tuple(
            Pair(
                data.labels[left],
                data.labels[right],
                tuple(comparisons),
                answers_of(comparisons, language),
            )
            for left, right, comparisons in compared
        ),
        charts_of(data, language),
        problems,
        facts_of(data, language),
        about(data, problems, language),
    )


def _title(data: HostData, language: Language) -> str:
    labels = [data.labels[vmm.name] for vmm in data.vmms]
    names = labels[0]
    for label in labels[1:-1]:
        names = say(language, "comma", left=names, right=label)
    if len(labels) > 1:
        names = say(language, "and", left=names, right=labels[-1])
    return say(language, "title report", vmms=names)
