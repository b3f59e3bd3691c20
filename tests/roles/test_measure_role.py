"""The role measure: the runner is sent, started, followed, and its files are fetched."""

import base64
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from archives import packed
from modules import load as load_filter
from runner_lab import HERE as RUNNER_TESTS
from runner_lab import block, boot_test, free_port, guest_test
from sandbox import CHECKOUT, Play, Sandbox

from collector.run import limits
from collector.run.progress import step_of

PLUGINS = CHECKOUT / "roles/measure/action_plugins"

# Starts the runner as systemd would, and leaves guests to the runner's own fake.
SYSTEMCTL = f"""#!/bin/sh
echo "$*" >> "$SANDBOX_LOG"
pid="$FAKE_STATE/run.pid"
case "$*" in
    "start --no-block vmmlab-run@"*)
        run=${{3#vmmlab-run@}}
        setsid /usr/bin/python3 -I /opt/vmmlab/lib/vmmlab_runner.pyz run "${{run%.service}}" \\
            > "$FAKE_STATE/run.log" 2>&1 < /dev/null &
        echo $! > "$pid" ;;
    "is-active vmmlab-run@"*)
        if kill -0 "$(cat "$pid")" 2> /dev/null; then echo active; else echo inactive; exit 3; fi ;;
    *vmmlab-guest-*) exec {RUNNER_TESTS}/fakes/host/systemctl "$@" ;;
    *) exit 0 ;;
esac
"""


