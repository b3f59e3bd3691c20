"""Plan files: read, checked against the schema, refused with the line and the allowed values."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from collector.errors import UnusableInputError, did_you_mean, listing
from collector.plan.model import Plan
from collector.plan.project import VmmType
from collector.plan.source import Place, Source, read_source
from collector.subjects import SUBJECTS
from collector.subjects.parts.plan import Guest

_LONGEST = 60
_ANY_GUEST = Guest()
_COMMON = Path(__file__).with_name("plan.schema.json")


def load_plan(path: Path, guest: Guest = _ANY_GUEST) -> tuple[Plan, Source]:
    """Return the plan in the file `path`, and the file's data with its lines.

    What is known of the `guest` that it is for is held against what it asks for.

    Raises:
        UnusableInputError: the file cannot be read or is no plan; one line of text per fault, each
            with `file:line`, what was found and what is allowed.
    """
    source = read_source(path)
    refuse(source, faults(source))
    plan = Plan.from_data(path.stem, source.data)
    refuse(source, _nothing_measured(plan))
    refuse(source, (fault for each in SUBJECTS.values() for fault in each.plan.faults(plan, guest)))
    return plan, source


def resolve_plan(path: Path, types: Mapping[str, VmmType], guest: Guest = _ANY_GUEST) -> Plan:
    """Return the plan in `path` for the VMM `types` there are, and such a `guest`.

    Raises:
        UnusableInputError: the file is no plan, or gives an initrd to a VMM that is unknown or
            boots without one.
    """
    plan, source = load_plan(path, guest)
    refuse(source, _initrd_faults(plan, types))
    return plan


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
    """Return the validator of plan files: what every plan has, and the part of each subject."""
    schema = json.loads(_COMMON.read_text(encoding="utf-8"))
    for subject in SUBJECTS.values():
        part = {"properties": subject.plan.schema, "required": list(subject.plan.required)}
        schema = _merged(schema, part)
    return Draft202012Validator(schema)


def _merged(one: Any, other: Any) -> Any:
    """Return two schemas as one: what subjects say of a key that they share adds up.

    Raises:
        ValueError: they contradict each other, a mistake of the program.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        both = {key: _merged(one[key], other[key]) for key in one.keys() & other.keys()}
        return {**one, **other, **both}
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *(item for item in other if item not in one)]
    if one != other:
        raise ValueError(f"two subjects say different things of one key: {one} and {other}")
    return one


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
    names = listing(name for choice in fault.rule for name in choice["required"])
    yield fault.place, f"{text}; give at least one of: {names}"


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
    if not any(plan.counts()):
        yield (), "the plan measures nothing: boots, footprints and tests are all absent or 0"


def _initrd_faults(plan: Plan, types: Mapping[str, VmmType]) -> Iterator[tuple[Place, str]]:
    able = [name for name, vmm in types.items() if vmm.initrd]
    for index, name in enumerate(plan.initrd):
        if name in able:
            continue
        why = "which boots without an initrd" if name in types else "no VMM type"
        hint = did_you_mean(name, able)
        text = f'initrd[{index}] is "{name}", {why}; allowed: {listing(able)}{hint}'
        yield ("initrd", index), text
