"""The role host_tuning: its unit, and the program that tunes, on a made-up /sys."""

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from modules import load
from sandbox import CHECKOUT, Sandbox

PROGRAM = CHECKOUT / "roles/host_tuning/files/tuning.py"
WANTED = ["--governor=performance", "--turbo=off", "--thp=never", "--ksm=0"]


@pytest.fixture(scope="module")
def tuning() -> ModuleType:
    """The program as a module."""
    spec = importlib.util.spec_from_file_location("tuning", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def intel(root: Path) -> dict[str, Path]:
    """Make the knobs of an Intel host."""
    knobs = {
        "governor": root / "sys/devices/system/cpu/cpufreq/policy0/scaling_governor",
        "governor1": root / "sys/devices/system/cpu/cpufreq/policy1/scaling_governor",
        "turbo": root / "sys/devices/system/cpu/intel_pstate/no_turbo",
        "thp": root / "sys/kernel/mm/transparent_hugepage/enabled",
        "ksm": root / "sys/kernel/mm/ksm/run",
    }
    for path in knobs.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    knobs["governor"].write_text("powersave\n")
    knobs["governor1"].write_text("schedutil\n")
    knobs["turbo"].write_text("0\n")
    knobs["thp"].write_text("always [madvise] never\n")
    knobs["ksm"].write_text("1\n")
    return knobs


def test_saved_set_read_back_restored(tuning: ModuleType, tmp_path: Path) -> None:
    """Each processor gets its own governor back, also when it was tuned twice."""
    knobs = intel(tmp_path)
    root = f"--root={tmp_path}"
    tuning.main(["apply", root, *WANTED])
    # The kernel marks its choice; a plain file holds what was written.
    assert knobs["thp"].read_text() == "never"
    knobs["thp"].write_text("always madvise [never]\n")
    tuning.main(["apply", root, *WANTED])
    knobs["thp"].write_text("always madvise [never]\n")
    told = json.loads((tmp_path / "run/vmmlab/tuning.json").read_text())
    shown = {name: (knob["before"], knob["wanted"]) for name, knob in told.items()}
    assert shown == {
        "governor": ("powersave, schedutil", "performance"),
        "turbo": ("on", "off"),
        "thp": ("madvise", "never"),
        "ksm": ("1", "0"),
    }
    assert [told[name]["after"] for name in ("governor", "turbo", "ksm")] == [
        "performance",
        "off",
        "0",
    ]
    tuning.main(["restore", root])
    assert knobs["governor"].read_text() == "powersave"
    assert knobs["governor1"].read_text() == "schedutil"
    assert (knobs["turbo"].read_text(), knobs["thp"].read_text()) == ("0", "madvise")
    assert not (tmp_path / "run/vmmlab/tuning.json").exists()


def test_killed_half_way(
    tuning: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found is written down before anything is turned."""
    knobs = intel(tmp_path)
    turn, turned = tuning.turn, list[Path]()

    def turn_one(path: Path, value: str) -> None:
        if turned:
            raise KeyboardInterrupt
        turned.append(path)
        turn(path, value)

    monkeypatch.setattr(tuning, "turn", turn_one)
    with pytest.raises(KeyboardInterrupt):
        tuning.main(["apply", f"--root={tmp_path}", *WANTED])
    assert knobs["governor"].read_text() == "performance"
    monkeypatch.setattr(tuning, "turn", turn)
    tuning.main(["restore", f"--root={tmp_path}"])
    assert knobs["governor"].read_text() == "powersave"


def test_a_machine_without_knobs(tuning: ModuleType, tmp_path: Path) -> None:
    """A virtual machine has none of them, which is noted and no error."""
    assert tuning.main(["apply", f"--root={tmp_path}", *WANTED]) == 0
    told = json.loads((tmp_path / "run/vmmlab/tuning.json").read_text())
    assert told["turbo"] == {"before": None, "wanted": "off", "after": None, "files": {}}
    assert tuning.main(["restore", f"--root={tmp_path}"]) == 0


def test_a_processor_that_is_offline(tuning: ModuleType, tmp_path: Path) -> None:
    """Its governor can be neither read nor set (EBUSY); the others are tuned."""
    knobs = intel(tmp_path)
    knobs["governor1"].unlink()
    knobs["governor1"].mkdir()  # reading and writing it raises OSError, too
    assert tuning.main(["apply", f"--root={tmp_path}", *WANTED]) == 0
    assert knobs["governor"].read_text() == "performance"
    told = json.loads((tmp_path / "run/vmmlab/tuning.json").read_text())
    assert (told["governor"]["before"], told["governor"]["after"]) == ("powersave", "performance")
    assert tuning.main(["restore", f"--root={tmp_path}"]) == 0
    assert knobs["governor"].read_text() == "powersave"


def test_keep_changes_nothing(tuning: ModuleType, tmp_path: Path) -> None:
    """`keep` leaves a knob alone and still says how it stands."""
    knobs = intel(tmp_path)
    tuning.main(["apply", f"--root={tmp_path}"])
    assert knobs["turbo"].read_text() == "0\n"
    told = json.loads((tmp_path / "run/vmmlab/tuning.json").read_text())
    assert (told["turbo"]["before"], told["turbo"]["after"]) == ("on", "on")


def test_boost_of_other_drivers(tuning: ModuleType, tmp_path: Path) -> None:
    """Without intel_pstate the knob is `boost`, the other way round."""
    boost = tmp_path / "sys/devices/system/cpu/cpufreq/boost"
    boost.parent.mkdir(parents=True)
    boost.write_text("1\n")
    tuning.main(["apply", f"--root={tmp_path}", "--turbo=off"])
    assert boost.read_text() == "0"


SYSTEMCTL = """#!/bin/sh
cd "$(dirname "$0")/running"
case "$1" in
    list-units) for unit in "$@"; do [ ! -e "$unit" ] || echo "$unit loaded active waiting"; done ;;
    stop) shift; rm -f "$@" ;;
    start) shift; touch "$@" ;;
