"""Headings, captions and names of sheets."""

import pytest

from collector.labels import LANGUAGES, WORDS, in_words
from collector.subjects import SUBJECTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_sheets_are_allowed_and_unlike(language: str) -> None:
    """A spreadsheet takes 31 characters, and none of these."""
    names = [in_words(language, key) for key in WORDS if key.startswith("sheet ")]  # type: ignore[arg-type]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_every_subject_has_its_words() -> None:
    """Captions, sheets and quantities of all seven."""
    for subject in SUBJECTS:
        for kind in ("caption", "sheet", "subject", "quantity", "categories"):
            assert f"{kind} {subject}" in WORDS
