"""Mistakes in an inventory that no role would notice, as the first stage tells of them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from modules import load_module

CHECKOUT = Path(__file__).parent.parent.parent
EXAMPLE = (CHECKOUT / "inventory/lab.example.yml").read_text(encoding="utf-8")
FAULTS = load_module("roles/preflight/filter_plugins/inventory.py").inventory_faults
GROUPS = {"all": ["c", "h1"], "controllers": ["c"], "builders": ["c"], "lab": ["h1"]}


def faults(variables: dict[str, Any], groups: dict[str, list[str]] = GROUPS) -> list[str]:
    """Return what is said of a lab host with these variables."""
    hostvars = {"c": {}, "h1": variables}
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
        (
            {"guest_network": "10.213.0.7/24"},
            "h1: guest_network is '10.213.0.7/24': 10.213.0.7/24 has host bits set; expected",
        ),
        ({"guest_disk_cache": "writethru"}, "h1: value of guest_disk_cache must be one of:"),
    ],
)
def test_a_mistyped_variable(variables: dict[str, Any], said: str) -> None:
    """Host, variable, and what it should be."""
    (line,) = faults(variables)
    assert line.startswith(said)


def test_many_hosts_are_one_line() -> None:
    """What all have is said once."""
    hostvars = {f"h{number}": {"guest_vcpu": 2} for number in range(200)}
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


def test_what_is_one_for_the_run() -> None:
    """Written for the lab alone, a list of VMMs would be measured that was never built."""
    hostvars = {"c": {"vmms": ["qemu"]}, "b": {"vmms": ["qemu"]}, "h1": {"vmms": ["stratovirt"]}}
    (line,) = FAULTS(hostvars, GROUPS, str(CHECKOUT))
    assert line == (
        'vmms is one for the whole run, and is ["qemu"] for c, b; ["stratovirt"] for h1; write it'
        " below vars of all"
    )


def preflight(folder: Path, **environment: str) -> tuple[int, str]:
    """Run the first stage with an inventory that is elsewhere; return its end and its words."""
    playbook = Path(sys.executable).with_name("ansible-playbook")
    command = [str(playbook), "-i", str(folder / "lab.yml"), "playbooks/preflight.yml"]
    done = subprocess.run(
        [*command, "--limit", "localhost,controllers"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), **environment},
    )  # fmt: skip
    return done.returncode, " ".join(done.stdout.split())


def test_preflight_stops_at_once(tmp_path: Path) -> None:
    """An inventory elsewhere with a mistyped group: it is said, and nothing else happens."""
    inventory = EXAMPLE.replace("    lab:\n", "    labs:\n")
    (tmp_path / "lab.yml").write_text(inventory, encoding="utf-8")
    code, said = preflight(tmp_path)
    assert code == 2
    assert "no host is in the group 'lab' (did you mean 'labs'?)" in said
    assert "Preflight: the plan" not in said
    assert not (tmp_path / "state").exists()


def test_secrets_and_empty_files_are_no_mistake(tmp_path: Path) -> None:
    """Neither the file that holds only a comment, nor a value that nobody here can read."""
    (tmp_path / "lab.yml").write_text(EXAMPLE, encoding="utf-8")
    folder = tmp_path / "group_vars/all"
    folder.mkdir(parents=True)
    (folder / "empty.yml").write_text("# nothing yet\n", encoding="utf-8")
    (folder / "secret.yml").write_text(
        "mail_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3136\n", encoding="utf-8"
    )
    assert preflight(tmp_path) == (0, ANY)


def test_another_order_of_variables_is_refused(tmp_path: Path) -> None:
    """What the inventory says would not be used, without a word."""
    (tmp_path / "lab.yml").write_text(EXAMPLE, encoding="utf-8")
    # As where all may write to the checkout: Ansible goes by no file of ours then.
    (tmp_path / "empty.cfg").touch()
    code, said = preflight(tmp_path, ANSIBLE_CONFIG=str(tmp_path / "empty.cfg"))
    assert code == 2
    assert "is not that of" in said
    assert f"mend that with chmod o-w {CHECKOUT})" in re.sub(r"[\\\s]+", " ", said)
    assert "unset ANSIBLE_PRECEDENCE and export ANSIBLE_CONFIG=" in said
