"""Many lab hosts behind one uplink: so many are sent to at once, the others wait for their turn."""

import itertools
from pathlib import Path

import pytest
from modules import make_program
from simulated_lab import CHECKOUT, MISSING, SSHD_PROGRAM, SimulatedHost, SimulatedLab

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path(SSHD_PROGRAM).exists(), reason=MISSING),
]

PLAN = str(CHECKOUT / "tests/data/plans/tiny.yml")
# Takes its time, as a slow uplink does, and notes when.
DD = """date +%s.%N >> "$FAKE_STATE/sent"
sleep 0.3
/usr/bin/dd "$@"
date +%s.%N >> "$FAKE_STATE/sent"
"""


def sent(host: SimulatedHost) -> tuple[float, float]:
    """Return when the first piece to a host began, and when the last had arrived."""
    moments = [float(line) for line in (host.folder / "state/sent").read_text().split()]
    return min(moments), max(moments)


def test_hosts_are_sent_to_one_after_the_other(tmp_path: Path) -> None:
    """With ship_at_once of one, no two transfers overlap; the next call sends nothing."""
    with SimulatedLab(tmp_path / "lab", 3) as lab:
        for host in lab.hosts:
            make_program(host.folder / "bin/dd", DD)
        done = lab.play("provision", plan=PLAN, ship_at_once=1)
        assert done.returncode == 0, done.stdout[-6000:]
        spans = sorted(sent(host) for host in lab.hosts)
        for (_, ended), (began, _) in itertools.pairwise(spans):
            assert ended < began
        again = lab.play("provision", plan=PLAN, ship_at_once=1)
        assert again.returncode == 0, again.stdout[-6000:]
        assert sorted(sent(host) for host in lab.hosts) == spans
