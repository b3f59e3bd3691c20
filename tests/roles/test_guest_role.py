"""The role guest: user, keys, base image, units, and what is known of each VMM."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from modules import load_module
from sandbox import CHECKOUT, Play, Sandbox

STORE = "/opt/vmmlab/store"
LAB_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample lab"


def vmms() -> list[dict[str, Any]]:
    """Return every VMM of the checkout, QEMU with the initrd."""
    found = []
    for path in sorted((CHECKOUT / "roles").glob("vmm_*/vmm.yml")):
        described = yaml.safe_load(path.read_text())
        name = described["type"]
        found.append({**described, "name": name, "initrd": name == "qemu"})
    return found


def build(name: str, *files: str, **record: Any) -> dict[str, Any]:
    """Return a build as the role ship hands it on."""
    return {
        "name": name,
        "key": f"{name}-key",
        "store": f"{STORE}/{name}-key",
        "files": {file: f"sha256 of {file}" for file in files},
        "read": {file: f"data of {file}" for file in files},
        "record": record,
    }


BUILDS = {
    "guest_kernel": build("guest_kernel", "bzImage", version="6.1.170"),
    "guest_image": build("guest_image", "image.raw", "initrd.img", sysbench="1.0.20"),
    "vmms": {
        vmm["name"]: build(vmm["artifact"], vmm["binary"], version="1.2", source="https://x/y.git")
        for vmm in vmms()
    },
}
CONTROL = {
    **next(vmm for vmm in vmms() if vmm["name"] == "qemu"),
    "name": "qemu_control",
    "label": "QEMU (control)",
    "control_of": "qemu",
}
VARIABLES = {
    "guest_vmms": [*vmms(), CONTROL],
    "guest_builds": BUILDS,
    "guest_lab_public_key": LAB_KEY,
    "guest_cpus": "2-3",
    "guest_packages": ["coreutils"],
}


def fill_store(sandbox: Sandbox) -> None:
    """Ship builds: a small ext4 image, and programs that are none; udev's group is there."""
    sandbox.run("sh", "-c", "getent group kvm || groupadd --system kvm")
    image = sandbox.path(f"{STORE}/guest_image-key")
    root = sandbox.directory / "image-root"
    for folder in ("root", "etc/ssh"):
        (root / folder).mkdir(parents=True)
    image.mkdir(parents=True)
    make = ["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(image / "image.raw"), "16M"]
    subprocess.run(make, check=True)
    for vmm in vmms():
        program = sandbox.path(f"{STORE}/{vmm['artifact']}-key/{vmm['binary']}")
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sandbox, Play, Play]:
    """The role after a check, and applied once."""
    sandbox = Sandbox(tmp_path_factory.mktemp("guest"))
    fill_store(sandbox)
    checked = sandbox.play("guest", VARIABLES, options=["--check"])
    return sandbox, checked, sandbox.play("guest", VARIABLES)


def read_from(image: Path, path: str) -> str:
    """Return a file of an ext4 image."""
    cat = ["debugfs", "-R", f"cat {path}", str(image)]
    return subprocess.run(cat, capture_output=True, text=True, check=True).stdout


pytestmark = pytest.mark.sandbox


def test_applied(applied: tuple[Sandbox, Play, Play]) -> None:
    """Check mode works on a fresh host and changes nothing; then the role can be applied."""
    _, checked, first = applied
    assert checked.code == 0, checked.output
    assert checked.changed > 0
    assert first.code == 0, first.output


def test_a_control_runs_what_its_vmm_runs(applied: tuple[Sandbox, Play, Play]) -> None:
    """The same build with the same options, under a name of its own."""
    sandbox, _, _ = applied
    units = [
        sandbox.path(f"/etc/systemd/system/vmmlab-guest-{name}.service").read_text()
        for name in ("qemu", "qemu_control")
    ]
    assert units[1].replace("qemu_control", "qemu").replace(" (control)", "") == units[0]
    record = json.loads(sandbox.path("/etc/vmmlab/vmms/qemu_control.json").read_text())
    assert (record["name"], record["control_of"]) == ("qemu_control", "qemu")
    assert record["checksums"]["binary"]


def test_second_time(applied: tuple[Sandbox, Play, Play]) -> None:
    """Nothing changes the second time."""
    sandbox, _, _ = applied
    second = sandbox.play("guest", VARIABLES)
    assert second.code == 0, second.output
    assert (second.changed, second.changes) == (0, [])