def load(name: str) -> ModuleType:
    """Return an action plugin as a module."""
    spec = importlib.util.spec_from_file_location(f"measure_{name}", PLUGINS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


follow = load("follow")
NOTHING: dict[str, Any] = {"planned": 104, "done": 0, "missing": []}
python_archive = load("python_archive")


def test_words_of_a_host_do_a_terminal_no_harm() -> None:
    """What is shown of a lab host's progress is one line without control characters."""
    message = "a\x1b[2J\nb" + 2000 * "c"
    told = step_of({"current": None, "message": message, **NOTHING}).headline
    assert told.startswith("a[2J bccc")
    assert len(told) == 1002
    assert told.endswith("c …")


def test_looks_become_seldom() -> None:
    """Two seconds at first; every two minutes in a long run; soon when its end is near."""
    long = {"seconds_left": 9000}
    assert follow.pause(0, long) == 2
    assert follow.pause(200, long) == 40
    assert follow.pause(5000, long) == 120
    assert follow.pause(5000, {"seconds_left": 40}) == 20
    assert follow.pause(5000, {"seconds_left": 0}) == 10


def test_headline() -> None:
    """What a person sees of a run."""
    current = {
        "vmm": "stratovirt",
        "measurement": "sysbench-cpu",
        "case": "threads-4",
        "repetition": 2,
        "of": 2,
    }
    progress = {
        "planned": 104,
        "done": 34,
        "missing": [{}, {}],
        "current": current,
        "seconds_left": 2460,
    }
    step = step_of(progress)
    assert step.headline + step.left == (
        "[37/104] stratovirt sysbench-cpu threads-4 (2 of 2), 41 min left"
    )
    assert step_of({"current": None, "message": "starting", **NOTHING}).headline == "starting"


def test_an_answer_that_does_not_come() -> None:
    """What takes too long is ended, and so is the program that was waited for."""
    with subprocess.Popen(["sleep", "60"]) as waited:
        with pytest.raises(TimeoutError, match="no answer within 1 s"), follow.alarm(1):
            waited.wait()
        follow.end_children()
        assert waited.wait(timeout=10) == -9


def test_a_controller_that_is_no_linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without /proc there is no limit on memory, and a lost SSH client is found all the same."""
    monkeypatch.setattr(limits, "PROC", tmp_path / "nothing")
    before = resource.getrlimit(resource.RLIMIT_AS)
    limits.limit_memory(1 << 20)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    with subprocess.Popen(["sleep", "60"]) as waited:
        limits.end_children()
        assert waited.wait(timeout=10) == -9


def test_a_connection_outlives_the_time_between_two_looks() -> None:
    """A new one would cost the controller, and the host that measures, a key exchange each time.

    Among several words on one option the first counts for ssh, and these are the first.
    """
    settings = yaml.safe_load((CHECKOUT / "playbooks/group_vars/all/ansible.yml").read_text())
    kept = re.search(r"-o ControlPersist=(\d+)", settings["ansible_ssh_args"])
    assert kept
    assert int(kept[1]) > 2 * follow.POLL[1]
    assert "ControlPersist" not in settings["ansible_ssh_common_args"]


class Followed:
    """The action as it follows a host that is only a list of answers; time is made up."""

    def __init__(self, dest: Path, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        """Prepare the action; the last answer is given again and again."""
        self.asked: list[str] = []
        self.known = follow.Followed()
        self.dest = dest
        self._answers = list(answers)
        self._now = 0.0
        self._action = follow.ActionModule.__new__(follow.ActionModule)
        self._action._host = "lab1"
        self._action._arguments = {
            "run": "friday", "dest": str(dest), "silence": 3600.0, "limit": 86400.0,
            "directory": "/runs", "runner": "/runner.pyz",
        }  # fmt: skip
        monkeypatch.setattr(self._action, "_ask", self._ask)
        monkeypatch.setattr(self._action, "_rest", self._rest)
        monkeypatch.setattr(follow.time, "monotonic", lambda: self._now)

    def _ask(self, command: str) -> str:
        self.asked.append(command)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def _rest(self, seconds: float) -> None:
        self._now += seconds

    def follow(self) -> dict[str, Any]:
        """Follow to the end, and return what the action tells."""
        self._action._follow(self.known)
        told: dict[str, Any] = self._action._summary(self.known)
        return told


def answer(state: str, block: int | None, *files: str, active: str = "active", at: int = 0) -> str:
    """Return what a host says: its progress, and an archive if there are files in it."""
    progress: dict[str, Any] = {
        "format": 1, "state": state, "planned": 2, "done": 1, "missing": [], "updated": at,
        "seconds_left": 7200, "guest_seconds": 1, "wall_seconds": 1, "message": state,
        "current": None,
    }  # fmt: skip
    if block:
        names = {"vmm": "qemu", "measurement": "boot", "case": "default"}
        progress["current"] = {**names, "repetition": 1, "of": 1, "block": block}
    said = f"{active}\n{json.dumps(progress)}\n"
    if files:
        archive = base64.b64encode(packed(*((f, b"1", tarfile.REGTYPE) for f in files))).decode()
        said += json.dumps({"tar": archive, "next": len(files), "more": False, "refused": {}})
    return said


def test_files_come_while_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the look that sees a new block; the next look names what is here already."""
    log = "qemu/boot/default/01.log"
    said = answer("running", 2, log), answer("running", 2), answer("done", None)
    host = Followed(tmp_path, monkeypatch, answer("running", 1), *said)
    told = host.follow()
    assert (told["state"], told["fetched"], "failed" in told) == ("done", 1, False)
    assert (tmp_path / log).read_bytes() == b"1"
    assert ["pack --first 0 friday" in asked for asked in host.asked] == [True, True, False, False]
    assert [f'"block": {n},' in asked for n, asked in zip((0, 1, 2, 2), host.asked, strict=True)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer("running", 1), "the run stands still: nothing new for 6"),
        (answer("running", 1, active="inactive"), "the run's unit has stopped (inactive)"),
        (answer("running", 1, active="unknown"), "the run's unit has stopped (unknown)"),
        (answer("running", 1, active="failed"), "the run's unit has stopped (failed)"),
    ],
)
def test_a_run_without_progress_is_given_up(
    said: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others in the lab wait for each host; what it has is fetched at last."""
    host = Followed(tmp_path, monkeypatch, said)
    monkeypatch.setattr(host._action, "_fetch", lambda known: setattr(known, "fetched", 5))
    told = host.follow()
    assert (told["failed"], told["fetched"]) == (True, 5)
    assert reason in told["msg"]
    assert "journalctl -u vmmlab-run@friday" in told["msg"]


def test_a_run_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may always have something new to tell, and never come to an end."""
    host = Followed(tmp_path, monkeypatch, *(answer("running", 1, at=n) for n in range(2000)))
    monkeypatch.setattr(host._action, "_fetch", lambda _known: None)
    assert "the run has not ended within 24 h" in host.follow()["msg"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("active\n" + "[" * 100_000, "recursion"),
        ("active\n[1]", "is no progress of a run"),
        ("active\n" + json.dumps({"format": 1, "x": "y" * (4 << 20)}), "more than 4194304"),
    ],
    ids=["deep", "no mapping", "long"],
)
def test_a_progress_that_is_none(
    said: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the following of this host with an error that the action knows."""
    with pytest.raises((ValueError, RecursionError), match=reason):
        Followed(tmp_path, monkeypatch, said).follow()
    assert not list(tmp_path.iterdir())


def test_an_endless_answer_takes_no_more_memory() -> None:
    """The process that follows a host may have so much more, and no others."""
    script = (
        "import runpy, sys; follow = runpy.run_path(sys.argv[1]); follow['limit_memory'](64 << 20);"
        " bytearray(32 << 20); bytearray(256 << 20)"
    )
    command = [sys.executable, "-c", script, str(PLUGINS / "follow.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr.strip().endswith("MemoryError"), done.stderr


def test_the_look_packs_what_is_new(tmp_path: Path) -> None:
    """Not while the same block goes on, nor when all files are here; as sudo's shell reads it."""
    (tmp_path / "systemctl").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "systemctl").chmod(0o755)
    path = tmp_path / "progress.json"
    text = json.dumps({"current": {"block": 3, "of": 2}, "message": "a\\b'$(c)`", "files": 12})
    path.write_text(json.dumps(json.loads(text), indent=1) + "\n")

    def look(block: int, line: int) -> str:
        command = follow.LOOK.format(
            run="r", path=path, gone=9, block=block, line=line, pack="echo packed"
        )
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=True
        )
        active, _, said = done.stdout.partition("\n")
        found, end = json.JSONDecoder().raw_decode(said)
        assert (active, found) == ("unknown", json.loads(text))
        return said[end:].strip()

    assert look(3, 11) == ""
    assert look(2, 12) == ""
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(subprocess.CalledProcessError, match="exit status 9"):
        look(0, 0)
    (tmp_path / "elsewhere").rename(path)
    assert look(2, 11) == look(33, 112) == look(0, 1) == "packed"


