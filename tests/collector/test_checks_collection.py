"""Checks of results folders: real logs are clean, planted mistakes are found where they are."""

import json
import shutil
from pathlib import Path

import pytest
import report_logs

from collector.checks import Finding, check_collection
from collector.checks.own_numbers import own_numbers
from collector.logs import Log
from collector.parsers import parse_log
from collector.report.notices import notices_of
from collector.results import collect, labels_of

REAL_LOGS = Path(__file__).parent.parent / "data" / "logs"
HOST = Path("run") / "host"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results folder with the report's numbers and no record beside them."""
    root = tmp_path / "results"
    report_logs.write_report_results(root / HOST, repetitions=2)
    return root


def found(root: Path, severity: str = "contradiction") -> list[Finding]:
    """Return the findings of one severity."""
    return [each for each in check_collection(collect([root])) if each.severity == severity]


def vmm_json(root: Path, vmm: str, **changed: object) -> None:
    """Write the record of a VMM, with some of its facts changed."""
    guest: dict[str, object] = {"vcpus": 1, "memory_mib": 1024, "disk_format": "raw"}
    guest["disk_cache"] = "none"
    checksums: dict[str, object] = {"kernel": "a" * 64, "image": "b" * 64}
    content: dict[str, object] = {"name": vmm, "type": vmm, "initrd": False}
    content["machine"] = "microvm" if vmm == "stratovirt" else "pc"
    for name, value in changed.items():
        next(part for part in (content, guest, checksums) if name in part)[name] = value
    path = root / HOST / vmm / "vmm.json"
    report_logs.write_json(path, guest=guest, checksums=checksums, **content)


def test_the_report_and_real_logs_have_no_contradiction(results: Path) -> None:
    """Every complete log in the parsers' own test data, also of strange options, is possible."""
    assert found(results) == []
    for path in sorted(REAL_LOGS.rglob("*.log")):
        for run in parse_log(path.read_bytes()):
            log = Log("", "", "", "", "", 1, path.name, run.tool or "", run.version or "")
            for value in run.values:
                if isinstance(value.value, str):
                    log.words[value.metric] = value.value
                else:
                    log.numbers[value.metric] = value.value
            assert own_numbers(log) == [], path


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("fileio-throughput/rndrd/01.log", "fileio-iops/rndrd/01.log", "131072 bytes per block"),
        ("fileio-iops/rndrd/01.log", "fileio-iops/seqrd/01.log", "random read"),
        ("fileio-iops/rndrd/01.log", "fileio-latency/rndrd/01.log", "32 threads"),
        ("sysbench-cpu/threads-16/01.log", "sysbench-cpu/threads-4/01.log", "16 threads"),
        ("sysbench-memory/seq-8K/01.log", "sysbench-memory/seq-4K/01.log", "8192 bytes"),
        ("sysbench-memory/seq-8K/01.log", "sysbench-cpu/threads-1/01.log", "sysbench-memory"),
        ("boot/default/01.log", "memory-footprint/default/01.log", "systemd-analyze"),
    ],
)
def test_a_log_in_the_wrong_folder(source: str, target: str, words: str, results: Path) -> None:
    """The folder's case is held against the log's own header."""
    vmm = results / HOST / "stratovirt"
    shutil.copy(vmm / source, vmm / target)
    named = [each for each in found(results) if each.log.endswith(target)]
    assert any(words in each.message.english for each in named)


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        ("sysbench-memory/seq-8K/01.log", "threads-4", "threads-8"),
        ("fileio-latency/rndrd/01.log", "threads-1", "threads-4"),
        ("fileio-iops/rndrd/01.log", "threads-32", "threads-1"),
    ],
)
def test_a_folder_called_threads_means_threads(
    source: str, right: str, wrong: str, results: Path
) -> None:
    """Whatever is measured in it; the number behind the name is no size of a block."""
    vmm = results / HOST / "stratovirt"
    subject = source.partition("/")[0]
    for case in (right, wrong):
        (vmm / subject / case).mkdir()
        shutil.copy(vmm / source, vmm / subject / case / "01.log")
    named = [each for each in found(results) if "/threads-" in each.log]
    assert {each.log.split("/")[-2] for each in named if each.metric} == {wrong}
    assert all(f"{subject}/{wrong} means" in each.message.english for each in named if each.metric)


