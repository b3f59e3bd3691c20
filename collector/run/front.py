"""Runs a playbook through ansible-runner: events to the display, the whole log to the run."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

import ansible_runner  # type: ignore[import-untyped] # it has no types

from collector.errors import UnusableInputError
from collector.plan.project import ROOT, near
from collector.run.display import Display
from collector.run.follow import Follower, plain_line

_PATIENCE_S = 15.0
"""How long ansible-playbook may take to end after Ctrl-C before it is killed."""


class KeptLog:
    """Ansible's whole output: in a file of its own until the run's folder is known, then there.

    A log that cannot be written, on a full disk, ends nothing: a run is worth more than its log.
    """

    def __init__(self, folder: Path) -> None:
        """Begin the log in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self.path = folder / f"ansible-{stamp}-{os.getpid()}.log"
        self._file = self.path.open("w", encoding="utf-8")
        self._stays = False
        self._complaint = ""
        self._complained = False

    def write(self, text: str) -> None:
        """Add `text` as lines without colours."""
        with self._noting(self.path):
            for line in text.splitlines():
                self._file.write(plain_line(line) + "\n")
            self._file.flush()

    def move_to(self, run_dir: Path) -> None:
        """Go on in `run_dir`, behind the log of what was done of the run before."""
        path = run_dir / "ansible.log"
        if self._stays or not run_dir.is_dir():
            return
        self._stays = True  # there or, if it cannot be written there, here
        with self._noting(path):
            self._file.flush()
            with path.open("a", encoding="utf-8") as file:
                file.write(self.path.read_text(encoding="utf-8"))
            before, self._file, self.path = self._file, path.open("a", encoding="utf-8"), path
            before.close()
            Path(before.name).unlink()

    def complaints(self) -> Iterator[str]:
        """Yield, once, that the log cannot be written."""
        if self._complaint and not self._complained:
            self._complained = True
            yield self._complaint

    def close(self) -> None:
        """End the log."""
        with self._noting(self.path):
            self._file.close()

    @contextmanager
    def _noting(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._complaint = f"Ansible's log {near(path)} cannot be written: {error.strerror}"


class Stop:
    """Ctrl-C: ansible-playbook is asked to end, and killed when it does not.

    It runs in a session of its own, so the terminal's Ctrl-C reaches only this process; killed
    outright it would leave its workers behind.
    """

    def __init__(self, follower: Follower) -> None:
        """Wait for SIGINT and SIGTERM on behalf of the playbook that `follower` follows."""
        self._follower = follower
        self._asked_at: float | None = None
        self._before = {number: signal.getsignal(number) for number in _SIGNALS}
        for number in _SIGNALS:
            signal.signal(number, self._ask)

    @property
    def asked(self) -> bool:
        """Whether somebody wants the playbook to end."""
        return self._asked_at is not None

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked_at is None and self._follower.pid:
            os.kill(self._follower.pid, signal.SIGINT)
        elif self._asked_at is not None:
            self._asked_at = 0.0
            return
        self._asked_at = time.monotonic() if self._follower.pid else 0.0

    def overdue(self) -> bool:
        """Return whether ansible-playbook has to be killed now."""
        return self._asked_at is not None and time.monotonic() - self._asked_at > _PATIENCE_S

    def forget(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ENDED = ("successful", "failed", "canceled", "timeout")
"""What ansible-runner calls a playbook that ran, before it writes that down."""


def run_playbook(
    playbook: Path,
    options: Sequence[str],
    follower: Follower,
    display: Display,
    log: KeptLog,
    *,
    become_password: str = "",
) -> tuple[int, bool]:
    """Run `playbook` with ansible-playbook's `options`; return exit code and if it was stopped.

    The checkout is the working directory, and its `ansible.cfg` applies. `become_password` is what
    sudo wants on lab hosts; no file and no command line ever holds it.

    Raises:
        UnusableInputError: ansible-runner cannot write what it needs to start ansible-playbook.
    """
    status = ""

    def note(told: Mapping[str, Any], **_: object) -> None:
        nonlocal status
        status = told["status"]

    def handle(event: dict[str, Any]) -> bool:
        if event.get("stdout"):
            log.write(event["stdout"])
        display.show(follower.feed(event))
        if event.get("event") == "verbose":
            display.move(follower.moved())
        if follower.run_dir:
            log.move_to(follower.run_dir)
        display.show(log.complaints())
        return False  # ansible-runner need not keep the event

    stop = Stop(follower)

    def look() -> bool:
        """Show what goes on between two events; ansible-runner asks again and again."""
        display.move(follower.moved())
        return stop.overdue()

    try:
        with tempfile.TemporaryDirectory(prefix="vmmlab-run-", dir=_memory()) as private:
            runner = ansible_runner.run(
                private_data_dir=private,
                project_dir=str(ROOT),
                playbook=str(playbook),
                cmdline=shlex.join([*options, *_told(become_password, Path(private))]),
                envvars=_environment(),
                # Written into on a full disk, a file of the output would end ansible-playbook.
                settings={"pexpect_timeout": 1, "suppress_output_file": True},
                event_handler=handle,
                status_handler=note,
                cancel_callback=look,
                quiet=True,
            )
            return int(runner.rc), stop.asked
    except OSError as error:
        if status not in _ENDED:
            raise UnusableInputError(
                f"{_memory() or tempfile.gettempdir()}: ansible-runner cannot write there:"
                f" {error.strerror}; make room"
            ) from error
        # The end itself cannot be written down, and is known all the same.
        return 0 if status == "successful" else 1, stop.asked
    finally:
        stop.forget()


def _told(password: str, folder: Path) -> list[str]:
    """Return the option with which ansible-playbook reads `password` from a pipe in `folder`.

    An answer to its prompt would be typed for whoever prints such a prompt, a lab host too.
    """
    if not password:
        return []
    pipe = folder / "become"
    os.mkfifo(pipe, 0o600)
    # It waits for the reader; when none comes, it ends with this process.
    Thread(target=pipe.write_text, args=(f"{password}\n",), daemon=True).start()
    return ["--become-password-file", str(pipe)]


def _memory() -> str | None:
    """Return the folder for events on their way: in memory where possible, so no disk is full."""
    folder = "/dev/shm"  # noqa: S108 - the folder made in it has a name that nobody can guess
    return folder if os.access(folder, os.W_OK) else None


def lab_hosts(inventory: str | None) -> list[str]:
    """Return the hosts of the group `lab` in an inventory (None: the checkout's own).

    Raises:
        UnusableInputError: Ansible cannot read the inventory.
    """
    program = Path(sys.executable).with_name("ansible")
    command = [str(program), "lab", "--list-hosts"]
    command += ["--inventory", inventory] if inventory else []
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **configuration()},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise UnusableInputError(f"the inventory cannot be read: {done.stderr.strip()}")
    # The first line is a heading: "  hosts (2):".
    return [line.strip() for line in done.stdout.splitlines()[1:]]


def configuration() -> Mapping[str, str]:
    """Return the checkout's `ansible.cfg`, unless somebody has named another one.

    Ansible by itself passes over one that lies in a folder to which all may write.
    """
    return {"ANSIBLE_CONFIG": os.environ.get("ANSIBLE_CONFIG") or str(ROOT / "ansible.cfg")}


def _environment() -> Mapping[str, str]:
    """Return what ansible-runner would otherwise set against the checkout's `ansible.cfg`."""
    binaries = Path(sys.executable).parent
    return {
        **configuration(),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "playbooks" / "callback_plugins"),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_NOCOLOR": "1",
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
    }
