"""What a run in the virtual lab survives, with the count of measurements before and after.

At the end of the tests stands the table of faults: what was measured when the fault struck, how
much of that was lost, whether the measurement in progress was made again, and the time until the
next one was complete.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from e2e_faults import VMM, Faulted, Moment
from e2e_lab import THP, Lab, until

UNIT = f"vmmlab-guest-{VMM}.service"
PLANNED = 11  # three records of the boot, eight tests
SMALL_DISK_MIB = 1

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("full")]

NewRun = Callable[..., Faulted]


@pytest.fixture
def new_run(lab: Lab, tmp_path: Path) -> NewRun:
    """Return what makes a run with results of its own."""
    return lambda name, results=tmp_path: Faulted(lab, name, results)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder on a file system of the controller that is soon full."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MIB}m", "none", folder], check=True
    )
    yield folder
    subprocess.run(["umount", folder], check=True)


@contextmanager
def full_disk(lab: Lab) -> Iterator[None]:
    """Leave the lab host no room, not even what is kept for root."""
    free = "$(($(stat -f -c '%f*%S' .) - (16 << 20)))"
    try:
        lab.ssh(
            f"cd /var/lib/vmmlab; fallocate -l {free} filler;"
            " dd if=/dev/zero of=rest bs=64k status=none || true"
        )
        yield
    finally:
        lab.ssh("cd /var/lib/vmmlab; rm -f filler rest")


def test_faults_that_the_guest_outlives(new_run: NewRun, faults: list[tuple[str, ...]]) -> None:
    """Controller killed, SSH cut for a minute, a test that hangs: all in one start of one guest."""
    run = new_run("outlived")
    controller = run.begin()
    run.until_measuring(3)
    killed = run.moment()
    os.killpg(controller.pid, signal.SIGKILL)
    # Ends when nobody has its output any longer: what followed the run has gone with it.
    run.lab.end(controller)

    controller = run.begin()
    run.until_measuring(killed.done + 1)
    run.in_guest("'until pkill -STOP sysbench; do sleep 0.2; done'")
    hung = run.moment()
    run.until_measuring(hung.done + 1)
    cut = run.moment()
    run.lab.ssh(
        "systemd-run --collect --quiet sh -c"
        " 'systemctl stop ssh.service; pkill -KILL sshd; sleep 60; systemctl start ssh.service'"
    )
    done = run.lab.end(controller)

    assert done.returncode == 0, done.stdout[-6000:]
    assert run.fetched() == PLANNED
    outcomes = [
        run.outcome("controller killed (SIGKILL)", killed),
        run.outcome("sysbench hangs", hung),
        run.outcome("SSH to the lab host cut for 60 s", cut),
    ]
    faults += [outcome.cells() for outcome in outcomes]
    assert [o.lost for o in outcomes] == [0, 0, 0]
    assert [o.repeated for o in outcomes] == [0, 1, 0]
    assert "was still running after" in run.failure_of(hung.current)


def test_faults_that_end_the_guest(new_run: NewRun, faults: list[tuple[str, ...]]) -> None:
    """A guest that restarts, a VMM that is killed, a VMM that lives while its guest is dead."""
    run = new_run("ended")
    controller = run.begin()
    run.until_measuring(3)
    run.in_guest("true")  # a connection made now is not in the way of the moment below
    moments: list[tuple[str, Moment]] = []
    for fault in (
        "guest ends by itself (it restarts at once)",
        "VMM killed (SIGKILL)",
        "VMM alive, guest dead (SIGSTOP)",
    ):
        run.until_measuring(moments[-1][1].done + 1 if moments else 4)
        moments.append((fault, run.moment()))
        if "restarts" in fault:
            run.in_guest("'(sleep 1; systemctl reboot --force --force) > /dev/null 2>&1 &'")
        else:
            name = "KILL" if "KILL" in fault else "STOP"
            run.lab.ssh(f"systemctl kill --kill-whom=main --signal={name} {UNIT}")
    done = run.lab.end(controller)

    assert done.returncode == 0, done.stdout[-6000:]
    assert run.fetched() == PLANNED
    # An emulated lab host loses a guest by itself now and then.
    assert run.guests() > len(moments)
    outcomes = [run.outcome(fault, moment) for fault, moment in moments]
    faults += [outcome.cells() for outcome in outcomes]
    assert [o.lost for o in outcomes] == [0, 0, 0]


def test_lab_host_reboots(new_run: NewRun, faults: list[tuple[str, ...]]) -> None:
    """The run goes on by itself, the controller finds it again, the host is not left tuned."""
    run = new_run("rebooted")
    untuned = run.lab.ssh(f"cat {THP}")
    assert "[never]" not in untuned, "a host that never had huge pages shows nothing here"
    # Also on a lab host whose kernel leaves what is written in memory for long.
    run.lab.ssh("sync; sysctl -q vm.dirty_writeback_centisecs=0 vm.dirty_expire_centisecs=360000")
    controller = run.begin()
    run.until_measuring(3)
    moment = run.moment()
    # As a power cut would: no process ends, nothing that is not yet on the disk gets there.
    run.lab.ssh("systemd-run --collect --quiet sh -c 'sleep 1; echo b > /proc/sysrq-trigger'")
    done = run.lab.end(controller)

    assert done.returncode == 0, done.stdout[-6000:]
    assert run.fetched() == PLANNED
    until(lambda: run.lab.ssh(f"cat {THP}") == untuned, "the tuning to be taken back", 60)
    outcome = run.outcome("lab host reset, nothing synced", moment)
    faults.append(outcome.cells())
    assert outcome.lost == 0
    assert "this host ended while it was measured" in run.failure_of(moment.current)


def test_full_disks(new_run: NewRun, small_disk: Path, faults: list[tuple[str, ...]]) -> None:
    """First the controller's disk is full, then the lab host's; both say so and lose nothing."""
    run = new_run("full-disks", small_disk)
    controller = run.begin()
    run.until_measuring(3)
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(SMALL_DISK_MIB << 20))
    on_controller = run.moment()
    ended = run.lab.end(controller)
    assert ended.returncode != 0
    assert "the results cannot be fetched into" in ended.stdout, ended.stdout[-6000:]
    filler.unlink()

    run.until_measuring(on_controller.done + 1)
    on_host = run.moment()
    with full_disk(run.lab):
        stopped = run.until_ended()
    assert (stopped["state"], "no space left" in stopped["message"]) == ("failed", True), stopped

    done = run.measure()
    assert done.returncode == 0, done.stdout[-6000:]
    assert run.fetched() == PLANNED
    outcomes = [
        run.outcome("disk of the controller full", on_controller),
        run.outcome("disk of the lab host full", on_host),
    ]
    faults += [outcome.cells() for outcome in outcomes]
    assert [o.lost for o in outcomes] == [0, 0]
    assert outcomes[0].repeated == 0


def test_guest_that_never_finishes_booting(new_run: NewRun, faults: list[tuple[str, ...]]) -> None:
    """It is given up after its time, with the unit it waits for; once mended, all is measured."""
    run = new_run("never-booted")
    mount = "mount -o loop /var/lib/vmmlab/base/base.raw /mnt"
    unit = "/mnt/etc/systemd/system/hangs.service"
    wanted = "/mnt/etc/systemd/system/multi-user.target.wants/hangs.service"
    text = "[Service]\\nType=oneshot\\nTimeoutStartSec=infinity\\nExecStart=/bin/sleep infinity\\n"
    run.lab.ssh(f"{mount} && printf '{text}' > {unit} && ln -s ../hangs.service {wanted}")
    run.lab.ssh("umount /mnt")
    try:
        run.measure(measure_boot_timeout=60)
        ended = run.progress()
        moment = run.moment()
    finally:
        run.lab.ssh(f"{mount} && rm {unit} {wanted} && umount /mnt")
    assert (ended["done"], len(ended["missing"])) == (0, PLANNED)
    assert "it waits for" in ended["missing"][0]["reason"]
    assert "hangs.service" in ended["missing"][0]["reason"]

    done = run.measure()
    assert done.returncode == 0, done.stdout[-6000:]
    assert run.fetched() == PLANNED
    outcome = run.outcome("guest never finishes booting", moment)
    faults.append(outcome.cells())
    assert outcome.lost == 0
