"""The caption of a table, and the VMM that it or a heading further up names."""

from collector.typed.grid import Grid, is_words
from collector.typed.roles import CAPTION, vmm_of_caption, vmms_in

_CAPTION_ROWS = 8
_SECTION_ROWS = 300
_LONGEST_HEADING = 40


def caption_of(grid: Grid, top: int, left: int, right: int) -> tuple[str, str]:
    """Return the caption above a table and the VMM it names.

    The caption is the nearest text above it with a number (`表 3 …`) or with a VMM's name. Where
    it names none, a section's heading further up or the sheet's name may.
    """
    if grid.source:  # what is above in the sheet is on the left in the turned one
        return caption_of(grid.source, left + 1, top - 1, grid.rows)
    caption = ""
    for row in range(top - 1, max(0, top - _CAPTION_ROWS), -1):
        cells = [cell for cell in grid.in_row(row) if left <= cell.column <= right]
        if any(cell.quantity for cell in cells):
            break
        texts = [cell.text for cell in cells if CAPTION.match(cell.text) or vmms_in(cell.text)]
        if texts:
            caption = texts[-1] if len(set(texts)) == 1 else texts[0]
            break
    if vmm := vmm_of_caption(caption):
        return caption, vmm
    if vmms_in(caption):
        return caption, ""
    for row in range(top - 1, max(0, top - _SECTION_ROWS), -1):
        for cell in grid.in_row(row):
            heading = is_words(cell) and len(cell.text) <= _LONGEST_HEADING
            named = vmms_in(cell.text) if heading and not CAPTION.match(cell.text) else []
            if len(named) == 1 and cell.column <= right:
                return caption, named[0]
    sheet = vmms_in(grid.sheet)
    return caption, sheet[0] if len(sheet) == 1 else ""
