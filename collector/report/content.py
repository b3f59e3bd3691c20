"""Everything that the report of one lab host says, in the order in which it is shown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from collector.compare import Comparison, Side, compare_pairs, make_side, on_like_hosts
from collector.compare.model import MARGIN
from collector.findings import Finding
from collector.labels import Language, in_words
from collector.report.about import about
from collector.report.answers import Answer, answers_of
from collector.report.controls import controls_of, with_failed_control
from collector.report.facts import Fact, facts_of
from collector.report.merged import by_answer
from collector.report.notices import notices_of
from collector.report.problems import Problem, problems_of
from collector.report.series import Chart, charts_of
from collector.results import Collection
from collector.tables import make_tables
from collector.tables.host_data import HostData, index_host
from collector.tables.model import SampleKey, Table

_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """Two VMMs side by side."""

    left: str
    right: str
    """Labels."""
    comparisons: tuple[Comparison, ...]
    answers: tuple[Answer, ...]

    remarks: tuple[str, ...]
    """What weakens every answer and comparison; it is said once."""
    margin: float = MARGIN
    """Share of the value below which a difference does not matter."""
    control: bool = False
    """Both sides are the same VMM."""
    of_hosts: bool = False
    """Each sample is the median of one host, or of one run on it."""

    def below(self, language: Language) -> list[str]:
        """Return what stands below the answers: what weakens all, how they were made, what next."""
        common = [in_words(language, "remarks", text=text) for text in self.remarks]
        if self.control:
            common.insert(0, in_words(language, "control"))
        explained = in_words(language, "p explained", margin=f"{self.margin * 100:g}")
        if not any(answer.left_open for answer in self.answers):
            return [*common, explained]
        advice = "few hosts" if self.of_hosts else "take compare"
        return [*common, explained, in_words(language, advice)]

    def own_text(self, answer: Answer, language: Language) -> str:
        """Return the text of `answer` with the remarks that are its own.

        Where all remarks are common ones, an answer that gives none says where its reason stands.
        """
        own = [remark for remark in answer.remarks if remark not in self.remarks]
        if answer.p_value is None and not answer.called and answer.remarks and not own:
            own = [in_words(language, "see remarks")]
        return in_words(language, "joint").join((answer.text, *own))


@dataclass(frozen=True, slots=True)
class HostReport:
    """The report of one lab host in one run."""

    language: Language
    data: HostData
    samples: pd.DataFrame
    """Columns: see `collector.results.Collection`."""
    title: str
    notices: tuple[str, ...]
    tables: tuple[Table, ...]
    pairs: tuple[Pair, ...]
    charts: tuple[Chart, ...]
    problems: tuple[Problem, ...]
    facts: tuple[Fact, ...]
    about: tuple[tuple[str, str], ...]
    """Label and text of the lines that open the overview."""

    def contradictions(self, key: SampleKey) -> list[str]:
        """Return what contradicts the number of `key`."""
        return [
            problem.message
            for problem in self.problems
            if problem.kind == "contradiction" and problem.concerns(key)
        ]


def make_report(
    collection: Collection,
    findings: Sequence[Finding],
    language: Language,
    margin: float = MARGIN,
) -> HostReport:
    """Return the report of the one host that `collection` holds (see `split`).

    `findings` are those of the checks; the ones about other hosts are left out. What differs by
    less than `margin`, a share of the value, does not matter.
    """
    data = index_host(collection)
    tables = make_tables(data, language)
    problems = problems_of(data, tables, findings, language)
    return HostReport(
        language,
        data,
        collection.samples,
        title_of([data.labels[vmm.name] for vmm in data.vmms], language),
        notices_of(data.run, data.host, data.labels, language),
        tables,
        tuple(
            _with_doubts(pair, problems, data.labels, language)
            for pair in pairs_of(collection, data.labels, language, margin)
        ),
        charts_of(data, language),
        problems,
        facts_of(data, language),
        about(data, problems, language),
    )


def pairs_of(
    collection: Collection,
    labels: Mapping[str, str],
    language: Language,
    margin: float = MARGIN,
) -> Iterator[Pair]:
    """Yield the first of the VMMs named in `labels` against each of the others.

    With several hosts in `collection` a sample is the median of one host, and only hosts count on
    which both are alike. All pairs share one correction: a reader looks at all of them. What
    differs by less than `margin`, a share of the value, does not matter. Controls come last, as a
    family of their own.
    """
    present = {vmm.name for run in collection.runs for host in run.hosts for vmm in host.vmms}
    controls = controls_of(collection)
    sides = {
        name: make_side(collection, name, label=label)
        for name, label in labels.items()
        if name in present
    }
    measured = [side for name, side in sides.items() if name not in controls]
    of_control = [
        (sides[vmm], sides[name])
        for name, vmm in controls.items()
        if name in sides and vmm in sides
    ]
    held = list(_compared(of_control, language, margin, control=True))
    for pair in _compared([(measured[0], other) for other in measured[1:]], language, margin):
        answers = pair.answers
        for control in held:
            answers = with_failed_control(answers, control.answers, control.left, language)
        remarks = _common([answer.remarks for answer in answers])
        yield replace(pair, answers=answers, remarks=remarks)
    yield from held


def _compared(
    pairs: Sequence[tuple[Side, Side]], language: Language, margin: float, *, control: bool = False
) -> Iterator[Pair]:
    """Yield each pair of sides compared, all of them as one family."""
    likened = [(one.left, one.right) for one in (on_like_hosts(*pair) for pair in pairs)]
    by_case = compare_pairs(likened, margin=margin)
    by_answers = compare_pairs([by_answer(*pair) for pair in likened], margin=margin)
    for (left, right), comparisons, whole in zip(likened, by_case, by_answers, strict=True):
        answers = answers_of(left, right, comparisons, whole, language)
        remarks = _common([answer.remarks for answer in answers])
        yield Pair(
            left.label,
            right.label,
            tuple(comparisons),
            answers,
            remarks,
            margin,
            control=control,
            of_hosts=left.per_host,
        )


def _with_doubts(
    pair: Pair, problems: Sequence[Problem], labels: Mapping[str, str], language: Language
) -> Pair:
    """Say with each answer how many contradictions there are among the numbers it rests on."""
    counts = Counter(
        (labels.get(problem.vmm), problem.subject)
        for problem in problems
        if problem.kind == "contradiction"
    )
    answers = []
    for answer in pair.answers:
        count = counts[pair.left, answer.subject] + counts[pair.right, answer.subject]
        doubts = (in_words(language, "doubted", count=count),) if count else ()
        answers.append(replace(answer, remarks=(*answer.remarks, *doubts)))
    return replace(pair, answers=tuple(answers))


def _common(remarks: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the remarks that all have, in their order."""
    if len(remarks) < _SEVERAL:
        return ()
    return tuple(text for text in remarks[0] if all(text in each for each in remarks))


def title_of(labels: Sequence[str], language: Language) -> str:
    """Return the title of a report about VMMs with these labels."""
    names = labels[0] if labels else ""
    for label in labels[1:-1]:
        names = in_words(language, "comma", left=names, right=label)
    if len(labels) > 1:
        names = in_words(language, "and", left=names, right=labels[-1])
    return in_words(language, "title report", vmms=names)
