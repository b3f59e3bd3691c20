"""The role lab_lock: who may touch a lab host that a run has."""

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from modules import load_module, run_module
from sandbox import Play, Sandbox

Lock = import_module("vmmlab_runner.lock").Lock
MODULE = load_module("roles/lab_lock/library/run_lock.py")


def held(path: Path) -> Any:
    """Return what the module says of a lock."""
    return run_module(MODULE, path=str(path)).get("held")


def test_the_run_that_has_the_host_is_named(tmp_path: Path) -> None:
    """As long as the runner holds its lock, and no longer; looking changes nothing."""
    path = tmp_path / "lock"
    assert held(path) == {}
    assert not path.exists()
    with Lock(path, "friday", "ta@controller"):
        found = held(path)
        assert (found["run"], found["who"], found["since"][:1]) == ("friday", "ta@controller", "2")
        path.write_text("")
        assert held(path) == {"run": "?", "who": "?", "since": "?"}, "just being written"
    assert held(path) == {}


def test_a_lock_that_is_no_file_is_an_error(tmp_path: Path) -> None:
    """No link is followed, and nothing is waited for."""
    path = tmp_path / "lock"
    path.symlink_to(tmp_path / "elsewhere")
    assert "cannot be seen" in run_module(MODULE, path=str(path))["msg"]
    path.unlink()
    os.mkfifo(path)
    assert "it is no file" in run_module(MODULE, path=str(path))["msg"]


@pytest.mark.sandbox
def test_role(tmp_path: Path) -> None:
    """Another run's host is refused in clear words; one's own run goes on; force goes on, too."""
    path = tmp_path / "lock"
    sandbox = Sandbox(tmp_path)

    def play(**variables: Any) -> Play:
        options = ["-e", json.dumps({"__lab_lock_path": str(path)})]
        return sandbox.play("lab_lock", variables, options=options)

    assert play().code == 0
    with Lock(path, "friday", "ta\x1b[2J@controller"):
        refused = play(lab_lock_run="monday")
        assert refused.code != 0
        words = " ".join(refused.output.split())
        assert (
            "lab1: the run 'friday', started by ta?[2J@controller, measures here since 2" in words
        )
        assert "-e run_name=NAME" in words
        assert play().code != 0
        assert play(lab_lock_run="friday").code == 0
        assert play(lab_lock_force=True).code == 0
