"""The modules kvm_boot and lab_machine: real processes, a real port, a real ext4 image."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from modules import load_module, make_program, run_module

KVM_BOOT = load_module("playbooks/library/kvm_boot.py")
LAB = load_module("roles/virtual_lab/library/lab_machine.py")
SHARED = sys.modules["ansible.module_utils.kvm_boot"]
PANIC = "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)"
# Stands in for QEMU: goes to the background as -daemonize does, and keeps its command line.
BACKGROUND = f"""#!{sys.executable} -SE
import os, sys, time
if "-daemonize" not in sys.argv:
    sys.exit("no KVM for the stand-in")
pid = os.fork()
if pid:
    with open(sys.argv[sys.argv.index("-pidfile") + 1], "w") as file:
        file.write(str(pid))
    os._exit(0)
os.close(1)
os.close(2)
time.sleep(60)
"""


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A device that may be opened, as a lying KVM's may."""
    path = tmp_path / "kvm"
    path.touch()
    monkeypatch.setattr(SHARED, "DEVICE", str(path))
    return path


def boot(tmp_path: Path, script: str, timeout: int = 20) -> str:
    """Boot on a QEMU that does what a script says; return the problem."""
    qemu = make_program(tmp_path / "qemu", script)
    given: dict[str, Any] = {"qemu": str(qemu), "firmware": "/f", "kernel": "/k"}
    result = run_module(KVM_BOOT, **given, timeout=timeout)
    assert result["changed"] is False
    assert result["seconds"] < timeout + 5
    problem: str = result["problem"]
    return problem


def test_a_kernel_at_its_panic_has_proved_kvm(device: Path, tmp_path: Path) -> None:
    """QEMU is ended then, whatever it goes on with; the text may come in pieces."""
    started = time.monotonic()
    pieces = f"printf '[ 0.1] {PANIC[:50]}'; sleep 0.1; echo '{PANIC[50:]}'; exec sleep 60"
    assert boot(tmp_path, pieces) == ""
    assert time.monotonic() - started < 15


def test_a_lying_kvm_runs_into_the_time_out(device: Path, tmp_path: Path) -> None:
    """The last line shows how far it came."""
    late = "no guest kernel got through its start within 1 s; the last it said: "
    assert boot(tmp_path, "exec sleep 60", timeout=1) == f"{late}nothing"
    stuck = "echo 'Linux version 6.1'; echo 'x86: booting'; exec sleep 60"
    assert boot(tmp_path, stuck, timeout=1) == f"{late}x86: booting"


def test_a_machine_that_ends_early_says_its_last_words(device: Path, tmp_path: Path) -> None:
    """Errors of QEMU are among them."""
    early = "the machine ended with 1; the last it said: "
    assert boot(tmp_path, "echo 'Could not access KVM' >&2; exit 1") == (
        f"{early}Could not access KVM"
    )
    assert boot(tmp_path, "exit 1") == f"{early}nothing"


