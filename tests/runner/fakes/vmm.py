"""A VMM with a guest: writes a console, answers as an SSH server does, and that is all."""

import os
import shutil
import socket
import sys
import time
from pathlib import Path

STATE = Path(os.environ["FAKE_STATE"])
vmm = sys.argv[1]
root = Path(os.environ["FAKE_ROOT"])

if not (root / "var/lib/vmmlab/guest/disk.raw").exists():
    sys.exit("no disk")
# A guest starts with nothing of the one before.
shutil.rmtree(os.environ.get("FAKE_GUEST", STATE / "guest"), ignore_errors=True)
serial = root / f"run/vmmlab/{vmm}/serial.log"
serial.parent.mkdir(parents=True, exist_ok=True)
serial.write_bytes(b"[    0.000000] Linux version 6.1.0 (fake)\n")
if (STATE / "die").exists() or (STATE / f"die-{vmm}").exists():
    sys.exit("Failed to open /dev/kvm: Error(2)")
if (STATE / "flood").exists():
    with serial.open("ab") as console:
        console.write(b"spam " * (4 << 20))
if (STATE / "never-boots").exists():
    with serial.open("ab") as console:
        console.write(b"Kernel panic - not syncing: VFS: Unable to mount root fs\n")
    time.sleep(1000)
server = socket.create_server(
    (os.environ.get("FAKE_ADDRESS", "127.0.0.1"), int(os.environ["FAKE_PORT"]))
)
while True:
    link, _ = server.accept()
    with link:
        link.sendall(b"SSH-2.0-fake\r\n")
