"""Asks a VMM to quit over QMP and waits until it has: the ExecStop of a guest's unit.

An unreachable or silent VMM is no error here: systemd ends it by signals next.
"""

import contextlib
import json
import socket
import sys

ANSWER = 5.0  # seconds for each answer
END = 10.0  # seconds for the VMM to end


def quit_vmm(path: str) -> None:
    """Say `quit` on the socket `path` and wait for the other end to close it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(ANSWER)
        link.connect(path)
        with link.makefile("rwb") as talk:
            talk.readline()  # the greeting
            for command in ("qmp_capabilities", "quit"):
                talk.write(json.dumps({"execute": command}).encode() + b"\n")
                talk.flush()
                while b'"event"' in talk.readline():
                    continue
            link.settimeout(END)
            while talk.readline():
                continue


if __name__ == "__main__":
    with contextlib.suppress(OSError):
        quit_vmm(sys.argv[1])
