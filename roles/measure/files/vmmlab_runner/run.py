"""One run on this lab host, from its lock to its last measurement."""

import contextlib
import errno
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from vmmlab_runner import files, host, unit
from vmmlab_runner.awake import Awake
from vmmlab_runner.errors import RunnerError
from vmmlab_runner.layout import Layout, read_json
from vmmlab_runner.lock import Lock, busy, holder
from vmmlab_runner.measuring import Measuring
from vmmlab_runner.progress import Progress
from vmmlab_runner.schedule import Schedule, load
from vmmlab_runner.store import Store

STARTS = 20  # of the runner without a word from the controller: a host that keeps crashing
OK, FAILED, BUSY = 0, 3, 4


@dataclass(frozen=True, slots=True)
class Run:
    """A run and its folder on this lab host."""

    layout: Layout
    name: str

    @property
    def directory(self) -> Path:
        """Where the run is kept."""
        return self.layout.run(self.name)

    @property
    def unit(self) -> str:
        """The unit that executes it."""
        return f"vmmlab-run@{self.name}.service"

    @property
    def starts(self) -> Path:
        """How often the runner has started since the controller's last word; and who started it."""
        return self.directory / "starts"

    @property
    def who(self) -> Path:
        """Who started the run."""
        return self.directory / "who"

    @property
    def schedule(self) -> Path:
        """What it measures."""
        return self.directory / "schedule.json"

    @property
    def asked(self) -> Path:
        """What the controller asks for; it becomes the schedule unless it is another run's."""
        return self.directory / "asked.json"

    @property
    def started(self) -> Path:
        """When the run was started whose results these are."""
        return self.directory / "started"

    @property
    def cut_off(self) -> Path:
        """How often each measurement was cut off by the runner's end since the same word."""
        return self.directory / "cut-off.json"

    def open(self) -> tuple[Schedule, Store, Progress]:
        """Return its schedule, its results so far, and its progress."""
        schedule = load(self.schedule)
        self._same(schedule)
        store = Store(self.directory)
        return schedule, store, Progress(self.directory / "progress.json", schedule, store)

    def take(self) -> None:
        """Make what is asked for the schedule.

        Raises:
            RunnerError: it is that of another run; the schedule of this one stays.
        """
        asked = load(self.asked)
        self._same(asked)
        if self.schedule.exists() and (host := load(self.schedule).host) != asked.host:
            raise RunnerError(
                f"this machine measured for the run '{self.name}' as '{host}', not as"
                f" '{asked.host}'; one machine is one lab host, so call it {host} again"
            )
        files.write(self.schedule, self.asked.read_bytes())

    def refuse_other(self) -> None:
        """Leave the host to a run that is to go on at its next boot.

        Raises:
            RunnerError: there is one; the text says which.
        """
        for link in sorted(self.layout.wants.glob("vmmlab-run@*.service")):
            other = Run(self.layout, link.name.removeprefix("vmmlab-run@").removesuffix(".service"))
            if other.name != self.name and other.schedule.exists() and not other.has_ended:
                raise RunnerError(
                    f"this lab host is taken by the run '{other.name}', which goes on at the next"
                    f" boot; start it again, or give it up with systemctl disable {other.unit}"
                )

    @property
    def has_ended(self) -> bool:
        """Whether its progress says so."""
        path = self.directory / "progress.json"
        return path.exists() and read_json(path).get("state") in ("done", "failed")

    def _same(self, schedule: Schedule) -> None:
        """Take results for those of the run that is asked for only if they are.

        Raises:
            RunnerError: they are those of another run that had the same name.
        """
        if not self.started.exists():
            files.write(self.started, schedule.started.encode())
        before = self.started.read_text(encoding="utf-8")
        if before != schedule.started:
            raise RunnerError(
                f"{self.directory} holds a run of the same name that was started {before}, not"
                f" {schedule.started}; give this run another name, or tear this lab host down,"
                " which fetches that one first"
            )


