"""How a running playbook looks: one live display, or plain lines where there is no terminal."""

import time
from collections import deque
from collections.abc import Iterable
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from collector.plan.totals import duration
from collector.run.follow import Follower

_MOST_HOSTS = 20


class Display(Protocol):
    """What the front needs of a display."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(self, *exception: object) -> None:
        """End it and leave the terminal as it was."""

    def show(self, lines: Iterable[str]) -> None:
        """Show what an event brought, and the follower's state as it now is."""

    def move(self, lines: Iterable[str]) -> None:
        """Show what lab hosts do now."""


class PlainDisplay:
    """Prints each line once, for logs and pipes."""

    def __enter__(self) -> Self:
        """Begin to show."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End it."""

    def show(self, lines: Iterable[str]) -> None:
        """Print `lines`."""
        for line in lines:
            print(line, flush=True)  # noqa: T201 - the command's output

    move = show


class LiveDisplay:
    """Keeps stage, task and one line per measuring host in place; the rest scrolls by above."""

    def __init__(self, follower: Follower, console: Console) -> None:
        """Show the state of `follower` on `console`."""
        self._follower = follower
        self._console = console
        self._began = time.monotonic()
        self._live = Live(
            get_renderable=self.render, console=console, refresh_per_second=4, transient=True
        )

    def __enter__(self) -> Self:
        """Begin to show."""
        self._live.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        """End it and leave the terminal as it was."""
        self._live.stop()

    def show(self, lines: Iterable[str]) -> None:
        """Print what does not belong to the moving part."""
        for line in lines:
            style = "bold red" if "FAILED" in line or "LEFT OUT" in line else None
            self._console.print(Text(line, style=style or ""))

    def move(self, lines: Iterable[str]) -> None:
        """Let the moving part show it: the follower's steps are what it draws."""
        deque(lines, maxlen=0)

    def render(self) -> RenderableType:
        """Return the moving part."""
        follower = self._follower
        elapsed = duration(time.monotonic() - self._began)
        head = Text.assemble(
            ("stage ", "dim"), (follower.stage or "starting", "bold"), (f"  {elapsed}", "dim")
        )
        task = Text(f"task  {follower.task}", style="dim", no_wrap=True, overflow="ellipsis")
        hosts = Table.grid(padding=(0, 1))
        for host, step in list(follower.steps.items())[:_MOST_HOSTS]:
            bar = ProgressBar(total=step.planned, completed=step.number, width=20)
            hosts.add_row(
                Text(host),
                bar,
                Text(f"[{step.number}/{step.planned}]"),
                Text(step.what + step.left),
            )
        rest = len(follower.steps) - _MOST_HOSTS
        more = [Text(f"and {rest} more hosts", style="dim")] if rest > 0 else []
        return Group(head, task, hosts, *more)


def make_display(follower: Follower) -> Display:
    """Return the live display on a terminal, plain lines elsewhere."""
    console = Console()
    return LiveDisplay(follower, console) if console.is_terminal else PlainDisplay()
