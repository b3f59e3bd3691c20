"""full.yml from end to end in the virtual lab, with a tiny plan and a stand-in for StratoVirt."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT / "tests/data/plans/tiny.yml"
VMMS = ("stratovirt", "qemu", "qemu_microvm")
TIME_LIMIT_S = 3600

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Lab:
    """A lab of its own: no state is shared with the user's, only the cache of builds."""

    folder: Path
    port: int

    def play(self, playbook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a playbook as a user would; its output is also kept in the lab's folder."""
        settings = {
            "lab_state_dir": str(self.folder / "state"),
            "results_dir": str(self.folder / "results"),
            "virtual_lab_port": self.port,
            "vmm_stratovirt_binary": str(ROOT / "tests/stand_in/stratovirt"),
            "plan": str(PLAN),
            "run_name": "tiny",
        }
        command = [str(Path(sys.executable).with_name("ansible-playbook"))]
        command += [f"playbooks/{playbook}.yml", "-e", json.dumps(settings), *arguments]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=TIME_LIMIT_S,
            check=False, env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        )  # fmt: skip
        with (self.folder / "output.log").open("a") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        return done


def changed(output: str) -> int:
    """Return the sum of what a play's recap counts as changed."""
    return sum(int(number) for number in re.findall(r"changed=(\d+)", output))


def shown(done: subprocess.CompletedProcess[str]) -> str:
    """Return the end of a play's output, for the message of an assertion."""
    return (done.stdout + done.stderr)[-6000:]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Yield a lab whose machine is stopped afterwards, whatever happened."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Lab(tmp_path_factory.mktemp("lab"), port)
    yield made
    made.play("teardown")


@pytest.fixture(scope="module")
def full(lab: Lab) -> subprocess.CompletedProcess[str]:
    """Return the output of full.yml, run once for all tests."""
    return lab.play("full")


def test_full_ends_with_success_and_says_where_the_workbook_is(
    lab: Lab, full: subprocess.CompletedProcess[str]
) -> None:
    """One command leads to a workbook, and the last lines say where it is and what was made."""
    assert full.returncode == 0, shown(full)
    assert str(lab.folder / "results/tiny/report.xlsx") in full.stdout, shown(full)
    assert re.search(r"(\d+) measurements planned, \1 made, 0 missing", full.stdout), shown(full)


@pytest.mark.usefixtures("full")
def test_every_planned_measurement_has_its_log_and_sidecar(lab: Lab) -> None:
    """The results contract holds for each measurement of each block of the plan."""
    run = lab.folder / "results/tiny"
    record = json.loads((run / "run.json").read_text())
    planned = 0
    for block in record["blocks"]:
        for wanted in block["measurements"]:
            planned += 1
            case = run / "virtual-lab" / block["vmm"] / wanted["measurement"] / wanted["case"]
            log = case / f"{wanted['repetition']:02}.log"
            sidecar = json.loads(log.with_suffix(".json").read_text())
            assert log.stat().st_size > 0
            assert sidecar["exit_code"] == 0
    assert planned > 0
    for vmm in VMMS:
        facts = json.loads((run / "virtual-lab" / vmm / "vmm.json").read_text())
        assert facts["stand_in"] is (vmm == "stratovirt")


@pytest.mark.usefixtures("full")
def test_the_workbook_has_numbers_in_all_tables_and_says_what_they_come_from(lab: Lab) -> None:
    """Thirteen captions, numbers below each, and the labels of stand-in and emulated host."""
    book = load_workbook(lab.folder / "results/tiny/report.xlsx", data_only=True)
    texts = [str(c.value) for s in book for row in s.iter_rows() for c in row if c.value]
    for number in range(1, 14):
        assert any(text.startswith(f"表 {number} ") for text in texts), f"table {number} is absent"
    assert sum("stand-in" in text or "替身" in text for text in texts) >= len(book.sheetnames)


@pytest.mark.usefixtures("full")
def test_a_second_provision_changes_nothing(lab: Lab) -> None:
    """Builds are in the cache and the lab host is as it shall be."""
    for stage in ("build", "provision"):
        again = lab.play(stage)
        assert again.returncode == 0, shown(again)
        assert changed(again.stdout) == 0, shown(again)


@pytest.mark.usefixtures("full")
def test_the_same_run_again_measures_nothing(lab: Lab) -> None:
    """A finished measurement is known by its complete files."""
    logs = {p: p.stat().st_mtime_ns for p in (lab.folder / "results/tiny").rglob("*.log")}
    again = lab.play("measure")
    assert again.returncode == 0, shown(again)
    assert {p: p.stat().st_mtime_ns for p in logs} == logs
    assert changed(again.stdout) == 0, shown(again)
