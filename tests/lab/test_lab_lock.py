"""Two commands on one lab host: what measures there is disturbed by nobody who does not say so."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_lab import until
from simulated_lab import CHECKOUT, MISSING, SSHD_PROGRAM, SimulatedLab, environment

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path(SSHD_PROGRAM).exists(), reason=MISSING),
]

PLAN = str(CHECKOUT / "tests/data/plans/tiny.yml")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedLab]:
    """One host that measures for the run friday; its controller is gone."""
    slow = {"FAKE_SECONDS": "3600"}
    with SimulatedLab(tmp_path_factory.mktemp("lock") / "lab", 1, environment=slow) as made:
        assert made.play("provision", plan=PLAN).returncode == 0
        controller = subprocess.Popen(
            made.command("measure", plan=PLAN, measure_who="ta@controller"),
            cwd=CHECKOUT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            until(lambda: measures(made), "the run to have the host", 120)
        finally:
            controller.kill()
            controller.wait()
        yield made


def measures(lab: SimulatedLab) -> bool:
    """Tell whether the run friday has the host."""
    lock = lab.hosts[0].path("/var/lib/vmmlab/lock")
    return lock.exists() and "friday" in lock.read_text()


def changed(done: subprocess.CompletedProcess[str]) -> str:
    """Return how much a play changed on the host, as its recap says."""
    (line,) = (
        line for line in done.stdout.splitlines() if line.startswith("sim-01 ") and "ok=" in line
    )
    return line.partition("changed=")[2].split()[0]


def test_another_run_is_not_provisioned_for(lab: SimulatedLab) -> None:
    """It would change what is measured; the message names the run and who started it."""
    refused = lab.play("provision", plan=PLAN, run_name="monday")
    assert refused.returncode != 0
    words = " ".join(refused.stdout.split())
    assert "sim-01: the run 'friday', started by ta@controller, measures here since 2" in words
    assert changed(refused) == "0"


def test_another_run_is_not_measured(lab: SimulatedLab) -> None:
    """The runner of a host that measures is not replaced under it, nor its schedule joined."""
    runner = lab.hosts[0].path("/opt/vmmlab/lib/vmmlab_runner.pyz")
    before = runner.stat().st_mtime_ns, runner.stat().st_ino
    refused = lab.play("measure", plan=PLAN, run_name="monday", measure_who="other@controller")
    assert refused.returncode != 0
    words = " ".join(refused.stdout.split())
    assert "sim-01: the run 'friday', started by ta@controller, measures here since 2" in words
    assert (runner.stat().st_mtime_ns, runner.stat().st_ino) == before
    assert not lab.hosts[0].path("/var/lib/vmmlab/runs/monday").exists()


def test_the_same_run_goes_on_without_another_guest(lab: SimulatedLab) -> None:
    """No guest is booted beside the one that is measured: a trial would fail here."""
    again = lab.play("provision", plan=PLAN, skip="preflight")
    assert again.returncode == 0, again.stdout[-6000:]
    assert changed(again) == "0"


def test_a_host_that_measures_is_torn_down_by_force_alone(lab: SimulatedLab) -> None:
    """First refused, with what would do it."""
    refused = lab.play("teardown")
    assert refused.returncode != 0
    assert "-e teardown_force=true" in " ".join(refused.stdout.split())
    assert measures(lab)
    assert lab.hosts[0].path("/var/lib/vmmlab/runs/friday").is_dir()
    forced = lab.play("teardown", teardown_force=True)
    assert forced.returncode == 0, forced.stdout[-6000:]
    assert not lab.hosts[0].path("/var/lib/vmmlab/runs").exists()
