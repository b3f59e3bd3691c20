"""What people read: messages as data, and the catalogue of their Chinese forms (`zh.po`)."""

from collector.words.message import (
    AND,
    AND_THEN,
    COMMA,
    LANGUAGES,
    Field,
    Joined,
    Language,
    Message,
    Text,
    joined,
    quoted,
    say,
    say_counted,
    say_in,
)

__all__ = [
    "AND",
    "AND_THEN",
    "COMMA",
    "LANGUAGES",
    "Field",
    "Joined",
    "Language",
    "Message",
    "Text",
    "joined",
    "quoted",
    "say",
    "say_counted",
    "say_in",
]
