"""Folders of results: what is found in them, and what is missing."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from collector.errors import UnusableInputError
from collector.report.csv_file import write_samples
from collector.results import Collection, collect, labels_of
from collector.subjects import SUBJECTS

LOGS = Path(__file__).parent.parent / "data" / "logs"
CPU = LOGS / "sysbench/cpu.log"
MEMORY = LOGS / "sysbench/memory-rnd-4K.log"
BOOT = LOGS / "systemd-analyze-time/report-qemu.log"
FATAL = LOGS / "sysbench/fileio-no-files.log"

KEY = ["run", "host", "vmm", "measurement", "case", "repetition"]


def put(root: Path, place: str, log: Path | bytes = CPU) -> Path:
    """Put a log at `place` below `root`."""
    target = root / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(log if isinstance(log, bytes) else log.read_bytes())
    return target


def write(path: Path, content: Any) -> None:
    """Write a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def planned(vmm: str, measurement: str, case: str, repetition: int) -> dict[str, Any]:
    """Return a block of a schedule with one measurement."""
    item = {"measurement": measurement, "case": case, "repetition": repetition}
    return {"block": 7, "vmm": vmm, "repetition": repetition, "measurements": [item]}


def log(found: Collection, **key: object) -> dict[str, Any]:
    """Return the one row of the logs with these columns."""
    rows = found.logs
    for name, value in key.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return {str(name): value for name, value in rows.iloc[0].items()}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two hosts, two VMMs, one log each."""
    root = tmp_path / "results"
    for host in ("lab-10", "lab-9"):
        for vmm in ("qemu", "stratovirt"):
            put(root, f"r1/{host}/{vmm}/sysbench-cpu/threads-2/01.log")
    return root


def test_a_sample_names_its_place_its_line_and_its_bytes(results: Path) -> None:
    """One row per value, with everything that leads back to it."""
    samples = collect([results]).samples
    assert list(samples.columns) == [
        *KEY,
        *("metric", "value", "text", "unit", "log", "line", "sha256", "parser"),
    ]
    first = samples[samples["metric"] == "events_per_second"].iloc[0]
    assert first["value"] == 2567.78
    assert (first["unit"], first["text"], first["line"]) == ("events/s", "", 15)
    assert first["log"] == "results/r1/lab-9/stratovirt/sysbench-cpu/threads-2/01.log"
    assert first["sha256"] == hashlib.sha256(CPU.read_bytes()).hexdigest()
    assert first["parser"] == "sysbench"
    assert samples["repetition"].dtype == np.int64
    assert samples["line"].dtype == np.int64
    assert samples["value"].dtype == np.float64
    assert all(isinstance(samples[name].dtype, pd.StringDtype) for name in ("run", "text", "log"))


def test_words_are_text_without_a_number(tmp_path: Path) -> None:
    """A word has no value; its column is `text`."""
    put(tmp_path, "r/h/qemu/fileio-iops/rndwr/01.log", LOGS / "sysbench/fileio-rndwr-4k.log")
    samples = collect([tmp_path]).samples.set_index("metric")
    assert samples.loc["file_test_mode", "text"] == "rndwr"
    assert np.isnan(float(str(samples.loc["file_test_mode", "value"])))
    assert samples.loc["file_count", "text"] == ""


@pytest.mark.parametrize(
    ("below", "hosts", "vmms", "name"),
    [
        ("", ["lab-9", "lab-10"], ["stratovirt", "qemu"], "results/r1/lab-9/stratovirt"),
        ("r1", ["lab-9", "lab-10"], ["stratovirt", "qemu"], "r1/lab-9/stratovirt"),
        ("r1/lab-10", ["lab-10"], ["stratovirt", "qemu"], "lab-10/stratovirt"),
        ("r1/lab-10/qemu", ["lab-10"], ["qemu"], "qemu"),
    ],
)
def test_results_a_run_a_host_or_a_vmm_may_be_given(
    results: Path, below: str, hosts: list[str], vmms: list[str], name: str
) -> None:
    """The names of run and host are those of the folders above, the logs' start at the path."""
    found = collect([results / below])
    (run,) = found.runs
    assert run.name == "r1"
    assert [host.name for host in run.hosts] == hosts
    assert [[vmm.name for vmm in host.vmms] for host in run.hosts] == [vmms] * len(hosts)
    assert found.logs["log"][0] == f"{name}/sysbench-cpu/threads-2/01.log"
    assert set(found.logs["run"]) == {"r1"}


