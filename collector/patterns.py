"""Regular expressions that are compiled when they are first asked.

A command reads few kinds of logs, and hardly any of the odd ones. To compile what all of them may
need would take longer than to read the logs of a host.
"""

import re
from typing import Any, AnyStr, Generic, cast

__all__ = ["on_use"]


class _OnUse(Generic[AnyStr]):
    """A pattern that compiles itself, and keeps what it was asked for as its own."""

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self._source: tuple[AnyStr, int] = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        value = self.__dict__[name] = getattr(re.compile(*self._source), name)
        return value


def on_use(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return `re.compile(pattern, flags)`, but compiled at its first use.

    Raises:
        re.error: at that use: the pattern is none, which `tests/collector/test_patterns.py` sees.
    """
    return cast("re.Pattern[AnyStr]", _OnUse(pattern, flags))
