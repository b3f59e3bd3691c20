"""Mistakes in an inventory that no role would notice, as the first stage tells of them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from modules import load_module

CHECKOUT = Path(__file__).parent.parent.parent
EXAMPLE = (CHECKOUT / "inventory/lab.example.yml").read_text(encoding="utf-8")
FAULTS = load_module("roles/preflight/filter_plugins/inventory.py").inventory_faults
GROUPS = {"all": ["c", "h1"], "controllers": ["c"], "builders": ["c"], "lab": ["h1"]}


def faults(variables: dict[str, Any], groups: dict[str, list[str]] = GROUPS) -> list[str]:
    """Return what is said of a lab host with these variables."""
    hostvars = {"c": {"plan": "quick"}, "h1": {"plan": "quick", **variables}}
    found: list[str] = FAULTS(hostvars, groups, str(CHECKOUT))
    return found


def test_what_people_write_is_no_mistake() -> None:
    """Options of roles, what group_vars gives, Ansible's own, and anything of one's own."""
    assert faults({
        "guest_memory_mib": "2048",
        "guest_cpus": "2-3",
        "vmm_stratovirt_mirrors": ["https://mirror.example/stratovirt.git"],
        "vmms": ["qemu", {"name": "old", "type": "qemu"}],
        "run_name": "friday",
        "lab_state_dir": "/srv/lab",
        "ansible_host": "192.0.2.1",
        "group_names": ["lab"],
        "rack": 7,
    }) == []  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"guest_memory_mb": 2048},
            "h1: guest_memory_mb is no variable of vmmlab (did you mean 'guest_memory_mib'?)",
        ),
        ({"plna": "report"}, "h1: plna is no variable of vmmlab (did you mean 'plan'?)"),
        ({"guest_memory_mib": "2G"}, "h1: argument 'guest_memory_mib' is of type str and"),
        ({"guest_disk_cache": "writethru"}, "h1: value of guest_disk_cache must be one of:"),
    ],
)
def test_a_mistyped_variable(variables: dict[str, Any], said: str) -> None:
    """Host, variable, and what it should be."""
    (line,) = faults(variables)
    assert line.startswith(said)


def test_many_hosts_are_one_line() -> None:
    """What all have is said once."""
    hostvars = {f"h{number}": {"plan": "quick", "guest_vcpu": 2} for number in range(200)}
    (line,) = FAULTS(hostvars, GROUPS, str(CHECKOUT))
    assert line.startswith("h0, h1, h2 and 197 more: guest_vcpu is no variable of vmmlab")


def test_a_group_without_hosts() -> None:
    """A stage whose group is missing would be skipped without a word."""
    for group in ("controllers", "builders", "lab"):
        groups = {name: hosts for name, hosts in GROUPS.items() if name != group}
        (line,) = faults({}, {**groups, group[:-1] + "z": ["c"]})
        assert line.startswith(f"no host is in the group '{group}' (did you mean '{group[:-1]}z'?)")
    assert faults({}, {**GROUPS, "builders": []}) == [], "all is built already"
    (line,) = faults({}, {**GROUPS, "controllers": []})
    assert line.startswith("no host is in the group 'controllers'; needed are")


def test_preflight_stops_at_once(tmp_path: Path) -> None:
    """An inventory elsewhere and with a mistyped group: both is said, and nothing else happens."""
    inventory = tmp_path / "lab.yml"
    inventory.write_text(EXAMPLE.replace("    lab:\n", "    labs:\n"), encoding="utf-8")
    playbook = Path(sys.executable).with_name("ansible-playbook")
    command = [str(playbook), "-i", str(inventory), "playbooks/preflight.yml"]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    said = " ".join(done.stdout.split())
    assert "no host is in the group 'lab' (did you mean 'labs'?)" in said
    assert "lab-01 and 20 more: the variables of inventory/group_vars do not reach it" in said
    assert "Preflight: the plan" not in said
    assert not (tmp_path / "state").exists()