esac
[ ! -e ../killed ]
"""


def test_timers_are_held_off_and_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that ran, and no others; also when it was stopped half-way, or called twice."""
    quiet = load("roles/host_tuning/files/quiet.py")
    (tmp_path / "running").mkdir()
    (tmp_path / "systemctl").write_text(SYSTEMCTL)
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    before = {"apt-daily.timer", "fstrim.timer", "backup-of-somebody.timer"}
    for timer in before:
        (tmp_path / "running" / timer).touch()

    def running() -> set[str]:
        return {path.name for path in (tmp_path / "running").iterdir()}

    state = f"--state={tmp_path / 'run/timers.json'}"
    for _ in range(2):
        assert quiet.main(["hold", state]) == 0
        assert running() == {"backup-of-somebody.timer"}
    assert quiet.main(["release", state]) == 0
    assert running() == before
    assert quiet.main(["release", state]) == 0
    # Killed before anything was stopped: what ran is written down.
    monkeypatch.setattr(quiet.subprocess, "run", stop_at_stop(quiet.subprocess.run))
    with pytest.raises(KeyboardInterrupt):
        quiet.main(["hold", state])
    monkeypatch.undo()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert quiet.main(["release", state]) == 0
    assert running() == before


def stop_at_stop(run: Any) -> Any:
    """Return a `subprocess.run` that is interrupted when it should stop units."""

    def interrupted(command: list[str], **options: Any) -> Any:
        if command[1] == "stop":
            raise KeyboardInterrupt
        return run(command, **options)

    return interrupted


@pytest.mark.sandbox
def test_role(tmp_path: Path) -> None:
    """Applied twice it changes nothing the second time; the teardown leaves nothing."""
    sandbox = Sandbox(tmp_path)
    checked = sandbox.play("host_tuning", {}, options=["--check"])
    assert checked.code == 0, checked.output
    assert not sandbox.path("/etc/systemd/system/vmmlab-tuning.service").exists()
    first = sandbox.play("host_tuning", {"host_tuning_turbo": "keep"})
    assert first.code == 0, first.output
    assert "daemon-reload" in sandbox.log
    unit = sandbox.path("/etc/systemd/system/vmmlab-tuning.service").read_text()
    assert "--turbo=keep" in unit
    # Unlike ExecStop it is run when ExecStart failed or was killed, too.
    assert "\nExecStopPost=/usr/bin/python3 -I /opt/vmmlab/lib/tuning.py restore\n" in unit
    assert sandbox.verify("vmmlab-tuning.service") == ""
    # A daemon that writes the governor when it starts has started before.
    order = " ".join(line for line in unit.splitlines() if line.startswith("After="))
    for daemon in ("power-profiles-daemon", "tuned", "tlp", "auto-cpufreq"):
        assert f"{daemon}.service" in order
    assert sandbox.verify("vmmlab-quiet.service") == ""
    second = sandbox.play("host_tuning", {"host_tuning_turbo": "keep"})
    assert (second.changed, second.changes) == (0, [])
    wrong = sandbox.play("host_tuning", {"host_tuning_thp": "sometimes"})
    assert "always, madvise, never, keep" in wrong.output
    gone = sandbox.play("host_tuning", {}, tasks_from="teardown")
    assert gone.code == 0, gone.output
    assert not sandbox.run("ls", "/etc/systemd/system").stdout.count("vmmlab")