def test_base_image_has_the_keys(applied: tuple[Sandbox, Play, Play]) -> None:
    """The guest trusts this host's key and the lab's, and has a host key that is known."""
    sandbox, _, _ = applied
    base = sandbox.path("/var/lib/vmmlab/base/base.raw")
    assert base.stat().st_mode & 0o777 == 0o600
    for path in (base, base.parent):
        assert path.stat().st_uid == 0, "a VMM that broke out cannot change later guests"
    assert base.parent.stat().st_mode & 0o777 == 0o700
    assert sandbox.path("/var/lib/vmmlab/guest").stat().st_uid != 0
    keys = sandbox.path("/etc/vmmlab/keys")
    assert keys.stat().st_mode & 0o777 == 0o700
    own = (keys / "guest_ed25519.pub").read_text()
    assert read_from(base, "/root/.ssh/authorized_keys") == f"{own}{LAB_KEY}\n"
    assert (
        read_from(base, "/etc/ssh/ssh_host_ed25519_key")
        == (keys / "guest_host_ed25519").read_text()
    )
    stat = ["debugfs", "-R", "stat /etc/ssh/ssh_host_ed25519_key", str(base)]
    shown = subprocess.run(stat, capture_output=True, text=True, check=True).stdout
    assert "Mode:  0600" in shown
    assert "User:     0   Group:     0" in shown
    known = (keys / "known_hosts").read_text().split()
    assert known[:2] == ["10.213.0.2", "ssh-ed25519"]
    assert known[2] in read_from(base, "/etc/ssh/ssh_host_ed25519_key.pub")
    check = subprocess.run(["e2fsck", "-fn", str(base)], capture_output=True, check=False)
    assert check.returncode == 0, check.stdout


@pytest.mark.parametrize("vmm", [vmm["name"] for vmm in vmms()])
def test_unit_of_each_vmm(applied: tuple[Sandbox, Play, Play], vmm: str) -> None:
    """Each VMM's unit is one that systemd understands, with its own command in it."""
    sandbox, _, _ = applied
    unit = f"vmmlab-guest-{vmm}.service"
    assert sandbox.verify(unit, "vmmlab-network.service") == ""
    text = sandbox.path(f"/etc/systemd/system/{unit}").read_text()
    command = text.partition("ExecStart=")[2].partition("\nExecStop")[0].replace(" \\\n   ", "")
    assert command.startswith(f"{STORE}/")
    assert "console=ttyS0 loglevel=6" in command
    assert "ip=10.213.0.2::10.213.0.1:255.255.255.0::eth0:off" in command
    assert ("-initrd" in command) == (vmm == "qemu")
    # QEMU hides the invariant TSC unless told otherwise; StratoVirt never does.
    assert ("-cpu host,migratable=no" in command) == (vmm != "stratovirt")
    assert f"/run/vmmlab/{vmm}/qmp.sock" in command
    record = json.loads(sandbox.path(f"/etc/vmmlab/vmms/{vmm}.json").read_text())
    assert f",aio={record['guest']['disk_engine']}" in command, "the same for all VMMs"
    past = record["guest"]["disk_cache"] == "none"
    assert (",direct=on," in command or ",cache=none," in command) == past
    assert "CPUAffinity=2-3" in text
    assert "User=vmmlab" in text


def test_units_are_confined(applied: tuple[Sandbox, Play, Play]) -> None:
    """The measure that systemd has of exposure (0 is best, 10 worst) stays low."""
    sandbox, _, _ = applied
    limits = {"vmmlab-guest-stratovirt.service": 2.0, "vmmlab-network.service": 2.5}
    for unit, limit in limits.items():
        path = f"/etc/systemd/system/{unit}"
        shown = sandbox.run("systemd-analyze", "security", "--offline=yes", path).stdout
        figure = float(shown.rpartition("exposure level for")[2].split(": ")[1].split()[0])
        assert figure <= limit, shown


