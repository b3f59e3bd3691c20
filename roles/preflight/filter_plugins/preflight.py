"""Filters that turn problems into lines for people."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any


def line(problem: dict[str, Any], host: str) -> str:
    """Return what was found on a host, what is needed and what to do."""
    return f"{host}: found {problem['found']}; needed {problem['needed']}. {problem['fix']}"


def unbuilt(
    release: str,
    hostvars: Mapping[str, Mapping[str, Any]],
    builders: Sequence[str],
    lists: Sequence[str],
) -> str:
    """Return why nothing is, or will be, built for a lab host's `release`; nothing when it is.

    `release` is as "debian 12"; `lists` are those of what was built before, `Debian-12.json` each.
    Where a builder was not looked at, nothing is said.
    """
    looked = {name: hostvars[name].get("preflight_found") or {} for name in builders}
    if not all(found.get("facts") for found in looked.values()):
        return ""
    releases = {name: found["facts"]["release"] for name, found in looked.items()}
    before = {PurePath(name).stem.lower().replace("-", " ") for name in lists}
    if release in before | set(releases.values()):
        return ""
    there = ", ".join(f"{name} ({found})" for name, found in releases.items())
    known = f"; built before: {', '.join(sorted(before))}" if before else ""
    return (
        f"found {release}; needed a release that is built for, and the builders are"
        f" {there or 'none'}{known}. Add a machine of {release} to the group builders (a lab host"
        " will do while it measures nothing), or take this host out of the group lab"
    )


class FilterModule:
    """Offers the filters to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"preflight_line": line, "preflight_unbuilt": unbuilt}