def test_archive_of_the_runner_runs(tmp_path: Path) -> None:
    """The package is one file that Python runs, with the same bytes each time."""
    package = CHECKOUT / "roles/measure/files/vmmlab_runner"
    data = python_archive.archive(package)
    assert data == python_archive.archive(package)
    program = tmp_path / "runner.pyz"
    program.write_bytes(data)
    shown = subprocess.run(
        [sys.executable, "-I", str(program), "--help"], capture_output=True, text=True, check=True
    )
    assert "measure what is missing" in shown.stdout


def test_attempts_count_on_from_those_here() -> None:
    """What is asked for says how many failed; the highest number counts, not how many are left."""
    todo = load_filter("roles/measure/filter_plugins/measure.py").todo
    blocks = [block(1, "qemu", 1, guest_test("1"), guest_test("1", 2))]
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder, "qemu/sysbench-cpu/threads-1")
        case.mkdir(parents=True)
        for name in ("01.failed-2.log", "01.failed-11.log", "01.failed-x.log", "02.failed-9.json"):
            (case / name).touch()
        (left,) = todo(blocks, folder)
    assert [step["failed"] for step in left["measurements"]] == [11, 0]


def test_results_of_another_host_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of what a machine measured under another name is taken for this host's."""
    said = answer("running", 2, "qemu/boot/default/01.log")
    said = said.replace('"format"', '"host": "x", "format"')
    with pytest.raises(ValueError, match="this machine measured as 'x'"):
        Followed(tmp_path, monkeypatch, said).follow()
    assert not list(tmp_path.iterdir())


class MeasuredLab:
    """A sandbox with the runner's fakes as its guests."""

    def __init__(self, directory: Path) -> None:
        """Provision it, as the roles before do."""
        self.results = directory / "results/friday"
        self.state = directory / "state"
        self.state.mkdir()
        self.sandbox = Sandbox(directory / "sandbox")
        (self.sandbox.directory / "bin/systemctl").write_text(SYSTEMCTL)
        port = free_port()
        lab = {
            "guest_address": "127.0.0.1",
            "guest_port": port,
            "guest_directory": str(self.state / "guest/agent"),
            "guest_workplace": str(self.state / "guest/workplace"),
        }
        self.put("/etc/vmmlab/lab.json", json.dumps(lab))
        self.put("/etc/vmmlab/vmms/qemu.json", json.dumps({"format": 1, "name": "qemu"}))
        self.put("/var/lib/vmmlab/base/base.raw", "disk")
        self.sandbox.path("/var/lib/vmmlab/guest").mkdir()
        self.put("/opt/vmmlab/lib/tuning.py", "")
        programs = (
            f"{self.sandbox.directory / 'bin'}:{RUNNER_TESTS / 'fakes/host'}:{os.environ['PATH']}"
        )
        self.sandbox.environment |= {
            "PATH": programs,
            "FAKE_STATE": str(self.state),
            "FAKE_ROOT": "/",
            "FAKE_PORT": str(port),
            "FAKE_SECONDS": "4",
        }

    def put(self, path: str, text: str) -> None:
        """Write a file into the sandbox's layer."""
        inside = self.sandbox.path(path)
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.write_text(text)

    def play(self, entry: str = "main", *options: str, **variables: Any) -> Play:
        """Apply the role."""
        given = {
            "measure_run": "friday",
            "measure_run_dir": str(self.results),
            "measure_pause": 0,
            "measure_blocks": [
                block(1, "qemu", 1, boot_test(), guest_test("1")),
                block(2, "qemu", 2, guest_test("1", 2)),
            ],
        }
        return self.sandbox.play("measure", given | variables, tasks_from=entry, options=options)

    def starts(self) -> int:
        """Return how many guests were started."""
        path = self.state / "starts"
        return len(path.read_text().splitlines()) if path.exists() else 0


