"""Plan files: what is accepted, and what a refused one is told."""

import json
from pathlib import Path

import pytest

from collector.cli import main
from collector.errors import UnusableInputError, listing
from collector.exit_status import ExitStatus
from collector.plan.load import load_plan, resolve_plan
from collector.plan.model import Plan
from collector.plan.project import ROOT, VmmType, find_plan, vmm_entries, vmm_types
from collector.plan.schedule import HARDWARE, blocks
from collector.plan.totals import totals
from collector.subjects import REPORTED, SUBJECTS

TYPES = {
    "stratovirt": VmmType("stratovirt", 1, initrd=False),
    "qemu": VmmType("qemu", 2, initrd=True),
}
PLANS = [*sorted((ROOT / "inventory" / "plans").glob("*.yml")), ROOT / "tests/data/plans/tiny.yml"]
SHORT = "boots: 1\nfootprints: 0\nrepetitions: 0\nseconds: 1\nsettle_seconds: 0\n"


def refusal(path: Path, text: str) -> str:
    """Return what the plan `text`, written to `path`, is refused with, without the path."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableInputError) as caught:
        resolve_plan(path, TYPES)
    return str(caught.value).replace(f"{path}:", "plan.yml:")


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_plan_survives_being_recorded(path: Path) -> None:
    """What run.json holds is the plan again."""
    plan = resolve_plan(path, vmm_types())
    recorded = json.loads(json.dumps(plan.to_json()))
    assert Plan.from_data(plan.name, recorded) == plan


def test_the_report_plan_is_the_report() -> None:
    """The numbers that issue and report name."""
    plan, _ = load_plan(find_plan("report"))
    assert (plan.repetitions, plan.seconds) == (2, 60)
    assert plan.initrd == ("qemu",)
    assert [plan.count(name) for name in REPORTED] == [
        10,
        10,
        2,
        2,
        2,
        2,
        2,
    ]
    assert plan.parts["cpu"]["threads"] == [1, 4, 16, 32, 64]
    assert plan.parts["memory"]["total_size"] == "1000G"
    fileio = plan.parts["fileio"]
    assert (fileio["total_size"], fileio["throughput"]["block_size"]) == ("20M", "128k")


def test_a_control_is_one_more_vmm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan names the VMM that is measured as two sides; a continued run has them already."""
    path = tmp_path / "plan.yml"
    path.write_text(f"{SHORT}control: qemu\n", encoding="utf-8")
    words = ["plan", str(path), "--json", f"--start={tmp_path / 'run'}", "--vmms=qemu,stratovirt"]
    for _ in range(2):
        assert main(words) == ExitStatus.OK
        record = json.loads(capsys.readouterr().out)
        assert record["vmms"] == ["qemu", "stratovirt", "qemu_control"]
        assert record["vmm_entries"][-1]["control_of"] == "qemu"
        assert record["plan"]["control"] == "qemu"
    assert main(["plan", str(path), "--vmms=stratovirt"]) == ExitStatus.UNUSABLE
    assert "control is 'qemu', which is not among the VMMs" in capsys.readouterr().err
    left_out = ["plan", str(path), "--json", "--vmms=qemu,stratovirt", "--left-out=qemu=no source"]
    assert main(left_out) == ExitStatus.OK
    assert json.loads(capsys.readouterr().out)["vmms"] == ["stratovirt"]


