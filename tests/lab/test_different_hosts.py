"""A lab of different hosts: another release, another CPU, and one without KVM."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from simulated_lab import CHECKOUT, MISSING, SSHD_PROGRAM, SimulatedLab

from collector.run.summary import summarize

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path(SSHD_PROGRAM).exists(), reason=MISSING),
    pytest.mark.skipif(not Path("/dev/kvm").exists(), reason="needs a /dev/kvm that answers"),
]

PLAN = str(CHECKOUT / "tests/data/plans/tiny.yml")
LOGS = 28  # of the plan, with two VMMs
CPUINFO = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: {model}
microcode\t: 0x2b
flags\t\t: fpu {flag} sse2

"""


def host(version: str, model: str, flag: str) -> dict[str, str]:
    """Return what tells one host from another."""
    name = {"12": "bookworm", "13": "trixie"}[version]
    words = f"Debian GNU/Linux {version} ({name})"
    os_release = f'PRETTY_NAME="{words}"\nNAME="Debian GNU/Linux"\nID=debian\n'
    return {
        "/etc/os-release": f'{os_release}VERSION_ID="{version}"\nVERSION_CODENAME={name}\n',
        "/etc/debian_version": f"{version}.1\n",
        "/proc/cpuinfo": CPUINFO.format(model=model, flag=flag),
    }


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedLab]:
    """Three hosts, two releases, and builds for both."""
    seen = {
        "sim-01": host("12", "Intel(R) Xeon(R) Old", "vmx"),
        "sim-02": host("13", "Intel(R) Xeon(R) New", "vmx"),
        "sim-03": host("12", "Intel(R) Xeon(R) Old", ""),
    }
    folder = tmp_path_factory.mktemp("different") / "lab"
    with SimulatedLab(folder, 3, seen=seen, releases=["Debian-12", "Debian-13"]) as made:
        # The key by which the hosts are reached: on real ones that is the user's own.
        assert made.play("provision", "--limit", "controllers", plan=PLAN).returncode == 0
        yield made


@pytest.fixture(scope="module")
def friday(lab: SimulatedLab) -> subprocess.CompletedProcess[str]:
    """The end of full.yml on that lab."""
    return lab.play("full", plan=PLAN, skip="trial")


def cells(path: Path) -> set[str]:
    """Return every text of a workbook."""
    book = openpyxl.load_workbook(path, read_only=True)
    rows = (row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
    return {str(value) for row in rows for value in row if value is not None}


def test_the_host_without_kvm_is_named_and_the_others_measure(
    lab: SimulatedLab, friday: subprocess.CompletedProcess[str]
) -> None:
    """Nothing is changed on it, and success is not claimed."""
    made = {host.host: host.made for host in summarize(lab.results / "friday").hosts}
    assert made == {"sim-01": LOGS, "sim-02": LOGS, "sim-03": 0}, friday.stdout[-6000:]
    assert friday.returncode != 0
    end = " ".join(friday.stdout[friday.stdout.index("\nSTAGES **") :].split())
    assert "FAILED: sim-03: preflight: " in end
    assert "sim-03: found no vmx in /proc/cpuinfo; needed Intel with VMX" in end
    assert "FAILED: sim-01" not in end
    assert not lab.hosts[2].path("/opt/vmmlab").exists()


@pytest.mark.usefixtures("friday")
def test_each_host_has_the_builds_of_its_release(lab: SimulatedLab) -> None:
    """And no other."""
    for place, release in ((0, "Debian-12"), (1, "Debian-13")):
        store = lab.hosts[place].path("/opt/vmmlab/store")
        texts = {path.name: path.read_text() for path in store.glob("*/bin/*")}
        assert texts == {
            "qemu-system-x86_64": f"simulated bin/qemu-system-x86_64 for {release}\n",
            "stratovirt": f"simulated bin/stratovirt for {release}\n",
        }


@pytest.mark.usefixtures("friday")
def test_each_host_has_its_facts_and_its_workbook(lab: SimulatedLab) -> None:
    """The lab's own has the facts of all, and compares: hosts differ, sides do not."""
    run = lab.results / "friday"
    first, second = cells(run / "report-sim-01.xlsx"), cells(run / "report-sim-02.xlsx")
    old, new = "Intel(R) Xeon(R) Old", "Intel(R) Xeon(R) New"
    assert old in first
    assert new not in first
    assert new in second
    assert old not in second
    assert {old, new, "Debian GNU/Linux 12 (bookworm)", "Debian GNU/Linux 13 (trixie)"} <= cells(
        run / "report.xlsx"
    )


def test_no_report_where_no_host_can_measure(lab: SimulatedLab) -> None:
    """Each is named with its reason; that there is no run is no error of its own."""
    done = lab.play("full", plan=PLAN, skip="trial", run_name="saturday", ship_release="X-9")
    assert done.returncode != 0
    end = done.stdout[done.stdout.index("\nSTAGES **") :]
    failed = [line.split(": ")[1:3] for line in end.splitlines() if "FAILED" in line]
    reasons = [["sim-01", "provision"], ["sim-02", "provision"], ["sim-03", "preflight"]]
    assert sorted(failed) == reasons
    assert "report           0 s        0       0" in end, done.stdout
    assert not (lab.results / "saturday").exists()
