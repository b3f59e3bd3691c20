"""Filters that turn the list of builds into what is shipped, and where it lies on a lab host."""

import os
from pathlib import Path
from typing import Any


def place(build: dict[str, Any], store: str) -> dict[str, Any]:
    """Return a build with the folder it has, or will have, on a lab host."""
    return {**build, "store": f"{store}/{build['name']}-{build['key']}"}


def placed(manifest: dict[str, Any], store: str) -> dict[str, Any]:
    """Return the builds of a manifest by their use, each with its folder on a lab host."""
    return {
        "guest_kernel": place(manifest["guest_kernel"], store),
        "guest_image": place(manifest["guest_image"], store),
        "qemu": place(manifest["qemu"], store),
        "vmms": {vmm["name"]: place(vmm["build"], store) for vmm in manifest["vmms"]},
    }


def shipped(builds: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each folder to fill, once: two VMMs may run the same build."""
    everything = [builds[use] for use in ("guest_kernel", "guest_image", "qemu")]
    everything += builds["vmms"].values()
    return list({build["store"]: build for build in everything}.values())


def read(builds: dict[str, Any], digests: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return the builds, each with the digests of its files that the lab host has read itself."""

    def add(build: dict[str, Any]) -> dict[str, Any]:
        return {**build, "read": digests.get(build["store"], {})}

    single = {use: add(build) for use, build in builds.items() if use != "vmms"}
    return {**single, "vmms": {name: add(build) for name, build in builds["vmms"].items()}}


def listed(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all builds of a manifest."""
    single = [manifest[use] for use in ("guest_kernel", "guest_image", "qemu")]
    return single + [vmm["build"] for vmm in manifest["vmms"]]


def vague(manifest: dict[str, Any]) -> list[str]:
    """Return the builds of a manifest that does not say what is in them."""
    needed = {"data", "archive_bytes", "archive_sha256"}
    return sorted({build["name"] for build in listed(manifest) if not needed <= set(build)})


def strange(manifest: dict[str, Any], folders: list[str]) -> list[str]:
    """Return the archives of a manifest that do not lie directly in one of `folders`."""
    known = {Path(os.path.expandvars(folder)).expanduser() for folder in folders}
    archives = {str(build["archive"]) for build in listed(manifest)}
    return sorted(
        archive
        for archive in archives
        if Path(archive).parent not in known or not archive.endswith(".tar.gz")
    )


def guests(manifest: dict[str, Any], initrd: list[str], control: str = "") -> list[dict[str, Any]]:
    """Return the VMMs that were built; `initrd` names the types that boot with one in the plan.

    The one called `control` is there twice: the plan holds it against itself.
    """
    found = [
        {**vmm, "initrd": bool(vmm["initrd"] and vmm["type"] in initrd)} for vmm in manifest["vmms"]
    ]
    names = [vmm["name"] for vmm in found]
    twins = [
        {
            **vmm,
            "name": f"{control}_control",
            "label": f"{vmm['label']} (control)",
            "control_of": control,
        }
        for vmm in found
        if vmm["name"] == control and f"{control}_control" not in names
    ]
    return found + twins


class FilterModule:
    """Offers the filters to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {
            "ship_placed": placed,
            "ship_read": read,
            "ship_shipped": shipped,
            "ship_strange": strange,
            "ship_vague": vague,
            "ship_guests": guests,
        }
