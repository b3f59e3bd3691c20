"""What stopped a lab host's part of a run: one file per host, `<run>/errors/<host>.log`.

Its first line is what people are told; the rest is all that is known of the failure.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.from_host import printable

_SAID = ("msg", "cmd", "rc", "stdout", "stderr", "module_stdout", "module_stderr")
"""What of a task's result says why it failed."""

# A lab host may write what looks like ssh's words: of the commands that people are told to type,
# it must not choose more than plain names.
_REFUSED = re.compile(
    r"(?<![\w.-])(\w[\w.-]*+@[\w:][\w.:-]*): Permission denied \(([^)]{0,200})\)", re.ASCII
)
_REMOVE = re.compile(
    r"""ssh-keygen[ ]-f[ ](?P<quote>['"]?)[\w./~][\w./~-]*(?P=quote)
    [ ]-R[ ](?P<mark>['"]?)[\w:\[][\w.:\[\]-]*(?P=mark)(?=\s|$)""",
    re.ASCII | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that failed: its stage, its line for people, and its result."""

    stage: str
    line: str
    result: Mapping[str, Any] = field(default_factory=dict)


def failure_log(run_dir: Path, host: str) -> Path:
    """Return where the failure of `host` is kept."""
    return run_dir / "errors" / f"{host}.log"


def write_failures(
    run_dir: Path, failed: Mapping[str, Failure], hosts: Iterable[str], seen: Iterable[str]
) -> None:
    """Keep what failed of the lab `hosts`; forget older failures of those `seen` to do well."""
    for host in hosts:
        path = failure_log(run_dir, host)
        if host in failed:
            path.parent.mkdir(exist_ok=True)
            path.write_text(_text(failed[host]), encoding="utf-8")
        elif host in seen:
            path.unlink(missing_ok=True)


def _text(failure: Failure) -> str:
    lines = [f"{failure.stage}: {failure.line}", datetime.now(UTC).isoformat(timespec="seconds")]
    results = failure.result.get("results")
    items = results if isinstance(results, list) else [failure.result]
    for item in items:
        if isinstance(item, Mapping) and (item is failure.result or item.get("failed")):
            lines += [
                f"\n{key}:\n{printable(item[key], lines=True)}" for key in _SAID if item.get(key)
            ]
    return "\n".join(lines) + "\n"


def clearer(text: str, host: str) -> str:
    """Return an error in words that say what to do, where Ansible's own do not."""
    return next(filter(None, (explain(text, host) for explain in _EXPLAIN)), text)


def _refused_key(text: str, host: str) -> str | None:
    refused = _REFUSED.search(text)
    return refused and (
        f"{host} lets no key of this controller in ({refused[1]}, {refused[2]}). Allow one"
        f" (ssh-copy-id {refused[1]}), or correct ansible_user and"
        " ansible_ssh_private_key_file of this host in the inventory."
    )


def _changed_key(text: str, host: str) -> str | None:
    if "REMOTE HOST IDENTIFICATION HAS CHANGED" not in text:
        return None
    known = re.search(r"Offending \S+ key in ([\w./~-]+):(\d+)", text)
    line = f" ({known[1]}, line {known[2]})" if known else ""
    remove = _REMOVE.search(text)
    return (
        f"{host} shows another host key than at first contact{line}, so nothing was sent to it."
        " Was it installed anew? Then forget the old key:"
        f" {remove[0] if remove else 'ssh-keygen -R'}; otherwise find out who answers there."
    )


def _full_disk(text: str, host: str) -> str | None:
    full = re.search(r"No usable temporary directory found in \[([^]]{0,400})\]", text)
    return full and (
        f"{host}: no file can be written there, in none of {full[1].replace(chr(39), '')}. Is its"
        " disk full, or mounted read-only? Look there with: df -h /tmp; mount"
    )


def _no_sudo(text: str, host: str) -> str | None:
    own = "set ansible_become_password for it in a file that ansible-vault encrypts"
    if re.search(r"Missing sudo password|sudo: a (?:terminal|password) is required", text):
        return (
            f"{host}: sudo wants a password there, and none was given. Add -K (--ask-become-pass)"
            f" to ansible-playbook or vmmlab run, ARGS=-K to make; where hosts differ in it, {own}."
        )
    if re.search(r"Incorrect sudo password|Duplicate become password prompt", text):
        return (
            f"{host}: sudo there does not take the password that was given. Where this host has one"
            f" of its own, {own}."
        )
    if "is not in the sudoers file" in text:
        return (
            f"{host}: the user that Ansible logs in as may not use sudo there. Take another one"
            " (ansible_user), or let an administrator of that host allow it."
        )
    return None


def _no_python(text: str, host: str) -> str | None:
    missing = re.search(
        r"module interpreter '(/[\w./-]{1,200})' was not found|(/[\w./-]{1,200}): not found", text
    )
    path = (missing[1] or missing[2]) if missing else ""
    if "python" not in path:
        return None
    install = "'apt-get update && apt-get install -y python3'"
    return (
        f"{host} has no Python at {path}, which Ansible needs there. On Debian this installs it:"
        f" ansible {host} -i INVENTORY --become -m ansible.builtin.raw -a {install} (with -K where"
        " sudo wants a password); or set ansible_python_interpreter of this host."
    )


def _apt_is_locked(text: str, host: str) -> str | None:
    lock = re.search(r"dpkg frontend lock|Could not get lock (/var/[\w./-]{1,100})", text)
    holder = re.search(r"held by process (\d{1,10}) \(([\w.+-]{1,40})\)", text)
    path = (lock[1] if lock else "") or "/var/lib/dpkg/lock-frontend"
    who = f"process {holder[1]} ({holder[2]})" if holder else f"fuser -v {path} there says who"
    return lock and (
        f"{host}: another program has held the lock of apt there all the time: {who}. Let it end"
        " (a machine that was just started often updates itself), then run this again."
    )


_EXPLAIN = (_refused_key, _full_disk, _changed_key, _no_sudo, _no_python, _apt_is_locked)


def read_failure(run_dir: Path, host: str) -> str:
    """Return the first line of what is kept of `host`, or an empty text."""
    try:
        with failure_log(run_dir, host).open(encoding="utf-8", errors="replace") as file:
            return file.readline(1000).strip()
    except OSError:
        return ""
