"""Loads the lab's own Ansible modules and filters, and runs a module as Ansible does."""

import contextlib
import importlib
import importlib.util
import io
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent


def load(path: str, name: str | None = None) -> ModuleType:
    """Return the Python file at `path`, relative to the checkout, imported under `name`."""
    name = name or f"vmmlab_under_test_{Path(path).stem}"
    spec = importlib.util.spec_from_file_location(name, CHECKOUT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load_module(path: str) -> ModuleType:
    """Return an Ansible module; what it shares with others stands where Ansible puts it."""
    for shared in (CHECKOUT / "playbooks/module_utils").glob("*.py"):
        name = f"ansible.module_utils.{shared.stem}"
        if name not in sys.modules:
            load(str(shared.relative_to(CHECKOUT)), name)
    return load(path)


def run_module(module: ModuleType, *, check: bool = False, **parameters: Any) -> dict[str, Any]:
    """Run a module with parameters and return what it hands back to Ansible."""
    given = {**parameters, "_ansible_check_mode": check}
    testing = importlib.import_module("ansible.module_utils.testing")
    said = io.StringIO()
    with (
        testing.patch_module_args(given),
        contextlib.redirect_stdout(said),
        contextlib.suppress(SystemExit),
    ):
        module.main()
    result: dict[str, Any] = json.loads(said.getvalue())
    return result


def make_program(path: Path, script: str) -> Path:
    """Write a program for /bin/sh and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path
