"""Runs measurements inside a guest, to their end, whatever happens to the connection.

One file, standard library only: the lab host sends it through SSH to the guest's Python. `attach`
is what that connection executes: it starts the worker as a unit of its own, passes on what the
worker has written so far, and then each new record. `work` is the unit.

Records are lines of JSON, numbered by their place in records.jsonl:
  state   the guest has booted (or not: reason), with its facts
  begin   attempt of measurement `index` starts
  result  attempt of measurement `index` ended: exit_code, seconds, log (base64), reason
  host    the lab host is to make measurement `index` now; the worker waits for `go index`
  end     nothing is left to do
Only `hello`, the first line of each connection, is not numbered.
"""

import base64
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

LOG_LIMIT = 4 << 20
UNIT = "vmmlab-agent"
BOOTED = ("running", "degraded")


def attach(order: dict[str, Any]) -> None:
    """Start the worker unless it runs, then print its records from number `order["seen"]` on."""
    directory = Path(order["directory"])
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    boot_id = read("/proc/sys/kernel/random/boot_id")
    hello = {"event": "hello", "monotonic": time.monotonic(), "boot_id": boot_id}
    print(json.dumps(hello), flush=True)
    if not (directory / "started").exists():
        (directory / "agent.py").write_text(order["agent"])
        (directory / "orders.json").write_text(json.dumps(order["orders"]))
        with contextlib.suppress(FileExistsError):
            os.mkfifo(directory / "news")
        (directory / "records.jsonl").touch()
        python = [sys.executable, str(directory / "agent.py"), str(directory)]
        unit = ["systemd-run", f"--unit={UNIT}", "--quiet", "--collect", "--setenv=LC_ALL=C"]
        # A connection that was lost right here has started it already: then it is active.
        done = subprocess.run([*unit, *python], check=False, stdin=subprocess.DEVNULL)
        if done.returncode and ask(["systemctl", "is-active", UNIT], 30) != "active":
            raise SystemExit(f"{UNIT} cannot be started (systemd-run: {done.returncode})")
        (directory / "started").touch()
    threading.Thread(target=listen, args=(directory,), daemon=True).start()
    follow(directory, order["seen"])


def listen(directory: Path) -> None:
    """Take the lab host's words; without a lab host there is nobody to follow for."""
    for line in sys.stdin:
        word, _, index = line.strip().partition(" ")
        if word == "go" and index.isdigit():
            (directory / f"go-{index}").touch()
    os._exit(0)


def follow(directory: Path, seen: int) -> None:
    """Print the records from number `seen` on until the last; sleep while nothing is new."""
    news = os.open(directory / "news", os.O_RDWR | os.O_NONBLOCK)
    with (directory / "records.jsonl").open("rb") as records:
        number, rest = 0, b""
        while True:
            rest += records.readline()
            if not rest.endswith(b"\n"):
                # The limit is for a second connection that took the news away from this one.
                select.select([news], [], [], 5.0)
                with contextlib.suppress(BlockingIOError):
                    os.read(news, 4096)
                continue
            if number >= seen:
                sys.stdout.buffer.write(rest)
                sys.stdout.buffer.flush()
            if json.loads(rest)["event"] == "end":
                return
            number, rest = number + 1, b""


class Worker:
    """Does what orders.json says, in its order."""

    def __init__(self, directory: Path) -> None:
        """Take the orders in `directory`."""
        self.directory = directory
        self.orders = json.loads((directory / "orders.json").read_text())
        self.news = os.open(directory / "news", os.O_RDWR | os.O_NONBLOCK)

    def work(self) -> None:
        """Wait for the boot's end, then make one measurement after the other."""
        state = wait_for_boot(self.orders["boot_timeout"])
        self.tell("state", **state)
        if "reason" not in state:
            workplace = Path(self.orders["workplace"])
            workplace.mkdir(mode=0o755, parents=True, exist_ok=True)
            for index, measurement in enumerate(self.orders["measurements"]):
                if measurement["where"] == "host":
                    self.tell("host", index=index)
                    self.wait_for_host(index)
                else:
                    self.measure(index, measurement, workplace)
        self.tell("end")

    def tell(self, event: str, **values: Any) -> None:
        """Add a record and wake whoever follows."""
        with (self.directory / "records.jsonl").open("a") as records:
            records.write(json.dumps({"event": event, **values}) + "\n")
        with contextlib.suppress(BlockingIOError):
            os.write(self.news, b"!")

    def wait_for_host(self, index: int) -> None:
        """Wait until the lab host has measured; it may be away for long, so without a limit."""
        while not (self.directory / f"go-{index}").exists():
            time.sleep(0.5)

    def measure(self, index: int, measurement: dict[str, Any], workplace: Path) -> None:
        """Make one measurement; a failed attempt is told, and repeated while orders allow it."""
        for _ in range(measurement["attempts"]):
            self.tell("begin", index=index)
            time.sleep(self.orders["pause"])
            result = attempt(measurement, workplace, self.directory / "log")
            self.tell("result", index=index, **result)
            if "reason" not in result:
                return


