"""The words of headings, captions and sheets, by key; their Chinese forms are in the catalogue.

Those of a subject stand in its module.

Metric names are not here: they are the same everywhere (see `collector.metrics`).
"""

from dataclasses import replace
from functools import cache

from collector import words
from collector.subjects import SUBJECTS
from collector.words import AND_THEN, LANGUAGES, Field, Language, Message

__all__ = ["LANGUAGES", "WORDS", "Language", "in_words"]

_TABLES: dict[str, Message] = {
    "and": words.say("{left} and {right}"),
    "average": words.say("Average"),
}

_SHEETS: dict[str, Message] = {
    "sheet overview": words.say("Overview"),
    "sheet charts": words.say("Charts"),
    "sheet comparison": words.say("Comparison"),
    "sheet problems": words.say("Problems"),
    "sheet environment": words.say("Environment"),
    "sheet samples": words.say("Samples"),
    "about charts": words.say("charts of every subject with their medians"),
    "about comparison": words.say("every metric compared"),
    "about problems": words.say("missing, contradictory, noted: cell and log"),
    "about environment": words.say("host, kernel, versions, differences"),
    "about samples": words.say("all samples and their logs"),
    "title report": words.say("Performance of {vmms}"),
    "title problems": words.say("Problems ({count})"),
    "title samples": words.say("Samples: {run} / {host}"),
    "comma": words.say("{left}, {right}"),
}

_OVERVIEW: dict[str, Message] = {
    "about run": words.say("Run"),
    "about time": words.say("Time"),
    "about host": words.say("Lab host"),
    "number of hosts": words.say("Lab hosts"),
    "about vmm": words.say("VMM"),
    "about logs": words.say("Logs"),
    "about problems line": words.say("Problems"),
    "with version": words.say("version {text}"),
    "with machine": words.say("machine {text}"),
    "with commit": words.say("commit {text}"),
    "with cpus": words.say("CPUs: {text}"),
    "with memory_mib": words.say("{text} MiB of memory"),
    "with kernel": words.say("kernel {text}"),
    "with virtualization": words.say("inside {text}"),
    "counted logs": words.say("{good} of {planned} have a result"),
    "counted problems": words.say(
        "{missing} missing, {contradictions} contradictions, {notes} notes"
    ),
    "unknown": words.say("unknown (not recorded)"),
    "table number": words.say("Table {number}"),
    "contents": words.say("Contents"),
    "compared": words.say("{left} against {right}"),
    "one side only": words.say("Only one VMM: there is nothing to compare it with."),
    "no answers": words.say("The two sides have no subject in common."),
    "head subject": words.say("Subject"),
    "see remarks": words.say("see the remarks below"),
    "remarks": words.say("Remark: {text}"),
    "p explained": words.say(
        "Where no remark says otherwise: ratio by Hodges-Lehmann with its exact interval, p by"
        " Mann-Whitney, Holm-corrected for all answers. A difference matters from {margin}% on;"
        " one that would have been shown is so in about nine of ten such runs."
    ),
    "head quantity": words.say("Metric"),
    "head case": words.say("Case"),
    "head metric": words.say("Metric"),
    "head unit": words.say("Unit"),
    "head median left": words.say("{left} median"),
    "head median right": words.say("{right} median"),
    "head ratio": words.say("Ratio"),
    "head low": words.say("95% low"),
    "head high": words.say("95% high"),
    "head interval": words.say("95% interval"),
    "head p": words.say("p value"),
    "head effect": words.say("Effect size"),
    "head verdict": words.say("Verdict"),
    "head remark": words.say("Remark"),
    "head answer": words.say("Answer"),
    "verdict left lower": words.say("{left} is lower"),
    "verdict left higher": words.say("{left} is higher"),
    "verdict no difference that matters": words.say("no difference that matters"),
    "verdict no difference": words.say("no difference shown"),
    "within": words.say("{text}: {bound}% at most"),
    "could show": words.say("{text}; one of {percent}% would have been"),
    "cases disagree": words.say("no answer for all: the cases disagree"),
    "of case": words.say("{case}: {text}"),
    "of kind": words.say("{subject}, {kind}"),
    "kind reads": words.say("reading"),
    "kind writes": words.say("writing"),
    "kind reads writes": words.say("reading and writing"),
    "take compare": words.say(
        "The plan compare answers what this run leaves open: ten starts of a guest on each side,"
        " all booted alike."
    ),
    "few hosts": words.say(
        "Too few hosts for an answer about all of them: each host, and each run on it, has a report"
        " of its own with its own answers."
    ),
    "control": words.say(
        "A control: both sides are the same VMM. What differs here differs by chance, or because"
        " of the host."
    ),
    "control failed": words.say("this run's own control failed"),
    "control failed in": words.say(
        "the control of this run failed: {vmm} was called different from itself in {subjects}, so"
        " other differences may be the host's too"
    ),
    "verdict too few samples": words.say("too few samples to tell"),
    "verdict not comparable": words.say("not comparable"),
    "verdict one side only": words.say("only one side has samples"),
    "doubted": words.say("contradictions among its numbers: {count}, see Problems"),
    "lacking": words.say("no samples of {vmm} for {cases}"),
    "answer lower": words.say("{left} is {percent}% lower than {right}"),
    "answer higher": words.say("{left} is {percent}% higher than {right}"),
    "answer times": words.say("{left} is {ratio} times {right}"),
    "answer better": words.say("{text} (better)"),
    "answer worse": words.say("{text} (worse)"),
    "over cases": words.say("geometric mean of {count} cases, whose ratios are {low} – {high}"),  # noqa: RUF001
    "no whole": words.say(
        "no repetition has all cases, or the numbers are below the resolution of the tool"
    ),
    "joint": AND_THEN,
}

