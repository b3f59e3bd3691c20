"""What comes from a lab host: its JSON, and its text as it is shown.

A lab host is not trusted. A file of it is used as a whole or not at all, and why it is not used
is told: half a file of facts is worse than none.
"""

import errno
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collector.log_id import LogId
from collector.words import Message, quoted, say

__all__ = [
    "PROGRESS_LIMIT",
    "check_json",
    "missing_reasons",
    "printable",
    "read_json",
    "shortened",
    "tidy",
]

_FACTS_LIMIT = 256 * 1024
"""Bytes of a file of facts at most; a real one has some thousand."""
PROGRESS_LIMIT = 4 * 1024 * 1024
"""Bytes of `progress.json` at most: it names every file of a run."""
_DEEPEST = 8
_LONGEST_TEXT = 10_000
_LARGEST_NUMBER = 2**63
_LONGEST = 160


def read_json(path: str | Path, limit: int = _FACTS_LIMIT) -> tuple[dict[str, Any], Message | None]:
    """Return the mapping in a lab host's file, and why it cannot be used.

    Nothing and None when there is no such file. A mapping holds nothing but finite numbers, texts
    of a bounded length, and lists and mappings of these, not nested deeply.
    """
    try:
        found = json.loads(_bytes(path, limit))
        check_json(found)
    except (FileNotFoundError, NotADirectoryError):
        return {}, None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return {}, say("it is a link")
        return {}, quoted(error.strerror) if error.strerror else say("it cannot be read")
    except RecursionError:
        return {}, say("it is nested too deeply")
    except ValueError as error:
        why = error.args[0] if error.args else error
        return {}, why if isinstance(why, Message) else quoted(tidy(error))
    return (found, None) if isinstance(found, dict) else ({}, say("it is no JSON object"))


def _bytes(path: str | Path, limit: int) -> bytes:
    """Return the bytes of a file.

    Raises:
        ValueError: it is no file, or a larger one than anybody needs.
    """
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise ValueError(say("it is no file"))
        data = b""
        while chunk := os.read(file, limit + 1 - len(data)):
            data += chunk
    finally:
        os.close(file)
    if len(data) > limit:
        raise ValueError(say("it has more than {limit} bytes", limit=limit))
    return data


def check_json(value: Any, depth: int = 0) -> None:
    """Raise ValueError when a value is none that a lab host's file may hold.

    Args:
        value: what JSON became.
        depth: how deep it lies in something else.
    """
    if depth > _DEEPEST:
        raise ValueError(say("it is nested too deeply"))
    if isinstance(value, dict):
        for name, item in value.items():
            check_json(name, depth)
            check_json(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_json(item, depth + 1)
    elif isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            raise ValueError(say("a text in it has {count} characters", count=len(value)))
        value.encode()  # half a surrogate pair is text to JSON, and could not be written
    elif value is not None and not abs(value) < _LARGEST_NUMBER:
        raise ValueError(say("a number in it is not finite, or too large"))


def missing_reasons(progress: Mapping[str, Any], run: str, host: str) -> dict[LogId, str]:
    """Return why logs of a host are missing, as its `progress` says."""
    items = progress.get("missing")
    return {
        LogId(
            *(run, host, str(item.get("vmm"))),
            *(str(item.get("measurement")), str(item.get("case")), number),
        ): reason
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
        and isinstance(number := item.get("repetition"), int)
        and (reason := shortened(str(item.get("reason") or "")))
    }


def shortened(text: str, longest: int = 400) -> str:
    """Return `text`, cut where it is longer than anybody reads."""
    return text if len(text) <= longest else f"{text[:longest]} …"


def printable(text: object, *, lines: bool = False) -> str:
    """Return `text` without control characters; of several `lines`, with the ends of these."""
    kept = "\n\t" if lines else ""
    return "".join(sign if sign.isprintable() or sign in kept else " " for sign in str(text))


def tidy(text: object, longest: int = _LONGEST) -> str:
    """Return `text` from a lab host as one short line without control characters."""
    words = " ".join(str(text).split())
    words = "".join(character for character in words if character.isprintable())
    return shortened(words, longest)
