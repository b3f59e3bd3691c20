"""Callback that names the stage that begins and sums all of them up at the end."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar

if TYPE_CHECKING:
    from ansible.executor.stats import AggregateStats
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.playbook import Playbook
    from ansible.playbook.play import Play
    from ansible.playbook.task import Task

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # Ansible may run from another environment than the checkout's
    sys.path.append(str(ROOT))

from collector.errors import UnusableInputError  # noqa: E402 - found through the line above
from collector.from_host import printable, tidy  # noqa: E402 - as above
from collector.plan.record import read_record  # noqa: E402 - as above
from collector.plan.totals import duration  # noqa: E402 - as above
from collector.run.failures import Failure, clearer, write_failures  # noqa: E402 - as above
from collector.run.status import closing_lines, table_lines  # noqa: E402 - as above
from collector.run.summary import LONGEST_ERROR, summarize  # noqa: E402 - as above

DOCUMENTATION = """
name: stages
type: aggregate
short_description: Names the stage that begins and sums all of them up at the end
description:
  - A stage is one playbook file. At the end there is a table of wall time, changes and failures
    per stage, and, if a run was made, its workbook and its measurements per host.
"""

_SET_FACT = ("ansible.builtin.set_fact", "ansible.legacy.set_fact", "set_fact")


class CallbackModule(CallbackBase):
    """Counts what happens in each stage; failures that were rescued or ignored are none."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stages"

    def __init__(self) -> None:
        """Begin with nothing counted."""
        super().__init__()
        self._planned: list[str] = []
        self._began: list[tuple[str, float]] = []
        self._changed: Counter[str] = Counter()
        self._errors: defaultdict[str, list[Failure]] = defaultdict(list)
        self._gave_up: set[str] = set()
        self._run_dir: Path | None = None

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        """Learn which stages there will be."""
        self._planned = list(dict.fromkeys(_stage(play) for play in playbook.get_plays()))

    def v2_playbook_on_play_start(self, play: Play) -> None:
        """Print a heading when the play is the first of its stage."""
        stage = _stage(play)
        if self._began and self._began[-1][0] == stage:
            return
        self._began.append((stage, time.monotonic()))
        number = self._planned.index(stage) + 1 if stage in self._planned else len(self._began)
        self._display.banner(f"STAGE {number}/{max(len(self._planned), number)}: {stage}")
        if self._run_dir is None:
            self._run_dir = _run_by_name(play)

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:  # noqa: ARG002
        """Say what takes long when it begins: its heading comes only with its result."""
        name = task.get_name()
        if "(about " in name:
            self._display.display(f"\n{name} ...")

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        """Count a change; note the folder of the run when a role tells it."""
        if result.is_changed():
            self._changed[self._stage] += 1
        if result.task.action in _SET_FACT:
            facts = result.result.get("ansible_facts", {})
            if facts.get("plan_run_dir"):
                self._run_dir = Path(facts["plan_run_dir"])
            if facts.get("stages_failed"):
                self._gave_up.add(result.host.get_name())

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        """Note a failure with its task and its message; an ignored one may be a change."""
        if not ignore_errors:
            self._note(result)
        elif result.is_changed():
            self._changed[self._stage] += 1

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        """Note a host that does not answer."""
        self._note(result)

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        """Print the table of stages, every host that failed, and what was measured."""
        failed = self._failed(stats)
        self._display.banner("STAGES")
        self._say(table_lines(self._rows(Counter(error.stage for _, error in failed))))
        lines = [f"FAILED: {host}: {error.stage}: {error.line}" for host, error in failed]
        self._say(lines, error=True)
        if self._run_dir and (self._run_dir / "run.json").is_file():
            self._display.banner("RUN")
            try:
                self._keep(dict(reversed(failed)), stats)
                self._say(closing_lines(summarize(self._run_dir)))
            except (UnusableInputError, OSError) as error:
                self._say([printable(error, lines=True)], error=True)

    def _keep(self, failed: dict[str, Failure], stats: AggregateStats) -> None:
        """Write down why hosts of the run failed: whoever comes later wants to know, too."""
        record = read_record(self._run_dir) or {}
        write_failures(self._run_dir, failed, record["hosts"], stats.processed)

    @property
    def _stage(self) -> str:
        return self._began[-1][0] if self._began else ""

    def _note(self, result: CallbackTaskResult) -> None:
        # A loop's results are mappings; a module, and so a lab host, may call anything so.
        items = result.result.get("results")
        items = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
        broken = next((item for item in items if item.get("failed")), result.result)
        text = str(broken.get("msg") or "no message")
        if "return code" in text and broken.get("stderr"):
            text = str(broken["stderr"])
        host = result.host.get_name()
        line = f"{result.task_name}: {tidy(clearer(text, host), LONGEST_ERROR)}"
        self._errors[host].append(Failure(self._stage, line, result.result))

    def _failed(self, stats: AggregateStats) -> list[tuple[str, Failure]]:
        """Return each host and what ended its work.

        Ansible tells of a failure before it knows that it will be rescued; a host works on after a
        rescue, so the last ones are those that were not. A host that only waits for the report says
        so: of its failures in that stage the first counts.
        """
        found = []
        for host, errors in self._errors.items():
            count = stats.failures.get(host, 0) + stats.dark.get(host, 0)
            found += [(host, error) for error in errors[len(errors) - count :]]
            if host in self._gave_up:
                found.append((host, next(e for e in errors if e.stage == errors[-1].stage)))
        return found

    def _rows(self, failed: Counter[str]) -> list[tuple[str, ...]]:
        ends = [began for _, began in self._began[1:]] + [time.monotonic()]
        seconds: dict[str, float] = {}
        for (stage, began), ended in zip(self._began, ends, strict=False):
            seconds[stage] = seconds.get(stage, 0.0) + ended - began
        rows = [("stage", "wall time", "changed", "failed")]
        for stage, length in {**seconds, "all": sum(seconds.values())}.items():
            counts = [
                counter.total() if stage == "all" else counter[stage]
                for counter in (self._changed, failed)
            ]
            rows.append((stage, duration(length), *(str(count) for count in counts)))
        return rows

    def _say(self, lines: object, *, error: bool = False) -> None:
        for line in lines:
            bad = error or line.startswith(("LEFT OUT", "FAILED"))
            self._display.display(line, color=constants.COLOR_ERROR if bad else None)


def _stage(play: Play) -> str:
    """Return the name of the playbook file that holds `play`."""
    return Path(play.get_path().rpartition(":")[0]).stem


def _run_by_name(play: Play) -> Path | None:
    """Return the folder of the run that was named: for a stage that runs alone."""
    manager = play.get_variable_manager()
    host = manager._inventory.get_host("localhost")  # noqa: SLF001 - it has no public name
    variables = manager.get_vars(play=play, host=host)
    if not variables.get("run_name") or "results_dir" not in variables:
        return None
    templar = Templar(play.get_loader(), variables)
    folder, name = templar.template([variables["results_dir"], variables["run_name"]])
    return Path(folder) / str(name)
