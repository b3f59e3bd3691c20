"""The stand-in refuses what StratoVirt 2.5.0 refuses, and says what it is."""

import re
import subprocess
from pathlib import Path

import pytest

STAND_IN = Path(__file__).with_name("stratovirt")
DRIVE = "id=rootfs,file=/tmp/disk.raw,readonly=off"
QMP = ["-qmp", "unix:/tmp/qmp.sock,server,nowait"]


def refused(*words: str) -> str:
    """Return why the stand-in refuses a command line."""
    done = subprocess.run([STAND_IN, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done
    return done.stderr


def test_it_says_that_it_is_no_stratovirt() -> None:
    """Its version is what labels everything that is made from it."""
    done = subprocess.run([STAND_IN, "-version"], capture_output=True, text=True, check=True)
    assert "stand-in" in done.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--help"], "wasn't expected"),
        (["-machine", "microvm"], "qmp option is required"),
        ([*QMP, "-machine", "pc"], "unknown machine type"),
        ([*QMP, "-machine", "microvm", "-m", "64M"], "128M to 512G"),
        ([*QMP, "-machine", "microvm", "-smp", "255"], "1 to 254"),
        ([*QMP, "-machine", "microvm", "-cpu", "max"], "only CPU model"),
        ([*QMP, "-machine", "microvm", "-accel", "tcg"], "only accelerator"),
        ([*QMP, "-machine", "microvm", "-pidfile", "pid"], "only with -daemonize"),
        ([*QMP, "-machine", "microvm", "-drive", f"{DRIVE},direct=on,aio=off"], "aio=off"),
        ([*QMP, "-machine", "microvm", "-drive", f"{DRIVE},direct=off,aio=native"], "aio=native"),
        ([*QMP, "-machine", "microvm", "-vga", "none"], "wasn't expected"),
        ([*QMP, "-machine", "microvm", "-kernel"], "requires a value"),
    ],
)
def test_it_refuses(words: list[str], reason: str) -> None:
    """A wrong command line never gets as far as a machine."""
    assert re.search(reason, refused(*words))


def test_the_role_s_command_line_is_understood() -> None:
    """All words of roles/vmm_stratovirt are options: only KVM or QEMU are missing here."""
    words = [*QMP, "-machine", "microvm", "-cpu", "host", "-smp", "1", "-m", "1024M"]
    words += ["-kernel", "/k", "-append", "console=ttyS0", "-serial", "file,path=/tmp/serial.log"]
    words += ["-drive", f"{DRIVE},direct=off,aio=off"]
    words += ["-device", "virtio-blk-device,drive=rootfs,id=rootfs"]
    words += ["-netdev", "tap,id=net0,ifname=tap0"]
    words += ["-device", "virtio-net-device,netdev=net0,id=net0,mac=52:54:00:00:00:01"]
    assert re.search("/dev/kvm|lab's QEMU", refused(*words))
