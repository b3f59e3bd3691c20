"""A lab of four hosts, three of which fail, each in its own way: nobody stops, nothing is lost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_snapshot import difference
from simulated_lab import CHECKOUT, MISSING, SSHD_PROGRAM, SimulatedLab

from collector.run.summary import summarize

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path(SSHD_PROGRAM).exists(), reason=MISSING),
]

PLAN = str(CHECKOUT / "tests/data/plans/tiny.yml")
LOGS = 28  # of the plan, with two VMMs
GOOD, BROKEN, AWAY, LAME = range(4)
WELL = "systemctl.well"
REACHED_FIRST = "preflight: Ask which run has this lab host, and which machine it is: "


as_found: dict[int, dict[str, list[str]]] = {}


def snapshot(lab: SimulatedLab, number: int) -> dict[str, list[str]]:
    """Return what a host is, as far as its own view of the files and of users goes."""
    script = (CHECKOUT / "tests/host_snapshot.py").read_text()
    look = "python3 - /etc /opt /var"
    found: dict[str, list[str]] = json.loads(lab.ssh(lab.hosts[number], look, script))
    return {subject: found[subject] for subject in ("files", "run", "users", "packages")}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedLab]:
    """Four hosts: one that is well, one full of rubbish, one switched off, one whose VMMs die."""
    with SimulatedLab(tmp_path_factory.mktemp("unattended") / "lab", 4) as made:
        program = made.hosts[BROKEN].folder / "bin/systemctl"
        program.rename(program.with_name(WELL))
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
        made.hosts[AWAY].stop()
        assert made.play("provision", "--limit", "controllers", plan=PLAN).returncode == 0
        as_found[GOOD] = snapshot(made, GOOD)
        (made.hosts[LAME].folder / "state/die").touch()
        yield made


@pytest.fixture(scope="module")
def friday(lab: SimulatedLab) -> subprocess.CompletedProcess[str]:
    """The end of full.yml on that lab."""
    return lab.play("full", plan=PLAN)


def status(lab: SimulatedLab) -> list[str]:
    """Return what `vmmlab status` says of the run."""
    command = [sys.executable, "-m", "collector", "status", str(lab.results / "friday")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return [*done.stdout.splitlines(), f"exit code {done.returncode}"]


def test_the_host_that_is_well_is_measured(
    lab: SimulatedLab, friday: subprocess.CompletedProcess[str]
) -> None:
    """Whatever happens to the others; the workbook is made, and success is not claimed."""
    assert friday.returncode != 0
    made = {host.host: host.made for host in summarize(lab.results / "friday").hosts}
    assert made == {"sim-01": LOGS, "sim-02": 0, "sim-03": 0, "sim-04": 0}, friday.stdout[-6000:]
    assert (lab.results / "friday/report.xlsx").is_file()


def test_each_failure_is_named_with_its_first_error_and_its_log(
    lab: SimulatedLab, friday: subprocess.CompletedProcess[str]
) -> None:
    """At the end of the playbook, and later by `vmmlab status`."""
    end = friday.stdout[friday.stdout.index("\nSTAGES **") :]
    assert "FAILED: sim-02: provision: Reload systemd: " in end
    assert f"FAILED: sim-03: {REACHED_FIRST}" in end
    assert "FAILED: sim-04: measure: follow | Show and fetch each measurement: " in end
    told = status(lab)
    assert told[-1] == "exit code 1"
    errors = lab.results / "friday/errors"
    for host, words in (
        ("sim-02", "sim-02: provision: Reload systemd: "),
        ("sim-03", f"sim-03: {REACHED_FIRST}"),
        ("sim-04", "sim-04: measure: "),
    ):
        (line,) = (line for line in told if line.startswith(words))
        assert line.endswith(f"; see {errors / host}.log")
        assert line in end, "both tell the same"
    assert lab.hosts[AWAY].address in (errors / "sim-03.log").read_text()
    reason = "sim-04: 14 missing, vmmlab-guest-qemu.service did not start: "
    assert any(line.startswith(reason) for line in told)
    assert "sim-03       28     0       28       0  failed in preflight" in told


@pytest.mark.usefixtures("friday")
def test_the_stage_alone_ends_without_success(lab: SimulatedLab) -> None:
    """No report follows that could say so."""
    alone = lab.play("measure", "--limit", "controllers,sim-04", plan=PLAN)
    assert alone.returncode != 0
    end = alone.stdout[alone.stdout.index("\nSTAGES **") :]
    assert end.count("FAILED: sim-04: measure: ") == 1
    assert "28 of 28 measurements are missing" in end, end


def test_the_same_command_measures_only_what_is_missing(
    lab: SimulatedLab, friday: subprocess.CompletedProcess[str]
) -> None:
    """After repairs: what is complete is not touched, the rest is made, success is told."""
    bin_folder = lab.hosts[BROKEN].folder / "bin"
    (bin_folder / WELL).replace(bin_folder / "systemctl")
    lab.hosts[AWAY].start(lab.key, "")
    (lab.hosts[LAME].folder / "state/die").unlink()
    lab.wait()
    before = changed_at(lab.results / "friday/sim-01")
    again = lab.play("full", plan=PLAN)
    assert again.returncode == 0, again.stdout[-6000:]
    assert "112 measurements planned, 112 made, 0 missing" in again.stdout
    assert changed_at(lab.results / "friday/sim-01") == before
    assert lab.hosts[GOOD].starts() == 2
    assert not list((lab.results / "friday/errors").iterdir())
    assert status(lab)[-1] == "exit code 0"


def test_a_host_torn_down_is_as_it_was_and_measures_only_what_is_missing(
    lab: SimulatedLab,
) -> None:
    """Files, users and packages are as before; what the controller has is not made again."""
    host = lab.hosts[GOOD]
    gone = lab.play("teardown", "--limit", "sim-01")
    assert gone.returncode == 0, gone.stdout[-3000:]
    # The simulated guests have no folders but the host's.
    guest = ("vmmlab-agent", "vmmlab-fileio")
    told = difference(as_found[GOOD], snapshot(lab, GOOD))
    assert [line for line in told if not any(name in line for name in guest)] == []
    assert not host.path("/root/.ansible").exists()
    assert lab.play("provision", "--limit", "controllers,sim-01", plan=PLAN).returncode == 0
    log = lab.results / "friday/sim-01/qemu/sysbench-cpu/threads-1/01.log"
    log.unlink()
    before = changed_at(lab.results / "friday/sim-01")
    again = lab.play("measure", plan=PLAN)
    assert again.returncode == 0, again.stdout[-6000:]
    after = changed_at(lab.results / "friday/sim-01")
    assert log in after
    tests = (host.folder / "state/sysbench.log").read_text().splitlines()
    assert sum(line.endswith("--threads=1 run") for line in tests) == 3, "twice at first, once now"
    unlike = {path.name for path in before if before[path] != after[path]}
    assert unlike == {"01.json"}, "the sidecar of the one log"


def test_a_part_is_measured_again_and_the_old_kept(lab: SimulatedLab) -> None:
    """`only` names the part, `--limit` the host; all else stays as it is.

    Also kept is what the lab host alone had, as when the controller was away at the end.
    """
    folder = lab.results / "friday/sim-04"
    log = folder / "qemu/sysbench-cpu/threads-1/01.log"
    old, before = log.read_bytes(), changed_at(folder)
    log.unlink()
    log.with_suffix(".json").unlink()
    starts = [host.starts() for host in lab.hosts]
    limit = ["--limit", "controllers,sim-04"]
    again = lab.play("measure", *limit, plan=PLAN, only="qemu/sysbench-cpu/threads-1")
    assert again.returncode == 0, again.stdout[-6000:]
    assert [host.starts() for host in lab.hosts] == [*starts[:LAME], starts[LAME] + 1]
    (kept,) = folder.glob(".replaced/*/qemu/sysbench-cpu/threads-1/01.log")
    assert kept.read_bytes() == old
    after = changed_at(folder)
    unlike = {str(p.relative_to(folder)) for p in before if before[p] != after[p]}
    stem = "qemu/sysbench-cpu/threads-1/01"
    assert {f"{stem}.log", f"{stem}.json"} <= unlike
    assert not [name for name in unlike if name.startswith("stratovirt/")]
    assert status(lab)[-1] == "exit code 0"


def test_a_release_without_builds_is_named(lab: SimulatedLab) -> None:
    """A lab of several releases needs a builder for each; the host says which one it has not."""
    refused = lab.play("provision", "--limit", "controllers,sim-02", plan=PLAN, ship_release="X-9")
    assert refused.returncode == 2
    words = " ".join(refused.stdout.split())
    assert f"sim-02: nothing was built for X-9; no {lab.folder}/state/builds/X-9.json" in words
    assert "Run playbooks/build.yml with a builder of that release" in words


def changed_at(folder: Path) -> dict[Path, int]:
    """Return when each log and sidecar of a host was written."""
    paths = [*folder.glob("*/*/*/*.log"), *folder.glob("*/*/*/*.json")]
    return {path: path.stat().st_mtime_ns for path in paths if ".replaced" not in path.parts}
