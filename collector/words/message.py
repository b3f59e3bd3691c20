"""A sentence is data until it is shown: an English form with named fields, and what is in them.

A form is written once, in the code, and is the key of its forms in other languages (gettext's
msgid). What a field holds is never translated, be it called what it may, unless it is a message
itself. Forms have to stand in a call of `say`, `say_in` or `say_counted` as they are, without an
f in front: that is where `make words` finds them for the catalogue.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Literal, TypeAlias

from collector.words.catalogue import translated

Language = Literal["zh", "en"]
_LONGEST = 400
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Message:
    """What is said. As text it is English.

    Attributes:
        form: the English words, with fields in braces as `str.format` takes them.
        fields: name and value of each field; without any, a form with fields is a template.
        context: tells forms apart that are one in English and two in another language.
        plural: the form for any `count` but 1; "" where the form does not depend on it.
    """

    form: str
    fields: tuple[tuple[str, "Field"], ...] = ()
    context: str = ""
    plural: str = ""

    def filled(self, **fields: "Field") -> "Message":
        """Return the message with its fields filled.

        Raises:
            ValueError: they are not the fields that the form has: a mistake of the program.
        """
        expected = _names(self.form) | _names(self.plural)
        if fields.keys() != expected:
            raise ValueError(
                f"{self.form!r} has the fields {sorted(expected)}, given are {sorted(fields)}"
            )
        return Message(self.form, tuple(fields.items()), self.context, self.plural)

    def render(self, language: Language) -> str:
        """Return the message in `language`, and the messages in its fields too."""
        fields = {name: _shown(value, language) for name, value in self.fields}
        form = self.form
        if language != "en":
            form = translated(self.context, form, language)
        elif self.plural and fields["count"] != 1:
            form = self.plural
        return form.format(**fields)

    @property
    def english(self) -> str:
        """The message in English: what JSON and CSV hold."""
        return self.render("en")

    def __str__(self) -> str:
        """Return the message in English."""
        return self.render("en")


Text: TypeAlias = Message | str
"""In a sentence a text that is no message is a name, a number or what somebody else wrote."""
Field: TypeAlias = Text | float


@dataclass(frozen=True, slots=True)
class Joined(Message):
    """Messages one after the other, in `fields`; the form is what stands between them."""

    def render(self, language: Language) -> str:
        """Return the parts in `language` with what it puts between them."""
        between = translated(self.context, self.form, language)
        return between.join(str(_shown(part, language)) for _, part in self.fields)


def say(form: str, /, **fields: Field) -> Message:
    """Return a message; without fields, one that has none, or a template for `Message.filled`.

    Raises:
        ValueError: some fields of the form are given and some not.
    """
    message = Message(form)
    return message.filled(**fields) if fields else message


def say_in(context: str, form: str, /, **fields: Field) -> Message:
    """Return a message whose form means something else in another context."""
    message = Message(form, context=context)
    return message.filled(**fields) if fields else message


def say_counted(one: str, many: str, /, **fields: Field) -> Message:
    """Return a message whose words depend on its field `count`: `one` is for 1."""
    message = Message(one, plural=many)
    return message.filled(**fields) if fields else message


def quoted(text: str) -> Message:
    """Return what somebody else wrote, as it is in any language; no longer than anybody reads."""
    return Message("{text}", (("text", text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"),))


AND_THEN = say_in("between sentences", "; ")
COMMA = say_in("between names", ", ")
AND = say_in("between two", " and ")


def joined(parts: Iterable[Text], between: Message = AND_THEN) -> Message:
    """Return several messages as one; a single one is itself."""
    found = tuple(parts)
    if len(found) == 1 and isinstance(found[0], Message):
        return found[0]
    numbered = tuple((str(number), part) for number, part in enumerate(found))
    return Joined(between.form, numbered, between.context)


@cache
def _names(form: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(form) if name)


def _shown(value: Field, language: Language) -> str | float:
    return value.render(language) if isinstance(value, Message) else value
