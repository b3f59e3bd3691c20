"""The role lab_claim: what bears vmmlab's names on a lab host and is somebody else's."""

import grp
import json
import pwd
from pathlib import Path
from typing import Any

import pytest
from modules import load_module, run_module
from sandbox import Sandbox

MODULE = load_module("roles/lab_claim/library/claim_host.py")
SOMEBODY = pwd.struct_passwd(("vmmlab", "x", 1003, 1003, "", "/home/vmmlab", "/bin/bash"))
OURS = pwd.struct_passwd(("vmmlab", "x", 998, 997, "", "/var/lib/vmmlab/guest", "/nologin"))


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the root of a host where nothing bears the names."""
    (tmp_path / "var/lib").mkdir(parents=True)
    on(monkeypatch)
    return tmp_path


def on(
    patch: pytest.MonkeyPatch, account: pwd.struct_passwd | None = None, gid: int | None = None
) -> None:
    """Let the host have this account, and a group with this number."""
    members = grp.struct_group(("vmmlab", "x", gid, [])) if gid else None
    patch.setattr(MODULE, "account", lambda: account)
    patch.setattr(MODULE, "group", lambda: members)


def claim(root: Path, *, take: bool = True, check: bool = False) -> Any:
    """Run the module on the host."""
    mark = str(root / "var/lib/vmmlab-host.json")
    return run_module(MODULE, check=check, mark=mark, take=take, root=str(root))


def put(root: Path, name: str) -> None:
    """Let the host have a file."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("somebody's\n")


def test_a_fresh_host_is_taken_once(host: Path) -> None:
    """A check leaves no mark; from the mark on, what bears the names is vmmlab's."""
    assert claim(host, check=True)["changed"] is True
    looked = claim(host, take=False)
    assert (looked["changed"], looked["strangers"], looked["ours"]) == (False, [], False)
    assert not (host / "var/lib/vmmlab-host.json").exists()
    assert claim(host)["changed"] is True
    told = json.loads((host / "var/lib/vmmlab-host.json").read_text())
    assert (told["format"], told["of_an_earlier_version"]) == (1, [])
    assert {"account vmmlab", "/opt/vmmlab", "vmmlab0"} <= set(told["ours"])
    put(host, "etc/systemd/system/vmmlab-tuning.service")
    put(host, "opt/vmmlab/x")
    again = claim(host)
    assert (again["changed"], again["strangers"], again["ours"]) == (False, [], True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("opt/vmmlab/data", "the folder /opt/vmmlab"),
        ("etc/vmmlab/lab.conf", "the folder /etc/vmmlab"),
        ("run/vmmlab/pid", "the folder /run/vmmlab"),
        ("var/lib/vmmlab/disk.img", "the folder /var/lib/vmmlab"),
        (
            "usr/lib/systemd/system/vmmlab-network.service",
            "the unit /usr/lib/systemd/system/vmmlab-network.service",
        ),
        (
            "etc/systemd/system/vmmlab-guest-mine.service",
            "the unit /etc/systemd/system/vmmlab-guest-mine.service",
        ),
        ("sys/class/net/vmmlab0/address", "the network device vmmlab0"),
    ],
)
def test_what_somebody_else_has_is_told(host: Path, name: str, told: str) -> None:
    """No mark is left then, and nothing is vmmlab's."""
    put(host, name)
    found = claim(host)
    assert (found["changed"], found["strangers"], found["ours"]) == (False, [told], False)
    assert not (host / "var/lib/vmmlab-host.json").exists()


def test_an_empty_folder_is_nobodys(host: Path) -> None:
    """A disk that was mounted for vmmlab; what is on it, or where a link leads, is somebody's."""
    disk = host / "var/lib/vmmlab"
    (disk / "lost+found").mkdir(parents=True)
    assert claim(host, take=False)["strangers"] == []
    (disk / "thesis.tex").touch()
    assert claim(host, take=False)["strangers"] == ["the folder /var/lib/vmmlab"]
    (host / "opt").mkdir()
    (host / "opt/vmmlab").symlink_to(host / "var")
    assert "the folder /opt/vmmlab" in claim(host, take=False)["strangers"]


def test_names_that_only_look_alike_are_nobodys_business(host: Path) -> None:
    """Nothing of that name is made, or taken back."""
    for name in ("etc/vmmlab.conf", "etc/systemd/system/vmmlab.service", "opt/vmmlab2/x"):
        put(host, name)
    assert claim(host)["strangers"] == []


def test_an_account_is_told_by_its_home(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a host with the mark, and where only the group is somebody's."""
    claim(host)
    on(monkeypatch, OURS, 997)
    assert claim(host)["strangers"] == []
    on(monkeypatch, SOMEBODY, 1003)
    assert claim(host)["strangers"] == ["the account vmmlab (number 1003, home /home/vmmlab)"]
    on(monkeypatch, None, 1004)
    assert claim(host)["strangers"] == ["the group vmmlab (number 1004)"]
    on(monkeypatch, OURS, 1004)
    assert claim(host)["strangers"] == ["the group vmmlab (number 1004)"]


@pytest.mark.parametrize("trace", [
    "etc/vmmlab/lab.json", "opt/vmmlab/lib/tuning.py", "opt/vmmlab/store/guest_kernel-0123/bzImage",
    "opt/vmmlab/store/.incoming/x", "var/lib/vmmlab/lock", "var/lib/vmmlab/runs/friday/asked.json",
])  # fmt: skip
def test_a_host_of_an_earlier_version_is_taken(
    host: Path, trace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no mark, but what nobody else has; the mark names what was there."""
    put(host, trace)
    put(host, "etc/systemd/system/vmmlab-network.service")
    put(host, "sys/class/net/vmmlab0/address")
    on(monkeypatch, OURS, 997)
    assert claim(host, take=False)["ours"] is True
    assert claim(host)["changed"] is True
    told = json.loads((host / "var/lib/vmmlab-host.json").read_text())
    assert "the network device vmmlab0" in told["of_an_earlier_version"]
    assert claim(host)["changed"] is False


def test_a_mark_that_a_power_cut_emptied_is_none(host: Path) -> None:
    """It is left anew, and what somebody has is somebody's."""
    (host / "var/lib/vmmlab-host.json").touch()
    put(host, "opt/vmmlab/data")
    assert claim(host)["strangers"] == ["the folder /opt/vmmlab"]


@pytest.mark.sandbox
def test_role(tmp_path: Path) -> None:
    """A real account is refused before anything changes, and no teardown touches it."""
    sandbox = Sandbox(tmp_path)
    sandbox.run("useradd", "--create-home", "--home-dir", "/var/somebody", "vmmlab")
    uid = sandbox.run("id", "-u", "vmmlab").stdout.strip()
    refused = sandbox.play("lab_claim", {})
    assert refused.code == 2
    words = " ".join(refused.output.split())
    account = f"the account vmmlab (number {uid}, home /var/somebody)"
    assert f"lab1: {account} was here before vmmlab, which would take it over" in words
    assert "nothing was changed. Rename it there" in words
    assert not sandbox.path("/var/lib/vmmlab-host.json").exists()
    left = sandbox.play("lab_claim", {}, tasks_from="teardown")
    assert left.code == 0, left.output
    assert f"vmmlab has never been here; {account} is somebody else's and stays" in (
        " ".join(left.output.split())
    )
