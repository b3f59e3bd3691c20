"""The role `plan` in real playbooks, and the callback `stages` that sums them up."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from ansible_runs import changes, play, write_lab


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with playbooks and an inventory."""
    path = tmp_path_factory.mktemp("lab")
    write_lab(path)
    return path


@pytest.fixture(scope="module")
def friday(folder: Path) -> subprocess.CompletedProcess[str]:
    """Return the end of the playbooks that started the run `friday`, after a check of them."""
    inventory = folder / "hosts.yml"
    checked = play(inventory, "measure", "--check", "-e", "run_name=friday")
    assert checked.returncode == 0, checked.stdout
    assert changes(checked.stdout) == 1
    assert not (folder / "results").exists(), "check mode wrote something"
    return play(inventory, "full", "-e", "run_name=friday", "-e", "seed=5")


def test_a_run_is_recorded_once(folder: Path, friday: subprocess.CompletedProcess[str]) -> None:
    """The first run changes one thing, the second none; later plays know the run."""
    run = folder / "results" / "friday"
    assert friday.returncode == 0, friday.stdout
    assert changes(friday.stdout) == 1
    record = json.loads((run / "run.json").read_text())
    assert record["seed"] == 5
    assert record["hosts"] == ["h1", "h2"]
    assert record["vmm_entries"] == [{"name": "qemu_old", "type": "qemu", "version": "9"}]
    assert record["left_out"] == {"stratovirt": "no 'source', really"}
    for words in ("h1 knows friday, 2 blocks", "h2 knows friday", f"localhost knows {run}"):
        assert words in friday.stdout

    second = play(folder / "hosts.yml", "full", "-e", "run_name=friday")
    assert second.returncode == 0, second.stdout
    assert changes(second.stdout) == 0
    assert json.loads((run / "run.json").read_text()) == record


def test_a_stage_alone_finds_the_run(
    folder: Path, friday: subprocess.CompletedProcess[str]
) -> None:
    """In the inventory's own `results_dir`, which nobody gives on the command line."""
    assert friday.returncode == 0, friday.stdout
    alone = play(folder / "hosts.yml", "report", "-e", "run_name=friday")
    assert re.search(r"^RUN \*+$", alone.stdout, re.MULTILINE), alone.stdout


def test_a_wrong_plan_stops_the_play_with_its_line(tmp_path: Path) -> None:
    """The collector's own words arrive, and nothing is written."""
    inventory = write_lab(tmp_path)
    plan = tmp_path / "mine.yml"
    plan.write_text("boots: many\nfootprints: 1\nrepetitions: 1\nseconds: 1\nsettle_seconds: 1\n")
    refused = play(inventory, "measure", "-e", f"plan={plan}")
    assert refused.returncode == 2
    message = f'{plan}:1: boots is "many", expected a whole number from 0 to 999'
    assert message in re.sub(r"\s+", " ", refused.stdout + refused.stderr)
    assert not (tmp_path / "results").exists()


def test_stages_are_named_and_summed_up(friday: subprocess.CompletedProcess[str]) -> None:
    """One line per playbook file, then the run with its hosts and what was left out."""
    assert re.search(r"^STAGE 1/2: measure \*+$", friday.stdout, re.MULTILINE)
    assert re.search(r"^STAGE 2/2: report \*+$", friday.stdout, re.MULTILINE)
    table = friday.stdout[friday.stdout.index("\nSTAGES **") :]
    assert re.search(r"^measure +\d+ s +1 +0$", table, re.MULTILINE)
    assert re.search(r"^report +\d+ s +0 +0$", table, re.MULTILINE)
    assert "Workbook: none was made" in table
    assert "70 measurements planned, 0 made, 70 missing" in table
    assert "LEFT OUT: stratovirt: no 'source', really" in table


def test_only_real_failures_count(tmp_path: Path) -> None:
    """Rescued and ignored failures are none; the real one is named with its first error."""
    inventory = write_lab(tmp_path)
    done = play(inventory, "faulty")
    assert done.returncode == 2
    table = done.stdout[done.stdout.index("\nSTAGES **") :]
    assert re.search(r"^faulty +\d+ s +0 +1$", table, re.MULTILINE)
    assert table.count("FAILED") == 1
    assert "FAILED: h1: faulty: Break for good: no space left" in table
    assert "\nRUN **" not in table


def test_the_output_is_brief(friday: subprocess.CompletedProcess[str]) -> None:
    """Plays, roles, what changes and what is said have lines; what changes nothing has none."""
    lines = friday.stdout[: friday.stdout.index("\nPLAY RECAP")].splitlines()
    measure = lines.index("Measure")
    assert lines[measure + 1] == "  plan"
    assert any("Resolve the plan and record the run" in line for line in lines)
    assert any(line.startswith("  h2: h2 knows friday, 2 blocks") for line in lines)
    assert "Look" in lines
    at = lines.index("  localhost: a  [2J")
    assert lines[at + 1] == "b"
    quiet = ("ok: ", "included: ", "TASK [Say what is known")
    assert not [line for line in lines if line.startswith(quiet)]


def test_verbose_output_has_every_task(folder: Path) -> None:
    """With -v nothing is left out."""
    loud = play(folder / "hosts.yml", "report", "-v", "-e", "plan_run_dir=here")
    assert "TASK [Say what is known" in loud.stdout
    assert "ok: [localhost] =>" in loud.stdout
