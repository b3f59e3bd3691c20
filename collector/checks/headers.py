"""The folder a log lies in against what the log says of itself."""

from typing import Any

from collector.findings import Finding
from collector.logs import Log
from collector.subjects import SUBJECTS
from collector.subjects.parts.folder import THREADS, differs
from collector.subjects.parts.sysbench import threads_of
from collector.words import joined, say


def wrong_folder(log: Log, plan: dict[str, Any]) -> list[Finding]:
    """Return a contradiction for each thing in which the log is not what its folder says."""
    stranger = _of_another_tool(log)
    subject = SUBJECTS.get(log.subject)
    if stranger or log.outcome != "ok" or subject is None:
        return stranger
    threads = threads_of(log.case)
    return [
        log.finding("contradiction" if stray.sure else "note", stray.metric, stray.message)
        for stray in (
            *differs(log, subject.name, "threads", threads, THREADS),
            *subject.strays(log, plan),
        )
    ]


def _of_another_tool(log: Log) -> list[Finding]:
    """Say when a log is of another tool, or of another of its tool's outputs."""
    subject = SUBJECTS.get(log.subject)
    expected = subject and subject.format(log.case)
    if not subject or not expected or (log.tool, log.parser) == (expected.tool, expected.parser):
        return []
    tools = list(dict.fromkeys(known.tool for known in subject.formats.values()))
    if log.tool and log.tool not in tools:
        found, wanted = log.tool, tools
    elif log.outcome == "ok" and (log.case == "default" or subject.explains(log.case)):
        found, wanted = log.parser, [expected.parser]
    else:
        return []
    if [found] == wanted:
        return []
    message = say(
        "this is a log of {tool}, but the folder is {folder}: put it where it belongs, or replace"
        " it by a log of {wanted}",
        tool=found,
        folder=f"{log.subject}/{log.case}",
        wanted=joined(wanted, say(" or ")),
    )
    return [log.finding("contradiction", "", message)]
