"""The catalogue of a language: a gettext file, `zh.po`, that any translator's tool can edit.

It is read as it is: what is edited is what counts, and nothing has to be compiled or installed
again. English is the language of the code and needs no catalogue.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

__all__ = ["forms", "path_of", "translated"]


def path_of(language: str) -> Path:
    """Return the file of a language's catalogue."""
    return Path(__file__).with_name(f"{language}.po")


def translated(context: str, form: str, language: str) -> str:
    """Return a form in `language`; as it is where it is not in the catalogue.

    English says more than nothing. That nothing is left out is what the tests see to.
    """
    return form if language == "en" else forms(language).get((context, form), form)


@cache
def forms(language: str) -> Mapping[tuple[str, str], str]:
    """Return what a catalogue has: context and English form to the form in `language`."""
    import polib  # noqa: PLC0415 - most commands speak English alone

    return {
        # Chinese has one form for any number.
        (entry.msgctxt or "", entry.msgid): entry.msgstr
        or entry.msgstr_plural.get(0)
        or entry.msgid
        for entry in polib.pofile(str(path_of(language)), encoding="utf-8")
        if not entry.obsolete and "fuzzy" not in entry.flags
    }
