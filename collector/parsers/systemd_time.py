"""`systemd-analyze` (`time`): how long a boot took, part by part.

Parts and total are each rounded by systemd, so they may differ by 1 or 2 ms.
"""

from collections.abc import Sequence

from collector.logtext import Line, is_noise
from collector.parsers.model import LogRun, Value
from collector.parsers.timespan import IMPOSSIBLE_S, TIMESPAN, seconds
from collector.patterns import on_use
from collector.words import Message, say

__all__ = ["METRICS", "PARSER", "STARTUP", "TOOL", "begins", "read"]

PARSER = "systemd-analyze-time"
TOOL = "systemd-analyze"

_SPAN = rf"{TIMESPAN}|0"
METRICS = (
    "firmware_s",
    "loader_s",
    "kernel_s",
    "initrd_s",
    "soft_reboot_s",
    "userspace_s",
    "total_s",
)
STARTUP = (
    "Startup finished in "
    + "".join(
        rf"(?:(?P<{metric}>{_SPAN}) \({metric[:-2].replace('_', ' ')}\) \+ )?"
        for metric in METRICS[:5]
    )
    + rf"(?P<userspace_s>{_SPAN}) \(userspace\)(?: = (?P<total_s>{_SPAN}))?"
)
"""Pattern of the answer's first line; its groups are `METRICS`."""

_STARTUP = on_use(STARTUP)
_TARGET = on_use(
    rf"(?P<boot_target>\S+\.target) reached after (?P<target_s>{_SPAN}) in userspace\.?"
)
_NO_TARGET = on_use(
    r"\S+\.target was never reached\.?|Could not get time to reach \S+\.|"
    r"[Cc]ould not find default\.target\.|\S+\.target has no activation time\.?"
)
_TARGET_BEGUN = on_use(r"\S+\.target (?:reached|was never|has no)\b|\S+\.target r?e?a?c?h?e?d?$")
_USUAL_TARGET = "graphical.target reached after"
_ROUNDING_S = 0.010
"""More than the rounding of six parts and a total, less than anything a cut number can lose."""

_EXACT_S = 1e-6
"""Less than systemd's resolution."""


def begins(text: str) -> bool:
    """Tell whether systemd-analyze's answer begins with this line (without indentation)."""
    return text.startswith("Startup finished in ")


def read(lines: Sequence[Line], start: int) -> tuple[LogRun, int]:
    """Read the answer that begins at `lines[start]`; return it and the index to go on with."""
    line = lines[start]
    found = _STARTUP.fullmatch(line.text.strip())
    if found is None:
        return _error(
            say("not a boot time: {text}", text=repr(line.text.strip()[:160])), line
        ), start + 1
    spans = {name: seconds(text) for name, text in found.groupdict().items() if text}
    if _is_cut(line, found["total_s"], spans):
        return _error(say("the log is cut off inside this line"), line), start + 1
    if max(spans.values()) >= IMPOSSIBLE_S:
        return _error(
            say("no boot takes so long: {text}", text=repr(line.text.strip()[:160])), line
        ), start + 1
    values = [Value(name, number, line.number) for name, number in spans.items()]
    index = start + 1
    while index < len(lines) and (not lines[index].text or is_noise(lines[index].text)):
        index += 1
    wrong, taken = _target(lines[index], values) if index < len(lines) else (None, False)
    run = wrong or LogRun(TOOL, None, "ok", None, None, tuple(values), PARSER)
    return run, index + taken


def _is_cut(line: Line, total: str | None, spans: dict[str, float]) -> bool:
    """Tell whether the line ends inside its total, or before it.

    A total without seconds, `1min`, may have been `1min 0.001s`: it must be what its parts say.
    """
    if total is None:
        return not line.ended
    difference = abs(sum(spans.values()) - 2 * spans["total_s"])
    if total[-1].isalpha() and not total.endswith("s"):
        return not line.ended or difference > _EXACT_S
    return not line.ended and difference > _ROUNDING_S


def _target(line: Line, values: list[Value]) -> tuple[LogRun | None, bool]:
    """Read the sentence on the default target into `values`.

    Returns:
        The error when it is one and is not as it should be; whether the line is such a sentence.
    """
    text = line.text.strip()
    if reached := _TARGET.fullmatch(text):
        if seconds(reached["target_s"]) >= IMPOSSIBLE_S:
            return _error(say("no boot takes so long: {text}", text=repr(text[:160])), line), True
        values += [
            Value("boot_target", reached["boot_target"], line.number),
            Value("target_s", seconds(reached["target_s"]), line.number),
        ]
        return None, True
    if _NO_TARGET.fullmatch(text):
        return None, True
    if _TARGET_BEGUN.match(text) or (not line.ended and _USUAL_TARGET.startswith(text)):
        return _error(
            say("not what is said of a target: {text}", text=repr(text[:160])), line
        ), True
    return None, False


def _error(reason: Message, line: Line) -> LogRun:
    return LogRun(TOOL, None, "error", reason, line.number, (), PARSER)
