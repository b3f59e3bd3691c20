"""Plan files: read, checked against the schema, refused with the line and the allowed values."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from collector.errors import UnusableInputError
from collector.plan.model import FILEIO_SHAPES, Plan
from collector.plan.source import Place, Source, read_source
from collector.plan.words import did_you_mean, listing

_LONGEST = 60
SCHEMA_PATH = Path(__file__).with_name("plan.schema.json")


def load_plan(path: Path) -> tuple[Plan, Source]:
    """Return the plan in the file `path`, and the file's data with its lines.

    Raises:
        UnusableInputError: the file cannot be read or is no plan; one line of text per fault, each
            with `file:line`, what was found and what is allowed.
    """
    source = read_source(path)
    refuse(source, faults(source))
    plan = Plan.from_data(path.stem, source.data)
    refuse(source, _nothing_measured(plan))
    return plan, source


def refuse(source: Source, found: Iterator[tuple[Place, str]]) -> None:
    """Raise UnusableInputError with all faults `found` in `source`, in the order of its lines."""
    lines = sorted(
        {(source.lines.get(place, 1), f"{source.at(place)}: {text}") for place, text in found}
    )
    if lines:
        many = [f"{len(lines)} faults in the plan"] if len(lines) > 1 else []
        raise UnusableInputError("\n".join([*many, *(text for _, text in lines)]))


def faults(source: Source) -> Iterator[tuple[Place, str]]:
    """Yield the place and the text of everything in which `source` contradicts the schema."""
    for error in validator().iter_errors(source.data):
        place = tuple(error.absolute_path)
        rule, schema = error.validator_value, error.schema
        fault = _Fault(place, error.instance, rule, schema, error.message)
        yield from _DESCRIBE.get(str(error.validator), _other)(fault)


@cache
def validator() -> Draft202012Validator:
    """Return the validator of plan files."""
    return Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def _name(place: Place) -> str:
    """Return a place as people write it: `cpu.threads[1]`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".") or "the plan"


def _shown(value: Any) -> str:
    """Return a found value as it would stand in YAML, shortened."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "empty"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


@dataclass(frozen=True, slots=True)
class _Fault:
    """What jsonschema says: the value `found` breaks the keyword of value `rule` in `schema`."""

    place: Place
    found: Any
    rule: Any
    schema: Any
    message: str


def _unknown_keys(fault: _Fault) -> Iterator[tuple[Place, str]]:
    allowed = sorted(fault.schema["properties"])
    where = f" in {_name(fault.place)}" if fault.place else ""
    for key in fault.found:
        if key not in allowed:
            text = f"unknown key '{key}'{where}{did_you_mean(key, allowed)}"
            yield (*fault.place, key), f"{text}; allowed: {listing(allowed)}"


def _missing_keys(fault: _Fault) -> Iterator[tuple[Place, str]]:
    for key in fault.rule:
        if key not in fault.found:
            yield fault.place, f"key '{key}' is missing in {_name(fault.place)}"


def _value(fault: _Fault) -> Iterator[tuple[Place, str]]:
    found = f"{_name(fault.place)} is {_shown(fault.found)}"
    yield fault.place, f"{found}, expected {_expected(fault.schema)}"


def _choice(fault: _Fault) -> Iterator[tuple[Place, str]]:
    found = f"{_name(fault.place)} is {_shown(fault.found)}"
    hint = did_you_mean(fault.found, fault.rule)
    yield fault.place, f"{found}, allowed: {listing(fault.rule)}{hint}"


def _twice(fault: _Fault) -> Iterator[tuple[Place, str]]:
    for index, item in enumerate(fault.found):
        if item in fault.found[:index]:
            yield (*fault.place, index), f"{_name(fault.place)} holds {_shown(item)} twice"


def _no_shape(fault: _Fault) -> Iterator[tuple[Place, str]]:
    text = f"{_name(fault.place)} measures nothing"
    yield fault.place, f"{text}; give at least one of: {listing(FILEIO_SHAPES)}"


def _other(fault: _Fault) -> Iterator[tuple[Place, str]]:
    yield fault.place, f"{_name(fault.place)}: {fault.message}"


_DESCRIBE: dict[str, Callable[[_Fault], Iterator[tuple[Place, str]]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "type": _value,
    "pattern": _value,
    "minimum": _value,
    "maximum": _value,
    "minItems": _value,
    "enum": _choice,
    "uniqueItems": _twice,
    "anyOf": _no_shape,
}

_TYPES = {"object": "a mapping of keys", "string": "a text", "boolean": "true or false"}


def _expected(schema: dict[str, Any]) -> str:
    """Return in words what `schema` allows."""
    if "description" in schema:
        return str(schema["description"])
    if schema["type"] == "integer":
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    if schema["type"] == "array":
        return "a list with at least one value" if schema.get("minItems") else "a list"
    return _TYPES[schema["type"]]


def _nothing_measured(plan: Plan) -> Iterator[tuple[Place, str]]:
    tests = plan.cpu or plan.memory or plan.fileio
    if not (plan.boots or plan.footprints or (tests and plan.repetitions)):
        yield (), "the plan measures nothing: boots, footprints and tests are all absent or 0"
