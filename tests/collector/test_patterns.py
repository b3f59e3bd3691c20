"""Tests for patterns that are compiled when they are first asked."""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest

from collector import parsers
from collector.patterns import on_use


def test_every_pattern_of_a_parser_is_one() -> None:
    """Nothing compiles them at import any more, so a slip would first be seen at a user's log."""
    names = [f"{parsers.__name__}.{name}" for _, name, _ in iter_modules(parsers.__path__)]
    patterns = [
        each
        for name in ("collector.logtext", *names)
        for each in _patterns(vars(import_module(name)).values())
    ]
    assert len(patterns) > 50
    for each in patterns:
        assert each.pattern is not None


def _patterns(values: Iterable[object]) -> Iterator[re.Pattern[str]]:
    for value in values:
        if isinstance(value, tuple):
            yield from _patterns(value)
        elif isinstance(value, type(on_use(""))):
            yield value


def test_is_what_re_makes_of_it() -> None:
    """Bytes and flags too."""
    assert on_use(r"A (?P<n>\d+)", re.IGNORECASE).fullmatch("a 12")["n"] == "12"  # type: ignore[index]
    assert on_use(rb"\d+").findall(b"1 22") == [b"1", b"22"]
    with pytest.raises(re.error):
        on_use("(").search("")
