"""What goes wrong on a lab host, and what is left of the results then."""

import base64
import io
import json
import os
import signal
import tarfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from runner_lab import RUN, FakeLab, block, fake_lab, footprint_test, guest_test, until


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[FakeLab]:
    """A lab host with its own folders."""
    yield from fake_lab(tmp_path)


QEMU = "vmmlab-guest-qemu.service"


def four(lab: FakeLab, **other: Any) -> None:
    """Schedule four tests of half a second in one guest."""
    lab.environment["FAKE_SECONDS"] = "0.5"
    lab.schedule(block(1, "qemu", 1, *(guest_test(str(n), **other) for n in range(1, 5))))


def test_killed_vmm(lab: FakeLab) -> None:
    """The block goes on in another guest; only the test in progress is made again."""
    four(lab)
    runner = lab.begin()
    until(lambda: lab.tests() == 2)
    os.killpg(lab.pid("guest-agent"), signal.SIGKILL)
    os.killpg(lab.pid(QEMU), signal.SIGKILL)
    assert runner.wait(timeout=60) == 0
    assert lab.progress()["done"] == 4
    assert lab.tests() == 5
    assert len(lab.lines("starts")) == 2
    failed = lab.sidecar("qemu/sysbench-cpu/threads-2/01.failed-1")
    assert failed["reason"].startswith("the VMM ended: result exit-code, status 1")
    assert lab.sidecar("qemu/sysbench-cpu/threads-2/01")["attempt"] == 2
    assert sorted(path.name for path in (lab.results / "qemu/console").iterdir()) == [
        "01.failed-1.log",
        "01.log",
    ]


def test_vmm_alive_but_guest_dead(lab: FakeLab) -> None:
    """Silence for longer than a test may take ends the guest."""
    four(lab, timeout=3)
    runner = lab.begin()
    until(lambda: lab.tests() == 2)
    os.killpg(lab.pid("guest-agent"), signal.SIGSTOP)
    os.killpg(lab.pid("guest-sysbench"), signal.SIGSTOP)
    assert runner.wait(timeout=90) == 0
    assert lab.progress()["done"] == 4
    assert lab.tests() == 5
    assert "fell silent for 8 s" in lab.sidecar("qemu/sysbench-cpu/threads-2/01.failed-1")["reason"]


def test_lost_connection(lab: FakeLab) -> None:
    """A cut of some seconds costs nothing: the guest goes on by itself."""
    four(lab)
    runner = lab.begin()
    until(lambda: lab.tests() == 2)
    cut = lab.set("ssh-cut")
    os.kill(lab.pid("ssh"), signal.SIGTERM)
    until(lambda: lab.tests() == 4)
    cut.unlink()
    assert runner.wait(timeout=60) == 0
    assert lab.progress()["done"] == 4
    assert lab.tests() == 4
    assert len(lab.lines("starts")) == 1


def test_connection_lost_while_the_host_measures(lab: FakeLab) -> None:
    """What the lab host told the guest is told again on the next connection."""
    lab.schedule(block(1, "qemu", 1, footprint_test(), guest_test("1")))
    runner = lab.begin()
    until(lambda: (lab.run / "progress.json").exists() and lab.progress()["current"])
    os.kill(lab.pid("ssh"), signal.SIGTERM)
    assert runner.wait(timeout=60) == 0
    assert lab.progress()["done"] == 2
    assert len(lab.lines("starts")) == 1


def test_hanging_test(lab: FakeLab) -> None:
    """A test that hangs is killed in the guest and made again there."""
    lab.set("hang")
    lab.schedule(block(1, "qemu", 1, guest_test("1", timeout=2), guest_test("4")))
    assert lab.call("run", RUN).returncode == 0
    assert lab.progress()["done"] == 2
    assert len(lab.lines("starts")) == 1
    failed = lab.sidecar("qemu/sysbench-cpu/threads-1/01.failed-1")
    assert "was still running after 2 s and was killed" in failed["reason"]


