"""The one connection into a guest: its records come out, the lab host's words go in."""

import contextlib
import json
import queue
import shlex
import subprocess
import tempfile
import threading
import time
from importlib import resources
from pathlib import Path
from typing import Any

from vmmlab_runner.errors import GuestError
from vmmlab_runner.records import plain

# The agent comes on the first line; the same process then goes on with it.
BOOTSTRAP = (
    "import json, sys; order = json.loads(sys.stdin.readline());"
    " exec(order['agent']); attach(order)"
)
LINE_LIMIT = 8 << 20
WAITING = 4  # records that are read before the runner takes them
ERRORS_LIMIT = 1 << 20  # bytes that ssh may write
AGENT_DIRECTORY = "/run/vmmlab-agent"

Events = queue.Queue[dict[str, Any] | GuestError | None]


class Link:
    """Follows the worker in a guest, over as many connections as it takes."""

    def __init__(
        self, keys: Path, address: tuple[str, int], orders: dict[str, Any], directory: str
    ) -> None:
        """Prepare to give `orders` to the guest at `address`; nothing is connected yet."""
        self._command = ssh_command(keys, address)
        self._orders = orders
        self._directory = directory
        self._said: list[str] = []
        self._seen = 0
        self._events: Events = queue.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._again = 0.0
        self.connections = 0

    def receive(self, timeout: float) -> dict[str, Any] | None:
        """Return the next record, or None when none came within `timeout` seconds.

        `here` is when it came, by this host's monotonic clock. A lost connection is made again, at
        most once per second.

        Raises:
            GuestError: what came is no record.
        """
        if self._process is None:
            time.sleep(max(0.0, min(self._again - time.monotonic(), timeout)))
            if time.monotonic() < self._again:
                return None
            self._connect()
        try:
            event = self._events.get(timeout=timeout)
        except queue.Empty:
            return None
        if event is None:
            self._disconnect()
            return None
        if isinstance(event, GuestError):
            raise event
        if event["event"] != "hello":
            self._seen += 1
        return event

    def say(self, words: str) -> None:
        """Say something to the guest: now, and again on each later connection."""
        self._said.append(words)
        if self._process is not None:
            self._send([words])

    def problem(self) -> str:
        """Return the last thing ssh complained about, or nothing."""
        self._errors.seek(0)
        lines = self._errors.read(65536).decode(errors="replace").splitlines()
        return plain(lines[-1]) if lines else ""

    def close(self) -> None:
        """End the connection."""
        self._disconnect()
        self._errors.close()

    def _connect(self) -> None:
        self.connections += 1
        self._again = time.monotonic() + 1.0
        self._errors.truncate(0)
        self._process = subprocess.Popen(
            [*self._command, shlex.join(["python3", "-c", BOOTSTRAP])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        order = {
            "agent": (resources.files(__package__) / "agent.py").read_text(encoding="utf-8"),
            "directory": self._directory,
            "orders": self._orders,
            "seen": self._seen,
        }
        self._events = queue.Queue(WAITING)
        reader = threading.Thread(target=_read, args=(self._process, self._events), daemon=True)
        reader.start()
        self._send([json.dumps(order), *self._said])

    def _send(self, lines: list[str]) -> None:
        """Write to the guest; a broken pipe shows as the connection's end to the reader."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())
                self._process.stdin.flush()

    def _disconnect(self) -> None:
        if self._process is not None:
            self._process.kill()
            if self._process.stdin is not None:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
            self._process.wait()
            self._process = None


def _read(process: subprocess.Popen[bytes], events: Events) -> None:
    """Turn what a connection says into records, until it ends (None)."""
    if process.stdout is None:
        return
    with process.stdout:
        while line := process.stdout.readline(LINE_LIMIT):
            here = time.monotonic()
            if not line.endswith(b"\n") and len(line) < LINE_LIMIT:
                break  # the connection was lost within a line: it comes again
            try:
                event = {**json.loads(line), "here": here}
                event["event"] = str(event["event"])
            except (ValueError, KeyError, TypeError, RecursionError):
                text = plain(line[:100].decode(errors="replace"))
                events.put(GuestError(f"the guest sent no record: {text!r}"))
                return
            events.put(event)
    events.put(None)


def ssh_command(keys: Path, address: tuple[str, int]) -> list[str]:
    """Return the command that runs another, which is to follow, in the guest at `address`."""
    options = {
        "BatchMode": "yes",
        "ConnectTimeout": "60",
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlgorithms": "ssh-ed25519",
        "IdentitiesOnly": "yes",
        # The cheapest key exchange: an emulated guest needs seconds for the default one.
        "KexAlgorithms": "curve25519-sha256",
        "LogLevel": "ERROR",
        "ServerAliveCountMax": "4",
        "ServerAliveInterval": "15",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": str(keys / "known_hosts"),
    }
    flags = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    identity = ["-i", str(keys / "guest_ed25519"), "-p", str(address[1])]
    # Its complaints are the guest's words too, and go into a file.
    limited = ["prlimit", f"--fsize={ERRORS_LIMIT}", "ssh"]
    return [*limited, "-F", "none", "-T", *identity, *flags, f"root@{address[0]}"]
