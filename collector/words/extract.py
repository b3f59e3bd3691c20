"""The forms in a Python file, for Babel's `pybabel extract` (see `make words`).

Babel's own reader of Python misses a call that stands in another call's arguments.
"""

import ast
from collections.abc import Iterator
from typing import BinaryIO

_FORMS = {"say": ("form",), "say_in": ("context", "form"), "say_counted": ("form", "plural")}
"""What the first arguments of each function are."""
_BABEL = {"say": "gettext", "say_in": "pgettext", "say_counted": "ngettext"}

Found = tuple[int, str, str | tuple[str, ...], list[str]]


def forms(
    fileobj: BinaryIO,
    keywords: object,  # noqa: ARG001 - Babel names and gives them
    comment_tags: object,  # noqa: ARG001
    options: object,  # noqa: ARG001
) -> Iterator[Found]:
    """Yield line, kind, form (with context or plural) and no comments of each that is said.

    Raises:
        ValueError: a form does not stand in its call as it is, so that nobody could translate it.
    """
    for node in ast.walk(ast.parse(fileobj.read())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in _FORMS:
            continue
        given = [_text(argument) for argument in node.args[: len(_FORMS[name])]]
        if None in given or len(given) < len(_FORMS[name]):
            place = f"{getattr(fileobj, 'name', '')}:{node.lineno}"
            raise ValueError(
                f"{place}: {name}() wants its form as one literal text; name what changes in braces"
                " and give it as a field"
            )
        texts = tuple(str(text) for text in given)
        yield node.lineno, _BABEL[name], texts[0] if len(texts) == 1 else texts, []


def _text(argument: ast.expr) -> str | None:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return None