@pytest.mark.parametrize(
    ("path", "old", "new", "metric"),
    [
        ("sysbench-cpu/threads-1/01.log", "1258.20", "75492.00", "events_per_second"),
        ("boot/default/01.log", "1.036s (kernel)", "1.306s (kernel)", "total_s"),
        ("memory-footprint/default/01.log", "126988", "120988", "dirty_kb"),
        ("fileio-iops/rndwr/01.log", "12431.76", "13312.97", "fsyncs_per_s"),
        ("fileio-latency/rndwr/01.log", " 8.74", " 0.24", "latency_p95_ms"),
    ],
)
def test_a_number_changed_by_hand(
    path: str, old: str, new: str, metric: str, results: Path
) -> None:
    """The finding names log, line and metric."""
    log = results / HOST / "stratovirt" / path
    text = log.read_text("utf-8")
    assert old in text
    log.write_text(text.replace(old, new), "utf-8")
    findings = found(results)
    assert findings
    assert {each.vmm for each in findings} == {"stratovirt"}
    assert all(each.log.endswith(path) for each in findings)
    assert metric in {each.metric for each in findings}
    assert all(each.line for each in findings if each.metric == metric)


def test_unlike_file_sets(results: Path) -> None:
    """20 MB on one side and 40 MB on the other."""
    for path in (results / HOST / "qemu").glob("fileio-*/*/*.log"):
        text = path.read_text("utf-8")
        text = text.replace("160KiB each", "320KiB each").replace("20MiB total", "40MiB total")
        path.write_text(text, "utf-8")
    messages = [each.message.english for each in found(results)]
    assert any("bytes per file differs" in message for message in messages)
    assert any("stratovirt 163840, qemu 327680" in message for message in messages)


def test_unlike_versions_of_sysbench(results: Path) -> None:
    """Figures of 1.0 and 1.1 differ by up to a factor of two."""
    for path in (results / HOST / "qemu").glob("sysbench-cpu/*/*.log"):
        path.write_text(path.read_text("utf-8").replace("sysbench 1.0.20", "sysbench 1.0.18"))
    assert any("sysbench version differs" in each.message.english for each in found(results))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"disk_format": "qcow2"}, "disk format differs"),
        ({"image": "c" * 64}, "guest image differs"),
        ({"kernel": "c" * 64}, "guest kernel differs"),
        ({"memory_mib": 2048}, "guest memory (MiB) differs"),
        ({"vcpus": 2}, "vCPUs differs"),
        ({"disk_cache": "writeback"}, "disk cache mode differs"),
        ({"type": "stratovirt"}, "machine type differs between two"),
    ],
)
def test_unlike_sides(changed: dict[str, object], words: str, results: Path) -> None:
    """What must be the same on both sides is a contradiction where it is not."""
    vmm_json(results, "stratovirt")
    vmm_json(results, "qemu")
    assert found(results) == []
    vmm_json(results, "qemu", **changed)
    (finding,) = found(results)
    assert words in finding.message.english
    assert finding.place == "run/host"


def test_what_may_differ_is_a_note(results: Path) -> None:
    """Machine types of different VMMs, an initrd on one side, an emulated host, a long boot."""
    vmm_json(results, "stratovirt")
    vmm_json(results, "qemu", initrd=True)
    report_logs.write_json(results / HOST / "host.json", host="host", emulated=True)
    report_logs.write_json(results / "run" / "run.json", run="run", plan={"seconds": 90})
    assert found(results) == []
    said = " ".join(each.message.english for each in found(results, "note"))
    for words in ("machine type differs", "initrd differs", "emulated", "minute or more", "90 s"):
        assert words in said


