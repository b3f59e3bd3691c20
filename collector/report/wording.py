"""Sentences of the checks and comparisons in the language of the report.

They are composed in English where they are found. What has no Chinese form here stays English:
a sentence that says more than its translation is better than none.
"""

import re

from collector.labels import Language


def in_language(text: str, language: Language) -> str:
    """Return `text` in `language` as far as its sentences are known."""
    if language == "en":
        return text
    return text


_ = re
