"""sysbench cpu, memory and fileio, formats 1.0 and 1.1.

A run begins with `sysbench 1.0.20 (using …)` and ends with the fairness of its threads (1.1's
fileio ends with the latencies). Reports at intervals and histograms are recognised and not kept.
"""

from collections.abc import Sequence

from collector.logtext import Line, is_noise, is_prompt
from collector.parsers.model import LogRun
from collector.parsers.sysbench_grammar import match
from collector.parsers.sysbench_lines import (
    ANYWHERE,
    BANNER,
    CHECKPOINT,
    FATAL,
    OLD_BANNER,
    OLD_ONLY,
    PREPARATION,
)
from collector.parsers.sysbench_rest import Rest, behind_checkpoints, behind_old
from collector.parsers.sysbench_run import PARSER, Run, access_mode, cut_off, work
from collector.patterns import on_use
from collector.words import Message, quoted, say

__all__ = ["PARSER", "access_mode", "begins", "read", "restarts", "work"]

_BROKEN_OFF = on_use(
    r"Killed|Terminated|Aborted|\^C|Segmentation fault|.*[Tt]imed? ?out|Connection .*closed"
    r"|.*Broken pipe|Script done|.*[Cc]onnection (?:reset|lost)"
)
_HEADER = "Running the test with following options:"


def begins(text: str) -> bool:
    """Tell whether a run of sysbench begins with this line (without indentation)."""
    if restarts(text) or FATAL.match(text) or OLD_ONLY.fullmatch(text):
        return True
    found = match(text)
    return found is not None and found[0].starts


def restarts(text: str) -> bool:
    """Tell whether this line begins a run even in the middle of another one."""
    banner = BANNER.match(text)
    return (
        (banner is not None and banner["using"] is not None)
        or OLD_BANNER.match(text) is not None
        or text == _HEADER
    )


def read(
    lines: Sequence[Line], start: int, command: Line | None, version: str | None
) -> tuple[LogRun | None, int, Rest | None]:
    """Read the run that begins at `lines[start]`.

    Args:
        lines: the lines of the log.
        start: index of a line for which `begins` holds.
        command: the line with the command, where a prompt with one stands before the output.
        version: the version, where a line of its own names it before the run.

    Returns:
        The run, or None for a preparation (`prepare`, `cleanup`); the index to go on with; and
        what is left of the run from there on, where it was refused.
    """
    first = lines[start].text.strip()
    if old := OLD_BANNER.match(first):
        run = Run(old["version"], command)
        return _old(run, lines, start, start + 1)
    banner = BANNER.match(first)
    run = Run(banner["version"] if banner else version, command)
    last = lines[start]
    begin = start + 1 if banner else start
    for index in range(begin, len(lines)):
        line = lines[index]
        text = line.text.strip()
        if not text or is_noise(line.text) or ANYWHERE.fullmatch(text):
            continue
        if PREPARATION.fullmatch(text) or (run.prepares and text.startswith("Extra file open")):
            run.prepares = True
            continue
        if restarts(text) and (text != _HEADER or run.position >= 0):
            return run.close(cut_off(last, run), last.number), index, None
        wrong = _verdict(line, text, run)
        if wrong is None:
            last = line
            if run.is_over:
                return run.close(cut_off(last, run), last.number), index + 1, None
        elif not line.overwritten or FATAL.match(text):
            return _refused(run, wrong, lines, index, start)
    return run.close(cut_off(last, run), last.number), len(lines), None


def _refused(
    run: Run, wrong: Message, lines: Sequence[Line], index: int, start: int
) -> tuple[LogRun | None, int, Rest | None]:
    """Return what `read` does for a run that `lines[index]` ends."""
    text = lines[index].text.strip()
    if run.missing and CHECKPOINT.fullmatch(text):
        return run.end(wrong, lines[index].number), behind_checkpoints(lines, index), None
    if run.missing and OLD_ONLY.fullmatch(text):
        return _old(run, lines, index, index)
    ended = run.close(wrong, lines[index].number)
    rest = Rest(run.position) if ended and ended.outcome == "error" else None
    return ended, max(index, start + 1), rest


def _old(
    run: Run, lines: Sequence[Line], index: int, begin: int
) -> tuple[LogRun, int, Rest | None]:
    """Return what `read` does for a run of a release that prints other lines."""
    version = run.version or say("0.4 or 0.5")
    reason = say("sysbench {version} prints a format of its own; use 1.0 or 1.1", version=version)
    end, position = behind_old(lines, begin, run.position)
    return run.end(reason, lines[index].number), end, Rest(position)


def _verdict(line: Line, text: str, run: Run) -> Message | None:
    """Let `run` take a line; return why it ends the run instead, or None."""
    if FATAL.match(text):
        return quoted(text)
    if is_prompt(text):
        return say("the prompt came back before a result: the run was broken off")
    if _BROKEN_OFF.match(text):
        return say("the run was broken off: {text}", text=repr(text[:120]))
    if CHECKPOINT.fullmatch(text):
        return say(
            "each report of --report-checkpoints counts only what came after the one before:"
            " measure without that option"
        )
    return run.take(line)
