"""The trial of guests: what every measurement would stumble over is told before the first one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from runner_lab import FakeLab, fake_lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[FakeLab]:
    """A lab host."""
    yield from fake_lab(tmp_path)


def look(lab: FakeLab) -> list[str]:
    """Return the VMMs that have to be tried."""
    needed: list[str] = json.loads(lab.call("trial", "--look", "stratovirt", "qemu").stdout)
    return needed


def attempt(lab: FakeLab, *vmms: str, timeout: int = 3) -> dict[str, dict[str, str]]:
    """Try a guest of each VMM; return what is told of those that failed."""
    done = lab.call("trial", f"--timeout={timeout}", *vmms)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def test_guests_that_boot_are_tried_once(lab: FakeLab) -> None:
    """Each is started by its unit, logged in to, and stopped; nothing of it stays."""
    assert look(lab) == ["stratovirt", "qemu"]
    assert attempt(lab, "stratovirt", "qemu", timeout=20) == {}
    assert lab.lines("starts") == ["vmmlab-guest-stratovirt.service", "vmmlab-guest-qemu.service"]
    assert len(lab.lines("ssh.log")) == 2
    assert not (lab.root / "var/lib/vmmlab/guest/disk.raw").exists()
    assert look(lab) == []


@pytest.mark.parametrize(
    ("path", "again"),
    [
        ("etc/vmmlab/vmms/qemu.json", ["qemu"]),
        ("etc/systemd/system/vmmlab-guest-qemu.service", ["qemu"]),
        ("etc/systemd/system/vmmlab-network.service", ["stratovirt", "qemu"]),
        ("var/lib/vmmlab/base/base.raw.json", ["stratovirt", "qemu"]),
    ],
)
def test_what_changed_is_tried_again(lab: FakeLab, path: str, again: list[str]) -> None:
    """Another build, unit, network or image; and only the VMMs that it concerns."""
    attempt(lab, "stratovirt", "qemu", timeout=20)
    (lab.root / path).parent.mkdir(parents=True, exist_ok=True)
    (lab.root / path).write_text("{}")
    assert look(lab) == again


def test_a_fault_of_all_guests_is_told_with_its_traces(lab: FakeLab) -> None:
    """Nobody answers on the network: no guest is waited for twice; the next call tries again."""
    lab.set("never-boots")
    found = attempt(lab, "stratovirt", "qemu")
    assert list(found) == ["stratovirt", "qemu"]
    for each in found.values():
        assert each["problem"] == "no answer from the guest's SSH server within 3 s"
        told = each["seen"]
        assert told.startswith("unit active, success, 0; its console ends: ")
        assert f"; port {lab.port}: Connection refused; route " in told
        assert "Unable to mount root fs" in told
    assert len(lab.lines("starts")) == 2
    assert look(lab) == ["stratovirt", "qemu"]


def test_one_that_fails_gets_a_second_chance(lab: FakeLab) -> None:
    """A single VMM that does not start is told after two tries, and the others' success is kept."""
    assert attempt(lab, "stratovirt", timeout=20) == {}
    lab.set("refuse")
    assert "did not start" in attempt(lab, "qemu")["qemu"]["problem"]
    assert lab.lines("starts").count("vmmlab-guest-qemu.service") == 2
    assert look(lab) == ["qemu"]


def test_a_guest_that_lets_nobody_in(lab: FakeLab) -> None:
    """Its SSH server answers, but no login is to be had."""
    lab.set("ssh-cut")
    told = attempt(lab, "qemu", timeout=20)["qemu"]["problem"]
    assert "answers, but lets nobody in: ssh: connect to host: Connection refused" in told
