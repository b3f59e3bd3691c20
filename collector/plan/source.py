"""A YAML file as data, with the line of each key and value.

The lines come from PyYAML's node marks, so that whoever refuses a value can say where it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from collector.errors import UnusableInputError

Place = tuple[str | int, ...]
"""Keys and indexes from the top of a file to a value: `("cpu", "threads", 1)`."""


@dataclass(frozen=True, slots=True)
class Source:
    """The data of one YAML file and the line (1-based) of each place in it."""

    path: Path
    data: Any
    lines: Mapping[Place, int]

    def at(self, place: Place) -> str:
        """Return `file:line` of `place`, or of the nearest thing around it that has a line."""
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.path}:{self.lines.get(place, 1)}"


def read_source(path: Path) -> Source:
    """Return the data of the YAML file `path` with its lines.

    Raises:
        UnusableInputError: the file cannot be read, is no YAML, gives a key twice, or uses an
            alias (one value written in two places has no line of its own).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UnusableInputError(f"{path}: cannot be read: {reason}") from error
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        builder = _Builder(path, loader)
        data = None if node is None else builder.build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise UnusableInputError(f"{path}:{line}: not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise UnusableInputError(f"{path}:1: not YAML: {' '.join(str(error).split())}") from error
    return Source(path, data, builder.lines)


class _Builder:
    """Turns nodes into data and notes where each of them stands."""

    def __init__(self, path: Path, loader: yaml.SafeLoader) -> None:
        self.path = path
        self.loader = loader
        self.lines: dict[Place, int] = {}
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if id(node) in self._seen:
            raise UnusableInputError(
                f"{self.path}:{line}: an alias repeats this value; write it out in both places"
            )
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, index)) for index, item in enumerate(node.value)]
        try:
            return self.loader.construct_object(node)
        except ValueError as error:
            raise UnusableInputError(f"{self.path}:{line}: not YAML: {error}") from error

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise UnusableInputError(f"{self.path}:{line}: a key must be one word")
            key = key_node.value
            if key in data:
                first = self.lines[(*place, key)]
                raise UnusableInputError(
                    f"{self.path}:{line}: '{key}' is given twice (first in line {first})"
                )
            self.lines[(*place, key)] = line
            data[key] = self.build(value_node, (*place, key))
        return data
