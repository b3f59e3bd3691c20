"""Ansible module: find a cargo that is new enough, or the packages that would bring one."""

from __future__ import annotations

DOCUMENTATION = """
module: find_rust
short_description: Find a cargo that is new enough
options:
  minimum: {type: str, required: true, description: Oldest version that will do.}
  exact: {type: str, default: "", description: The only version that will do; empty is any.}
  home: {type: path, required: true, description: CARGO_HOME of a toolchain that the lab installed.}
"""
EXAMPLES = """
- find_rust: {minimum: "1.87", home: ~/.cache/vmmlab/cargo}
"""
RETURN = """
cargo: {type: str, returned: always, description: Path of cargo, or an empty string.}
version: {type: str, returned: always, description: What rustc says of itself.}
environment: {type: dict, returned: always, description: What to set when it is run.}
packages:
  type: list
  returned: always
  description: Packages of the distribution that are new enough.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.basic import AnsibleModule

if TYPE_CHECKING:
    from collections.abc import Iterator

# Debian 12 carries a newer Rust for browsers beside its own, under another name.
PACKAGES = (("cargo", "rustc"), ("cargo-web", "rustc-web"))


def number(text: str) -> tuple[int, int]:
    """Return the first dotted number of a text as a tuple that compares."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def ask(command: list[str], environment: dict[str, str]) -> str:
    """Return what a command prints, or an empty string."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def candidates(home: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield each place where a cargo may be, with the environment it needs."""
    own = {"CARGO_HOME": home, "RUSTUP_HOME": f"{home}/rustup"}
    yield Path(home) / "bin/cargo", {**own, "PATH": f"{home}/bin:{os.environ['PATH']}"}
    user = Path.home() / ".cargo/bin"
    yield user / "cargo", {"PATH": f"{user}:{os.environ['PATH']}"}
    found = shutil.which("cargo")
    if found:
        yield Path(found), {}


def find(minimum: str, exact: str, home: str) -> tuple[str, str, dict[str, str]]:
    """Return cargo's path, rustc's words and the environment of the first that will do."""
    for cargo, environment in candidates(home):
        said = ask([str(cargo), "--version"], environment)
        if said and number(said) >= number(minimum):
            rustc = ask([str(cargo.with_name("rustc")), "--version"], environment)
            if not exact or rustc.split()[1:2] == [exact]:
                return str(cargo), rustc, environment
    return "", "", {}


def packages(minimum: str, exact: str) -> list[str]:
    """Return the distribution's packages when they will do."""
    for pair in PACKAGES:
        shown = ask(["apt-cache", "policy", pair[1]], {"LC_ALL": "C"})
        offered = re.search(r"Candidate: (\S+)", shown)
        version = re.sub(r"^\d+:", "", offered[1]) if offered else ""
        if exact and not re.match(re.escape(exact) + r"(?![\d.])", version):
            continue
        if offered and number(version) >= number(minimum):
            return list(pair)
    return []


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "minimum": {"type": "str", "required": True},
            "exact": {"type": "str", "default": ""},
            "home": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    minimum, exact = module.params["minimum"], module.params["exact"]
    cargo, version, environment = find(minimum, exact, module.params["home"])
    offered = [] if cargo else packages(minimum, exact)
    module.exit_json(
        changed=False, cargo=cargo, version=version, environment=environment, packages=offered
    )


if __name__ == "__main__":
    main()
