"""Sentences of the checks and comparisons in the language of the report.

They are composed in English where they are found. A sentence that has no Chinese form here stays
English: it says more than no sentence.
"""

import re
from functools import lru_cache

from collector.labels import Language
from collector.report.sentences import FACTS, SENTENCES

_FIELD = re.compile(r"\{(\w+)\}")
_LONGEST = 1000
"""No sentence is longer; what is comes from a lab host and is not worth the time."""


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[list[str], str], ...]:
    """Take the sentences apart, the longest first: a short one may fit a part of a long one."""
    ordered = sorted(SENTENCES, key=len, reverse=True)
    return tuple((_FIELD.split(english), SENTENCES[english]) for english in ordered)


def _fields(parts: list[str], text: str) -> dict[str, str] | None:
    """Return the fields of `text`; None when it does not have the form of `parts`.

    The parts are words and names of fields in turn. Each field ends at the first of the words that
    follow it, so that a text is gone through once, whatever a lab host has put into it.
    """
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return {} if text == first else None
    if not text.startswith(first) or not text.endswith(last):
        return None
    found: dict[str, str] = {}
    at, stop = len(first), len(text) - len(last)
    for name, words in zip(parts[1:-2:2], parts[2:-1:2], strict=True):
        end = text.find(words, at + 1, stop)
        if end < 0:
            return None
        found[name], at = text[at:end], end + len(words)
    if at >= stop:
        return None
    found[parts[-2]] = text[at:stop]
    return found


def in_language(text: str, language: Language) -> str:
    """Return `text` in `language` as far as its sentences are known."""
    return text if language == "en" or len(text) > _LONGEST else _in_chinese(text)


@lru_cache(maxsize=4096)
def _in_chinese(text: str) -> str:
    words = text.split(", ")
    if ":" not in text and any(word in FACTS for word in words):
        return "、".join(FACTS.get(word, word) for word in words)
    for parts, chinese in _forms():
        fields = _fields(parts, text)
        if fields is not None:
            return chinese.format(**{name: _in_chinese(part) for name, part in fields.items()})
    return text