def test_what_is_given_twice_is_read_once(results: Path) -> None:
    """Results and a host of them: no sample doubles."""
    once = collect([results])
    twice = collect([results, results / "r1/lab-9", results / "r1"])
    assert len(once.samples) == len(twice.samples)


def test_two_runs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """As in the folders of two students."""
    for student in ("ann", "bob"):
        put(tmp_path, f"{student}/results/r1/h/qemu/sysbench-cpu/threads-2/01.log")
    found = collect([tmp_path / "ann/results", tmp_path / "bob/results"])
    assert [run.name for run in found.runs] == ["ann/results/r1", "bob/results/r1"]
    assert set(found.samples["run"]) == {"ann/results/r1", "bob/results/r1"}


def test_the_order_of_files_changes_nothing(results: Path, tmp_path: Path) -> None:
    """Another order on disk gives the same frames."""
    copy = tmp_path / "copy" / "results"
    for file in sorted(results.rglob("*.log"), reverse=True):
        target = copy / file.relative_to(results)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    first, second = collect([results]), collect([copy])
    pd.testing.assert_frame_equal(first.samples, second.samples)
    pd.testing.assert_frame_equal(first.logs, second.logs)


def test_the_plan_orders_vmms_and_files_name_them(results: Path) -> None:
    """`run.json` says the order, `vmm.json` the label; else both are known or the folder's."""
    put(results, "r1/lab-9/my-vmm/sysbench-cpu/threads-2/01.log")
    (vmms,) = [host.vmms for host in collect([results]).runs[0].hosts if host.name == "lab-9"]
    assert [vmm.label for vmm in vmms] == ["StratoVirt", "QEMU", "my-vmm"]
    write(results / "r1/run.json", {"vmms": ["my-vmm", "qemu"]})
    write(results / "r1/lab-9/qemu/vmm.json", {"label": "QEMU 10"})
    (vmms,) = [host.vmms for host in collect([results]).runs[0].hosts if host.name == "lab-9"]
    assert [vmm.label for vmm in vmms] == ["my-vmm", "QEMU 10", "StratoVirt"]
    assert vmms[1].meta == {"label": "QEMU 10"}


def test_no_single_host_names_a_vmm_of_the_lab(results: Path) -> None:
    """What the run or everybody knows counts; a vmm.json where all of them agree."""
    for host in ("lab-9", "lab-10"):
        for vmm in ("mine", "ours"):
            put(results, f"r1/{host}/{vmm}/sysbench-cpu/threads-2/01.log")
        write(results / f"r1/{host}/ours/vmm.json", {"label": "Ours 2"})
    write(results / "r1/lab-9/mine/vmm.json", {"label": "StratoVirt"})
    write(results / "r1/lab-9/qemu/vmm.json", {"label": "StratoVirt"})
    named = {"stratovirt": "StratoVirt", "qemu": "QEMU", "mine": "mine", "ours": "Ours 2"}
    assert labels_of(collect([results]).runs) == named
    entries = [3, {"name": "mine"}, {"name": "qemu", "label": "QEMU 11"}]
    write(results / "r1/run.json", {"vmm_entries": entries})
    assert labels_of(collect([results]).runs) == {**named, "qemu": "QEMU 11"}


def test_a_sidecar_fills_the_row_of_its_log(results: Path) -> None:
    """Times, exit code, attempt and block; without one they are unknown."""
    folder = results / "r1/lab-9/qemu/sysbench-cpu/threads-2"
    facts = {"started": "2026-11-23T10:00:00.000Z", "finished": "2026-11-23T10:01:00.012Z"}
    write(folder / "01.json", {**facts, "exit_code": 0, "attempt": 2, "seconds": 60.0, "block": 3})
    row = log(collect([results]), host="lab-9", vmm="qemu")
    assert {name: row[name] for name in facts} == facts
    assert [row[name] for name in ("exit_code", "attempt", "seconds", "block")] == [0, 2, 60, 3]
    other = log(collect([results]), host="lab-10", vmm="qemu")
    assert other["started"] == ""
    assert np.isnan(other["exit_code"])


