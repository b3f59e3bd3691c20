"""Where builds lie, of a builder that is another machine: Ansible itself looks the paths up."""

# mypy: disable-error-code="import-untyped"
from pathlib import Path

import pytest
import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from modules import CHECKOUT

INVENTORY = """
controllers: {hosts: {here: {ansible_connection: local}}}
builders:
  hosts:
    here: {ansible_connection: local}
    far: {ansible_host: 192.0.2.9}
    written: {ansible_host: 192.0.2.8, lab_cache_dir: /srv/cache}
    liar: {ansible_host: 192.0.2.7}
lab: {hosts: {lab-01: {}}}
"""
HOMES = {"here": "/root", "far": "/home/student", "written": "/home/student", "liar": "/etc"}


@pytest.fixture
def looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HostVars:
    """Return what each host has of variables, once the builders were asked for their homes."""
    monkeypatch.setenv("HOME", "/root")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    (tmp_path / "lab.yml").write_text(INVENTORY)
    loader = DataLoader()
    loader.set_basedir(str(CHECKOUT / "playbooks"))
    inventory = InventoryManager(loader=loader, sources=[str(tmp_path / "lab.yml")])
    manager = VariableManager(loader=loader, inventory=inventory)
    for host, home in HOMES.items():
        manager.set_host_facts(host, {"ansible_env": {"HOME": home}})
    found = HostVars(inventory, manager, loader)
    manager._hostvars = found
    return found


def of_role(looked_up: HostVars, role: str, host: str, name: str, **more: str) -> object:
    """Return a variable of a role as a host sees it."""
    given = dict(looked_up[host])
    for folder in ("defaults", "vars"):
        path = CHECKOUT / f"roles/{role}/{folder}/main.yml"
        for key, value in yaml.safe_load(path.read_text()).items():
            given[key] = trust_as_template(value) if isinstance(value, str) else value
    templar = Templar(DataLoader(), {**given, **more, "hostvars": looked_up})
    return templar.template(given[name])


def test_a_builder_elsewhere_has_its_cache_in_its_own_home(looked_up: HostVars) -> None:
    """What it is called here is no path there; what somebody wrote counts."""
    caches = {host: looked_up[host]["lab_cache_dir"] for host in (*HOMES, "lab-01")}
    usual = "/root/.cache/vmmlab"
    assert caches["here"] == caches["lab-01"] == usual
    assert caches["far"] == "/home/student/.cache/vmmlab"
    assert caches["written"] == "/srv/cache"
    path = f"{caches['far']}/qemu-1.tar.gz"
    fetched = of_role(looked_up, "artifact", "far", "__artifact_here", artifact_path=path)
    assert fetched == f"{usual}/qemu-1.tar.gz"
    # Nothing is shipped from where another machine says that its home is.
    assert of_role(looked_up, "ship", "lab-01", "ship_archive_dirs") == [usual]