def record_of_friday() -> str:
    """Return the record of the run as its controller would have sent it."""
    record = {
        "format": 1, "run": "friday", "started": "", "plan": {}, "seed": 1, "vmms": ["qemu"],
        "vmm_entries": [], "left_out": {}, "hosts": ["lab1"], "blocks": [],
    }  # fmt: skip
    return json.dumps(record)


@pytest.mark.sandbox
def test_measure_twice(tmp_path: Path) -> None:
    """The first play measures, shows and fetches; the second changes nothing and starts nothing."""
    lab = MeasuredLab(tmp_path)
    checked = lab.play("main", "--check")
    assert checked.code == 0, checked.output
    assert lab.starts() == 0
    first = lab.play()
    assert first.code == 0, first.output
    assert "lab1: [2/3] qemu sysbench-cpu threads-1 (1 of 2), 1 min left" in first.output
    assert lab.sandbox.verify("vmmlab-run@.service") == ""
    host = lab.results / "lab1"
    found = sorted(str(p.relative_to(host)) for p in host.rglob("*") if p.is_file())
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    (boot,) = (path.name for path in host.glob("boots/*"))
    assert boot.startswith(f"{boot_id}-")
    assert found == [
        f"boots/{boot}",
        "host.json",
        "progress.json",
        "qemu/boot/default/01.json",
        "qemu/boot/default/01.log",
        "qemu/console/01.log",
        "qemu/console/02.log",
        "qemu/sysbench-cpu/threads-1/01.json",
        "qemu/sysbench-cpu/threads-1/01.log",
        "qemu/sysbench-cpu/threads-1/02.json",
        "qemu/sysbench-cpu/threads-1/02.log",
        "qemu/vmm.json",
    ]
    progress = json.loads((host / "progress.json").read_text())
    assert (progress["state"], progress["done"]) == ("done", 3)
    assert lab.starts() == 2
    second = lab.play()
    assert (second.code, second.changed, second.changes) == (0, 0, []), second.output
    assert lab.starts() == 2
    elsewhere = tmp_path / "elsewhere"
    lab.put("/var/lib/vmmlab/runs/friday/results/unknown", "x")
    refused = lab.play("teardown", measure_results_dir=str(elsewhere))
    assert refused.code == 2
    words = " ".join(refused.output.split())
    assert "lab1: run 'friday': 3 logs (12 files) are on this lab host alone: there is no" in words
    assert "-e teardown_discard_results=true" in words
    lab.sandbox.path("/var/lib/vmmlab/runs/friday/record.json").write_text(record_of_friday())
    refused = lab.play("teardown", measure_results_dir=str(elsewhere))
    assert refused.code == 2
    words = " ".join(refused.output.split())
    assert "lab1: run 'friday': 0 logs (1 files) are on this lab host alone: unknown is no" in words
    came = {p.relative_to(elsewhere / "friday/lab1") for p in elsewhere.rglob("*/0*.*")}
    assert came == {p.relative_to(host) for p in host.rglob("*/0*.*")}
    assert lab.sandbox.path("/opt/vmmlab/lib/vmmlab_runner.pyz").exists()
    given = {"measure_results_dir": str(elsewhere), "measure_discard": True}
    gone = lab.play("teardown", **given)
    assert gone.code == 0, gone.output
    assert "given up: lab1: run 'friday': 0 logs (1 files)" in " ".join(gone.output.split())
    left = lab.sandbox.run("sh", "-c", "find /etc/systemd /opt/vmmlab /var/lib/vmmlab").stdout
    assert "runner" not in left
    assert "vmmlab-run@" not in left
    assert "friday" not in left


@pytest.mark.sandbox
def test_missing_measurements_fail_the_host(tmp_path: Path) -> None:
    """Everything there is comes over first; then the host fails, with the first reason."""
    lab = MeasuredLab(tmp_path)
    (lab.state / "fail").touch()
    failed = lab.play()
    assert failed.code == 2
    words = " ".join(failed.output.split())
    assert "lab1: 2 of 3 measurements are missing; the first is qemu sysbench-cpu" in words
    assert "ended with exit code 1; logs are in" in words
    host = lab.results / "lab1"
    assert (host / "qemu/sysbench-cpu/threads-1/01.failed-2.log").exists()
    assert (host / "qemu/boot/default/01.json").exists()
