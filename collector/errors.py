"""The error that people see as a message, and words for it: what was meant, what there is."""

import difflib
from collections.abc import Iterable


class UnusableInputError(Exception):
    """Input that cannot be used; its text names what, where, what was expected and what to do."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return ` (did you mean 'X'?)` for the known word most like `word`, or an empty text."""
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def listing(words: Iterable[object]) -> str:
    """Return `a, b, c`, or `none`."""
    return ", ".join(str(word) for word in words) or "none"
