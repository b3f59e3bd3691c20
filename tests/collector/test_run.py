"""`vmmlab run`: what it shows, keeps and ends with."""

import errno
import io
import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_runs import BIN, environment, write_lab
from rich.console import Console

from collector.cli import build_parser, main
from collector.commands import run as commands_run
from collector.commands.run import _options
from collector.errors import UnusableInputError
from collector.plan.project import ROOT
from collector.run import front
from collector.run.display import LiveDisplay, PlainDisplay
from collector.run.follow import Follower
from collector.run.front import KeptLog, run_playbook
from collector.run.incoming import place
from collector.run.progress import Step


def vmmlab_run(inventory: Path, playbook: str, *options: str) -> subprocess.Popen[str]:
    """Start `vmmlab run` with a playbook beside `inventory`."""
    return subprocess.Popen(
        [
            *(str(BIN / "vmmlab"), "run", "-i", str(inventory), *options),
            str(inventory.with_name(f"{playbook}.yml")),
        ],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_playbook_is_run_and_its_log_kept(tmp_path: Path) -> None:
    """Stages as they begin, the summary, the log with the run, 1 because logs are missing."""
    inventory = write_lab(tmp_path)
    with vmmlab_run(inventory, "full", "--plan", "quick", "--run", "friday") as process:
        shown, _ = process.communicate(timeout=60)
    assert process.returncode == 1, shown
    lines = shown.splitlines()
    assert lines[:2] == ["STAGE 1/2 measure", "STAGE 2/2 report"]
    assert lines[2].startswith("STAGES **")
    assert "70 measurements planned, 0 made, 70 missing" in lines
    log = tmp_path / "results" / "friday" / "ansible.log"
    assert lines[-1] == f"Ansible's log: {log}"
    text = log.read_text()
    assert "h2 knows friday, 2 blocks" in text
    assert "PLAY RECAP" in text
    assert "\x1b" not in text


def test_ctrl_c_stops_and_says_how_to_go_on(tmp_path: Path) -> None:
    """ansible-playbook and its workers end; the run's state and name are told."""
    inventory = write_lab(tmp_path)
    run = tmp_path / "results" / "friday"
    with vmmlab_run(inventory, "starting", "--run", "friday") as process:
        log = run / "ansible.log"
        deadline = time.monotonic() + 30
        while not log.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        shown, _ = process.communicate(timeout=30)
    assert process.returncode == 1, shown
    assert "Stopped. A lab host that is measuring goes on by itself" in shown
    assert "vmmlab run: --run friday" in shown
    assert "Traceback" not in shown


def test_the_password_for_sudo_is_asked_for_and_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ansible-playbook reads it from a pipe, once."""
    told: list[str] = []

    def note(*_: Any, become_password: str) -> tuple[int, bool]:
        told.append(become_password)
        return 0, False

    monkeypatch.setattr(commands_run, "getpass", lambda _: "geheim")
    monkeypatch.setattr(commands_run, "run_playbook", note)
    assert [main(["run", *given, "preflight"]) for given in (["-K"], [])] == [0, 0]
    assert told == ["geheim", ""]
    option, path = front._told("geheim", tmp_path)
    assert (option, stat.filemode(Path(path).stat().st_mode)) == (
        "--become-password-file",
        "prw-------",
    )
    assert Path(path).read_text() == "geheim\n"
    assert front._told("", tmp_path) == []


@pytest.mark.parametrize("typed", ["", EOFError, KeyboardInterrupt])
def test_no_password_where_one_was_asked_for_starts_nothing(
    typed: str | type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Sudo would complain of it on each lab host, and say to add -K."""

    def ask(_: str) -> str:
        if isinstance(typed, str):
            return typed
        raise typed

    monkeypatch.setattr(commands_run, "getpass", ask)
    monkeypatch.setattr(commands_run, "run_playbook", None)
    assert main(["run", "-K", "preflight"]) == 2
    assert "and none was typed; nothing was started" in capsys.readouterr().err


def test_the_checkouts_configuration_is_used_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also in a folder that all may write to, where Ansible would pass over it."""
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    assert front._environment()["ANSIBLE_CONFIG"] == str(ROOT / "ansible.cfg")
    monkeypatch.setenv("ANSIBLE_CONFIG", "/etc/mine.cfg")
    assert front._environment()["ANSIBLE_CONFIG"] == "/etc/mine.cfg"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mesure"], "no playbook is called 'mesure' (did you mean 'measure'?); playbooks in "),
        (["--plan", "qick"], "no plan is called 'qick' (did you mean 'quick'?); plans in "),
        (["--run", "../x"], "'../x' cannot be the name of a run: only letters, digits"),
        (["-i", "nowhere.yml"], "nowhere.yml: there is no such inventory"),
        (["--only", "qemu"], "--only is a part of an existing run: name it with --run"),
        (
            ["--host", "virtual"],
            "--host 'virtual': no such host in the group lab (did you mean 'virtual-lab'?)",
        ),
    ],
)
def test_bad_arguments_start_nothing(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one message."""
    assert main(["run", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"vmmlab run: {message}")


def test_a_host_is_picked(tmp_path: Path) -> None:
    """`--host` leaves of the lab that host; a limit leaves in what serves every host."""
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("lab: {hosts: {h1: {}, h2: {}}}\ncontrollers: {hosts: {localhost: {}}}\n")
    parser = build_parser("run")
    given = ["run", "-i", str(inventory), "--host", "h2"]
    for more, limit in (([], "h2"), (["--host", "h1"], "h2,h1")):
        options = _options(parser.parse_args([*given, *more]))
        assert options[options.index("--limit") + 1] == limit


def test_a_host_beside_a_limit_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Together they would be a union."""
    with pytest.raises(SystemExit, match="2"):
        main(["run", "--host", "h1", "--limit", "h2"])
    assert "argument -l/--limit: not allowed with argument --host" in capsys.readouterr().err


def set_fact(action: str, run_dir: object) -> dict[str, Any]:
    """Return the event of a task that tells the folder of the run."""
    result = {"ansible_facts": {"plan_run_dir": run_dir}}
    return {"event": "runner_on_ok", "event_data": {"task_action": action, "res": result}}


def test_events_become_what_a_person_sees() -> None:
    """Stage, task, failures, what was left out, the folder of the run."""
    follower = Follower()
    events: list[dict[str, Any]] = [
        {"event": "playbook_on_start", "pid": 7, "stdout": ""},
        {"event": "verbose", "stdout": "\r\n\x1b[0;34mSTAGE 3/6: measure ****\x1b[0m\r\n"},
        {"event": "playbook_on_task_start", "event_data": {"role": "measure", "task": "Follow"}},
        {"event": "verbose", "stdout": "virtual-lab: [37/104] qemu boot default (2 of 2)"},
        set_fact("ansible.builtin.set_fact", "/results/friday"),
        set_fact("ansible.builtin.setup", "/root/.ssh"),
        set_fact("ansible.builtin.set_fact", ["/root/.ssh"]),
        {
            "event": "runner_on_failed",
            "event_data": {"host": "h1", "task": "Ship", "res": {"msg": "no\nspace"}},
        },
        {"event": "runner_on_failed", "event_data": {"host": "h1", "ignore_errors": True}},
        {"event": "verbose", "stdout": "[ERROR]: Task failed: told by its event"},
        {"event": "verbose", "stdout": "LEFT OUT: stratovirt: no source"},
        {"event": "verbose", "stdout": "STAGES *****\nstage  wall time"},
    ]
    shown = [line for event in events for line in follower.feed(event)]
    assert shown == [
        "STAGE 3/6 measure",
        "h1: FAILED: Ship: no space",
        "LEFT OUT: stratovirt: no source",
    ]
    assert follower.pid == 7
    assert follower.task == "measure : Follow"
    assert follower.run_dir == Path("/results/friday")
    assert follower.closing == ["STAGES *****", "stage  wall time"]


def write_progress(run_dir: Path, host: str, **changed: object) -> None:
    """Write what `follow` brings of a lab host, as it does."""
    current = {"vmm": "qemu", "measurement": "boot", "case": "default", "repetition": 2, "of": 2}
    progress = {"current": current, "planned": 104, "done": 34, "missing": [{}, {}], "message": ""}
    text = json.dumps({**progress, "seconds_left": 2460, **changed})
    place(run_dir / host / "progress.json", text.encode())


def test_progress_is_read_from_what_the_hosts_wrote(tmp_path: Path) -> None:
    """Whatever is printed of it; hosts that nobody follows now, and broken files, say nothing."""
    write_progress(tmp_path, "lab1")
    write_progress(tmp_path, "lab2", done=104, current=None, message="finished")
    follower = Follower()
    list(follower.feed(set_fact("set_fact", str(tmp_path))))
    assert list(follower.moved()) == []
    list(follower.feed(set_fact("set_fact", str(tmp_path))))
    write_progress(tmp_path, "lab1", done=35)
    line = "lab1: [38/104] qemu boot default (2 of 2), 41 min left"
    assert list(follower.moved()) == [line]
    assert list(follower.moved()) == []
    write_progress(tmp_path, "lab1", done=35, seconds_left=60)
    assert list(follower.moved()) == []
    assert follower.steps == {"lab1": Step(38, 104, "qemu boot default (2 of 2)", ", 1 min left")}
    write_progress(tmp_path, "lab1", done=36, current=None, message="qemu: starting guest 2")
    assert list(follower.moved()) == ["lab1: qemu: starting guest 2"]
    assert follower.steps == {"lab1": Step(38, 104, "qemu: starting guest 2")}
    for broken in ({"missing": 7}, {"seconds_left": "x"}, {"current": "x"}, {"planned": None}):
        write_progress(tmp_path, "lab2", **broken)
        assert list(follower.moved()) == []
    (tmp_path / "lab2/progress.json").write_text("[1e999")
    assert list(follower.moved()) == []
    assert list(follower.steps) == ["lab1"]


def test_the_live_display_keeps_hosts_in_place() -> None:
    """Progress moves in the display; everything else is printed above it."""
    follower = Follower(stage="3/6 measure", task="measure : Follow")
    for number in range(22):
        follower.steps[f"h{number}"] = Step(number, 104, "qemu boot (1 of 2)", ", 3 min left")
    console = Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    display = LiveDisplay(follower, console)
    display.move(["h3: [3/104] qemu boot (1 of 2), 3 min left"])
    display.show(["h4: FAILED: Ship: no space"])
    console.print(display.render())
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert shown.splitlines()[0] == "h4: FAILED: Ship: no space"
    assert "stage 3/6 measure" in shown
    assert "[19/104] qemu boot (1 of 2), 3 min left" in shown
    assert "and 2 more hosts" in shown


def test_the_log_goes_on_where_a_run_goes_on(tmp_path: Path) -> None:
    """Before the run's folder is known it lies apart; it never replaces an older one."""
    run = tmp_path / "run"
    log = KeptLog(tmp_path / "logs")
    log.write("one\r\n\x1b[0;32mtwo\x1b[0m")
    log.move_to(run)
    assert log.path.parent == tmp_path / "logs"
    run.mkdir()
    (run / "ansible.log").write_text("zero\n")
    log.move_to(run)
    log.write("three")
    log.close()
    assert (run / "ansible.log").read_text() == "zero\none\ntwo\nthree\n"
    assert not list((tmp_path / "logs").iterdir())


def test_a_log_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    """On a full disk the display goes on, says so once, and the closing lines come."""
    inventory = write_lab(tmp_path)
    full = tmp_path / "results" / "friday" / "ansible.log"
    full.parent.mkdir(parents=True)
    full.symlink_to("/dev/full")
    with vmmlab_run(inventory, "full", "--plan", "quick", "--run", "friday") as process:
        shown, _ = process.communicate(timeout=60)
    assert process.returncode == 1, shown
    said = [line for line in shown.splitlines() if "cannot be written" in line]
    assert said == [f"Ansible's log {full} cannot be written: No space left on device"]
    assert "STAGE 2/2 report" in shown
    assert "70 measurements planned, 0 made, 70 missing" in shown
    assert "Traceback" not in shown


def test_a_full_disk_of_the_first_log_ends_nothing(tmp_path: Path) -> None:
    """Neither writing nor closing it raises anything."""
    log = KeptLog(tmp_path / "logs")
    log._file.close()
    log.path.unlink()
    log.path.symlink_to("/dev/full")
    log._file = log.path.open("w", encoding="utf-8")
    log.write("one")
    log.write("two")
    (tmp_path / "run").mkdir()
    log.move_to(tmp_path / "run")
    log.close()
    assert len([*log.complaints(), *log.complaints()]) == 1


@pytest.mark.parametrize(("status", "code"), [("successful", 0), ("failed", 1), ("running", None)])
def test_a_full_temporary_folder_loses_no_end(
    status: str, code: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ansible-runner keeps no output there, and its last words do not matter."""

    def run(settings: dict[str, Any], status_handler: Any, **_: object) -> None:
        assert settings["suppress_output_file"]
        status_handler({"status": status}, runner_config=None)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("ansible_runner.run", run)
    log = KeptLog(tmp_path)
    playbook, follower, display = tmp_path / "x.yml", Follower(), PlainDisplay()
    if code is None:
        with pytest.raises(UnusableInputError, match="No space left on device; make room"):
            run_playbook(playbook, [], follower, display, log)
    else:
        assert run_playbook(playbook, [], follower, display, log) == (code, False)
    log.close()
