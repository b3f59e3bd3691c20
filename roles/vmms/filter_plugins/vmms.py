"""Filters that turn the variable `vmms` into what the roles work with."""

import difflib
import re
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleFilterError


def known_types(roles: Path) -> list[str]:
    """Return the VMM types: one folder `roles/vmm_<type>` each."""
    return sorted(path.parent.name.removeprefix("vmm_") for path in roles.glob("vmm_*/vmm.yml"))


def resolve(entry: str | dict[str, Any], roles: Path) -> dict[str, Any]:
    """Return one entry of `vmms` with all that its folder says of it."""
    if not isinstance(entry, (str, dict)):
        message = f"vmms: {entry!r} is neither a name nor a mapping with name and type"
        raise AnsibleFilterError(message)
    given = {"name": entry} if isinstance(entry, str) else dict(entry)
    name = given.get("name", given.get("type"))
    vmm_type = given.get("type", name)
    known = known_types(roles)
    if vmm_type not in known:
        close = difflib.get_close_matches(str(vmm_type), known, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        message = f"vmms: unknown VMM {vmm_type!r}; known are {', '.join(known)}.{hint}"
        raise AnsibleFilterError(message)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", str(name)):
        message = f"vmms: the name {name!r} is a folder's name: small letters, digits, . _ - only"
        raise AnsibleFilterError(message)
    described = yaml.safe_load((roles / f"vmm_{vmm_type}" / "vmm.yml").read_text())
    own = set(described.pop("own"))
    _refuse_unknown(str(name), given, own | set(described) | {"name", "stand_in"})
    label = described["label"] if name == vmm_type else name
    # Plain: built as the defaults of its role say.
    plain = not own & set(given)
    return {**described, "label": label, **given, "type": vmm_type, "name": name, "plain": plain}


def _refuse_unknown(name: str, given: dict[str, Any], known: set[str]) -> None:
    """Refuse what nobody reads: a build would silently be another one than the entry says."""
    for key in given:
        if key not in known:
            close = difflib.get_close_matches(str(key), sorted(known), 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise AnsibleFilterError(
                f"vmms: {name} says {key!r}, which this VMM does not know; it knows"
                f" {', '.join(sorted(known))}.{hint}"
            )
    if not isinstance(given.get("options", []), list):
        message = f"vmms: {name}: options is {given['options']!r}, expected a list of words"
        raise AnsibleFilterError(message)


def resolve_vmms(vmms: list[str | dict[str, Any]], roles_dir: str) -> list[dict[str, Any]]:
    """Return all entries of `vmms`, resolved, in their order; names must differ."""
    resolved = [resolve(entry, Path(roles_dir)) for entry in vmms]
    names = [vmm["name"] for vmm in resolved]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"vmms: more than one entry is named {', '.join(twice)}; give each its own name"
        raise AnsibleFilterError(message)
    if not names:
        raise AnsibleFilterError("vmms: the list is empty; name at least one VMM")
    return resolved


def again(vmms: list[dict[str, Any]], builds: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the VMMs, each with the build that is to be made again; as they are without any."""
    if not builds:
        return vmms
    recorded = {vmm["name"]: vmm["build"] for vmm in builds["vmms"]}
    unknown = [vmm["name"] for vmm in vmms if vmm["name"] not in recorded]
    if unknown:
        message = (
            f"builds_from: that run has no build of {', '.join(unknown)}; it has"
            f" {', '.join(recorded)}. Take what it has not out of vmms"
        )
        raise AnsibleFilterError(message)
    return [{**vmm, "again": recorded[vmm["name"]]} for vmm in vmms]


def lab_qemu(built: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the QEMU that the lab itself uses: one as the defaults say, whatever entries ask."""
    found = (vmm["build"] for vmm in built if vmm["artifact"] == "qemu" and vmm["plain"])
    return next(found, None)


class FilterModule:
    """Offers the filters to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"resolve_vmms": resolve_vmms, "vmms_again": again, "vmms_lab_qemu": lab_qemu}
