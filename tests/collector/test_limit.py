"""`--limit` chooses among lab hosts; what serves all of them works whatever it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).parent.parent.parent
INVENTORY = """
all:
  vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  children:
    controllers: {hosts: {controller: {}}}
    builders: {hosts: {bookworm: {}, trixie: {}}}
    lab:
      hosts: {lab-01: {}, lab-02: {}, lab-03: {}}
      children: {virtual: {hosts: {virtual-lab: {}}}}
"""
SERVING = {"localhost", "controllers", "builders"}
LAB = {"lab", "lab:!virtual", "{{ teardown_hosts | default('lab:!virtual') }}"}
BY_NAME = {"virtual:!{{ teardown_hosts | default('localhost') }}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a lab and a playbook that says which hosts each play works on."""
    path = tmp_path_factory.mktemp("limit")
    (path / "hosts.yml").write_text(INVENTORY)
    (path / "hosts.retry").write_text("lab-01\nlab-03\n")
    say = [{"ansible.builtin.debug": {"msg": "PLAY {{ ansible_play_hosts | join(' ') }}."}}]
    plays = [
        {"hosts": hosts, "gather_facts": False, "tasks": say}
        for hosts in ("localhost", "controllers", "builders", "lab")
    ]
    (path / "plays.yml").write_text(yaml.safe_dump(plays))
    return path


def play(folder: Path, limit: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the playbook with a limit."""
    program = Path(sys.executable).with_name("ansible-playbook")
    where = ["-i", str(folder / "hosts.yml"), "--limit", limit]
    return subprocess.run(
        [str(program), *where, str(folder / "plays.yml")], cwd=CHECKOUT, capture_output=True,
        text=True, check=False,
        env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "minimal", **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "builders", "lab"),
    [
        ("lab", "bookworm trixie", "lab-01 lab-02 lab-03 virtual-lab"),
        ("lab-03", "bookworm trixie", "lab-03"),
        ("virtual-lab", "bookworm trixie", "virtual-lab"),
        ("!lab-03", "bookworm trixie", "lab-01 lab-02 virtual-lab"),
        ("@hosts.retry", "bookworm trixie", "lab-01 lab-03"),
        ("controllers,builders,lab-03", "bookworm trixie", "lab-03"),
        ("trixie,lab-03", "trixie", "lab-03"),
    ],
)
def test_a_limit(limit: str, builders: str, lab: str, folder: Path) -> None:
    """Whatever leaves a lab host in leaves in what it needs; a builder can be chosen as well."""
    done = play(folder, limit.replace("@", f"@{folder}/"))
    assert done.returncode == 0, done.stderr
    worked = dict.fromkeys(re.findall(r"PLAY ([^.]*)\.", done.stdout))
    hosts = [" ".join(sorted(one.split())) for one in worked]
    assert hosts == ["localhost", "controller", builders, lab]


def test_a_limit_beside_callbacks_of_somebodys_own(folder: Path) -> None:
    """What a user enables takes nothing away: left out, the report would be missing in silence."""
    done = play(folder, "lab-03", ANSIBLE_CALLBACKS_ENABLED="junit")
    assert re.findall(r"PLAY ([^.]*)\.", done.stdout)[:2] == ["localhost", "controller"], (
        done.stderr
    )


def test_a_limit_that_leaves_nothing_is_an_error(folder: Path) -> None:
    """As Ansible has it."""
    done = play(folder, "lab-99")
    assert done.returncode != 0
    assert "leaves us with no hosts" in done.stderr


def test_each_play_is_of_one_of_these() -> None:
    """A play on other hosts would be left out by a limit without a word."""
    for path in sorted((CHECKOUT / "playbooks").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            if "hosts" in entry:
                assert entry["hosts"] in SERVING | LAB | BY_NAME, path
