"""What a run in the virtual lab survives, with the count of measurements before and after.

At the end of the tests stands the table of faults: what was measured when the fault struck, how
much of that was lost, whether the measurement in progress was made again, and the time until the
next one was complete.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from e2e_faults import VMM, Faulted, Moment
from e2e_lab import THP, Ended, Lab, Started, until

UNIT = f"vmmlab-guest-{VMM}.service"
PLANNED = 13  # three records of the boot, ten tests
SMALL_DISK_MIB = 4
CUT = "SSH to the lab host cut for 60 s"
# Long enough that the guest can say what it waits for.
SHORT_BOOT_S = 60
# As a power cut would: no process ends, nothing that is not yet on the disk gets there, also on a
# lab host whose kernel leaves what is written in memory for long.
RESET = (
    "sysctl -q vm.dirty_writeback_centisecs=0 vm.dirty_expire_centisecs=360000;"
    " systemd-run --collect --quiet sh -c 'sleep 1; echo b > /proc/sysrq-trigger'"
)

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("full")]

NewRun = Callable[..., Faulted]
Faults = list[tuple[str, ...]]


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


@contextmanager
def hanging_boot(lab: Lab) -> Iterator[None]:
    """Have guests wait for ever in their boot; the base image itself is not touched."""
    text = "[Service]\\nType=oneshot\\nTimeoutStartSec=infinity\\nExecStart=/bin/sleep infinity\\n"
    units = "/mnt/etc/systemd/system"
    try:
        lab.ssh(
            "cd /var/lib/vmmlab && cp --sparse=always base/base.raw hangs.raw"
            f" && mount -o loop hangs.raw /mnt && printf '{text}' > {units}/hangs.service"
            f" && ln -s ../hangs.service {units}/multi-user.target.wants/ && umount /mnt"
            " && mount --bind hangs.raw base/base.raw"
        )
        yield
    finally:
        lab.ssh("cd /var/lib/vmmlab && umount base/base.raw && rm hangs.raw")


def never_boots(run: Faulted) -> Moment:
    """Each guest is given up after its time, with the unit it waits for."""
    with hanging_boot(run.lab):
        run.measure(measure_boot_timeout=SHORT_BOOT_S)
    ended = run.progress()
    assert (ended["done"], len(ended["missing"])) == (0, PLANNED)
    assert "it waits for" in ended["missing"][0]["reason"]
    assert "hangs.service" in ended["missing"][0]["reason"]
    return run.moment()


def fill_controller(run: Faulted, controller: Started) -> Moment:
    """Its disk is full when results come: the stage ends and says so, the lab host goes on."""
    filler = run.results / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(SMALL_DISK_MIB << 20))
    moment = run.moment()
    ended = controller.end()
    filler.unlink()
    assert ended.returncode != 0
    assert "the results cannot be fetched into" in ended.stdout, ended.last_words
    return moment


def fill_host(run: Faulted) -> Moment:
    """The lab host's disk is full: the run ends, and says why."""
    moment = run.moment()
    with full_disk(run.lab):
        stopped = run.until_ended()
    assert (stopped["state"], "no space left" in stopped["message"]) == ("failed", True), stopped
    return moment


def complete(run: Faulted, done: Ended) -> None:
    """Hold the end of a run against what was planned."""
    assert done.returncode == 0, done.last_words
    assert run.fetched() == PLANNED


def test_faults_that_the_vmm_outlives(new_run: NewRun, small_disk: Path, faults: Faults) -> None:
    """Boots that never end, a killed controller, full disks, a hanging test, SSH that is cut."""
    run = new_run("outlived", small_disk)
    never = never_boots(run)

    controller = run.begin()
    run.until_measuring(3)
    killed = run.moment()
    controller.kill()

    run.until_measuring(killed.done + 1)
    run.in_guest("'until pkill -STOP sysbench; do sleep 0.2; done'")
    hung = run.moment()
    # Comes while the test hangs: the others would be over before it follows.
    controller = run.begin()
    run.until_measuring(hung.done + 1)
    on_controller = fill_controller(run, controller)
    run.until_measuring(on_controller.done + 1)
    on_host = fill_host(run)

    controller = run.begin()
    run.until_measuring(0)  # this start counts what the controller had not fetched
    cut = run.moment()
    run.lab.ssh(
        "systemd-run --collect --quiet sh -c"
        " 'systemctl stop ssh.service; pkill -KILL sshd; sleep 60; systemctl start ssh.service'"
    )
    complete(run, controller.end())

    outcomes = {
        name: run.outcome(name, moment)
        for name, moment in (
            ("guest never finishes booting, then mended", never),
            ("controller killed (SIGKILL)", killed),
            ("disk of the controller full", on_controller),
            ("sysbench hangs", hung),
            ("disk of the lab host full", on_host),
            (CUT, cut),
        )
    }
    faults += [outcome.cells() for outcome in outcomes.values()]
    assert [o.lost for o in outcomes.values()] == [0] * len(outcomes)
    assert outcomes["sysbench hangs"].repeated == 1
    for name in ("controller killed (SIGKILL)", "disk of the controller full", CUT):
        assert outcomes[name].repeated == 0, name
    assert "was still running after" in run.failure_of(hung.current)


def test_faults_that_end_the_guest(new_run: NewRun, faults: Faults) -> None:
    """It restarts, its VMM is killed, its VMM stops, at last the lab host is reset.

    After the reset the run goes on by itself, the controller finds it again, and the host is not
    left tuned.
    """
    run = new_run("ended")
    untuned = run.lab.ssh(f"cat {THP}")
    assert "[never]" not in untuned, "a host that never had huge pages shows nothing here"
    controller = run.begin()
    run.until_measuring(3)
    run.in_guest("true")  # a connection made now is not in the way of the moment below
    moments: list[tuple[str, Moment]] = []
    for fault, command in (
        ("guest ends by itself (it restarts at once)", None),
        ("VMM killed (SIGKILL)", f"systemctl kill --kill-whom=main --signal=KILL {UNIT}"),
        (
            "VMM alive, guest dead (SIGSTOP)",
            f"systemctl kill --kill-whom=main --signal=STOP {UNIT}",
        ),
        (
            "lab host reset, nothing synced",
            RESET,
        ),
    ):
        run.until_measuring(moments[-1][1].done + 1 if moments else 4)
        moments.append((fault, run.moment()))
        if command:
            run.lab.ssh(command)
        else:
            run.in_guest("'(sleep 1; systemctl reboot --force --force) > /dev/null 2>&1 &'")
    complete(run, controller.end())

    until(lambda: run.lab.ssh(f"cat {THP}") == untuned, "the tuning to be taken back", 60)
    # An emulated lab host loses a guest by itself now and then.
    assert run.guests() > len(moments)
    outcomes = [run.outcome(fault, moment) for fault, moment in moments]
    faults += [outcome.cells() for outcome in outcomes]
    assert [o.lost for o in outcomes] == [0] * len(outcomes)
    assert "this host ended while it was measured" in run.failure_of(moments[-1][1].current)