def test_the_compare_plan_settles_what_the_report_asks() -> None:
    """The report's cases in ten starts a side, booted alike, and the disk, in a night."""
    plan, _ = load_plan(find_plan("compare"))
    report, _ = load_plan(find_plan("report"))
    assert {plan.count(name) for name in SUBJECTS if SUBJECTS[name].planned} == {10}
    assert plan.initrd == ()
    for key in ("cpu", "memory", "fileio"):
        assert plan.parts[key] == report.parts[key]
    assert "disk" not in report.parts
    made = blocks(plan, ["stratovirt", "qemu", "qemu_microvm"], 1, HARDWARE)
    sums = totals(plan, made, HARDWARE)
    assert sums.guest_starts == 30
    assert sums.wall_s <= 6 * 3600
    disk = sum(line.seconds for line in sums.subjects if line.subject.startswith("disk-"))
    assert sums.wall_s - disk <= 3.5 * 3600
    assert sums.measuring_share >= 0.85


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SHORT + "boot: 3\n",
            (
                "plan.yml:6: unknown key 'boot' (did you mean 'boots'?); allowed: boots, control,"
                " cpu, description, disk, fileio, footprints, initrd, memory, repetitions, seconds,"
                " seed, settle_seconds"
            ),
        ),
        (
            SHORT.replace("seconds: 1\n", "seconds: soon\n", 1),
            'plan.yml:4: seconds is "soon", expected a whole number from 1 to 86400',
        ),
        (
            SHORT.replace("boots: 1", "boots: -1"),
            "plan.yml:1: boots is -1, expected a whole number from 0 to 999",
        ),
        (
            SHORT + "cpu:\n  threads: [1, 4,\n    four]\n",
            'plan.yml:8: cpu.threads[2] is "four", expected a whole number from 1 to 1024',
        ),
        (
            SHORT + "cpu:\n  threads: []\n",
            "plan.yml:7: cpu.threads is an empty list, expected a list with at least one value",
        ),
        (
            SHORT
            + "memory:\n  threads: 4\n  total_size: 1000\n  block_sizes: [1K]\n"
            + "  access_modes: [sequ]\n",
            (
                "2 faults in the plan\n"
                "plan.yml:8: memory.total_size is 1000, expected a size such as 4K, 20M or 1000G\n"
                'plan.yml:10: memory.access_modes[0] is "sequ", allowed: seq, rnd'
                " (did you mean 'seq'?)"
            ),
        ),
        (
            SHORT + "memory:\n  threads: 4\n  total_size: 2G\n  block_sizes: [512M, 1G]\n"
            "  access_modes: [seq]\n",
            (
                "plan.yml:9: memory.block_sizes[1] is 1G, but each of 4 threads moves only its"
                " share of 2G: not one block is moved, and 0 MiB/s is no result; make"
                " total_size larger"
            ),
        ),
        (
            SHORT + "fileio:\n  total_size: 20M\n  modes: [rndrd, rndrd]\n",
            (
                "2 faults in the plan\n"
                "plan.yml:6: fileio measures nothing; give at least one of: latency,"
                " throughput, iops\n"
                'plan.yml:8: fileio.modes holds "rndrd" twice'
            ),
        ),
        (SHORT.replace("boots: 1\n", ""), "plan.yml:1: key 'boots' is missing in the plan"),
        (SHORT + "boots: 2\n", "plan.yml:6: 'boots' is given twice (first in line 1)"),
        (
            SHORT + "initrd: [qemo]\n",
            "plan.yml:6: initrd[0] is \"qemo\", no VMM type; allowed: qemu (did you mean 'qemu'?)",
        ),
        (
            SHORT + "initrd: [stratovirt]\n",
            'plan.yml:6: initrd[0] is "stratovirt", which boots without an initrd; allowed: qemu',
        ),
        (
            SHORT.replace("boots: 1", "boots: 0"),
            (
                "plan.yml:1: the plan measures nothing: boots, footprints and tests are all absent"
                " or 0"
            ),
        ),
        ("", "plan.yml:1: the plan is empty, expected a mapping of keys"),
        ("- boots\n", "plan.yml:1: the plan is a list, expected a mapping of keys"),
        (
            "boots: [1\n",
            "plan.yml:2: not YAML: expected ',' or ']', but got '<stream end>'",
        ),
        (
            "boots: &n 1\nfootprints: *n\n",
            "plan.yml:1: an alias repeats this value; write it out in both places",
        ),
        ("boots: 2024-99-99\n", "plan.yml:1: not YAML: month must be in 1..12"),
        (
            "boots: !!python/name:os.system\n",
            (
                "plan.yml:1: not YAML: could not determine a constructor for the tag"
                " 'tag:yaml.org,2002:python/name:os.system'"
            ),
        ),
        ("? [boots]\n: 1\n", "plan.yml:1: a key must be one word"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    """The message names file, line, what was found and what is allowed."""
    assert refusal(tmp_path / "plan.yml", text) == expected


@pytest.mark.parametrize(
    ("size", "disk", "room"),
    [("824M", "1024", None), ("825M", "1024", 824), ("20G", "20480", 20280), ("1T", "100", 0)],
)
def test_files_that_the_guests_disk_cannot_hold(
    size: str, disk: str, room: int | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told once for all subjects that use them, with the line, before a run begins."""
    path = tmp_path / "plan.yml"
    shapes = "  iops: {threads: 1, block_size: 4k}\n  latency: {threads: 1, block_size: 4k}\n"
    fileio = f"fileio:\n  modes: [rndrd]\n  total_size: {size}\n{shapes}"
    path.write_text(SHORT.replace("repetitions: 0", "repetitions: 1") + fileio, encoding="utf-8")
    start = ["plan", str(path), "--vmms=qemu", "--check", f"--start={tmp_path / 'run'}"]
    code = main([*start, f"--guest-disk={disk}"])
    refused = (
        f"vmmlab plan: {path}:8: fileio.total_size is {size}, and a guest's disk of {disk} MiB has"
        f" room for {room} MiB of files at most; make total_size smaller, or the disk larger (the"
        " variable guest_image_size_mib; --guest-disk of vmmlab plan)\n"
    )
    assert (code, capsys.readouterr().err) == ((0, "") if room is None else (2, refused))
    assert main(start) == ExitStatus.OK  # nothing is known of the guests


def test_the_usual_guest_is_known_to_who_only_looks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`vmmlab plan` reckons with the guests of a lab that says nothing of them."""
    path = tmp_path / "plan.yml"
    memory = "memory: {threads: 1, total_size: 1T, block_sizes: [1M, 1G], access_modes: [seq]}\n"
    path.write_text(SHORT + memory, encoding="utf-8")
    assert main(["plan", str(path)]) == ExitStatus.UNUSABLE
    assert capsys.readouterr().err == (
        f"vmmlab plan: {path}:6: memory.block_sizes[1] is 1G, and a guest has 1024 MiB of memory"
        " (guest_memory_mib): it cannot hold one block; make it smaller\n"
    )
    assert main(["plan", str(path), "--guest-memory=2048"]) == ExitStatus.OK


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are no plan."""
    path = tmp_path / "plan.yml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnusableInputError, match=r"plan.yml: cannot be read: it is not UTF-8 text"):
        load_plan(path)


def test_an_unknown_plan_lists_those_there_are(tmp_path: Path) -> None:
    """A mistyped name gets the nearest one and the list."""
    folder = tmp_path / "inventory" / "plans"
    folder.mkdir(parents=True)
    for name in ("report", "quick"):
        (folder / f"{name}.yml").write_text(SHORT, encoding="utf-8")
    with pytest.raises(UnusableInputError) as caught:
        find_plan("reprot", tmp_path)
    assert str(caught.value) == (
        f"no plan is called 'reprot' (did you mean 'report'?); plans in {folder}:"
        " quick, report (a path to a file of yours is taken as well)"
    )
    with pytest.raises(UnusableInputError, match=r"nowhere/x\.yml: there is no such plan file"):
        find_plan("nowhere/x.yml", tmp_path)


def test_vmms_are_the_folders_there_are(tmp_path: Path) -> None:
    """A VMM is one folder; its order is its descriptor's."""
    for name, order in (("b", 1), ("a", 2)):
        folder = tmp_path / "roles" / f"vmm_{name}"
        folder.mkdir(parents=True)
        text = f"type: {name}\norder: {order}\ninitrd: true\n"
        (folder / "vmm.yml").write_text(text, encoding="utf-8")
    assert list(vmm_types(tmp_path)) == ["b", "a"]
    (folder / "vmm.yml").write_text("type: a\n", encoding="utf-8")
    with pytest.raises(UnusableInputError, match=r"vmm_a/vmm.yml: not a VMM descriptor"):
        vmm_types(tmp_path)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            ["stratvirt"],
            (
                "no VMM is called 'stratvirt' (did you mean 'stratovirt'?); VMMs: stratovirt, qemu"
                " (one folder roles/vmm_* each)"
            ),
        ),
        (
            ["qemu", {"type": "qemu", "version": "9"}],
            (
                "VMM 'qemu' is given twice; give the second one a name of its own, as in"
                " {name: qemu_new, type: qemu}"
            ),
        ),
        (
            [{"name": "../x", "type": "qemu"}],
            (
                "'../x' cannot be the name of a VMM: a folder is called after it, so only a-z, 0-9,"
                " '_', '.' and '-' are allowed, and no '.' or '-' in front"
            ),
        ),
        ([3], "3 is no VMM entry; expected a name, or a mapping with name and type"),
        ([], "no VMM is given; VMMs: stratovirt, qemu"),
    ],
)
def test_a_wrong_vmm_is_refused(given: list[object], expected: str) -> None:
    """Every message says what there is."""
    with pytest.raises(UnusableInputError) as caught:
        vmm_entries(given, TYPES)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ["rport"],
        ["report", "--vmms", "nobody"],
        ["report", "--vmms", "[1"],
        ["report", "--vmms", "[1]"],
        ["report", "--vmms", '{"qemu": 1}'],
        ["report", "--vmms", ","],
        ["report", "--left-out", "qemu"],
        ["report", "--vmms", "qemu", "--left-out", "qemu=gone"],
        ["--start", "/nowhere/run"],
        ["report", "--start", "/proc/nowhere/run"],
        ["report", "--start", "/nowhere/a b"],
        ["--finish", "/nowhere/run"],
        ["/etc/hostname/x.yml"],
        ["/"],
    ],
)
def test_bad_arguments_are_unusable(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one message, never a traceback."""
    assert main(["plan", *arguments]) == 2
    assert capsys.readouterr().err.startswith("vmmlab plan: ")


def test_a_plan_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Order, counts, times and the part that is measured."""
    assert main(["plan", "report", "--vmms", "qemu,new:qemu", "--seed", "1"]) == 0
    shown = capsys.readouterr().out
    assert "200 logs in 20 guest starts on each lab host: about 1 h 46 min with KVM" in shown
    assert "Order, seed 1: " in shown
    assert "96.7%" in shown


def test_plans_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name there is one line per plan."""
    assert main(["plan"]) == 0
    shown = capsys.readouterr().out
    assert "quick" in shown
    assert f"with the VMMs {listing(vmm_types())}." in shown


def test_a_run_is_started_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second start changes nothing; hosts may join; another plan is refused by name."""
    run = tmp_path / "friday"
    start = ["plan", "quick", "--vmms", "qemu", "--start", str(run), "--hosts", "h1", "--json"]
    assert main([*start, "--check"]) == 0
    assert not run.exists()
    assert json.loads(capsys.readouterr().out)["changed"] is True
    assert main(start) == 0
    record = json.loads((run / "run.json").read_text())
    assert (record["run"], record["hosts"], record["vmms"]) == ("friday", ["h1"], ["qemu"])
    capsys.readouterr()
    assert main([*start, "--seed", "7"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is False
    assert main(["plan", "--start", str(run), "--hosts", "h2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hosts"] == ["h1", "h2"]
    assert json.loads((run / "run.json").read_text()) == {**record, "hosts": ["h1", "h2"]}

    other = ["plan", "report", "--vmms", '[{"name": "qemu", "version": "9"}]', "--start", str(run)]
    assert main(other) == 2
    assert capsys.readouterr().err == (
        f"vmmlab plan: {run}/run.json: this run was started with something else:\n"
        "  plan: repetitions is 1 in the run, 2 in the plan 'report'\n"
        "  plan: seconds is 1 in the run, 60 in the plan 'report'\n"
        "  plan: boots is 2 in the run, 10 in the plan 'report'\n"
        "  plan: footprints is 2 in the run, 10 in the plan 'report'\n"
        "  plan: settle_seconds is 3 in the run, 30 in the plan 'report'\n"
        '  VMM qemu: version is not set in the run, "9" now\n'
        "  Continue it with what it was started with, or give another run name.\n"
    )
    assert main(["plan", "quick", "--vmms", "stratovirt", "--start", str(run)]) == 2
    assert "VMMs: qemu in the run, stratovirt now" in capsys.readouterr().err


def test_what_was_left_out_stays_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run goes on without the VMM that it was started without."""
    run = str(tmp_path / "run")
    start = ["plan", "quick", "--vmms", "stratovirt,qemu", "--start", run]
    assert main([*start, "--left-out", "stratovirt=no source"]) == 0
    assert main([*start, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (answer["vmms"], answer["left_out"]) == (["qemu"], {"stratovirt": "no source"})
    assert answer["changed"] is False


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1}', "\xff"])
def test_a_broken_record_is_refused(tmp_path: Path, text: str) -> None:
    """A run.json that cannot be used is named, not overwritten."""
    (tmp_path / "run.json").write_text(text, encoding="latin-1")
    assert main(["plan", "quick", "--start", str(tmp_path)]) == 2
    assert (tmp_path / "run.json").read_text(encoding="latin-1") == text


def test_the_end_of_a_run_is_recorded(tmp_path: Path) -> None:
    """Finishing adds when, and whether a host was emulated as far as hosts said it."""
    run = tmp_path / "run"
    assert main(["plan", "quick", "--start", str(run)]) == 0
    for host, text in (("h1", '{"emulated": true}'), ("h2", "broken")):
        (run / host).mkdir()
        (run / host / "host.json").write_text(text)
    assert main(["plan", "--finish", str(run)]) == 0
    record = json.loads((run / "run.json").read_text())
    assert record["emulated"] is True
    assert record["finished"] >= record["started"]
