"""What the text of a cell says. Every cell is asked once: the answer is kept by its text."""

import re
from dataclasses import dataclass
from functools import lru_cache

from collector.typed.parameters import NONE, Parameters, parameters_in
from collector.typed.roles import (
    CAPTION,
    DERIVED,
    LABELS,
    SUBJECTS,
    access_of,
    is_average,
    metric_of,
    mode_of,
    role_of,
    statistic_of,
    vmms_in,
    without_vmms,
)
from collector.typed.text import is_nothing, is_unit

_NUMBERED_CAPTION = re.compile(
    r"^(?:表|table|tab\.?|图|figure) ?\d+(?:[-.]\d+)* ?[:.、]? ?", re.IGNORECASE
)
_REPETITION = (
    re.compile(r"第 ?([一二三四五六七八九十\d]+) ?[次轮组遍]"),
    re.compile(r"^(?:run|round|trial|test|rep(?:etition)?|no\.?|#|实验|测试|次数) ?#?(\d{1,3})$"),
    re.compile(r"^(\d+) ?(?:次|轮)$|^(?:1st|2nd|3rd|(\d)th)(?: run| time)?$"),
)
_LATENCY = re.compile(r"lat|延迟|时延|延时|响应|ms|毫秒|[uμ]s|微秒")
_LONGEST_TITLE = 60
_PROSE = re.compile(r"[。;;]|,.*,|sysbench .*--")
_DIRECTION = re.compile(r"读取?|写入?|reads?|writes?|written")
_LETTERS = re.compile(r"[^\W\d_]")
_MODE_OPTION = re.compile(r"--(?:file-test|memory-access)-mode[= ](\w+)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text says, as far as tables of measurements go."""

    role: str | None
    """A metric, a label, `rate`, `seq` or `rnd`: what it means as a heading."""
    about: str | None
    """What it means as a title: a caption has its number cut off."""
    vmms: tuple[str, ...]
    mode: str | None
    access: str | None
    average: bool
    statistic: str
    """`max`, `min`, or another statistic that is no sample; "" for none."""
    caption: bool
    unit: bool
    nothing: bool
    prose: bool
    repetition: bool
    subject: str
    parameters: Parameters
    latency: bool
    """It names a latency, or a unit of one."""
    derived: bool
    """It names what is calculated from measured numbers: how much faster, a ratio, a rank."""

    direction: bool
    """It says `read` or `写`, and not what of it."""
    more: bool
    """It names a VMM, and says something of it that is no case, no metric and no number."""

    @property
    def label(self) -> bool:
        """Whether it is a heading over the labels of rows; `4 线程` is a label itself."""
        own = self.repetition or self.parameters.threads or self.parameters.block
        return self.role in LABELS and not own

    @property
    def metric(self) -> str | None:
        """Return the metric that it names as a heading."""
        return None if self.role in (*LABELS, "seq", "rnd") else self.role

    @property
    def bare(self) -> bool:
        """Whether it names a statistic and not of what: `平均`, which may be of any metric."""
        return bool(self.average or self.statistic) and not self.latency

    @property
    def case(self) -> bool:
        """Whether it says what a row or a column is of."""
        return bool(
            len(self.vmms) == 1
            or self.mode
            or self.access
            or self.repetition
            or self.parameters.threads
            or self.parameters.block
        )

    @property
    def heading(self) -> bool:
        """Whether it can be a part of a table's heading."""
        return bool(self.role or self.case or self.vmms or self.average or self.statistic)


@lru_cache(maxsize=65_536)
def meaning(text: str) -> Meaning:
    """Return what a normalised text says."""
    low = text.lower()
    title = _NUMBERED_CAPTION.sub("", text)
    option = _MODE_OPTION.search(low)
    mode = mode_of(option[1] if option else text)
    access = None if mode else access_of(option[1] if option else text)
    return Meaning(
        role=role_of(text),
        about=metric_of(title),
        vmms=tuple(vmms_in(text)),
        mode=mode,
        access=access,
        average=is_average(text),
        statistic=statistic_of(text),
        caption=bool(CAPTION.match(text)),
        unit=is_unit(text),
        nothing=is_nothing(text),
        prose=len(text) > _LONGEST_TITLE or bool(_PROSE.search(low)),
        repetition=any(pattern.search(low) for pattern in _REPETITION),
        subject=next((name for name, pattern in SUBJECTS if pattern.search(low)), ""),
        parameters=NONE if is_nothing(text) else parameters_in(text),
        latency=bool(_LATENCY.search(low)),
        derived=bool(DERIVED.search(low)),
        direction=bool(_DIRECTION.fullmatch(low)),
        more=_says_more(low),
    )


def _says_more(low: str) -> bool:
    rest = without_vmms(low)
    known = role_of(rest) or mode_of(rest) or access_of(rest) or parameters_in(rest) != NONE
    if rest == low or known:
        return False
    if any(pattern.search(rest.strip(" ()-_:")) for pattern in _REPETITION):
        return False
    return len(_LETTERS.findall(rest)) > 1