def test_failing_test(lab: FakeLab) -> None:
    """Two failed attempts are kept with their logs; the result stays missing, with the reason."""
    lab.set("fail")
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    assert lab.call("run", RUN).returncode == 0
    progress = lab.progress()
    assert (progress["state"], progress["done"]) == ("done", 0)
    assert progress["message"] == "1 measurements are missing"
    assert progress["missing"] == [
        {
            "vmm": "qemu",
            "measurement": "sysbench-cpu",
            "case": "threads-1",
            "repetition": 1,
            "reason": "ended with exit code 1",
        }
    ]
    directory = lab.results / "qemu/sysbench-cpu/threads-1"
    assert sorted(path.name for path in directory.iterdir()) == [
        "01.failed-1.json",
        "01.failed-1.log",
        "01.failed-2.json",
        "01.failed-2.log",
    ]
    assert b"FATAL" in (directory / "01.failed-2.log").read_bytes()
    (lab.state / "fail").unlink()
    assert lab.call("run", RUN).returncode == 0
    assert lab.progress()["missing"] == []
    assert lab.sidecar("qemu/sysbench-cpu/threads-1/01")["attempt"] == 3


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("never-boots", "no answer from the guest's SSH server within 3 s"),
        ("die", "did not start: result exit-code"),
        ("refuse", "did not start"),
        ("never-finishes", "systemd says starting); it waits for wait-online.service"),
    ],
)
def test_guest_that_does_not_boot(lab: FakeLab, fault: str, reason: str) -> None:
    """Three boots are tried, the console is kept, and the next block goes on."""
    path = lab.set(fault)
    first = block(1, "stratovirt", 1, guest_test("1"), guest_test("4"))
    lab.schedule(first, block(2, "qemu", 1, guest_test("1")), boot_timeout=3)
    runner = lab.begin()
    until(lambda: len(lab.lines("starts")) == 4, 60)
    path.unlink(missing_ok=True)
    assert runner.wait(timeout=60) == 0
    progress = lab.progress()
    missing = [m for m in progress["missing"] if m["vmm"] == "stratovirt"]
    assert [m["case"] for m in missing] == ["threads-1", "threads-4"]
    assert reason in missing[0]["reason"]
    assert lab.lines("starts")[:4] == ["vmmlab-guest-stratovirt.service"] * 3 + [QEMU]
    console = lab.results / "stratovirt/console/01.failed-3.log"
    assert console.exists()
    if fault == "never-boots":
        assert b"Kernel panic" in console.read_bytes()


