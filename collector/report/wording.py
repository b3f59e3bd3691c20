"""Sentences of the checks and comparisons in the language of the report.

They are composed in English where they are found. A sentence that has no Chinese form here stays
English: it says more than no sentence.
"""

import re
from functools import lru_cache

from collector.labels import Language
from collector.report.sentences import FACTS, SENTENCES

_FIELD = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compile the sentences, the longest first: a short one may fit a part of a long one."""
    found = []
    for english in sorted(SENTENCES, key=len, reverse=True):
        parts = _FIELD.split(english)
        pattern = "".join(
            f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        )
        found.append((re.compile(pattern, re.DOTALL), SENTENCES[english]))
    return tuple(found)


@lru_cache(maxsize=4096)
def in_language(text: str, language: Language) -> str:
    """Return `text` in `language` as far as its sentences are known."""
    if language == "en":
        return text
    words = text.split(", ")
    if ":" not in text and any(word in FACTS for word in words):
        return "、".join(FACTS.get(word, word) for word in words)
    for pattern, chinese in _patterns():
        match = pattern.fullmatch(text)
        if match:
            fields = {name: in_language(part, language) for name, part in match.groupdict().items()}
            return chinese.format(**fields)
    return text
