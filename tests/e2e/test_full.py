"""full.yml from end to end in the virtual lab, with a tiny plan and a stand-in for StratoVirt.

Before the tests of what a run survives: after a reset of the lab host guests are tried anew.
"""

import json
import re

import pytest
from e2e_lab import Ended, Lab
from openpyxl import load_workbook

VMMS = ("stratovirt", "qemu", "qemu_microvm")

pytestmark = pytest.mark.e2e


def changed(output: str) -> int:
    """Return the sum of what a play's recap counts as changed."""
    return sum(int(number) for number in re.findall(r"changed=(\d+)", output))


def test_full_ends_with_success_and_says_where_the_workbook_is(lab: Lab, full: Ended) -> None:
    """One command leads to a workbook, and the last lines say where it is and what was made."""
    assert full.returncode == 0, full.last_words
    assert str(lab.results / "tiny/report.xlsx") in full.stdout, full.last_words
    assert re.search(r"(\d+) measurements planned, \1 made, 0 missing", full.stdout), (
        full.last_words
    )


@pytest.mark.usefixtures("full")
def test_every_planned_measurement_has_its_log_and_sidecar(lab: Lab) -> None:
    """The results contract holds for each measurement of each block of the plan."""
    run = lab.results / "tiny"
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
    book = load_workbook(lab.results / "tiny/report.xlsx", data_only=True)
    texts = [str(c.value) for s in book for row in s.iter_rows() for c in row if c.value]
    for number in range(1, 14):
        assert any(text.startswith(f"表 {number} ") for text in texts), f"table {number} is absent"
    assert sum("stand-in" in text or "替身" in text for text in texts) >= len(book.sheetnames)


@pytest.mark.usefixtures("full")
def test_a_second_provision_changes_nothing(lab: Lab) -> None:
    """Builds are in the cache and the lab host is as it shall be."""
    for stage in ("build", "provision"):
        again = lab.play(stage)
        assert again.returncode == 0, again.last_words
        assert changed(again.stdout) == 0, again.last_words


@pytest.mark.usefixtures("full")
def test_the_same_run_again_measures_nothing(lab: Lab) -> None:
    """A finished measurement is known by its complete files."""
    logs = {p: p.stat().st_mtime_ns for p in (lab.results / "tiny").rglob("*.log")}
    again = lab.play("measure")
    assert again.returncode == 0, again.last_words
    assert {p: p.stat().st_mtime_ns for p in logs} == logs
    assert changed(again.stdout) == 0, again.last_words
