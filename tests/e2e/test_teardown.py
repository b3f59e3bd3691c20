"""A lab host before vmmlab and after its teardown: a machine of its own, provisioned and used."""

import json
import subprocess
from collections.abc import Iterator

import pytest
from e2e_lab import ROOT, THP, Lab, until
from host_snapshot import difference

pytestmark = pytest.mark.e2e

Snapshot = dict[str, list[str]]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Yield a lab whose machine runs and has seen nothing of vmmlab but the lab's key."""
    made = Lab.on_free_port(tmp_path_factory.mktemp("fresh"))
    try:
        run(made, "build")
        run(made, "provision", "--limit", "controllers")
        yield made
    finally:
        run(made, "teardown")


def run(lab: Lab, playbook: str, *options: str, **settings: str) -> None:
    """Run a playbook with options of ansible-playbook's own; it must end well."""
    command = [*lab.command(playbook, **settings), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def snapshot(lab: Lab) -> Snapshot:
    """Return what the host is, once it has nothing left to start by itself."""
    lab.ssh("systemctl is-system-running --wait || true")
    script = (ROOT / "tests/host_snapshot.py").read_text()
    found: Snapshot = json.loads(lab.ssh(f"python3 - <<'END'\n{script}\nEND\n"))
    return found


def until_says(lab: Lab, command: str, expected: str) -> None:
    """Wait until a command on the host says what is expected."""
    until(lambda: expected in lab.ssh(f"{command} || true"), f"{command} to say {expected}")


def test_teardown_leaves_a_host_as_it_was_found(fresh: Lab) -> None:
    """Files, users, packages, sysctls, units, links and knobs; also after a run that was killed."""
    before = snapshot(fresh)
    untuned = fresh.ssh(f"cat {THP}")
    assert "[never]" not in untuned, "a host that never had huge pages shows nothing here"
    run(fresh, "provision")

    started = fresh.begin("measure")
    # Not earlier: whom systemd has not quite started yet leaves a folder of systemd's in /tmp.
    until_says(fresh, "systemctl is-active vmmlab-guest-*.service", "active")
    assert "[never]" in fresh.ssh(f"cat {THP}")
    fresh.ssh("systemctl kill --signal=KILL --kill-whom=all vmmlab-run@tiny.service")
    fresh.ssh("systemctl stop vmmlab-run@tiny.service")
    until_says(fresh, f"cat {THP}", untuned.strip())
    fresh.end(started)

    started = fresh.begin("measure")
    until_says(fresh, "systemctl is-active vmmlab-guest-*.service", "active")
    # It measures: without the last word this is refused.
    by_force = {"teardown_hosts": "lab", "teardown_force": "true"}
    run(fresh, "teardown", "--limit", "virtual-lab", **by_force)
    fresh.end(started)
    assert difference(before, snapshot(fresh)) == []
