"""Both languages are complete."""

import string

import pytest

from collector.labels import LANGUAGES, WORDS, say
from collector.layout import MEASUREMENTS


def fields(text: str) -> set[str]:
    """Return the names of the fields in `text`."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_say_the_same_fields(key: str) -> None:
    """A field that one language forgets is information that its readers do not get."""
    chinese, english = WORDS[key]
    assert fields(chinese) == fields(english)
    assert bool(chinese) == bool(english)
    assert english.replace("–", "-").isascii()  # noqa: RUF001


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_sheets_are_allowed_and_unlike(language: str) -> None:
    """A spreadsheet takes 31 characters, and none of these."""
    names = [say(language, key) for key in WORDS if key.startswith("sheet ")]  # type: ignore[arg-type]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_every_subject_has_its_words() -> None:
    """Captions, sheets and quantities of all seven."""
    for subject in MEASUREMENTS:
        for kind in ("caption", "sheet", "subject", "quantity", "categories"):
            assert f"{kind} {subject}" in WORDS
