"""What the checkout offers: plans by name, VMMs by type."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from collector.errors import UnusableInputError, did_you_mean, listing

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: plans, playbooks and roles lie beside the package."""

NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
"""What a VMM entry may be called: its name becomes a directory in the results."""


@dataclass(frozen=True, slots=True)
class VmmType:
    """What `roles/vmm_<type>/vmm.yml` says that matters to a plan."""

    name: str
    order: int
    initrd: bool


@dataclass(frozen=True, slots=True)
class VmmEntry:
    """One VMM to be measured: its name in the results, its type, and all that was said of it."""

    name: str
    type: str
    given: Mapping[str, Any]


def near(path: Path) -> Path:
    """Return `path` relative to the working directory when it lies in it: for messages."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def find_plan(name: str, root: Path = ROOT) -> Path:
    """Return the file of the plan `name`: a path to a file, or the name of one in `root`.

    Raises:
        UnusableInputError: there is no such plan; the text lists those there are.
    """
    if "/" in name or name.endswith((".yml", ".yaml")):
        path = Path(name)
        if not path.is_file():
            raise UnusableInputError(f"{path}: there is no such plan file")
        return path
    folder = root / "inventory" / "plans"
    plans = {path.stem: path for path in sorted(folder.glob("*.yml"))}
    if name not in plans:
        raise UnusableInputError(
            f"no plan is called '{name}'{did_you_mean(name, plans)}; plans in {near(folder)}:"
            f" {listing(plans)} (a path to a file of yours is taken as well)"
        )
    return near(plans[name])


def usual_guest(root: Path = ROOT) -> tuple[int, int]:
    """Return disk and memory (MiB) of the guests of a lab that says nothing of them."""
    path = root / "playbooks" / "group_vars" / "all" / "lab.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data["guest_image_size_mib"], data["guest_memory_mib"]


def vmm_types(root: Path = ROOT) -> dict[str, VmmType]:
    """Return the VMM types of the checkout in their order: one folder `roles/vmm_*` each.

    Raises:
        UnusableInputError: a descriptor cannot be read or lacks what a plan needs of it.
    """
    found = []
    for path in sorted((root / "roles").glob("vmm_*/vmm.yml")):
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            found.append(VmmType(data["type"], int(data["order"]), bool(data["initrd"])))
        except (OSError, yaml.YAMLError, TypeError, ValueError, KeyError) as error:
            raise UnusableInputError(
                f"{near(path)}: not a VMM descriptor with type, order and initrd: {error}"
            ) from error
    found.sort(key=lambda vmm: (vmm.order, vmm.name))
    return {vmm.name: vmm for vmm in found}


def vmm_entries(given: Sequence[Any] | None, types: Mapping[str, VmmType]) -> tuple[VmmEntry, ...]:
    """Return the entries that `given` names: words, or mappings with `name` and `type`.

    Without a `type` an entry is of the type of its name. None means every type there is.

    Raises:
        UnusableInputError: an entry has no usable name, comes twice, or its type is unknown.
    """
    entries: dict[str, VmmEntry] = {}
    for item in list(types) if given is None else given:
        entry = _entry(item)
        if entry.name in entries:
            raise UnusableInputError(
                f"VMM '{entry.name}' is given twice; give the second one a name of its own,"
                f" as in {{name: {entry.name}_new, type: {entry.type}}}"
            )
        if entry.type not in types:
            raise UnusableInputError(
                f"no VMM is called '{entry.type}'{did_you_mean(entry.type, types)};"
                f" VMMs: {listing(types)} (one folder roles/vmm_* each)"
            )
        entries[entry.name] = entry
    if not entries:
        raise UnusableInputError(f"no VMM is given; VMMs: {listing(types)}")
    return tuple(entries.values())


def with_control(
    entries: tuple[VmmEntry, ...], control: str, types: Mapping[str, VmmType]
) -> tuple[VmmEntry, ...]:
    """Return the entries with that of the control: the VMM called `control` once more ("": none).

    Raises:
        UnusableInputError: no entry is called so.
    """
    by_name = {entry.name: entry for entry in entries}
    twin = control_name(control)
    if not control or twin in by_name:
        return entries
    if control not in by_name:
        raise UnusableInputError(
            f"the plan's control is '{control}'{did_you_mean(control, by_name)}, which is not among"
            f" the VMMs to measure: {listing(by_name)}"
        )
    given = {**by_name[control].given, "name": twin, "control_of": control}
    if label := given.get("label"):
        given["label"] = f"{label} (control)"
    return vmm_entries([*(entry.given for entry in entries), given], types)


def control_name(vmm: str) -> str:
    """Return what the second side of a VMM is called that is held against itself."""
    return f"{vmm}_control"


def _entry(item: Any) -> VmmEntry:
    mapping = {"name": item} if isinstance(item, str) else item
    if not isinstance(mapping, dict) or not {"name", "type"} & set(mapping):
        raise UnusableInputError(
            f"{item!r} is no VMM entry; expected a name, or a mapping with name and type"
        )
    kind = str(mapping.get("type", mapping.get("name")))
    name = str(mapping.get("name", kind))
    if not NAME.fullmatch(name):
        raise UnusableInputError(
            f"'{name}' cannot be the name of a VMM: a folder is called after it, so only"
            " a-z, 0-9, '_', '.' and '-' are allowed, and no '.' or '-' in front"
        )
    return VmmEntry(name, kind, {**mapping, "name": name, "type": kind})
