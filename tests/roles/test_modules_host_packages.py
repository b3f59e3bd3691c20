"""The module host_packages: with a made-up apt and dpkg, and once with the real ones."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from modules import load
from sandbox import Sandbox

module = load("roles/guest/library/host_packages.py")


class Machine:
    """Packages and what depends on what."""

    def __init__(self, *packages: str) -> None:
        """Begin with what is installed."""
        self.installed = set(packages)
        self.unpacked: set[str] = set()
        self.dies = False
        self.needs = {"tool": {"lib"}, "other": {"lib"}}
        self.known = {"tool", "lib", "other", "extra"}
        self.calls: list[str] = []

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Do what apt-get, dpkg and dpkg-query would."""
        self.calls.append(" ".join(command))
        out, code, said = "", 0, ""
        if command[0] == "dpkg-query":
            out = "".join(f"{name} installed\n" for name in sorted(self.installed))
            out += "".join(f"{name} unpacked\n" for name in sorted(self.unpacked))
            out += "gone config-files\n"
        elif "install" in command:
            names = [name for name in command[command.index("install") :] if name in self.known]
            coming = set(names).union(*(self.needs.get(name, set()) for name in names))
            if "--simulate" in command:
                lines = (f"Inst {name} (1.0 Debian [amd64])\n" for name in sorted(coming))
                out = "NOTE: a simulation\n" + "".join(lines) + "Conf tool (1.0)\n"
            elif self.dies:
                self.unpacked |= coming - self.installed
                raise KeyboardInterrupt
            else:
                self.installed |= coming
                self.unpacked -= coming
        elif command[:2] == ("dpkg", "--purge"):
            for name in command[2:]:
                users = {user for user in self.installed if name in self.needs.get(user, set())}
                if users - set(command[2:]):
                    code, said = 1, "dependency problems prevent removal"
                else:
                    self.installed.discard(name)
                    self.unpacked.discard(name)
        return subprocess.CompletedProcess(command, code, out, said)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with two packages."""
    made = Machine("base", "procps")
    monkeypatch.setattr(module, "run", made.run)
    return made


def test_what_came_is_noted_and_taken_back(machine: Machine, tmp_path: Path) -> None:
    """Dependencies too; what was there before stays."""
    note = tmp_path / "note.json"
    assert module.install(["procps", "tool"], note, check=True) == ["tool"]
    assert not note.exists()
    assert module.install(["procps", "tool"], note, check=False) == ["lib", "tool"]
    assert module.install(["procps", "tool"], note, check=False) == []
    assert json.loads(note.read_text()) == ["lib", "tool"]
    assert module.install(["extra"], note, check=False) == ["extra"]
    assert json.loads(note.read_text()) == ["extra", "lib", "tool"]
    assert module.remove(note, keep=False, check=False) == (["extra", "lib", "tool"], [])
    assert machine.installed == {"base", "procps"}
    assert not note.exists()


def test_what_others_need_by_now_stays(machine: Machine, tmp_path: Path) -> None:
    """Nobody else's package is removed."""
    note = tmp_path / "note.json"
    module.install(["tool"], note, check=False)
    machine.installed.add("other")
    assert module.remove(note, keep=False, check=False) == (["tool"], ["lib"])
    assert machine.installed == {"base", "procps", "lib", "other"}


def test_what_was_only_unpacked_is_taken_back(machine: Machine, tmp_path: Path) -> None:
    """The host was switched off in the middle of apt: dependencies are known all the same."""
    note = tmp_path / "note.json"
    machine.dies = True
    with pytest.raises(KeyboardInterrupt):
        module.install(["tool"], note, check=False)
    assert json.loads(note.read_text()) == ["lib", "tool"]
    assert machine.unpacked == {"lib", "tool"}
    machine.dies = False
    assert module.install(["tool"], note, check=False) == ["lib", "tool"], "no change was told"
    assert json.loads(note.read_text()) == ["lib", "tool"]
    assert module.remove(note, keep=False, check=False) == (["lib", "tool"], [])
    assert (machine.installed, machine.unpacked) == ({"base", "procps"}, set())


def test_kept_on_request(machine: Machine, tmp_path: Path) -> None:
    """They stay, and are forgotten."""
    note = tmp_path / "note.json"
    module.install(["tool"], note, check=False)
    assert module.remove(note, keep=True, check=False) == ([], [])
    assert "tool" in machine.installed
    assert not note.exists()
    assert not [call for call in machine.calls if "purge" in call]


def test_a_package_that_is_not_to_be_had(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Apt's own words, and what was to be installed."""

    def run(*command: str) -> Any:
        if "install" in command:
            return subprocess.CompletedProcess(command, 100, "", "E: Unable to locate package x\n")
        return machine.run(*command)

    monkeypatch.setattr(module, "run", run)
    with pytest.raises(ValueError, match="x cannot be installed: E: Unable to locate package x"):
        module.install(["x"], tmp_path / "note.json", check=False)


@pytest.mark.sandbox
def test_real_packages_come_and_go(tmp_path: Path) -> None:
    """With the real apt, in the sandbox: the list of packages is the same afterwards."""
    sandbox = Sandbox(tmp_path)
    listed = ["dpkg-query", "--show", "--showformat=${Package} ${Version} ${Status}\\n"]
    before = sandbox.run(*listed).stdout
    name = next(name for name in ("pv", "tree", "sl") if f"\n{name} " not in before)
    # Variables of the role would bring users and units along: this is about packages.
    given = {"guest_packages": [name], "guest_keep_packages": False}
    first = sandbox.play("guest", given, tasks_from="packages")
    assert first.code == 0, first.output
    assert f"\n{name} " in sandbox.run(*listed).stdout
    assert sandbox.play("guest", given, tasks_from="packages").changed == 0
    gone = sandbox.play("guest", given, tasks_from="teardown")
    assert gone.code == 0, gone.output
    assert sandbox.run(*listed).stdout == before