def test_record_of_each_vmm(applied: tuple[Sandbox, Play, Play]) -> None:
    """What is known before a VMM runs is what its vmm.json says later."""
    sandbox, _, _ = applied
    qemu = json.loads(sandbox.path("/etc/vmmlab/vmms/qemu.json").read_text())
    assert (qemu["label"], qemu["machine"], qemu["version"]) == ("QEMU", "pc", "1.2")
    assert qemu["checksums"] == {
        "binary": "sha256 of bin/qemu-system-x86_64",
        "kernel": "sha256 of bzImage",
        "image": "sha256 of image.raw",
        "initrd": "sha256 of initrd.img",
    }
    assert qemu["read_on_host"] == {
        "binary": "data of bin/qemu-system-x86_64",
        "kernel": "data of bzImage",
        "image": "data of image.raw",
        "initrd": "data of initrd.img",
    }
    assert qemu["guest"]["memory_mib"] == 1024
    assert (qemu["guest"]["cpus"], qemu["guest"]["append"]) == ("2-3", "")
    assert (qemu["stand_in"], qemu["initrd"], qemu["commit"]) == (False, True, None)
    other = json.loads(sandbox.path("/etc/vmmlab/vmms/stratovirt.json").read_text())
    assert "initrd" not in other["checksums"]


@pytest.mark.parametrize("what", ["key", "bytes", "base"])
def test_other_image_makes_another_base(applied: tuple[Sandbox, Play, Play], what: str) -> None:
    """Another key, other bytes under the same key, a base that somebody wrote to; the keys stay."""
    sandbox, _, _ = applied
    image = dict(BUILDS["guest_image"])
    assert sandbox.play("guest", VARIABLES).code == 0
    match what:
        case "key":
            image["key"] = "another"
        case "bytes":
            image["read"] = {**image["read"], "image.raw": "data of another"}
        case _:
            with sandbox.path("/var/lib/vmmlab/base/base.raw").open("r+b") as base:
                base.write(b"x")
    again = sandbox.play("guest", {**VARIABLES, "guest_builds": {**BUILDS, "guest_image": image}})
    assert again.code == 0, again.output
    assert [name for name in again.changes if "base image" in name]
    assert not [name for name in again.changes if "keys" in name and "base" not in name]


@pytest.mark.parametrize("lost", ["guest_ed25519", "guest_host_ed25519.pub"])
def test_keys_that_a_power_cut_emptied_are_made_anew(tmp_path: Path, lost: str) -> None:
    """A name may outlive its content; both halves are replaced, and the other pair stays."""
    module = load_module("roles/guest/library/guest_base.py")
    keys = tmp_path / "keys"
    assert module.make_keys(keys, "10.213.0.2")
    before = {path.name: path.read_text() for path in keys.iterdir()}
    (keys / lost).write_text("")
    assert module.make_keys(keys, "10.213.0.2")
    after = {path.name: path.read_text() for path in keys.iterdir()}
    assert all(after.values())
    half = lost.removesuffix(".pub")
    pair, other = {half, f"{half}.pub"}, {"guest_ed25519", "guest_host_ed25519"} - {half}
    assert all(after[name] != before[name] for name in pair)
    assert all(after[name] == before[name] for name in other)
    assert not module.make_keys(keys, "10.213.0.2")


def test_network(applied: tuple[Sandbox, Play, Play]) -> None:
    """A host that routes does not route the guest; nothing stays, also when the start failed."""
    sandbox, _, _ = applied
    text = sandbox.path("/etc/systemd/system/vmmlab-network.service").read_text()
    text = text.replace("\\\n", "")
    start = text.partition("ExecStart=/bin/sh -ec '")[2].partition("'\n")[0]
    stop = text.partition("ExecStopPost=-/bin/sh -c '")[2].partition("'\n")[0]
    assert "ExecStop=" not in text, "systemd skips it after a start that failed"
    ask = text.partition("ExecStartPre=")[2].partition("\n")[0]
    settings = ("ipv4/conf/vmmlab0/forwarding", "ipv6/conf/vmmlab0/disable_ipv6")
    look = "cat " + " ".join(f"/proc/sys/net/{name}" for name in settings)
    bridge = "ip -o address show dev vmmlab0; ip -o link show master vmmlab0"
    before = "echo 1 > /proc/sys/net/ipv4/ip_forward"
    script = f"{before}; {ask}; {start}; {ask}; {look}; {bridge}; {stop}; ip -o link"
    done = sandbox.run("unshare", "--net", "sh", "-ec", script)
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert lines[:2] == ["0", "1"], done.stdout
    assert "inet 10.213.0.1/24" in lines[2]
    assert "inet6" not in done.stdout
    assert "vmmlab-tap0" in lines[3]
    assert [line.split()[1] for line in lines[4:]] == ["lo:"]


