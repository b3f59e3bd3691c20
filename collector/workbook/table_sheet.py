"""One sheet per subject with the report's tables, one below the other."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from collector.labels import Language, in_words
from collector.report.problems import Problem, why_empty
from collector.tables.model import Cell, SampleKey, Table, shown, stored
from collector.workbook import page, styles
from collector.workbook.text import at, clean, display_width, put_text

_AUTHOR = "vmmlab"
_WIDEST_HEAD = 20
_COMMENT_DIGITS = 62
_COMMENT_WIDTH, _COMMENT_LINE = 420, 18
"""Pixels; a line of that width holds so many digits."""
_PORTRAIT_COLUMNS = 6


class TableSheets:
    """Writes tables and remembers where each sample stands."""

    def __init__(
        self,
        workbook: Workbook,
        problems: Sequence[Problem],
        notices: Sequence[str],
        language: Language,
    ) -> None:
        """Prepare for `workbook`; cells that `problems` concern are marked."""
        self._workbook = workbook
        self._problems = [one for one in problems if one.kind == "contradiction"]
        self._notices = notices
        self._language = language
        self.places: dict[SampleKey, tuple[str, str]] = {}
        """Sample to sheet name and cell."""
        self.cached: dict[str, dict[str, float]] = {}
        """Sheet name to the results of its formulas."""

    def add(self, subject: str, tables: Sequence[Table]) -> None:
        """Add the sheet of `subject` with `tables`."""
        name = in_words(self._language, f"sheet {subject}")
        title = in_words(self._language, f"subject {subject}")
        sheet, row = page.add_sheet(self._workbook, name, title, self._notices, _widths(tables))
        sheet.freeze_panes = f"B{row}"
        for table in tables:
            put_text(at(sheet, row, 1), table.caption, styles.CAPTION)
            row = self._write(sheet, row + 1, table) + 1
        page.set_page(sheet, landscape=max(table.width for table in tables) > _PORTRAIT_COLUMNS)

    def _write(self, sheet: Worksheet, first_row: int, table: Table) -> int:
        row = first_row
        for line, cells in enumerate((*table.header, *table.body)):
            row = first_row + line
            in_header = line < len(table.header)
            for column, cell in enumerate(cells, 1):
                if cell is not None:
                    target = at(sheet, row, column)
                    self._fill(target, cell, head=in_header)
                    self._merge(sheet, target, cell)
        return row + 1

    def _fill(self, target: SheetCell, cell: Cell, *, head: bool) -> None:
        if head:
            put_text(target, str(cell.value), styles.HEAD)
        elif isinstance(cell.value, str):
            put_text(target, cell.value, styles.SIDE_HEAD)
        else:
            target.style = styles.number_style(cell.style)
            if cell.value is not None:
                target.value = stored(cell.value, cell.style)
            if cell.key is None and not cell.average_of:
                target.alignment = styles.CENTRE
        if cell.average_of:
            self._average(target, cell)
        elif cell.key is not None:
            self._sample(target, cell, cell.key)

    def _average(self, target: SheetCell, cell: Cell) -> None:
        """A formula over the cells above; its result is stored when the workbook is saved."""
        if isinstance(cell.value, float):
            column = target.column_letter
            first, last = target.row - cell.average_of, target.row - 1
            # Without the last digits of binary fractions, which turn a half into less than one.
            result = float(f"{stored(cell.value, cell.style):.15g}")
            target.value = f"=AVERAGE({column}{first}:{column}{last})"
            self.cached.setdefault(target.parent.title, {})[target.coordinate] = result
        else:
            target.fill = styles.MISSING_FILL
        text = in_words(self._language, "average of", counted=cell.counted, rows=cell.average_of)
        _comment(target, [text, cell.source.log if cell.source else ""])

    def _sample(self, target: SheetCell, cell: Cell, key: SampleKey) -> None:
        self.places[key] = (target.parent.title, target.coordinate)
        lines = [key.metric]
        if cell.source is not None:
            place = f"{cell.source.log}:{cell.source.line}" if cell.source.line else cell.source.log
            lines.append(place)
            if cell.value is None:
                lines.insert(0, why_empty(cell.source, key.metric, self._language))
                target.fill = styles.MISSING_FILL
        messages = [problem.message for problem in self._problems if problem.concerns(key)]
        if messages:
            target.fill = styles.CONTRADICTION_FILL
            target.font = styles.CONTRADICTION_FONT
            lines += messages
        _comment(target, lines)

    @staticmethod
    def _merge(sheet: Worksheet, target: SheetCell, cell: Cell) -> None:
        if cell.rows > 1 or cell.columns > 1:
            sheet.merge_cells(
                start_row=target.row,
                start_column=target.column,
                end_row=target.row + cell.rows - 1,
                end_column=target.column + cell.columns - 1,
            )


def _comment(target: SheetCell, lines: Sequence[str]) -> None:
    text = clean("\n".join(lines))
    rows = sum(1 + display_width(line) // _COMMENT_DIGITS for line in lines)
    target.comment = Comment(text, _AUTHOR, width=_COMMENT_WIDTH, height=_COMMENT_LINE * (rows + 1))


def _widths(tables: Sequence[Table]) -> list[float]:
    """Return widths of columns that fit the tables below one another."""
    widths = [float(page.NARROWEST)] * max(table.width for table in tables)
    for table in tables:
        for row in (*table.header, *table.body):
            for column, cell in enumerate(row):
                if cell is None or cell.columns > 1:
                    continue
                longest = display_width(shown(cell.value, cell.style))
                # A head wraps; a number that does not fit shows as ###.
                wanted = min(longest, _WIDEST_HEAD) if isinstance(cell.value, str) else longest
                widths[column] = max(widths[column], wanted + 3)
    return widths