def test_guests_of_guests_are_marked(results: Path) -> None:
    """A note, and on each sheet; not where the host is a machine of its own, or emulated."""
    for around, emulated, marked in (
        ("kvm", False, True),
        ("none", False, False),
        ("qemu", True, False),
        (None, False, False),
    ):
        report_logs.write_json(
            results / HOST / "host.json", host="host", emulated=emulated, virtualization=around
        )
        said = [each.message.english for each in found(results, "note")]
        assert any("itself a virtual machine (kvm)" in text for text in said) == marked
        (run,) = collect([results]).runs
        notices = notices_of(run, run.hosts[0], labels_of([run]), "en")
        assert any("of guests of guests" in text for text in notices) == marked


def test_reads_that_no_disk_made_are_a_note(results: Path) -> None:
    """20 MiB that were just written stay in 1 GiB of memory; with O_DIRECT they are read."""
    words = "reads are copies in memory"
    vmm_json(results, "stratovirt")
    (note,) = [each for each in found(results, "note") if words in each.message.english]
    assert "(20 MiB) fit into the guest's memory (1024 MiB)" in note.message.english
    for path in (results / HOST).glob("*/fileio-*/*/*.log"):
        text = path.read_text("utf-8").replace("open flags: (none)", "open flags: directio")
        path.write_text(text, "utf-8")
    assert not any(words in each.message.english for each in found(results, "note"))


def test_a_footprint_taken_too_early_is_a_note(results: Path) -> None:
    """The sidecar says whether RSS stood still, and how long was waited."""
    folder = results / HOST / "qemu" / "memory-footprint" / "default"
    report_logs.write_json(folder / "01.json", settle_s=3.0, settled=True)
    report_logs.write_json(folder / "02.json", settle_s=30.0, settled=False)
    (note,) = [
        each for each in found(results, "note") if "RSS still changed" in each.message.english
    ]
    assert (note.vmm, note.log.endswith("02.log")) == ("qemu", True)
    assert "1 of 2 footprints" in note.message.english
    assert "after 30 s: use a larger settle_seconds" in note.message.english


def test_the_same_log_twice(results: Path) -> None:
    """A copied log is named with the one it is a copy of."""
    folder = results / HOST / "qemu" / "sysbench-memory" / "rnd-2K"
    shutil.copy(folder / "01.log", folder / "02.log")
    (finding,) = found(results)
    assert finding.log.endswith("02.log")
    assert "rnd-2K/01.log" in finding.message.english


def test_a_side_made_of_copies(results: Path) -> None:
    """One finding says how many logs are those of the other side."""
    host = results / HOST
    shutil.copytree(host / "qemu", host / "qemu_microvm")
    (finding,) = found(results)
    assert finding.vmm == "qemu_microvm"
    assert "49 more logs of qemu" in finding.message.english


def test_a_plan_of_another_shape_is_no_wrong_folder(results: Path) -> None:
    """Block sizes and threads of fileio are those of the run's plan, where it has one.

    Where it has none, other threads than the report's are worth a note.
    """
    for path in (results / HOST).glob("*/fileio-iops/*/*.log"):
        text = path.read_text("utf-8").replace("Number of threads: 32", "Number of threads: 8")
        path.write_text(text, "utf-8")
    assert not any(each.metric == "threads" for each in found(results))
    assert any(each.metric == "threads" for each in found(results, "note"))
    for planned, wrong in ((8, False), (32, True)):
        plan = {"fileio": {"iops": {"threads": planned, "block_size": "4k"}}}
        (results / "run" / "run.json").write_text(json.dumps({"plan": plan}), "utf-8")
        assert any(each.metric == "threads" for each in found(results)) == wrong
        assert not any(each.metric == "threads" for each in found(results, "note"))


def test_missing_and_broken_logs_are_notes(results: Path) -> None:
    """A cut-off log is no contradiction: its reason is said once for all it concerns."""
    for log in (results / HOST / "qemu" / "sysbench-cpu").glob("*/01.log"):
        log.write_bytes(log.read_bytes()[:200])
    assert found(results) == []
    assert any("no result" in each.message.english for each in found(results, "note"))
