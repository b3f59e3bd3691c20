"""What a lab host is, as lines by subject: to see whether a teardown leaves it as it was found.

Python's own library alone: `python3 - < host_snapshot.py` runs it on any host and prints JSON.
Arguments are the folders to look at (default: all).
What changes by itself is left out: logs, caches, what systemd and dpkg keep for themselves.
"""

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("/boot", "/etc", "/home", "/opt", "/root", "/srv", "/tmp", "/usr", "/var")  # noqa: S108
READ = ("/etc/", "/opt/", "/usr/local/", "/var/lib/")
ALONE = re.compile(
    r"/(var/(log|cache|tmp)|var/lib/(apt|systemd|dhcp|logrotate|sudo|private)|usr/share/doc)(/|$)"
    r"|/var/lib/dpkg/(lock|status-old|triggers|updates|available|status)"
    r"|/etc/((passwd|group|shadow|gshadow|subuid|subgid)-|\.pwd\.lock|ld\.so\.cache|machine-id|mtab)$"
    r"|/tmp/(systemd-private|ansible-tmp)-|/__pycache__(/|$)|/root/\.(bash_history|cache)"
    r"|/tmp/\.[A-Z0-9]+-(unix|lock)"
)
COUNTERS = re.compile(
    r"(fs\.(dentry|inode|file-nr|quota)|kernel\.(random|ns_last_pid|pty\.nr|keys|tainted)"
    r"|net\.netfilter\.nf_conntrack_count|vm\.(stat|user_reserve_kbytes)|dev\.cdrom|.*\.(stable_secret|pids)\b"
    r"|kernel\.sched_domain|net\.ipv4\.tcp_fastopen_key|.*neigh.*|kernel\.hostname)"
)
KNOBS = (
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/kernel/mm/ksm/run",
    "/sys/devices/system/cpu/intel_pstate/no_turbo",
    "/sys/devices/system/cpu/cpufreq/boost",
    "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor",
)
LARGEST = 1 << 20


def files(folder: str) -> Iterator[str]:
    """Yield path, mode, owner and, where a file is small, a checksum; no link is followed."""
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not ALONE.match(f"{path}/{name}")]
        for name in sorted([*folders, *names]):
            whole = f"{path}/{name}"
            if not ALONE.match(whole):
                yield from line_of(whole)


def line_of(path: str) -> Iterator[str]:
    """Yield what is known of one file, unless it has gone meanwhile."""
    try:
        found = os.lstat(path)
        what = f"{found.st_mode:o} {found.st_uid}:{found.st_gid}"
        if stat.S_ISLNK(found.st_mode):
            what += f" -> {Path(path).readlink()}"
        elif stat.S_ISREG(found.st_mode):
            what += f" {found.st_size}"
            if path.startswith(READ) and found.st_size <= LARGEST:
                what += f" {hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]}"
    except OSError:
        return
    yield f"{path} {what}"


def said(*command: str) -> list[str]:
    """Return the lines that a command prints; none where it does not exist."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def snapshot(folders: list[str]) -> dict[str, list[str]]:
    """Return all subjects; of the files those below `folders`."""
    show = ["list-units", "--all", "--plain", "--no-legend", "vmmlab*", "*vmmlab*"]
    return {
        "files": sorted(line for folder in folders for line in files(folder)),
        "run": sorted(str(path) for path in Path("/run").glob("*vmmlab*")),
        "users": said("getent", "passwd") + said("getent", "group"),
        "packages": said("dpkg-query", "--show", "--showformat=${Package} ${Version} ${Status}\n"),
        "sysctls": [line for line in said("sysctl", "-a") if not COUNTERS.match(line)],
        "unit files": said("systemctl", "list-unit-files", "--no-legend"),
        "units": said("systemctl", *show),
        "failed units": said("systemctl", "list-units", "--failed", "--plain", "--no-legend"),
        "links": said("ip", "-o", "link"),
        "addresses": [
            re.sub(r"(valid|preferred)_lft \S+", "", x) for x in said("ip", "-o", "addr")
        ],
        "knobs": [f"{knob} {Path(knob).read_text()}" for knob in KNOBS if Path(knob).exists()],
        "mounts": said("findmnt", "-rn", "-o", "TARGET,SOURCE"),
    }


def difference(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Return what came (+) and what went (-), with its subject."""
    told = []
    for subject, lines in before.items():
        old, new = set(lines), set(after[subject])
        told += [f"- {subject}: {line}" for line in sorted(old - new)]
        told += [f"+ {subject}: {line}" for line in sorted(new - old)]
    return told


if __name__ == "__main__":
    json.dump(snapshot(sys.argv[1:] or list(FOLDERS)), sys.stdout)