@pytest.mark.parametrize(
    ("modules", "holders"),
    [
        ("vboxdrv 712704 2 vboxnetadp,vboxnetflt, Live 0x0\nkvm 1 0 - Live 0x0\n", []),
        (
            "vboxdrv 712704 3 vboxnetadp,vboxnetflt, Live 0x0\n",
            ["VirtualBox (vboxdrv is in use)"],
        ),
        ("vmmon 155648 1 - Live 0x0\nvmnet 73728 13 - Live 0x0\n", ["VMware (vmmon is in use)"]),
        ("vmmon 155648 0 - Live 0x0\nkvm_intel 479232 - - Live 0x0\n", []),
    ],
)
def test_who_holds_the_virtualisation_is_named(
    modules: str, holders: list[str], device: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that is loaded holds nothing; a guest that runs on it does, and KVM gets nothing."""
    (tmp_path / "modules").write_text(modules)
    monkeypatch.setattr(SHARED, "MODULES", tmp_path / "modules")
    qemu = make_program(tmp_path / "qemu", "echo 'failed: 16 Device or resource busy'; exit 1")
    found = run_module(KVM_BOOT, qemu=str(qemu), firmware="/f", kernel="/k")
    assert found["problem"].endswith("Device or resource busy")
    assert found["holders"] == holders
    monkeypatch.setattr(SHARED, "MODULES", tmp_path / "no modules")
    assert SHARED.vt_holders() == []


def test_without_a_device_or_qemu_nothing_is_started(device: Path, tmp_path: Path) -> None:
    """The problem names what is missing."""
    gone = run_module(KVM_BOOT, qemu=str(tmp_path / "no-qemu"), firmware="/f", kernel="/k")
    assert "No such file" in gone["problem"]
    device.unlink()
    assert boot(tmp_path, f"echo '{PANIC}'") == f"{device} does not exist"


def test_the_proof_is_a_guests_not_roots(
    device: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs in a unit with the lines that guests' units have, and that unit does not stay."""
    noted = tmp_path / "noted"
    script = f'echo "$@" >> {noted}; while [ "$1" != -- ]; do shift; done; shift; exec "$@"'
    make_program(tmp_path / "bin/systemd-run", script)
    make_program(tmp_path / "bin/systemctl", f'echo systemctl "$@" >> {noted}')
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    qemu = make_program(tmp_path / "qemu", f"echo '{PANIC}'")
    lines = "# who\nUser=vmmlab\nCapabilityBoundingSet=\n\nDeviceAllow=/dev/kvm rw\n"
    given: dict[str, Any] = {"qemu": str(qemu), "firmware": "/f", "kernel": "/k"}
    assert run_module(KVM_BOOT, **given, sandbox=lines)["problem"] == ""
    started, stopped = noted.read_text().splitlines()
    for line in ("User=vmmlab", "CapabilityBoundingSet=", "DeviceAllow=/dev/kvm rw"):
        assert f"--property={line}" in started
    assert "# who" not in started
    assert stopped == "systemctl stop vmmlab-kvm-check.service"


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """The lab's folder, with a blank in its path, and its keys."""
    path = tmp_path / "virtual lab"
    path.mkdir()
    for name in LAB.KEYS:
        (path / name).write_text(f"content of {name}\n")
    return path


@pytest.fixture
def image_dir(tmp_path: Path) -> Path:
    """An image of a machine: a bare ext4 file system with an old key in it."""
    path = tmp_path / "lab_host_image-0123456789abcdef"
    root = tmp_path / "root"
    for folder in ("root", "etc/ssh"):
        (root / folder).mkdir(parents=True)
    (root / "etc/ssh/ssh_host_ed25519_key").write_text("of the image\n")
    path.mkdir()
    make = ["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(path / "disk.raw"), "8M"]
    subprocess.run(make, check=True, capture_output=True)
    return path


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def wanted(
    tmp_path: Path, state_dir: Path, image_dir: Path, free_port: int
) -> Iterator[dict[str, Any]]:
    """A lab whose QEMU is a stand-in; it is stopped in the end."""
    qemu = make_program(tmp_path / "qemu/bin/qemu-system-x86_64", "")
    qemu.write_text(BACKGROUND)
    yield {
        "state_dir": str(state_dir),
        "image_dir": str(image_dir),
        "build_dir": str(tmp_path / "qemu"),
        "kernel": "/k",
        "accelerator": "tcg",
        "port": free_port,
    }
    LAB.stop(state_dir)


def stat(disk: Path, path: str) -> str:
    """Return what debugfs says of a file in an image."""
    show = ["debugfs", "-R", f"stat {path}", str(disk)]
    return subprocess.run(show, capture_output=True, text=True, check=True).stdout


def test_the_disk_has_the_labs_keys(
    state_dir: Path, image_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the PATH that users have. They are root's; the image stays as it is."""
    before = (image_dir / "disk.raw").read_bytes()
    (state_dir / "disk-interrupted.part").touch()
    disk = state_dir / "disk-new.raw"
    with monkeypatch.context() as users:
        users.setenv("PATH", "/usr/bin:/bin")
        LAB.prepare_disk(state_dir, image_dir, disk)
    assert [path.name for path in state_dir.glob("disk-*")] == [disk.name]
    for name, (path, mode) in LAB.KEYS.items():
        copy = tmp_path / "copy"
        dump = ["debugfs", "-R", f"dump {path} {copy}", str(disk)]
        subprocess.run(dump, check=True, capture_output=True)
        assert copy.read_text() == f"content of {name}\n"
        assert f"Mode:  {mode[-4:]}" in stat(disk, path)
        assert stat(disk, path).split("User:")[1].split()[0] == "0"
    assert "Mode:  0700" in stat(disk, "/root/.ssh")
    assert (image_dir / "disk.raw").read_bytes() == before
    check = ["e2fsck", "-f", "-n", str(disk)]
    subprocess.run(check, check=True, capture_output=True)


def test_an_image_that_takes_no_keys_is_an_error(state_dir: Path, image_dir: Path) -> None:
    """What debugfs cannot open, and a file system without the folder."""
    disk = state_dir / "disk-new.raw"
    remove = ["debugfs", "-w", "-R", "rm /etc/ssh/ssh_host_ed25519_key", "disk.raw"]
    subprocess.run(remove, cwd=image_dir, check=True, capture_output=True)
    remove[3] = "rmdir /etc/ssh"
    subprocess.run(remove, cwd=image_dir, check=True, capture_output=True)
    with pytest.raises(ValueError, match="ssh_host_ed25519_key could not be written"):
        LAB.prepare_disk(state_dir, image_dir, disk)
    (image_dir / "disk.raw").write_bytes(bytes(1 << 16))
    with pytest.raises((ValueError, subprocess.CalledProcessError)):
        LAB.prepare_disk(state_dir, image_dir, disk)
    assert not disk.exists()


def test_the_machine_starts_once_and_stops_once(wanted: dict[str, Any], state_dir: Path) -> None:
    """A second start finds it, as does check mode; a second stop finds nothing."""
    assert run_module(LAB, check=True, **wanted)["changed"]
    assert not list(state_dir.glob("disk-*"))
    assert run_module(LAB, **wanted)["changed"]
    running = LAB.process_of(state_dir)
    assert f"file:{state_dir}/console.log" in running[1]
    assert (state_dir / "disk-0123456789abcdef.raw").exists()
    again = run_module(LAB, **wanted)
    assert (again["changed"], again["accelerator"]) == (False, "tcg")
    assert LAB.process_of(state_dir) == running
    stop: dict[str, Any] = {"state": "stopped", "state_dir": str(state_dir)}
    assert run_module(LAB, check=True, **stop)["changed"]
    assert LAB.process_of(state_dir) == running
    assert run_module(LAB, **stop)["changed"]
    assert LAB.process_of(state_dir) is None
    assert not run_module(LAB, **stop)["changed"]


def test_a_machine_of_another_image_is_left_alone(wanted: dict[str, Any], state_dir: Path) -> None:
    """It may measure, and its disk may hold results: who wants another one takes it down first."""
    run_module(LAB, **wanted)
    old = LAB.process_of(state_dir)
    other = Path(wanted["image_dir"]).with_name("lab_host_image-fedcba9876543210")
    shutil.copytree(wanted["image_dir"], other)
    for stopped in (False, True):
        refused = run_module(LAB, **{**wanted, "image_dir": str(other)})
        assert "disk-0123456789abcdef.raw was made from another image" in refused["msg"]
        assert "make teardown" in refused["msg"]
        assert [path.name for path in state_dir.glob("disk-*")] == ["disk-0123456789abcdef.raw"]
        assert LAB.process_of(state_dir) == (None if stopped else old)
        LAB.stop(state_dir)


def test_without_a_kvm_that_boots_it_is_emulated(wanted: dict[str, Any], device: Path) -> None:
    """And the reason is told."""
    started = run_module(LAB, **{**wanted, "accelerator": "auto"})
    assert started["accelerator"] == "tcg"
    assert "nested virtualisation is off" in started["reason"] or started["reason"] == (
        "the machine ended with 1; the last it said: no KVM for the stand-in"
    )


def test_a_taken_port_is_told(wanted: dict[str, Any], state_dir: Path) -> None:
    """Before anything is made."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        failed = run_module(LAB, **{**wanted, "port": port})
    assert failed["msg"] == (
        f"virtual lab: port {port} on 127.0.0.1 is taken; set virtual_lab_port to a free one"
    )
    assert not list(state_dir.glob("disk-*"))


def test_what_qemu_complains_of_is_told(wanted: dict[str, Any], tmp_path: Path) -> None:
    """With the program's name."""
    qemu = make_program(tmp_path / "qemu/bin/qemu-system-x86_64", "echo no memory >&2; exit 1")
    assert run_module(LAB, **wanted)["msg"] == f"{qemu} ended with 1: no memory"


def test_a_process_id_of_somebody_else_is_not_the_machine(state_dir: Path) -> None:
    """Ids are used again: only a command line with this lab's console is its machine."""
    for content in ("", "no number", "999999999", str(os.getpid())):
        (state_dir / "pid").write_text(content)
        assert LAB.process_of(state_dir) is None
    assert LAB.stop(state_dir) is False


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_machine_is_ended_if_need_be_by_force(
    state_dir: Path, stubborn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process whose command line names the console."""
    monkeypatch.setattr(LAB, "PATIENCE_S", 0.3)
    script = ("trap '' TERM; " if stubborn else "") + "echo ready; while :; do sleep 0.2; done"
    command = ["sh", "-c", script, "lab", f"file:{state_dir}/console.log"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (state_dir / "pid").write_text(str(process.pid))
        assert LAB.process_of(state_dir)[0] == process.pid
        assert LAB.stop(state_dir) is True
        assert process.wait() == (-9 if stubborn else -15)


def test_its_command_line_keeps_the_network_in(wanted: dict[str, Any]) -> None:
    """The guest reaches nothing, and only this machine reaches it."""
    given = {**wanted, "vcpus": 2, "memory_mib": 3072}
    command = LAB.command_of(given, Path("/d/disk.raw"), "kvm")
    network = command[command.index("-netdev") + 1]
    assert network == f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{wanted['port']}-:22"
    assert command[command.index("-accel") + 1] == "kvm"
    assert {type(word) for word in command} == {str}
