"""The units of guests, through systemctl."""

import contextlib
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vmmlab_runner.errors import RunnerError

SECCOMP = {"0": "off", "1": "strict", "2": "filter"}  # as /proc/PID/status counts them


def name_of(vmm: str) -> str:
    """Return the unit that runs a VMM's guest."""
    return f"vmmlab-guest-{vmm}.service"


def systemctl(*arguments: str, timeout: float = 180.0) -> subprocess.CompletedProcess[str]:
    """Run systemctl and return what became of it.

    Raises:
        RunnerError: it gave no answer in time.
    """
    try:
        return subprocess.run(
            ["systemctl", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RunnerError(
            f"systemctl {' '.join(arguments)}: no answer within {timeout:.0f} s"
        ) from None


def show(unit: str, *properties: str) -> dict[str, str]:
    """Return properties of a unit by name."""
    done = systemctl("show", unit, f"--property={','.join(properties)}")
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


@dataclass(frozen=True, slots=True)
class Process:
    """The main process of a guest's unit."""

    pid: int
    started: float  # monotonic seconds at which systemd started it
    ticks: str  # start time as the kernel has it: tells it from a later process with this id

    def alive(self) -> bool:
        """Tell whether it still runs; a zombie does not."""
        return _ticks(self.pid) == self.ticks

    def command_line(self) -> list[str]:
        """Return its arguments, the program first; empty when it has ended."""
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{self.pid}/cmdline").read_bytes().decode(errors="replace")
            return words.removesuffix("\0").split("\0")
        return []

    def read_back(self, unit_status: Path) -> dict[str, str]:
        """Return what the process itself tells of how it runs; what it does not is absent.

        `unit_status` is what another program of its unit saw of itself.
        """
        found = {}
        engine = re.search(r"(?:^|,)aio=([a-z_]+)", "\n".join(self.command_line()), re.MULTILINE)
        if engine:
            found["disk_engine"] = engine[1]
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.pid}/status").read_text(errors="replace")
            mode = re.search(r"^Seccomp:\s*(\d+)$", status, re.MULTILINE)
            if mode:
                found["seccomp"] = SECCOMP.get(mode[1], mode[1])
        with contextlib.suppress(OSError):
            before = unit_status.read_text(errors="replace")
            # A filter may be of one thread alone.
            threads = Path(f"/proc/{self.pid}/task").glob("*/status")
            now = [path.read_text(errors="replace") for path in threads]
            found |= own_filter(before, now)
        with contextlib.suppress(OSError):
            found["libc"] = libc_of(Path(f"/proc/{self.pid}/maps").read_text(errors="replace"))
        return found


def own_filter(unit: str, threads: Iterable[str]) -> dict[str, str]:
    """Return whether a VMM has a seccomp filter beyond those of its unit.

    Kernels before 5.9 do not count filters: then nothing is said.
    """
    before, now = _filters([unit]), _filters(threads)
    if not before or not now:
        return {}
    return {"own_seccomp": "yes" if max(now) > before[0] else "no"}


def _filters(statuses: Iterable[str]) -> list[int]:
    """Return how many seccomp filters each /proc/PID/status tells of, where it tells."""
    form = re.compile(r"^Seccomp_filters:\s*(\d+)$", re.MULTILINE)
    return [int(found[1]) for text in statuses if (found := form.search(text))]


def libc_of(maps: str) -> str:
    """Return the C library that a process has mapped, by its /proc/PID/maps."""
    names = {line.rpartition("/")[2] for line in maps.splitlines() if "/" in line}
    if any(name.startswith("ld-musl") for name in names):
        return "musl"
    if any(re.match(r"libc[.-]", name) for name in names):
        return "glibc"
    return "linked statically"


def process_of(unit: str) -> Process | None:
    """Return the main process of a unit, or None when it has none."""
    found = show(unit, "MainPID", "ExecMainStartTimestampMonotonic")
    pid = int(found.get("MainPID") or 0)
    ticks = _ticks(pid) if pid else None
    if ticks is None:
        return None
    started = int(found.get("ExecMainStartTimestampMonotonic") or 0) / 1e6
    return Process(pid=pid, started=started, ticks=ticks)


def _ticks(pid: int) -> str | None:
    """Return when a process started, or None when it has ended."""
    try:
        # The name in parentheses may hold anything, blanks and parentheses too.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def last_words(unit: str) -> str:
    """Return how a unit ended and the last line it logged, for people."""
    found = show(unit, "Result", "ExecMainCode", "ExecMainStatus")
    ended = f"result {found.get('Result', '?')}, status {found.get('ExecMainStatus', '?')}"
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        journal = ["journalctl", "--unit", unit, "--lines=20", "--output=cat", "--no-pager"]
        done = subprocess.run(
            journal, capture_output=True, text=True, errors="replace", timeout=30, check=False
        )
        own = [line for line in done.stdout.splitlines() if line and unit not in line]
        if own:
            return f"{ended}; its last words: {own[-1][:300]}"
    return ended