def request(run: Run, who: str) -> str:
    """Start a run unless it is complete or already runs; return which of these it was.

    Raises:
        RunnerError: another run has this lab host, or had the same name.
    """
    run.take()
    held = holder(run.layout.lock)
    if held is not None:
        if held.get("run") == run.name:
            return "running"
        raise RunnerError(busy(held))
    run.refuse_other()
    # A runner that systemd starts again just now waits for a moment.
    with Lock(run.layout.lock, run.name, who):
        schedule, store, progress = run.open()
        store.recover()
        if all(store.complete(each) for block in schedule.blocks for each in block.measurements):
            progress.end("done", "everything is measured")
            return "complete"
        files.write(run.who, who.encode())
        files.write(run.starts, b"0")
        run.cut_off.unlink(missing_ok=True)
        progress.idle("starting")
        # After a reboot the run goes on by itself. From here on, not from its start: in between the
        # host would be free for another.
        unit.systemctl("enable", "--no-reload", run.unit)
    # From here the run needs nobody: what was sent for it must outlive a power cut, too.
    # Nor is anything of it written back while a guest is measured.
    os.sync()
    unit.systemctl("reset-failed", run.unit)
    done = unit.systemctl("start", "--no-block", run.unit)
    if done.returncode:
        unit.systemctl("disable", "--no-reload", run.unit)
        raise RunnerError(f"{run.unit} cannot be started: {done.stderr.strip()}")
    return "started"


def execute(run: Run) -> int:
    """Measure what is missing; the unit's program. Return its exit code."""
    # systemd stops a run so, also when the host shuts down: the guest is stopped, files are whole.
    signal.signal(signal.SIGTERM, _terminate)
    who = run.who.read_text() if run.who.exists() else "?"
    try:
        with Lock(run.layout.lock, run.name, who), Awake() as awake:
            return _locked(run, awake)
    except RunnerError as error:
        print(error, file=sys.stderr)
        return BUSY


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(OK)


def _locked(run: Run, awake: Awake) -> int:
    unit.systemctl("stop", "vmmlab-guest-*.service")
    # A disk that an earlier start left behind: where the disk is full, this is the room to say so.
    run.layout.disk.unlink(missing_ok=True)
    schedule, store, progress = run.open()
    try:
        store.recover()
        _count(run)
        unit.systemctl("enable", "--no-reload", run.unit)  # whoever started the unit
        facts = host.keep(store, run.layout, schedule.host, kept_awake=awake.held)
        Measuring(run.layout, schedule, store, progress, facts).all(_cut_off(run, progress))
    except RunnerError as error:
        return _end(run, progress, str(error))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        run.layout.disk.unlink(missing_ok=True)
        return _end(run, progress, no_space(run.directory))
    return _end(run, progress, "")


def _count(run: Run) -> None:
    """Count this start.

    Raises:
        RunnerError: there were too many without a word from the controller.
    """
    text = run.starts.read_text() if run.starts.exists() else "0"
    files.write(run.starts, str(int(text) + 1).encode())
    if int(text) >= STARTS:
        raise RunnerError(
            f"the run was started {STARTS} times and got no end; look at journalctl -u {run.unit}"
        )


def _cut_off(run: Run, progress: Progress) -> dict[str, int]:
    """Count the measurement that the last start did not end; return the counts before it."""
    counts = read_json(run.cut_off) if run.cut_off.exists() else {}
    if stem := progress.cut_off:
        # Before it is made again: what makes this host crash must not do so for ever.
        files.write_json(run.cut_off, {**counts, stem: counts.get(stem, 0) + 1})
    return counts


def _end(run: Run, progress: Progress, problem: str) -> int:
    unit.systemctl("disable", "--no-reload", run.unit)
    if problem:
        print(problem, file=sys.stderr)
        with contextlib.suppress(OSError):  # a disk too full even for this: the journal has it
            progress.end("failed", problem)
        return FAILED
    missing = len(progress.missing)
    progress.end("done", f"{missing} measurements are missing" if missing else "all measured")
    return OK


def no_space(directory: Path) -> str:
    """Return what to do about a full disk."""
    usage = shutil.disk_usage(directory)
    return (
        f"{os.fspath(directory)}: no space left on the disk ({usage.free >> 20} of"
        f" {usage.total >> 20} MiB free); make room and start the same run again"
    )
