"""What happens in a playbook: no terminal, no process.

Told from the events of ansible-runner and, of lab hosts that measure, from the `progress.json` that
the action `follow` brings of each.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.from_host import PROGRESS_LIMIT, read_json, tidy
from collector.run.failures import clearer
from collector.run.progress import Step, step_of

_STAGE = re.compile(r"STAGE (?P<number>\d+)/(?P<count>\d+): (?P<name>\S+)")
_CLOSING = re.compile(r"STAGES \*+")
_LOUD = ("LEFT OUT", "[ERROR]")
_SET_FACT = ("ansible.builtin.set_fact", "ansible.legacy.set_fact", "set_fact")
_TOLD_BY_EVENT = "[ERROR]: Task failed"


_Stamp = tuple[int, int]
"""Of a file: when it was written, and its inode; each writing makes a new one."""


@dataclass(slots=True)
class Follower:
    """The state of a playbook that runs, as far as its events have told.

    `closing` holds what the callback `stages` printed at the end; `run_dir` is the folder of the
    run once the role `plan` has told it; `pid` is the process of ansible-playbook.
    """

    stage: str = ""
    task: str = ""
    steps: dict[str, Step] = field(default_factory=dict)
    closing: list[str] = field(default_factory=list)
    run_dir: Path | None = None
    pid: int | None = None
    _known: dict[Path, _Stamp] = field(default_factory=dict)
    """Each `progress.json` as it was when it was last looked at."""

    def feed(self, event: Mapping[str, Any]) -> Iterator[str]:
        """Take one event in; yield the lines that a person should see of it."""
        self.pid = event.get("pid") if event.get("event") == "playbook_on_start" else self.pid
        for line in str(event.get("stdout") or "").splitlines():
            yield from self._line(plain_line(line))
        data = event.get("event_data") or {}
        name = event.get("event")
        if name == "runner_on_unreachable" or (
            name == "runner_on_failed" and not data.get("ignore_errors")
        ):
            said = str((data.get("res") or {}).get("msg") or "no message")
            message = tidy(clearer(said, str(data.get("host"))))
            yield f"{data.get('host')}: FAILED: {data.get('task')}: {message}"
        elif name == "playbook_on_task_start":
            self.task = " : ".join(filter(None, (data.get("role"), data.get("task"))))
        elif name == "runner_on_ok" and data.get("task_action") in _SET_FACT:
            # Of another task the facts are what a lab host says, and no place to write to.
            told = ((data.get("res") or {}).get("ansible_facts") or {}).get("plan_run_dir")
            if told and isinstance(told, str) and self.run_dir != Path(told):
                self.run_dir = Path(told)
                self._known = dict(self._progress())  # of this run before: nobody follows it now

    def moved(self) -> Iterator[str]:
        """Yield a line for each lab host that does something else than when this was last asked."""
        for path, stamp in self._progress():
            if self._known.get(path) == stamp:
                continue
            self._known[path] = stamp
            host = path.parent.name
            try:
                step = step_of(read_json(path, PROGRESS_LIMIT)[0])
            except (KeyError, TypeError, ValueError, OverflowError):
                continue  # a lab host's own fault, which `follow` tells
            before = self.steps.get(host)
            self.steps[host] = step
            if step.headline and (before is None or before.headline != step.headline):
                yield f"{host}: {step.headline}{step.left}"

    def _progress(self) -> Iterator[tuple[Path, _Stamp]]:
        for path in self.run_dir.glob("*/progress.json") if self.run_dir else ():
            with suppress(OSError):
                found = path.lstat()
                yield path, (found.st_mtime_ns, found.st_ino)

    def _line(self, line: str) -> Iterator[str]:
        if self.closing or _CLOSING.fullmatch(line):
            self.closing.append(line)
        elif found := _STAGE.match(line):
            self.stage = f"{found['number']}/{found['count']} {found['name']}"
            self.steps.clear()
            yield f"STAGE {self.stage}"
        elif line.startswith(_LOUD) and not line.startswith(_TOLD_BY_EVENT):
            yield line


def plain_line(line: str) -> str:
    """Return a line of Ansible's output without colours and other control characters."""
    without_colours = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
    return "".join(character for character in without_colours if character.isprintable()).rstrip()
