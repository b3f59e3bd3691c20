"""What the numbers of one log contradict: each other."""

from collector.findings import Finding, Severity
from collector.identities.printed import Problem
from collector.logs import Log
from collector.subjects import of_tool
from collector.words import joined, say

_CHANGED = say("the log was changed by hand or put together from two runs: measure again")


def own_numbers(log: Log) -> list[Finding]:
    """Return what the numbers of one log contradict: each other, or (a note) its details."""
    numbers = log.printed()
    subject = of_tool(log.tool)
    if subject is None:
        return []
    return [
        *(_changed(log, "contradiction", each) for each in subject.identities(numbers, log)),
        *(_changed(log, "note", problem) for problem in subject.details(numbers)),
    ]


def _changed(log: Log, severity: Severity, problem: Problem) -> Finding:
    return log.finding(severity, problem.metric, joined([problem.message, _CHANGED]))