def test_a_failed_log_is_a_row_with_a_reason_and_no_sample(results: Path) -> None:
    """The line of the log is told too."""
    put(results, "r1/lab-9/qemu/fileio-iops/rndrd/01.log", FATAL)
    found = collect([results])
    row = log(found, measurement="fileio-iops")
    assert (row["outcome"], row["line"], row["tool"]) == ("error", 18, "sysbench-fileio")
    assert str(row["reason"]).startswith("FATAL: Cannot open file")
    assert "fileio-iops" not in set(found.samples["measurement"])


def test_what_was_planned_and_is_not_there_is_missing_with_its_reason(results: Path) -> None:
    """The reason is the left-out VMM's, the runner's, the failed attempt's, or that there is none.

    It is looked for on every host of the run.
    """
    write(
        results / "r1/run.json",
        {
            "blocks": [
                planned("qemu", "sysbench-cpu", "threads-2", 1),
                planned("qemu", "sysbench-cpu", "threads-2", 2),
                planned("qemu", "boot", "default", 1),
                planned("qemu", "fileio-iops", "rndrd", 1),
                planned("qemu_microvm", "boot", "default", 1),
            ],
            "left_out": {"qemu_microvm": "its source cannot be reached"},
        },
    )
    gap = {"vmm": "qemu", "measurement": "boot", "case": "default", "repetition": 1}
    write(results / "r1/lab-9/progress.json", {"missing": [{**gap, "reason": "no answer"}]})
    put(results, "r1/lab-9/qemu/fileio-iops/rndrd/01.failed-1.log", FATAL)
    found = collect([results])
    missing = found.logs[found.logs["outcome"] == "missing"]
    assert (missing["log"] == "").all()
    assert (missing["block"] == 7).all()
    reasons = missing.set_index(["host", "vmm", "measurement"])["reason"].map(str).to_dict()
    assert reasons[("lab-9", "qemu", "sysbench-cpu")] == "no log"
    assert reasons[("lab-9", "qemu", "boot")] == "no answer"
    assert reasons[("lab-10", "qemu", "boot")] == "no log"
    assert reasons[("lab-9", "qemu_microvm", "boot")] == "its source cannot be reached"
    tried = reasons[("lab-9", "qemu", "fileio-iops")]
    assert tried.startswith("no log; failed attempts: 1, the last in 01.failed-1.log (FATAL: ")
    assert len(missing) == 8


def test_a_failed_attempt_is_no_result_and_no_gap_beside_one(results: Path) -> None:
    """The attempt that worked is the result; the other is not even missing."""
    put(results, "r1/lab-9/qemu/sysbench-cpu/threads-2/01.failed-1.log", FATAL)
    found = collect([results])
    assert log(found, host="lab-9", vmm="qemu")["outcome"] == "ok"


def test_a_host_that_left_nothing_is_missing_whole(results: Path) -> None:
    """`run.json` names it; there is no folder."""
    write(
        results / "r1/run.json",
        {"hosts": ["lab-9", "lab-11"], "blocks": [planned("qemu", "boot", "default", 1)]},
    )
    found = collect([results])
    assert [host.name for host in found.runs[0].hosts] == ["lab-9", "lab-10", "lab-11"]
    assert log(found, host="lab-11")["outcome"] == "missing"


def test_a_try_before_the_result_does_not_count(results: Path) -> None:
    """A boot log in which systemd-analyze was asked too early first."""
    several = LOGS / "systemd-analyze-time/not-finished-then-finished.log"
    put(results, "r1/lab-9/qemu/boot/default/01.log", several)
    assert log(collect([results]), measurement="boot")["outcome"] == "ok"


def test_two_results_in_one_log_are_an_error(results: Path) -> None:
    """Nobody can say which is meant."""
    put(results, "r1/lab-9/qemu/sysbench-cpu/threads-4/01.log", CPU.read_bytes() * 2)
    row = log(collect([results]), case="threads-4")
    assert (row["outcome"], str(row["reason"])) == (
        "error",
        "2 results in one log; give each a log of its own",
    )


def test_a_log_in_the_wrong_folder_is_read_as_what_it_is(results: Path) -> None:
    """Checks say that it is in the wrong folder; they need its tool for that."""
    put(results, "r1/lab-9/qemu/boot/default/01.log", MEMORY)
    row = log(collect([results]), measurement="boot")
    assert (row["outcome"], row["tool"]) == ("ok", "sysbench-memory")


