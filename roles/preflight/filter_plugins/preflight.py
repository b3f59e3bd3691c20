"""A filter that turns a problem into a line for people."""

from typing import Any


def line(problem: dict[str, Any], host: str) -> str:
    """Return what was found on a host, what is needed and what to do."""
    return f"{host}: found {problem['found']}; needed {problem['needed']}. {problem['fix']}"


class FilterModule:
    """Offers the filter to Ansible."""

    def filters(self) -> dict[str, Any]:
        """Return the filter by name."""
        return {"preflight_line": line}