_LAB: dict[str, Message] = {
    "sheet hosts": words.say("Hosts"),
    "sheet spread": words.say("Across hosts"),
    "about hosts": words.say("every host and its own report"),
    "about spread": words.say("medians and spread across hosts"),
    "outlier hosts": words.say("Outlier hosts"),
    "no outliers": words.say("No host is an outlier."),
    "outlier line": words.say(
        "{host}: {count} metrics far from other hosts, as {vmm} {subject}/{case} {metric}"
    ),
    "head host": words.say("Host"),
    "head hosts": words.say_in("their number", "Hosts"),
    "head report": words.say("Report"),
    "head good": words.say("With result"),
    "head planned": words.say("Planned or found"),
    "head missing": words.say("Missing"),
    "head contradictions": words.say("Contradictions"),
    "head median": words.say("Median"),
    "head q1": words.say("Lower quartile"),
    "head q3": words.say("Upper quartile"),
    "head lowest": words.say("Lowest"),
    "head highest": words.say("Highest"),
    "head spread": words.say("Spread"),
    "head outliers": words.say("Outlier hosts"),
    "spread explained": words.say(
        "A host counts by its median; spread: IQR / median; outlier: 3 IQR outside the quartiles."
    ),
    "written workbook": words.say("Workbook"),
    "written page": words.say("Page"),
    "written csv": words.say("Samples"),
}

_NOTICES: dict[str, Message] = {
    "notice stand-in": words.say(
        "NOTE: {vmm} is a test stand-in, not the real one; its figures compare nothing."
    ),
    "notice emulated": words.say(
        "NOTE: host {host} is emulated (no virtualisation hardware); its figures compare nothing."
    ),
    "notice nested": words.say(
        "NOTE: host {host} is itself a virtual machine; its figures are of guests of guests."
    ),
    "more in environment": words.say("{text}... (in full under Environment)"),
    "notice left out": words.say("NOTE: {vmm} was left out: {reason}"),
}

_PROBLEMS: dict[str, Message] = {
    "kind missing": words.say("missing"),
    "kind contradiction": words.say("contradiction"),
    "kind note": words.say("note"),
    "head kind": words.say("Kind"),
    "head cell": words.say("Cell"),
    "head vmm": words.say("VMM"),
    "head test": words.say("Test"),
    "head repetition": words.say("No."),
    "head message": words.say("What"),
    "head log": words.say("Log"),
    "head line": words.say("Line"),
    "no problems": words.say("No problem was found."),
    "why missing": words.say("planned, but there is no log: {reason}"),
    "why absent": words.say(
        "there is no such log, while other repetitions or the other side have one"
    ),
    "why error": words.say("the log holds no clean result: {reason}"),
    "why empty": words.say("the log holds no result at all: {reason}"),
    "why metric absent": words.say("the log does not say {metric}"),
    "average of": words.say("mean of {counted} of {rows} values"),
}

_FACTS: dict[str, Message] = {
    "facts run": words.say("Run"),
    "facts host": words.say("Lab host"),
    "facts vmm": words.say("VMMs"),
    "facts blame": words.say("Units slowest to start (systemd-analyze blame, medians)"),
    "no facts": words.say("Nothing is recorded."),
    "head fact": words.say("Fact"),
    "head value": words.say("Value"),
    "head differs": words.say("Differs"),
    "fact left_out": words.say("left out: {vmm}"),
    "fact tuning": words.say("tuning: {name}"),
    "fact tuned": words.say("was {before}, wanted {wanted}, is {after}"),
}

_CHARTS: dict[str, Message] = {
    "own scales": words.say("each row has its own scale"),
    "chart medians": words.say("The medians in the charts"),
}

WORDS: dict[str, Message] = {
    **_TABLES,
    **_SHEETS,
    **_OVERVIEW,
    **_LAB,
    **_NOTICES,
    **_PROBLEMS,
    **_FACTS,
    **_CHARTS,
    **{
        key: text
        for subject in SUBJECTS.values()
        for key, text in subject.texts.by_key(subject.name).items()
    },
}
"""Key to words; `{fields}` are filled by `in_words`."""


def in_words(language: Language, key: str, **fields: Field) -> str:
    """Return the text of `key` in `language` with its fields filled.

    Raises KeyError for a key or a field that does not exist: a mistake of the program.
    """
    if not fields:
        return _heading(language, key)
    return replace(WORDS[key], fields=tuple(fields.items())).render(language)


@cache
def _heading(language: Language, key: str) -> str:
    """Return words without fields: there are few, and each table of each host has some."""
    return WORDS[key].render(language)
