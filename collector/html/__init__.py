"""The report of a lab host, or of a lab, as one HTML file without any external resource."""

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from collector.compare.model import p_text
from collector.files import complete
from collector.html.svg import plot, readable
from collector.labels import Language, in_words
from collector.report.content import HostReport
from collector.report.lab import LabReport
from collector.report.problems import why_empty
from collector.report.verdicts import remarks_of, verdict_text
from collector.subjects import SUBJECTS
from collector.subjects.parts.looks import Style
from collector.tables.model import Cell, shown

_HERE = Path(__file__).parent
_OTHER_SECTIONS = ("comparison", "problems", "environment", "samples")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def write_page(report: HostReport, path: Path) -> None:
    """Write the page of `report` to `path`, complete or not at all."""
    language = report.language
    environment = _environment(language)
    environment.globals["body_cell"] = lambda cell: _body_cell(cell, report)
    text = environment.get_template("page.html.j2").render(
        report=report,
        contents=list(_contents(report)),
        subjects=[
            (
                subject,
                [(one, plot(one, language)) for one in report.charts if one.subject == subject],
                tables,
            )
            for subject in SUBJECTS
            if (tables := [table for table in report.tables if table.subject == subject])
        ],
        groups=[
            (group, heads, [fact for fact in report.facts if fact.group == group])
            for group, heads in _heads(report).items()
            if group != "blame" or any(fact.group == group for fact in report.facts)
        ],
        samples=list(_samples(report)),
    )
    _write(text, path)


def write_lab_page(report: LabReport, path: Path) -> None:
    """Write the page of a whole lab to `path`, complete or not at all."""
    environment = _environment(report.language)
    text = environment.get_template("lab.html.j2").render(
        report=report, charts=[(one, plot(one, report.language)) for one in report.charts]
    )
    _write(text, path)


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals["readable"] = readable
    environment.globals["p_text"] = p_text
    environment.globals["verdict_text"] = lambda comparison: verdict_text(comparison, language)
    environment.globals["remarks_of"] = lambda comparison: remarks_of(comparison, language)
    environment.globals["say"] = lambda key, **fields: in_words(language, key, **fields)
    return environment


def _write(text: str, path: Path) -> None:
    # Control characters from logs and names have no place in HTML.
    safe = _UNPRINTABLE.sub("\ufffd", text)
    with complete(path) as unfinished:
        unfinished.write_text(safe, encoding="utf-8", errors="replace", newline="\n")


def _contents(report: HostReport) -> Iterator[tuple[str, str]]:
    names = {table.subject for table in report.tables}
    yield from (
        (subject, in_words(report.language, f"sheet {subject}"))
        for subject in ("overview", *SUBJECTS, *_OTHER_SECTIONS)
        if subject not in SUBJECTS or subject in names
    )


def _heads(report: HostReport) -> dict[str, tuple[str, ...]]:
    fact, value = in_words(report.language, "head fact"), in_words(report.language, "head value")
    labels = [report.data.labels[vmm.name] for vmm in report.data.vmms]
    return {
        "run": (fact, value),
        "host": (fact, value),
        "vmm": (fact, *labels),
        "blame": (fact, *labels),
    }


def _body_cell(cell: Cell, report: HostReport) -> Markup:
    """Return one cell of a table; its tooltip names metric and log."""
    spans = Markup(' rowspan="{}"').format(cell.rows) if cell.rows > 1 else Markup("")
    if cell.key is None and not cell.average_of:
        return Markup("<th{}>{}</th>").format(spans, shown(cell.value, cell.style))
    lines: list[str] = []
    kind = "none" if cell.style is Style.TEXT else "number"
    if cell.average_of:
        lines.append(
            in_words(report.language, "average of", counted=cell.counted, rows=cell.average_of)
        )
    if cell.key is not None and cell.source is not None:
        lines.append(f"{cell.key.metric} {cell.source.log}:{cell.source.line}")
        if cell.value is None:
            kind = "missing"
            lines.insert(0, why_empty(cell.source, cell.key.metric, report.language))
        messages = report.contradictions(cell.key)
        if messages:
            kind = "contradiction"
            lines += messages
    return Markup('<td class="{}" title="{}">{}</td>').format(
        kind, "\n".join(lines), shown(cell.value, cell.style)
    )


def _samples(report: HostReport) -> Iterator[tuple[str, int, str, str, str]]:
    frame = report.samples
    columns = ("log", "line", "metric", "value", "text", "unit")
    for log, line, metric, value, word, unit in zip(
        *(frame[name].tolist() for name in columns), strict=True
    ):
        yield log, line, metric, word or f"{value:.10g}", unit