def test_no_bridge_cuts_its_host_off(applied: tuple[Sandbox, Play, Play]) -> None:
    """The unit asks before it makes one: a network may have come up since."""
    sandbox, _, _ = applied
    text = sandbox.path("/etc/systemd/system/vmmlab-network.service").read_text()
    ask = text.partition("ExecStartPre=")[2].partition("\n")[0]
    lan = "ip link add lan type bridge; ip address add 10.213.0.9/24 dev lan; ip link set lan up"
    done = sandbox.run("unshare", "--net", "sh", "-ec", f"{lan}; {ask}")
    assert done.returncode == 1, done.stdout
    assert (
        "the guests' network 10.213.0.0/24 would cut off the route 10.213.0.0/24 dev lan"
        in done.stdout
    )
    assert "set guest_network of this host to a free network, for example 10.214.0.0/24" in (
        done.stdout
    )


def test_missing_image(applied: tuple[Sandbox, Play, Play]) -> None:
    """An image that was not shipped is named."""
    sandbox, _, _ = applied
    image = {**BUILDS["guest_image"], "key": "x", "store": f"{STORE}/guest_image-x"}
    failed = sandbox.play("guest", {**VARIABLES, "guest_builds": {**BUILDS, "guest_image": image}})
    assert failed.code == 2
    assert f"{STORE}/guest_image-x/image.raw: missing; ship the builds" in " ".join(
        failed.output.split()
    )


def test_a_base_image_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut leaves no name of an empty image, which no later stage would make anew."""
    module = load_module("roles/guest/library/guest_base.py")
    image, base = tmp_path / "image.raw", tmp_path / "base.raw"
    image.write_bytes(b"disk" * 1024)
    named_before: list[bool] = []
    monkeypatch.setattr(module, "write_into", lambda *_: None)
    monkeypatch.setattr(os, "sync", lambda: named_before.append(base.exists()))
    module.make_base({"image": str(image), "base": str(base)}, [], "marker")
    assert named_before == [False]
    assert base.read_bytes() == image.read_bytes()


def test_teardown(tmp_path: Path) -> None:
    """Users, files and units are as they were."""
    sandbox = Sandbox(tmp_path)
    find = ["sh", "-c", "getent passwd; getent group; find /etc /opt /run /var/lib -xdev | sort"]
    fill_store(sandbox)
    before = sandbox.run(*find).stdout.splitlines()
    assert sandbox.play("guest", VARIABLES).code == 0
    gone = sandbox.play("guest", VARIABLES, tasks_from="teardown")
    assert gone.code == 0, gone.output
    after = sandbox.run(*find).stdout.splitlines()
    new = [line for line in after if line not in before and not line.startswith("/opt/vmmlab")]
    assert [line for line in new if line.rpartition("/")[2] not in BACKUPS] == []
    assert [line for line in before if line not in after] == []


# useradd's own backups of the files it edits, which Debian keeps.
BACKUPS = {"passwd-", "group-", "shadow-", "gshadow-", "subuid-", "subgid-"}


def test_the_machine_is_untouched(applied: tuple[Sandbox, Play, Play]) -> None:
    """The sandbox keeps everything to itself."""
    assert not Path("/etc/vmmlab").exists()
    assert "vmmlab" not in Path("/etc/passwd").read_text()


class FakeVmm(threading.Thread):
    """Speaks QMP on a socket, as a VMM does until it quits."""

    def __init__(self, path: Path) -> None:
        """Listen on `path`."""
        super().__init__(daemon=True)
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(path))
        self.server.listen()
        self.heard: list[str] = []

    def run(self) -> None:
        """Answer one client, with an event in between."""
        link, _ = self.server.accept()
        with link, link.makefile("rwb", buffering=0) as talk:
            talk.write(b'{"QMP": {}}\n')
            while len(self.heard) < 2:
                self.heard.append(json.loads(talk.readline())["execute"])
                talk.write(b'{"event": "RESUME"}\n{"return": {}}\n')
        self.server.close()


def test_quit_over_qmp(tmp_path: Path) -> None:
    """The VMM is asked to quit and waited for; one that is gone already is no error."""
    path = tmp_path / "qmp.sock"
    vmm = FakeVmm(path)
    vmm.start()
    program = [sys.executable, "-I", str(CHECKOUT / "roles/guest/files/qmp_quit.py"), str(path)]
    subprocess.run(program, check=True, timeout=20)
    vmm.join(5)
    assert vmm.heard == ["qmp_capabilities", "quit"]
    subprocess.run(program, check=True, timeout=20)
