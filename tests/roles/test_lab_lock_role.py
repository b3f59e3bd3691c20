"""The role lab_lock: who may touch a lab host that a run has."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from modules import load_module, run_module
from sandbox import CHECKOUT, Play, Sandbox

Lock = import_module("vmmlab_runner.lock").Lock
MODULE = load_module("roles/lab_lock/library/run_lock.py")
FILTERS = load_module("roles/lab_lock/filter_plugins/lab_lock.py")


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


def enable(root: Path, run: str, state: str = "running") -> None:
    """Leave a run that is to go on at the next boot."""
    folder = root / "var/lib/vmmlab/runs" / run
    wants = root / "etc/systemd/system/multi-user.target.wants"
    for path in (folder, wants):
        path.mkdir(parents=True, exist_ok=True)
    (folder / "schedule.json").write_text("{}")
    (folder / "who").write_text("ta@controller")
    (folder / "started").write_text("monday")
    (folder / "progress.json").write_text(json.dumps({"state": state}))
    (wants / f"vmmlab-run@{run}.service").symlink_to("/nowhere")


def asked(root: Path, own: str = "") -> tuple[Any, Any]:
    """Return which run has the host below `root`, and whether it only waits."""
    found = run_module(MODULE, path=str(root / "lock"), root=str(root), run=own)
    return found["held"], found["waiting"]


def test_a_run_that_goes_on_at_the_next_boot_has_the_host(tmp_path: Path) -> None:
    """Between the host's boot and the runner's start nobody has the lock."""
    assert asked(tmp_path) == ({}, False)
    enable(tmp_path, "friday")
    held = {"run": "friday", "who": "ta@controller", "since": "monday"}
    assert asked(tmp_path) == (held, True)
    enable(tmp_path, "april")
    assert asked(tmp_path)[0]["run"] == "april"
    assert asked(tmp_path, "april")[0]["run"] == "friday", "another's comes first"
    with Lock(tmp_path / "lock", "april", "me"):
        assert (asked(tmp_path)[0]["run"], asked(tmp_path)[1]) == ("april", False)


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_run_that_has_ended_has_no_host(state: str, tmp_path: Path) -> None:
    """A link that was left behind starts a runner that ends at once; one without a run, too."""
    enable(tmp_path, "friday", state)
    assert asked(tmp_path) == ({}, False)
    enable(tmp_path, "monday")
    (tmp_path / "var/lib/vmmlab/runs/monday/schedule.json").unlink()
    assert asked(tmp_path) == ({}, False)


def test_a_machine_is_known_again(tmp_path: Path) -> None:
    """By what a copy of its disk does not have; a host that was never provisioned has no name."""
    card = tmp_path / "sys/class/net/eth0"
    texts = {
        "etc/machine-id": "m", "proc/sys/kernel/random/boot_id": "b",
        "sys/class/dmi/id/product_uuid": "u", "sys/class/net/eth0/address": "52:54:00:00:00:01",
        "sys/class/net/lo/address": "00:00:00:00:00:00",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    (card / "device").mkdir()

    def look() -> Any:
        return run_module(MODULE, path=str(tmp_path / "lock"), root=str(tmp_path))["machine"]

    first = look()
    assert (first["machine_id"], first["boot_id"], first["name"]) == ("m", "b", "")
    (tmp_path / "etc/vmmlab").mkdir()
    lab = {"host": "lab-03", "machine": first["hardware"], "guest_address": "10.213.0.2"}
    (tmp_path / "etc/vmmlab/lab.json").write_text(json.dumps(lab))
    (tmp_path / "proc/sys/kernel/random/boot_id").write_text("other")
    again = look()
    assert (again["name"], again["provisioned"]) == ("lab-03", first["hardware"])
    assert (first["guest_address"], again["guest_address"]) == ("", "10.213.0.2")
    assert again["hardware"] == first["hardware"]
    (card / "address").write_text("52:54:00:00:00:02")
    assert look()["hardware"] != first["hardware"], "a copy of the disk in another machine"


def test_two_names_of_one_machine() -> None:
    """Both are told; machines that were cloned are two, and a note says so."""
    one, later = {"machine_id": "m", "boot_id": "b"}, {"machine_id": "m", "boot_id": "c"}
    nothing = {"machine_id": "", "boot_id": ""}
    lab = {"a": one, "b": later, "c": one, "d": nothing, "e": nothing}
    assert FILTERS.twins(lab) == {"a": "c", "c": "a"}
    (line,) = FILTERS.clones(lab)
    assert line.startswith("a, b, c have one machine-id, but not one boot_id: they are machines")
    many = {f"h{number}": {"machine_id": "m", "boot_id": str(number)} for number in range(200)}
    assert FILTERS.twins(many) == {}
    (line,) = FILTERS.clones(many)
    assert line.startswith("h0, h1, h2 and 197 more have one machine-id")
    assert FILTERS.clones({"a": one, "c": one}) == []


def test_two_names_of_this_machine_are_refused(tmp_path: Path) -> None:
    """Each by the other's name; the role after it is not reached, and a later word is heard."""
    play = {
        "hosts": "lab",
        "gather_facts": False,
        "roles": ["lab_lock"],
        "tasks": [{"ansible.builtin.debug": {"msg": "went on with {{ inventory_hostname }}"}}],
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    lab = {"hosts": {"lab-03": {}, "lab-30": {}}, "vars": local}
    (tmp_path / "hosts.json").write_text(json.dumps({"lab": lab}))

    def said(*options: str) -> str:
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        command = [program, "-i", str(tmp_path / "hosts.json"), *options]
        done = subprocess.run(
            [*command, str(tmp_path / "play.yml")], cwd=CHECKOUT, capture_output=True, text=True,
            check=False, env={**os.environ, "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "0"},
        )  # fmt: skip
        return " ".join(done.stdout.split())

    words = said()
    assert "lab-03: is the same machine as lab-30" in words
    assert "lab-30: is the same machine as lab-03" in words
    assert "went on" not in words
    assert "went on with lab-30" in said("--limit", "lab-30")
