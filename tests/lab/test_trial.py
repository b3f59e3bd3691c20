"""At provision a guest of each VMM is tried: real playbook, roles and runner; guests are fakes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from modules import make_program
from simulated_lab import CHECKOUT, MISSING, SSHD_PROGRAM, SimulatedLab

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path(SSHD_PROGRAM).exists(), reason=MISSING),
]

PLAN = str(CHECKOUT / "tests/data/plans/tiny.yml")
PROVED = "echo 'Kernel panic - not syncing: VFS: Unable to mount root fs'"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedLab]:
    """One host, on whose KVM a kernel boots in the guests' sandbox."""
    with SimulatedLab(tmp_path_factory.mktemp("trial") / "lab", 1) as made:
        make_program(made.hosts[0].folder / "bin/systemd-run", PROVED)
        yield made


def provision(lab: SimulatedLab) -> tuple[int, int, str]:
    """Provision; return the exit code, how much changed on the host, and what was said."""
    done = lab.play("provision", plan=PLAN, skip="preflight", measure_trial_timeout=4)
    recap = re.search(r"^sim-01 .*changed=(\d+)", done.stdout, re.MULTILINE)
    assert recap, done.stdout[-6000:]
    return done.returncode, int(recap[1]), " ".join(done.stdout.split())


def forget(lab: SimulatedLab) -> None:
    """Make a trial needed, as a reboot does."""
    lab.ssh(lab.hosts[0], "rm -f /var/lib/vmmlab/trial.json")


def test_a_guest_of_each_vmm_is_tried_once(lab: SimulatedLab) -> None:
    """The second time there is nothing to do: no guest is started, nothing changes."""
    (host,) = lab.hosts
    code, changed, said = provision(lab)
    assert (code, host.starts()) == (0, 2), said[-6000:]
    assert changed > 0
    code, changed, said = provision(lab)
    assert (code, changed, host.starts()) == (0, 0, 2), said[-6000:]


def test_one_vmm_that_starts_no_guest_stops_no_other(lab: SimulatedLab) -> None:
    """It is named loudly, with what its unit says; the host can be measured."""
    (host,) = lab.hosts
    program = host.folder / "bin/systemctl"
    ordinary = program.read_text()
    broken = 'case "$*" in "start vmmlab-guest-qemu"*) echo no such device >&2; exit 1 ;; esac'
    program.write_text(ordinary.replace("#!/bin/sh", f"#!/bin/sh\n{broken}", 1))
    try:
        forget(lab)
        code, _, said = provision(lab)
    finally:
        program.write_text(ordinary)
    assert code == 0, said[-6000:]
    assert "NO GUEST: sim-01: qemu: vmmlab-guest-qemu.service did not start: " in said
    assert "no such device" in said
    assert "NO GUEST: sim-01: stratovirt" not in said


def test_a_host_on_which_no_guest_starts_is_not_measured(lab: SimulatedLab) -> None:
    """A fault that all guests have fails the host at once, with the traces of each."""
    (host,) = lab.hosts
    forget(lab)
    (host.folder / "state/never-boots").touch()
    before = host.starts()
    code, _, said = provision(lab)
    assert code != 0
    late = "no answer from the guest's SSH server within 4 s"
    assert f"nothing was measured yet: stratovirt: {late}; qemu: {late}; mend that there" in said
    assert "Seen of stratovirt: unit active, success, 0; its console ends: " in said
    assert "Unable to mount root fs" in said
    assert host.starts() - before == 2
    (host.folder / "state/never-boots").unlink()


def test_a_kvm_that_serves_no_guest_is_told_before_any_is_started(lab: SimulatedLab) -> None:
    """The proof is one of the guests' user, and cheaper than the guests."""
    (host,) = lab.hosts
    make_program(host.folder / "bin/systemd-run", "echo Could not access KVM kernel module; exit 1")
    before = host.starts()
    code, _, said = provision(lab)
    assert code != 0
    assert "sim-01: /dev/kvm is there but boots no guest for the guests' user: " in said
    assert "Could not access KVM kernel module" in said
    assert host.starts() == before
