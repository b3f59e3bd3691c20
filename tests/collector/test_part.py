"""A part of a run: what a pattern names, and what it leaves alone."""

import json
from pathlib import Path

import pytest

from collector.cli import main

PLAN = (
    "boots: 2\nfootprints: 0\nrepetitions: 1\nseconds: 1\nsettle_seconds: 0\n"
    "cpu: {threads: [1, 4]}\n"
)


def shown(capsys: pytest.CaptureFixture[str], folder: Path, only: str) -> list[str]:
    """Return the logs of the part `only` of the run in `folder`, which is started if need be."""
    plan = folder.parent / "small.yml"
    plan.write_text(PLAN)
    start = ["plan", str(plan), "--vmms", "qemu,stratovirt", "--start", str(folder), "--json"]
    capsys.readouterr()
    assert main([*start, "--only", only]) == 0
    return [
        f"{block['vmm']}/{step['measurement']}/{step['case']}/{step['repetition']:02d}"
        for block in json.loads(capsys.readouterr().out)["blocks"]
        for step in block["measurements"]
    ]


@pytest.mark.parametrize(
    ("only", "count"),
    [
        ("qemu", 8),
        ("*/boot", 12),
        ("qemu/boot/default", 2),
        ("qemu/boot/default/02", 1),
        ("*/*/threads-*", 4),
        ("qemu/boot/blame/01,stratovirt/sysbench-cpu/", 3),
        ("", 16),
    ],
)
def test_a_part_is_named_by_the_beginning_of_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], only: str, count: int
) -> None:
    """Whole words, or patterns; the record of the run stays whole."""
    folder = tmp_path / "friday"
    found = shown(capsys, folder, only)
    assert len(found) == len(set(found)) == count
    if only == "qemu/boot/default/02":
        assert found == ["qemu/boot/default/02"]
    recorded = json.loads((folder / "run.json").read_text())["blocks"]
    assert sum(len(block["measurements"]) for block in recorded) == 16


def test_a_part_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text says what there is; nothing is written."""
    plan = tmp_path / "small.yml"
    plan.write_text(PLAN)
    command = ["plan", str(plan), "--vmms", "qemu", "--start", str(tmp_path / "friday")]
    assert main([*command, "--only", "qemu,qemu/bot"]) == 2
    message = capsys.readouterr().err
    assert "--only 'qemu/bot': the run plans nothing of that name" in message
    assert "VMMs: qemu; subjects: boot, sysbench-cpu" in message
    assert not (tmp_path / "friday").exists()
