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
    if refused := _REFUSED.search(text):
        return (
            f"{host} lets no key of this controller in ({refused[1]}, {refused[2]}). Allow one"
            f" (ssh-copy-id {refused[1]}), or correct ansible_user and"
            " ansible_ssh_private_key_file of this host in the inventory."
        )
    if full := re.search(r"No usable temporary directory found in \[([^]]{0,400})\]", text):
        places = full[1].replace("'", "")
        return (
            f"{host}: no file can be written there, in none of {places}. Is its disk full, or"
            " mounted read-only? Look there with: df -h /tmp; mount"
        )
    if "REMOTE HOST IDENTIFICATION HAS CHANGED" not in text:
        return text
    known = re.search(r"Offending \S+ key in ([\w./~-]+):(\d+)", text)
    line = f" ({known[1]}, line {known[2]})" if known else ""
    remove = _REMOVE.search(text)
    return (
        f"{host} shows another host key than at first contact{line}, so nothing was sent to it."
        " Was it installed anew? Then forget the old key:"
        f" {remove[0] if remove else 'ssh-keygen -R'}; otherwise find out who answers there."
    )


def read_failure(run_dir: Path, host: str) -> str:
    """Return the first line of what is kept of `host`, or an empty text."""
    try:
        with failure_log(run_dir, host).open(encoding="utf-8", errors="replace") as file:
            return file.readline(1000).strip()
    except OSError:
        return ""
