"""Whatever a user writes, wherever Ansible lets it be written, wins over the defaults."""

import configparser
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from modules import CHECKOUT, load_module

INVENTORY = load_module("roles/preflight/filter_plugins/inventory.py")
HOSTS = {"controllers": "controller", "builders": "builder", "lab": "lab-01"}
GIVEN = {
    *("artifact_before", "artifact_inputs", "artifact_name", "artifact_record"),
    *("guest_builds", "guest_disk_direct", "guest_lab_public_key", "guest_machine", "guest_vmms"),
    *("lab_claim_take", "lab_lock_advice", "lab_lock_force", "lab_lock_names", "lab_lock_run"),
    *("measure_again", "measure_blocks", "measure_run", "measure_run_dir", "measure_started"),
    *("measure_discard", "measure_trial_vmms", "virtual_lab_discard"),
    *("plan_guest_disk_mib", "plan_left_out", "plan_start", "report_failed"),
}
"""Options that connect roles: the playbooks give them, so an inventory that has them is refused."""


def defaults() -> set[str]:
    """Return the names of the defaults that all machines share."""
    folder = CHECKOUT / "playbooks/group_vars/all"
    return {name for path in folder.glob("*.yml") for name in yaml.safe_load(path.read_text())}


KNOWN = INVENTORY._Known(CHECKOUT)
WRITTEN = {name: f"what somebody wrote for {name}" for name in KNOWN.names - KNOWN.given - {"vmm"}}


def groups(**variables: Any) -> dict[str, Any]:
    """Return an inventory, with variables for `all`, for each group or for each host."""
    children: dict[str, Any] = {}
    for group, host in HOSTS.items():
        children[group] = {"hosts": {host: variables.get("host", {})}}
        children[group]["vars"] = variables.get("group", {})
    return {"all": {"children": children, "vars": variables.get("all", {})}}


def write(path: Path, content: Any) -> None:
    """Write a file as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content))


def in_ini(folder: Path) -> list[str]:
    """Write an inventory in Ansible's other form."""
    lines = [line for group, host in HOSTS.items() for line in (f"[{group}]", host)]
    lines += ["[all:vars]", *(f"{name}={value}" for name, value in WRITTEN.items())]
    (folder / "lab.yml").write_text("\n".join(lines) + "\n")
    return []


def in_inventory(place: str) -> Callable[[Path], list[str]]:
    """Return what writes all variables into the inventory file: for all, groups or hosts."""

    def written(folder: Path) -> list[str]:
        write(folder / "lab.yml", groups(**{place: WRITTEN}))
        return []

    return written


def beside(*paths: str) -> Callable[[Path], list[str]]:
    """Return what writes all variables into files beside the inventory."""

    def written(folder: Path) -> list[str]:
        write(folder / "lab.yml", groups())
        for path in paths:
            write(folder / path, WRITTEN)
        return []

    return written


def on_the_command_line(folder: Path) -> list[str]:
    """Give all variables with -e."""
    write(folder / "lab.yml", groups())
    return [json.dumps(WRITTEN)]


def in_a_vars_file(folder: Path) -> list[str]:
    """Give all variables in a file with -e."""
    write(folder / "lab.yml", groups())
    write(folder / "mine.yml", WRITTEN)
    return [f"@{folder / 'mine.yml'}"]


PLACES: dict[str, Callable[[Path], list[str]]] = {
    "all: vars:": in_inventory("all"),
    "vars of groups": in_inventory("group"),
    "hosts": in_inventory("host"),
    "[all:vars]": in_ini,
    "group_vars/all.yml": beside("group_vars/all.yml"),
    "group_vars/all/x.yml": beside("group_vars/all/x.yml"),
    "group_vars/GROUP.yml": beside(*(f"group_vars/{group}.yml" for group in HOSTS)),
    "host_vars/HOST.yml": beside(*(f"host_vars/{host}.yml" for host in HOSTS.values())),
    "-e": on_the_command_line,
    "-e @FILE": in_a_vars_file,
}
NOT_FOR_LOCALHOST = ("vars of groups", "hosts", "group_vars/GROUP.yml", "host_vars/HOST.yml")


@pytest.mark.parametrize("place", PLACES)
def test_every_documented_variable_is_what_was_written(place: str, tmp_path: Path) -> None:
    """In each play and task of all stages; the inventory is nowhere near the checkout."""
    extra = PLACES[place](tmp_path)
    (tmp_path / "wanted.json").write_text(json.dumps(WRITTEN))
    program = Path(__file__).with_name("variables_of_plays.py")
    files = [str(tmp_path / "lab.yml"), str(tmp_path / "wanted.json")]
    done = subprocess.run(
        [sys.executable, str(program), *files, *extra],
        cwd=CHECKOUT, env={**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    other = [json.loads(line) for line in done.stdout.splitlines()]
    if place in NOT_FOR_LOCALHOST:  # it is in no group, and no host of the inventory
        other = [row for row in other if row[1] != "localhost"]
    assert other == []


def test_what_connects_roles_is_refused_in_an_inventory() -> None:
    """Nothing else is: those variables are nobody's to write."""
    assert KNOWN.given == GIVEN
    assert defaults() <= set(WRITTEN)
    hostvars: dict[str, dict[str, Any]] = {"h1": {"guest_builds": {}}, "h2": {}}
    found = INVENTORY.inventory_faults(hostvars, {group: ["h1"] for group in HOSTS}, str(CHECKOUT))
    assert found == [
        "h1: guest_builds is given by the playbooks, so what is written here would not be used"
    ]


def test_each_default_is_in_one_place() -> None:
    """A second one would win, or lose, without a word."""
    roles = [path.read_text() for path in CHECKOUT.glob("roles/*/defaults/main.yml")]
    names = {name for text in roles for name in re.findall(r"^(\w+):", text, re.MULTILINE)}
    assert names & defaults() == set()


def test_the_defaults_count_least() -> None:
    """Ansible's own order, but for them."""
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "ansible.cfg")
    order = config["defaults"]["precedence"].split(", ")
    assert order[0] == "all_plugins_play"
    assert order[1:] == [
        "all_inventory", "groups_inventory", "all_plugins_inventory",
        "groups_plugins_inventory", "groups_plugins_play",
    ]  # fmt: skip


def test_a_boolean_from_the_command_line_is_one() -> None:
    """`-e name=false` is a text, and a text that is not empty is true."""
    options = {name for name, option in KNOWN.spec.items() if option.get("type") == "bool"}
    assert "vmms_may_leave_out" in options
    # Written as such, given on as it is (what takes it makes a boolean of it), or made one here.
    use = re.compile(r"\b(\w+)\b(?! \| bool)(?!:)")
    wrong = [
        f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()}"
        for path in (*CHECKOUT.glob("roles/*/*/*"), *CHECKOUT.glob("playbooks/*.yml"))
        if path.is_file() and path.suffix in (".yml", ".j2") and path.parent.name != "meta"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if not re.fullmatch(r'\s*\w+: "\{\{ \w+ \}\}"|\s*#.*', line)
        and options & set(use.findall(line))
    ]
    assert wrong == []
