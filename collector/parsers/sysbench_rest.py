"""What is left of a run of sysbench that was refused, and where another one begins behind it.

The lines behind the refused one may be its own, or those of the next run, whose beginning was not
copied. sysbench prints its lines in one order: where they go back, another run begins.
"""

from collections.abc import Callable, Sequence

from collector.logtext import Line, is_illegible, is_noise, is_prompt
from collector.parsers.sysbench_grammar import LAST, RULES, Rule, looks_like, match
from collector.parsers.sysbench_lines import ANYWHERE, CHECKPOINT, FATAL, OLD

__all__ = ["Rest", "behind_checkpoints", "behind_old", "is_foreign"]

_STARTED = next(rule.position for rule in RULES if "started" in rule.source)


def _heads_results(rule: Rule) -> bool:
    """Whether a line is the first of a test's results."""
    return rule.test is not None and rule.position > _STARTED


def is_foreign(text: str) -> bool:
    """Tell whether a line (without indentation) is none that sysbench prints, spoilt or not."""
    known = ANYWHERE.fullmatch(text) or FATAL.match(text) or OLD.fullmatch(text) or match(text)
    return not (known or looks_like(text) or is_illegible(text))


class Rest:
    """The rest of a refused run, line by line.

    Attributes:
        apart: something that is not sysbench's stands between.
        whole_at: the line in which a whole result begins that may be this run's own, and is
            therefore not read; None where there is none.
    """

    def __init__(self, position: int) -> None:
        """Begin behind the line of the grammar at `position`, -1 where none was read."""
        self._position = position
        self.apart = False
        self.whole_at: int | None = None

    def take(self, text: str) -> None:
        """Take a line that begins no other run."""
        if found := match(text):
            self._position = max(self._position, found[0].position)
        else:
            self.apart = self.apart or is_foreign(text)

    def ends(self, line: Line, is_whole: Callable[[], bool]) -> bool:
        """Tell whether another run begins with this line; `is_whole`: a good one can be read there.

        It does where the order goes back, and where a result stands apart from the rest.
        """
        found = match(line.text.strip())
        if found is None or not found[0].starts:
            return False
        rule = found[0]
        if rule.position < self._position or (self.apart and _heads_results(rule)):
            return True
        if rule.position == self._position and not rule.metrics:
            return True  # two equal lines with numbers are one too many of the same run
        if not is_whole():
            return False
        if not self.apart and self.whole_at is None:
            self.whole_at = line.number
        return self.apart


def behind_old(lines: Sequence[Line], start: int, position: int) -> tuple[int, int]:
    """Return the index behind the lines of a release 0.4 or 0.5, and the position they reach.

    Args:
        lines: the lines of the log.
        start: index of the first line that is not known to be one of the run.
        position: that of the last line of the grammar before it.
    """
    for index in range(start, len(lines)):
        text = lines[index].text.strip()
        if not text or is_noise(lines[index].text) or ANYWHERE.fullmatch(text):
            continue
        found = match(text)
        if found and found[0].position > position:
            position = found[0].position
        elif not OLD.fullmatch(text):
            return index, position
    return len(lines), position


def behind_checkpoints(lines: Sequence[Line], start: int) -> int:
    """Return the index behind the reports of `--report-checkpoints`, the first one at `start`.

    One report follows each line that announces one, and a last one follows without.
    """
    position, announced = -1, True
    for index in range(start + 1, len(lines)):
        text = lines[index].text.strip()
        if CHECKPOINT.fullmatch(text):
            position, announced = -1, True
        elif text and not is_noise(lines[index].text) and not ANYWHERE.fullmatch(text):
            found = match(text)
            if found is None or is_prompt(text):
                return index
            if found[0].position <= position:
                if not announced:
                    return index
                announced = False
            position = found[0].position
            if position == LAST:
                if not announced:
                    return index + 1
                position, announced = -1, False
    return len(lines)
