"""Block after block, but for those of a VMM whose guests do not boot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vmmlab_runner.block import BOOTS, BlockRunner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmmlab_runner.layout import Layout
    from vmmlab_runner.progress import Progress
    from vmmlab_runner.schedule import Block, Schedule
    from vmmlab_runner.store import Store

HOPELESS = 3  # blocks of a VMM without a guest that booted, and no measurement before them


@dataclass
class Measuring:
    """Makes what is missing of a schedule."""

    layout: Layout
    schedule: Schedule
    store: Store
    progress: Progress
    facts: Mapping[str, str]  # how sidecars name this boot of the lab host
    _reasons: dict[str, list[str]] = field(default_factory=dict)  # why blocks never booted, by VMM

    def all(self, failures: Mapping[str, int]) -> None:
        """Make all blocks; `failures` counts the attempts that the last start did not end.

        A VMM that was given up is tried anew when the run is continued: nothing of it is kept.
        """
        for block in self.schedule.blocks:
            reasons = self._reasons.setdefault(block.vmm, [])
            if len(reasons) >= HOPELESS:
                self._give_up(block, reasons)
            else:
                self._make(block, reasons, failures)

    def _make(self, block: Block, reasons: list[str], failures: Mapping[str, int]) -> None:
        runner = BlockRunner(
            self.layout,
            self.schedule,
            block,
            self.store,
            self.progress,
            failures=failures,
            facts=self.facts,
            # A guest now and then hangs for ever; one that never did anything else is not worth it.
            boots=1 if reasons else BOOTS,
        )
        runner.run()
        if runner.never_booted and not self._measured(block.vmm):
            reasons.append(runner.never_booted)
        else:
            reasons.clear()

    def _measured(self, vmm: str) -> bool:
        """Tell whether a VMM has any result, also of an earlier start of the run."""
        return any(
            self.store.complete(each)
            for block in self.schedule.blocks
            if block.vmm == vmm
            for each in block.measurements
        )

    def _give_up(self, block: Block, reasons: list[str]) -> None:
        for each in block.measurements:
            if not self.store.complete(each):
                self.progress.miss(
                    each,
                    f"{block.vmm} was given up: no guest of its first {len(reasons)} blocks booted"
                    f" ({'; then '.join(dict.fromkeys(reasons))}); mend that and continue the run",
                )
