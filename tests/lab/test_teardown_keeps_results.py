"""Teardown brings what was never fetched to the controller first, and deletes nothing else."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e_lab import until
from simulated_lab import CHECKOUT, MISSING, SSHD_PROGRAM, SimulatedLab, environment

from collector.run.summary import summarize

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path(SSHD_PROGRAM).exists(), reason=MISSING),
]

PLAN = str(CHECKOUT / "tests/data/plans/tiny.yml")
LOGS = 28  # of the plan, with two VMMs
RUNS = "/var/lib/vmmlab/runs"
LOG = "qemu/boot/default/01"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedLab]:
    """One host that finished the run friday after its controller was killed."""
    with SimulatedLab(tmp_path_factory.mktemp("kept") / "lab", 1) as made:
        assert made.play("provision", plan=PLAN).returncode == 0
        controller = subprocess.Popen(
            made.command("measure", plan=PLAN), cwd=CHECKOUT, env=environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            until(lambda: state(made) == "running", "the run to begin", 120)
        finally:
            controller.kill()
            controller.wait()
        until(lambda: state(made) == "done", "the run to end", 120)
        host = made.results / "friday/sim-01"
        shutil.rmtree(host, ignore_errors=True)
        yield made


def state(lab: SimulatedLab) -> str:
    """Return the state of the run on its host."""
    path = lab.hosts[0].path(f"{RUNS}/friday/progress.json")
    return str(json.loads(path.read_text())["state"]) if path.exists() else ""


def refused(lab: SimulatedLab, **variables: Any) -> str:
    """Return why a teardown is refused; everything is there afterwards as it was before."""
    results = lab.hosts[0].path(f"{RUNS}/friday/results")
    before = {path: path.read_bytes() for path in results.rglob("*.log")}
    done = lab.play("teardown", **variables)
    assert done.returncode != 0
    assert {path: path.read_bytes() for path in results.rglob("*.log")} == before
    assert lab.hosts[0].path("/opt/vmmlab/lib/vmmlab_runner.pyz").exists()
    words = " ".join(done.stdout.split())
    assert "-e teardown_discard_results=true" in words
    return words


def test_a_full_disk_here(lab: SimulatedLab, tmp_path: Path) -> None:
    """Host, run and count are named; the next call brings it all."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "none", tmp_path], check=True)
    try:
        words = refused(lab, results_dir=str(tmp_path / "results"))
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert "sim-01: run 'friday': 28 logs (" in words
    assert "No space left on device" in words


def test_another_run_of_the_same_name(lab: SimulatedLab, tmp_path: Path) -> None:
    """Its results here are left alone."""
    record = json.loads((lab.results / "friday/run.json").read_text())
    (tmp_path / "friday").mkdir()
    other = json.dumps({**record, "started": "yesterday"})
    (tmp_path / "friday/run.json").write_text(other)
    words = refused(lab, results_dir=str(tmp_path))
    assert "is another run of this name, started yesterday, not 2" in words
    assert (tmp_path / "friday/run.json").read_text() == other
    # Beside it is only what this call says of its own failure.
    assert {path.name for path in (tmp_path / "friday").iterdir()} == {"run.json", "errors"}


def test_a_controller_that_has_not_this_run(lab: SimulatedLab, tmp_path: Path) -> None:
    """It gets the whole run, with the record that the host keeps; here the host goes nowhere."""
    lab.ssh(lab.hosts[0], f"touch {RUNS}/friday/results/unknown")
    words = refused(lab, results_dir=str(tmp_path))
    assert (
        "sim-01: run 'friday': 0 logs (1 files) are on this lab host alone: unknown is no" in words
    )
    lab.ssh(lab.hosts[0], f"rm {RUNS}/friday/results/unknown")
    (host,) = summarize(tmp_path / "friday").hosts
    assert (host.host, host.made, host.planned) == ("sim-01", LOGS, LOGS)


def test_what_the_controller_lacks_is_fetched_first(lab: SimulatedLab) -> None:
    """Every log, also of a failed attempt, of a runner that was killed, and half of one here."""
    host, here = lab.hosts[0], lab.results / "friday/sim-01"
    for end in ("log", "json"):
        results = f"{RUNS}/friday/results/{LOG}"
        lab.ssh(host, f"cp {results}.{end} {results}.failed-1.{end}")
    (here / LOG).parent.mkdir(parents=True)
    (here / f"{LOG}.log").write_text("half")
    there = host.path(f"{RUNS}/friday/results")
    before = {str(p.relative_to(there)): p.read_bytes() for p in there.rglob("*") if p.is_file()}
    checked = lab.play("teardown", "--check")
    assert checked.returncode == 0, checked.stdout[-3000:]
    assert there.is_dir()
    done = lab.play("teardown")
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"sim-01: fetched {len(before)} files of the run 'friday' into {here}" in done.stdout
    assert {name: (here / name).read_bytes() for name in before} == before
    assert not host.path(RUNS).exists()
    (summary,) = summarize(lab.results / "friday").hosts
    assert (summary.made, summary.state) == (LOGS, "done")
    again = lab.play("teardown")
    assert again.returncode == 0, again.stdout[-3000:]
