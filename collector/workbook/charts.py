"""The sheet of native charts, drawn from medians that stand beside them."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from collector.labels import Language, say
from collector.report.series import Chart
from collector.workbook import page, styles
from collector.workbook.text import at, put_text

COLOURS = ("2F6DB5", "E07B39", "4C9F70", "8E5EA2", "B0A030", "7F7F7F")
_SIZE_CM = (13.5, 7.5)
_ROWS_PER_CHART = 16
_CHART_COLUMNS = ("A", "H")
_DATA_COLUMNS = 14
_COLUMN_WIDTH = 10


def add_charts(
    workbook: Workbook, charts: Sequence[Chart], notices: Sequence[str], language: Language
) -> None:
    """Add the sheet: charts two in a row, below them the medians they show."""
    title = say(language, "sheet charts")
    widths = (_COLUMN_WIDTH,) * _DATA_COLUMNS
    sheet, first = page.add_sheet(workbook, title, title, notices, widths)
    sheet.freeze_panes = f"A{first}"
    row = first + _ROWS_PER_CHART * ((len(charts) + 1) // 2) + 1
    put_text(at(sheet, row, 1), say(language, "chart medians"), styles.CAPTION)
    row += 1
    for number, chart in enumerate(charts):
        drawing, row = _chart(sheet, chart, row)
        anchor_row = first + _ROWS_PER_CHART * (number // 2)
        sheet.add_chart(drawing, f"{_CHART_COLUMNS[number % 2]}{anchor_row}")
    page.set_page(sheet, landscape=True)


def _chart(sheet: Worksheet, chart: Chart, row: int) -> tuple[BarChart, int]:
    """Write the medians of `chart` from `row` on; return its drawing and the next free row."""
    put_text(at(sheet, row, 1), f"{chart.title} ({chart.unit})", styles.PLAIN_BOLD)
    head = row + 1
    put_text(at(sheet, head, 1), chart.category_title, styles.HEAD)
    for offset, category in enumerate(chart.categories, 1):
        put_text(at(sheet, head + offset, 1), category, styles.SIDE_HEAD)
    for column, series in enumerate(chart.series, 2):
        put_text(at(sheet, head, column), series.name, styles.HEAD)
        for offset, value in enumerate(series.medians, 1):
            cell = at(sheet, head + offset, column)
            cell.style = styles.CELL_TEXT
            cell.value = value
            cell.number_format = "0.00"
    last = head + len(chart.categories)
    drawing = BarChart()
    drawing.type = "bar" if chart.form != "bars" else "col"
    drawing.title = chart.title
    drawing.style = 10
    drawing.width, drawing.height = _SIZE_CM
    drawing.add_data(
        Reference(sheet, min_col=2, max_col=1 + len(chart.series), min_row=head, max_row=last),
        titles_from_data=True,
    )
    drawing.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    for number, series in enumerate(drawing.series):
        series.graphicalProperties.solidFill = COLOURS[number % len(COLOURS)]
    if chart.form == "stacked bars":
        drawing.grouping, drawing.overlap = "stacked", 100
    drawing.gapWidth = 60
    drawing.y_axis.title = chart.unit
    drawing.x_axis.title = chart.category_title or None
    # Without these a recent Excel hides the axes.
    drawing.x_axis.delete = drawing.y_axis.delete = False
    drawing.y_axis.number_format = "General"
    drawing.legend.position = "b"
    return drawing, last + 2
