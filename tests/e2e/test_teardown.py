"""A lab host before vmmlab and after its teardown: all other end-to-end tests ran between."""

import pytest
from e2e_lab import THP, Lab, Snapshot, until
from host_snapshot import difference

pytestmark = pytest.mark.e2e


def until_says(lab: Lab, command: str, expected: str) -> None:
    """Wait until a command on the host says what is expected."""
    until(lambda: expected in lab.ssh(f"{command} || true"), f"{command} to say {expected}")


@pytest.mark.usefixtures("full")
def test_teardown_leaves_a_host_as_it_was_found(lab: Lab, before: Snapshot) -> None:
    """Files, users, packages, sysctls, units, links and knobs; also after a run that was killed."""
    untuned = next(knob for knob in before["knobs"] if knob.startswith(THP)).removeprefix(THP)
    assert "[never]" not in untuned, "a host that never had huge pages shows nothing here"
    started = lab.begin("measure", run_name="torn")
    # Not earlier: whom systemd has not quite started yet leaves a folder of systemd's in /tmp.
    until_says(lab, "systemctl is-active vmmlab-guest-*.service", "active")
    assert "[never]" in lab.ssh(f"cat {THP}")
    lab.ssh("systemctl kill --signal=KILL --kill-whom=all vmmlab-run@torn.service")
    lab.ssh("systemctl stop vmmlab-run@torn.service")
    until_says(lab, f"cat {THP}", untuned.strip())
    started.end()

    started = lab.begin("measure", run_name="torn")
    until_says(lab, "systemctl is-active vmmlab-guest-*.service", "active")
    # It measures: without the last word this is refused.
    by_force = {"teardown_hosts": "lab", "teardown_force": "true"}
    done = lab.play("teardown", "--limit", "virtual-lab", **by_force)
    assert done.returncode == 0, done.last_words
    started.end()
    assert difference(before, lab.snapshot()) == []