def test_a_students_own_names_are_numbered(tmp_path: Path) -> None:
    """Digits in the name count; a name without any takes the next free number."""
    for name in ("run2.txt", "cpu_1.log", "last.log", "notes.md"):
        put(tmp_path, f"mine/h/qemu/sysbench-cpu/threads-2/{name}")
    put(tmp_path, "mine/h/qemu/boot/1.log", BOOT)
    logs = collect([tmp_path / "mine"]).logs
    assert logs[["case", "repetition"]].to_numpy().tolist() == [
        ["default", 1],
        ["threads-2", 1],
        ["threads-2", 2],
        ["threads-2", 3],
    ]
    assert [Path(name).name for name in logs["log"]] == [
        "1.log",
        "cpu_1.log",
        "run2.txt",
        "last.log",
    ]


def test_two_logs_of_one_repetition_are_an_error(tmp_path: Path) -> None:
    """The first is read, the second is refused."""
    for name in ("01.log", "1.log"):
        put(tmp_path, f"r/h/qemu/sysbench-cpu/threads-2/{name}")
    logs = collect([tmp_path]).logs
    assert logs["outcome"].tolist() == ["ok", "error"]
    assert "one must go" in str(logs["reason"][1])


def test_consoles_are_no_measurement(results: Path) -> None:
    """`console/NN.log` is for people."""
    put(results, "r1/lab-9/qemu/console/01.log", b"[    0.0] Linux")
    assert "console" not in set(collect([results]).logs["measurement"])


@pytest.mark.parametrize("what", ["nothing", "empty", "a-file.log", "pictures"])
def test_a_path_without_results_is_refused(tmp_path: Path, what: str) -> None:
    """With what is expected there."""
    (tmp_path / "empty").mkdir()
    put(tmp_path, "a-file.log")
    put(tmp_path, "pictures/2026/a.log")
    with pytest.raises(UnusableInputError, match=what):
        collect([tmp_path / what])


@pytest.mark.parametrize(
    ("place", "content"),
    [
        ("r1/run.json", "{"),
        ("r1/run.json", "[]"),
        ("r1/run.json", '{"blocks": [{"vmm": "qemu"}]}'),
        ("r1/run.json", '{"vmms": 3}'),
        ("r1/run.json", 100_000 * "["),
    ],
)
def test_a_damaged_run_json_is_refused(results: Path, place: str, content: str) -> None:
    """Half a plan is worse than none: it is refused by name."""
    (results / place).write_text(content)
    with pytest.raises(UnusableInputError, match=Path(place).name):
        collect([results])


def test_samples_are_written_as_csv(results: Path, tmp_path: Path) -> None:
    """The frame, read back, is the frame."""
    samples = collect([results]).samples
    write_samples(samples, tmp_path / "samples.csv")
    again = pd.read_csv(tmp_path / "samples.csv", keep_default_na=False, na_values={"value": [""]})
    pd.testing.assert_frame_equal(samples, again)


def test_what_is_compared_of_a_boot_begins_with_the_kernel(tmp_path: Path) -> None:
    """Firmware and loader are shown, and are no part of the headline; without them it is exact."""
    folder = tmp_path / "run" / "host" / "qemu" / "boot" / "default"
    folder.mkdir(parents=True)
    parts = "20min 3.104s (firmware) + 1.250s (loader) + 402ms (kernel) + 1.611s (userspace)"
    (folder / "01.log").write_text(f"Startup finished in {parts} = 20min 6.368s\n", "utf-8")
    parts = "402ms (kernel) + 311ms (initrd) + 1.611s (userspace)"
    (folder / "02.log").write_text(f"Startup finished in {parts} = 2.326s\n", "utf-8")
    samples = collect([tmp_path]).samples
    found = samples[samples["metric"] == "boot_s"]
    assert found["value"].tolist() == [2.013, 2.326]
    assert found["line"].tolist() == [1, 1]
    assert samples[samples["metric"] == "total_s"]["value"].tolist() == [1206.368, 2.326]
    assert not {"firmware_s", "loader_s", "total_s"} & set(SUBJECTS["boot"].compared)