def test_no_space_for_the_disk(lab: FakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full lab host ends the run with words that help, and frees the lock."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    full = lab.root / "var/lib/vmmlab/guest"
    # A tmpfs of 60 MiB: less than the room that must stay free beside a disk.
    os.system(f"mount -t tmpfs -o size=60m none {full}")  # noqa: S605
    try:
        done = lab.call("run", RUN)
    finally:
        os.system(f"umount {full}")  # noqa: S605
    assert done.returncode == 3
    progress = lab.progress()
    assert progress["state"] == "failed"
    assert "no space left for a guest's disk: 60 MiB" in progress["message"]
    assert "start the same run again" in progress["message"]
    assert lab.call("start", RUN).stdout == "started\n", "the lock is free"


def test_no_space_for_a_result(lab: FakeLab) -> None:
    """A disk that fills up in the middle: the last result is whole or absent."""
    lab.schedule(block(1, "qemu", 1, guest_test("1"), guest_test("4")))
    results = lab.results
    results.mkdir()
    os.system(f"mount -t tmpfs -o size=16k none {results}")  # noqa: S605
    try:
        done = lab.call("run", RUN)
        sidecars = [json.loads(path.read_text()) for path in results.rglob("0*.json")]
    finally:
        os.system(f"umount {results}")  # noqa: S605
    assert done.returncode == 3
    assert "no space left on the disk" in lab.progress()["message"]
    assert all(sidecar["format"] == 1 for sidecar in sidecars)


def test_console_that_is_a_link(lab: FakeLab, tmp_path: Path) -> None:
    """A VMM cannot make the runner, which is root, read another file for it."""
    boot = import_module("vmmlab_runner.boot")
    secret = tmp_path / "secret"
    secret.write_text("root:x:0:0")
    link = tmp_path / "serial.log"
    link.symlink_to(secret)
    assert boot.console(link) == b""
    assert boot.console(secret) == b"root:x:0:0"


def test_the_disk_is_the_guests_and_its_base_is_not(lab: FakeLab) -> None:
    """The copy that runs belongs to the user whose folder it is in; nobody else reads either."""
    boot, layout = import_module("vmmlab_runner.boot"), import_module("vmmlab_runner.layout")
    paths = layout.Layout(lab.root)
    os.chown(paths.disk.parent, 4242, 0)
    boot.fresh_disk(paths)
    assert paths.disk.stat().st_uid == 4242
    assert paths.disk.stat().st_mode & 0o777 == 0o600
    assert paths.base.stat().st_uid == os.geteuid()
    assert paths.base.parent not in paths.disk.parents, "not in a folder that a VMM writes to"


def test_pack_hands_out_what_is_new(lab: FakeLab) -> None:
    """The controller gets each finished file once, and no file that is too big."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    lab.call("run", RUN)
    big = lab.results / "qemu/console/02.log"
    with big.open("wb") as file:
        file.truncate(17 << 20)
    lab.call("run", RUN)
    first = json.loads(lab.call("pack", RUN).stdout)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(first["tar"]))) as archive:
        names = archive.getnames()
    assert "qemu/sysbench-cpu/threads-1/01.log" in names
    assert first["refused"] == {"qemu/console/02.log": 17 << 20}
    assert (first["next"], first["more"]) == (len(names) + 1, False)
    again = json.loads(lab.call("pack", RUN, "--first", str(first["next"])).stdout)
    assert again["next"] == first["next"]


@pytest.mark.parametrize("name", ["../other", ".hidden", "-x", "a/b", ""])
def test_a_run_name_stays_in_its_folder(lab: FakeLab, name: str) -> None:
    """A name that is no name is refused."""
    assert lab.call("start", "--", name).returncode == 4


def interleaved(blocks: int) -> list[dict[str, Any]]:
    """Return blocks of two VMMs in turn."""
    return [
        block(2 * number + place, vmm, number, guest_test("1", number))
        for number in range(1, blocks + 1)
        for place, vmm in enumerate(("qemu", "stratovirt"))
    ]


def test_a_vmm_that_never_boots_is_given_up(lab: FakeLab) -> None:
    """After three blocks it costs no more time; mended, the same run measures it after all."""
    mended = lab.set("die-qemu")
    lab.schedule(*interleaved(5))
    assert lab.call("run", RUN).returncode == 0
    assert lab.lines("starts").count(QEMU) == 3 + 1 + 1
    progress = lab.progress()
    assert (progress["state"], progress["done"]) == ("done", 5)
    told = {each["repetition"]: each["reason"] for each in progress["missing"]}
    assert sorted(told) == [1, 2, 3, 4, 5]
    assert told[4] == told[5]
    # The fake ends as soon as it has started: seen by systemctl, or by the runner a moment later.
    assert told[4].startswith("qemu was given up: no guest of its first 3 blocks booted (")
    assert not any("given up" in told[number] for number in (1, 2, 3))
    assert told[4].endswith("mend that and continue the run")
    mended.unlink()
    assert lab.call("run", RUN).returncode == 0
    assert (lab.progress()["done"], lab.progress()["missing"]) == (10, [])


def test_a_vmm_that_has_booted_is_not_given_up(lab: FakeLab) -> None:
    """Guests that fail now and then are tried to the end, also after the runner's restart."""
    lab.schedule(*interleaved(1))
    lab.call("run", RUN)
    lab.set("die-qemu")
    lab.schedule(*interleaved(5))
    assert lab.call("run", RUN).returncode == 0
    assert lab.lines("starts").count(QEMU) == 1 + 4 * 3
    assert not any("given up" in each["reason"] for each in lab.progress()["missing"])
