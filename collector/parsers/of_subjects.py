"""The parsers that stand in the modules of their subjects."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from collector.logtext import Line
from collector.parsers.model import LogRun, Value
from collector.subjects import SUBJECTS
from collector.subjects.parts.model import Format, Reader, UnreadableError

__all__ = ["readers"]


def readers() -> Iterator[
    tuple[Callable[[str], bool], Callable[[Sequence[Line], int], tuple[LogRun, int]]]
]:
    """Yield what begins a result of each, and what reads it."""
    for subject in SUBJECTS.values():
        for known in subject.formats.values():
            if known.reader is not None:
                yield known.reader.begins, partial(_read, known, known.reader)


def _read(known: Format, reader: Reader, lines: Sequence[Line], index: int) -> tuple[LogRun, int]:
    """Read the result that begins in line `index`; return it and the index of the line behind."""
    rest = [(line.number, line.text) for line in lines[index:]]
    try:
        found, used = reader.read(rest)
    except UnreadableError as error:
        run = LogRun(known.tool, None, "error", error.reason, error.line, (), known.parser)
        return run, len(lines)
    values = tuple(Value(each.metric, each.value, each.line) for each in found)
    return LogRun(known.tool, None, "ok", None, None, values, known.parser), index + used
