"""What happens in a playbook, told from the events of ansible-runner: no terminal, no process."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from collector.from_host import tidy

_STAGE = re.compile(r"STAGE (?P<number>\d+)/(?P<count>\d+): (?P<name>\S+)")
_STEP = re.compile(r"(?P<host>[^\s:]+): \[(?P<done>\d+)/(?P<planned>\d+)\] (?P<what>.+)")
_BETWEEN = re.compile(r"(?P<host>[^\s:]+): (?P<what>.+)")
_CLOSING = re.compile(r"STAGES \*+")
_LOUD = ("LEFT OUT", "[ERROR]")
_SET_FACT = ("ansible.builtin.set_fact", "ansible.legacy.set_fact", "set_fact")
_TOLD_BY_EVENT = "[ERROR]: Task failed"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a lab host is: `done` of its `planned` logs, and what it measures now."""

    done: int
    planned: int
    what: str


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
            message = tidy((data.get("res") or {}).get("msg") or "no message")
            yield f"{data.get('host')}: FAILED: {data.get('task')}: {message}"
        elif name == "playbook_on_task_start":
            self.task = " : ".join(filter(None, (data.get("role"), data.get("task"))))
        elif name == "runner_on_ok" and data.get("task_action") in _SET_FACT:
            # Of another task the facts are what a lab host says, and no place to write to.
            told = ((data.get("res") or {}).get("ansible_facts") or {}).get("plan_run_dir")
            self.run_dir = Path(told) if told and isinstance(told, str) else self.run_dir

    def _line(self, line: str) -> Iterator[str]:
        if self.closing or _CLOSING.fullmatch(line):
            self.closing.append(line)
        elif found := _STAGE.match(line):
            self.stage = f"{found['number']}/{found['count']} {found['name']}"
            self.steps.clear()
            yield f"STAGE {self.stage}"
        elif found := _STEP.match(line):
            self.steps[found["host"]] = Step(
                int(found["done"]), int(found["planned"]), found["what"]
            )
            yield line
        elif (found := _BETWEEN.match(line)) and found["host"] in self.steps:
            self.steps[found["host"]] = replace(self.steps[found["host"]], what=found["what"])
            yield line
        elif line.startswith(_LOUD) and not line.startswith(_TOLD_BY_EVENT):
            yield line


def plain_line(line: str) -> str:
    """Return a line of Ansible's output without colours and other control characters."""
    without_colours = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
    return "".join(character for character in without_colours if character.isprintable()).rstrip()
