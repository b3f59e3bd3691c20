"""Everything a reader has to know before trusting a number: missing, contradictory, noted."""

from collections.abc import Collection as Names
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from collector.findings import Finding
from collector.gather import NO_LOG
from collector.labels import Language, in_words
from collector.log_id import LogId
from collector.subjects import SUBJECTS
from collector.tables.host_data import HostData
from collector.tables.model import Cell, SampleKey, Source, Table

Kind = Literal["missing", "contradiction", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the sheet of problems."""

    kind: Kind
    vmm: str
    subject: str
    case: str
    repetition: int | None
    metric: str
    log: str
    line: int
    """1-based; 0 when no line can be named."""
    message: str
    whole_log: bool = True
    """The problem marks every cell of its log, not only the one of `metric`."""

    def concerns(self, key: SampleKey) -> bool:
        """Tell whether the cell of `key` is one this problem is about."""
        return (
            self.repetition is not None
            and (self.vmm, self.subject, self.case, self.repetition) == key.log[2:]
            and (self.whole_log or self.metric == key.metric)
        )


def problems_of(
    data: HostData, tables: tuple[Table, ...], findings: Iterable[Finding], language: Language
) -> tuple[Problem, ...]:
    """Return the problems of one host: what is missing, then contradictions, then notes."""
    problems = [*_missing_logs(data, language), *_missing_numbers(tables, language)]
    keys = (cell.key for table in tables for cell in cells_of(table))
    shown = {(key.log[2:], key.metric) for key in keys if key is not None}
    found = [
        Problem(
            finding.severity,
            finding.vmm,
            finding.subject,
            finding.case,
            finding.repetition,
            finding.metric,
            finding.log,
            finding.line or 0,
            finding.message.render(language),
            whole_log=not _is_shown(finding, shown),
        )
        for finding in findings
        if finding.run in {"", data.run.name}
        and finding.host in {"", data.host.name}
        and not _without_result(finding, data)
    ]
    problems += [problem for problem in found if problem.kind == "contradiction"]
    problems += [problem for problem in found if problem.kind == "note"]
    return tuple(dict.fromkeys(problems))


def cells_of(table: Table) -> Iterable[Cell]:
    """Return the cells of the body that hold, or should hold, a sample."""
    return (cell for row in table.body for cell in row if cell is not None and cell.key is not None)


def why_empty(source: Source, metric: str, language: Language) -> str:
    """Return the reason that an empty cell gives."""
    if source.outcome == "ok":
        return in_words(language, "why metric absent", metric=metric)
    # Nobody knows more than that there is none.
    known = source.reason if source.reason != NO_LOG else None
    reason = known.render(language) if known else ""
    return in_words(language, f"why {source.outcome}", reason=reason).rstrip(":： ")  # noqa: RUF001


def _missing_logs(data: HostData, language: Language) -> list[Problem]:
    return [
        Problem(
            "missing",
            *key[2:],
            "",
            source.log,
            source.line,
            why_empty(source, "", language),
        )
        for key, source in data.logs.items()
        if source.outcome != "ok"
    ]


def _missing_numbers(tables: tuple[Table, ...], language: Language) -> list[Problem]:
    """Numbers that a good log lacks, and logs that nobody planned but every neighbour has."""
    found: list[Problem] = []
    for table in tables:
        for cell in cells_of(table):
            key, source = cell.key, cell.source
            if key is None or source is None or cell.value is not None:
                continue
            if source.outcome not in {"ok", "absent"}:
                continue
            if source.outcome == "absent" and not SUBJECTS[table.subject].planned:
                continue  # it is recorded beside others, and older runs have none
            metric = key.metric if source.outcome == "ok" else ""
            message = why_empty(source, key.metric, language)
            found.append(
                Problem(
                    "missing",
                    *key.log[2:],
                    metric,
                    source.log,
                    source.line,
                    message,
                    whole_log=not metric,
                )
            )
    return found


def _without_result(finding: Finding, data: HostData) -> bool:
    """A note about a log without result says again what the list of missing logs says."""
    if finding.severity != "note" or finding.repetition is None:
        return False
    log = LogId(
        *(data.run.name, data.host.name, finding.vmm),
        *(finding.subject, finding.case, finding.repetition),
    )
    return log in data.logs and data.logs[log].outcome != "ok"


def _is_shown(finding: Finding, shown: Names[tuple[object, str]]) -> bool:
    """A metric that no table shows marks the whole row of its log instead."""
    about = finding.vmm, finding.subject, finding.case, finding.repetition
    return (about, finding.metric) in shown
