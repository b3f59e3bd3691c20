"""What stands above a table, beside its own headings: captions, sections, commands, the sheet."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from collector.typed.grid import Grid, Typed
from collector.typed.meaning import Meaning, meaning
from collector.typed.parameters import NONE, Parameters
from collector.typed.roles import vmm_of_caption

_TITLE_ROWS = 8
_SECTION_ROWS = 300
_LONGEST_HEADING = 40


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for a whole table where its rows and columns say nothing else."""

    caption: str = ""
    vmm: str = ""
    metric: str | None = None
    unit: str = ""
    """The title that names the metric, and with it the unit."""
    mode: str | None = None
    access: str | None = None
    subject: str = ""
    parameters: Parameters = NONE
    commands: tuple[tuple[str, Parameters], ...] = ()
    """Subject (`fileio` for all three) and parameters of the command lines above the table."""


def context_of(grid: Grid, top: int, left: int, right: int) -> Context:
    """Return what stands above the table whose heading begins in row `top`.

    The nearest text that says something goes before those further up, a heading of a section
    before the sheet's name.
    """
    if grid.source:  # what is above in the sheet is on the left in the turned one
        return context_of(grid.source, left, top, grid.rows)
    near = list(_titles(grid, top, left, right))
    sheet = meaning(grid.sheet)
    vmm = _vmm(grid, top, right, near)
    context = Context(
        caption=_caption(near),
        vmm=vmm,
        commands=tuple(
            (said.subject, said.parameters) for cell in near if (said := meaning(cell.text)).prose
        ),
    )
    for cell in near:
        said = meaning(cell.text)
        if not said.prose:
            context = _with(context, said, cell.text)
    for cell in _sections(grid, top, right):
        context = _with(context, _section(meaning(cell.text)), cell.text)
    return _with(context, sheet, grid.sheet)


def _section(said: Meaning) -> Meaning:
    """Return what a heading of a section says: it names a subject, no column's metric."""
    return replace(said, about=None)


def _with(context: Context, said: Meaning, text: str) -> Context:
    """Add what a title says to what nearer ones have said."""
    return replace(
        context,
        metric=context.metric or said.about,
        unit=context.unit or (text if said.about else ""),
        mode=context.mode or said.mode,
        access=context.access or said.access,
        subject=context.subject or said.subject,
        parameters=context.parameters.over(said.parameters),
    )


def _titles(grid: Grid, top: int, left: int, right: int) -> Iterator[Typed]:
    """Yield the texts above a table, the nearest first, up to the numbers of another table."""
    for row in range(top - 1, max(0, top - _TITLE_ROWS), -1):
        cells = [cell for cell in grid.in_row(row) if left <= cell.column <= right]
        if any(cell.quantity for cell in cells):
            return
        yield from (cell for cell in cells if not cell.copied and not meaning(cell.text).nothing)


def _caption(near: list[Typed]) -> str:
    """Return the nearest row's text with a number (`表 3 …`) or a VMM's name, else any title."""
    named = [cell for cell in near if (said := meaning(cell.text)).caption or said.vmms]
    titles = named or [
        cell for cell in near if not meaning(cell.text).prose and len(cell.text) <= _LONGEST_HEADING
    ]
    beside = [cell.text for cell in titles if cell.row == titles[0].row]
    return beside[0] if beside else ""


def _vmm(grid: Grid, top: int, right: int, near: list[Typed]) -> str:
    """Return the VMM that the caption names, a section's heading further up, or the sheet."""
    caption = _caption(near)
    if vmm := vmm_of_caption(caption):
        return vmm
    if meaning(caption).vmms:
        return ""
    for row in range(top - 1, max(0, top - _SECTION_ROWS), -1):
        for cell in grid.in_row(row):
            said = meaning(cell.text)
            heading = cell.quantity is None and len(cell.text) <= _LONGEST_HEADING
            if heading and not said.caption and len(said.vmms) == 1 and cell.column <= right:
                return said.vmms[0]
    named = meaning(grid.sheet).vmms
    return named[0] if len(named) == 1 else ""


def _sections(grid: Grid, top: int, right: int) -> Iterator[Typed]:
    """Yield the headings of sections: titles that another title follows, not a table."""
    below = ""
    for row in range(top - 1, max(0, top - _SECTION_ROWS), -1):
        cells = [cell for cell in grid.in_row(row) if cell.column <= right and not cell.copied]
        if not cells:
            continue
        words = cells[0].quantity is None and len(cells[0].text) <= _LONGEST_HEADING
        title = "title" if len(cells) == 1 and words else "table"
        if title == below == "title":
            yield cells[0]
        below = title