def attempt(measurement: dict[str, Any], workplace: Path, log: Path) -> dict[str, Any]:
    """Run a measurement's commands within its time; `reason` says why there is no result."""
    end = time.monotonic() + measurement["timeout"]
    for command in measurement["before"]:
        done = execute(command, workplace, log, end)
        if "reason" in done:
            return {**done, "reason": f"{' '.join(command)}: {done['reason']}"}
    done = execute(measurement["command"], workplace, log, end)
    for command in measurement["after"]:
        execute(command, workplace, log.with_name("log-after"), end)
    return done


def execute(command: list[str], workplace: Path, log: Path, end: float) -> dict[str, Any]:
    """Run one command, both its outputs into `log`, and kill it at the monotonic time `end`.

    Nothing wakes up while it runs: the guest may have one processor only, and it is measured.
    """
    started = time.monotonic()
    expired = threading.Event()
    told: dict[str, Any] = {"command": command, "started": started, "exit_code": None}
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command,
                cwd=workplace,
                env={**os.environ, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return {**told, "seconds": 0.0, "log": "", "reason": f"{command[0]}: {error.strerror}"}

        def kill() -> None:
            expired.set()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(max(end - started, 0.1), kill)
        timer.start()
        code = process.wait()
        told |= {"exit_code": code, "seconds": time.monotonic() - started}
        timer.cancel()
    with log.open("rb") as written:
        told["log"] = base64.b64encode(written.read(LOG_LIMIT)).decode()
    if expired.is_set():
        told["reason"] = f"was still running after {end - started:.0f} s and was killed"
    elif log.stat().st_size > LOG_LIMIT:
        told["reason"] = f"wrote {log.stat().st_size} bytes, more than {LOG_LIMIT}"
    elif code != 0:
        told["reason"] = f"ended with exit code {code}"
    return told


def wait_for_boot(timeout: float) -> dict[str, Any]:
    """Wait until systemd has nothing left to start; return the guest's facts."""
    end = time.monotonic() + timeout
    state = "unknown"
    while state not in BOOTED and (left := end - time.monotonic()) > 0:
        # systemd ends `--wait` early when it is asked very early: so it is asked again.
        state = ask(["systemctl", "is-system-running", "--wait"], left) or state
        if state not in BOOTED:
            time.sleep(0.5)
    if state not in BOOTED:
        waiting = ask(["systemctl", "list-jobs", "--no-legend", "--no-pager"], 10)
        names = ", ".join(line.split()[1] for line in waiting.splitlines() if len(line.split()) > 1)
        reason = f"the guest did not finish booting within {timeout:.0f} s (systemd says {state})"
        return {"reason": f"{reason}; it waits for {names or 'nothing it would name'}"}
    show = ["systemctl", "show", "--property=FinishTimestampMonotonic", "--value"]
    finished = ask(show, 10)
    return {
        "finished": int(finished) / 1e6 if finished.isdigit() else None,
        "guest": {
            "kernel": os.uname().release,
            "sysbench": ask(["sysbench", "--version"], 10).removeprefix("sysbench "),
            "boot_id": read("/proc/sys/kernel/random/boot_id"),
            "clocksource": read("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
            "cpus": os.cpu_count(),
            "memory_kib": memory(),
            # "write back" where the disk offers to be flushed, "write through" where it does not.
            "write_cache": read("/sys/block/vda/queue/write_cache"),
            "state": state,
        },
    }


def ask(command: list[str], timeout: float) -> str:
    """Return what a command says, or nothing when it cannot be asked in time."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def read(path: str) -> str | None:
    """Return what a file of /proc or /sys holds, or None where the kernel has no such file."""
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None


def memory() -> int | None:
    """Return the memory that the guest sees, in KiB."""
    first = (read("/proc/meminfo") or "").splitlines()[:1]
    words = first[0].split() if first else []
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else None


if __name__ == "__main__" and len(sys.argv) > 1:
    Worker(Path(sys.argv[1])).work()
