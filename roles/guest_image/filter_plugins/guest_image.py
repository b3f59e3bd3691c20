"""Filter that tells which packages of an image could not be had again."""

from typing import Any


def gone(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    """Return each package that is not of the wanted version: what was wanted, what there is."""
    return [
        f"{name} {version} (there is {found.get(name, 'none')})"
        for name, version in sorted(wanted.items())
        if found.get(name) != version
    ]


class FilterModule:
    """Offers the filter to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filter by name."""
        return {"guest_image_gone": gone}
