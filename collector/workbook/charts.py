"""The sheet of native charts, drawn from medians that stand beside them."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from collector.labels import Language, in_words
from collector.report.series import COLOURS, Chart
from collector.workbook import page, styles
from collector.workbook.text import at, put_text

_FORMATS = {"s": "0.000", "KiB": "#,##0"}
"""Unit to the number format of medians in it; two decimals otherwise."""
_ROWS_PER_CHART = 15
_CHART_COLUMNS = 5
"""Columns that a chart takes, the last of them not quite."""
_IN_LAST_COLUMN = 600_000
"""Where it ends there, in the unit of drawings: two thirds of the column."""
_COLUMNS = 10
_FIRST_WIDTH, _OTHER_WIDTH = 18, 12
_CHARTS_PER_PAGE = 4
"""Rows of charts."""
_TITLE_SIZE = 1200
"""Hundredths of a point."""
_GREY = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9"))


def add_charts(
    workbook: Workbook, charts: Sequence[Chart], notices: Sequence[str], language: Language
) -> None:
    """Add the sheet: charts two in a row, below them the medians they show."""
    title = in_words(language, "sheet charts")
    widths = (_FIRST_WIDTH, *(_OTHER_WIDTH,) * (_COLUMNS - 1))
    sheet, first = page.add_sheet(workbook, title, title, notices, widths)
    sheet.freeze_panes = f"A{first}"
    row = first + _ROWS_PER_CHART * ((len(charts) + 1) // 2) + 1
    put_text(at(sheet, row, 1), in_words(language, "chart medians"), styles.CAPTION)
    row += 1
    for number, chart in enumerate(charts):
        _medians(sheet, chart, row)
        drawing = _drawing(sheet, chart, row)
        drawing.anchor = _anchor(number, first)  # type: ignore[assignment] # stubs know less
        sheet.add_chart(drawing)
        row += 3 + len(chart.categories)
    for row_of_charts in range(_CHARTS_PER_PAGE, (len(charts) + 1) // 2 + 1, _CHARTS_PER_PAGE):
        last = first + _ROWS_PER_CHART * row_of_charts - 2
        sheet.row_breaks.append(Break(id=last))
    page.set_page(sheet, landscape=False)


def _medians(sheet: Worksheet, chart: Chart, row: int) -> None:
    """Write the medians of `chart` from `row` on, below a head."""
    put_text(at(sheet, row, 1), f"{chart.title} ({chart.unit})", styles.PLAIN_BOLD)
    head = row + 1
    put_text(at(sheet, head, 1), chart.category_title, styles.HEAD)
    for offset, category in enumerate(chart.categories, 1):
        put_text(at(sheet, head + offset, 1), category, styles.SIDE_HEAD)
    for column, series in enumerate(chart.series, 2):
        put_text(at(sheet, head, column), series.name, styles.HEAD)
        for offset, value in enumerate(series.medians, 1):
            cell = at(sheet, head + offset, column)
            cell.style = styles.CELL_NUMBER
            cell.value = value
            cell.number_format = _FORMATS.get(chart.unit, "#,##0.00")
    page.fit_height(sheet, head, [chart.category_title, *(one.name for one in chart.series)])


def _drawing(sheet: Worksheet, chart: Chart, row: int) -> BarChart:
    """Return the drawing of the medians that stand from `row` on."""
    head, last = row + 1, row + 1 + len(chart.categories)
    drawing = BarChart()
    drawing.type = "bar" if chart.form != "bars" else "col"
    drawing.style = 10
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
    _label(drawing, chart)
    return drawing


def _label(drawing: BarChart, chart: Chart) -> None:
    """Give a drawing its title, axes and legend."""
    drawing.title = _title(chart.title)
    drawing.y_axis.title = chart.unit
    drawing.x_axis.title = chart.category_title or None
    # Without these a recent Excel hides the axes.
    drawing.x_axis.delete = drawing.y_axis.delete = False
    drawing.y_axis.number_format = "General"
    drawing.y_axis.majorGridlines = ChartLines(spPr=_GREY)
    drawing.y_axis.scaling.min = 0
    if drawing.type == "bar":
        # Else the first category stands at the bottom.
        drawing.x_axis.scaling.orientation = "maxMin"
        drawing.y_axis.crosses = "max"
    drawing.legend.position = "b"
    for part in (drawing.title, drawing.legend, drawing.x_axis.title, drawing.y_axis.title):
        if part is not None:
            # Otherwise Excel draws it over the bars.
            part.overlay = False


def _title(text: str) -> Title:
    """Return a title that leaves room for the chart."""
    looks = CharacterProperties(sz=_TITLE_SIZE, b=True)
    run = RegularTextRun(rPr=looks, t=text)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=looks), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])))


def _anchor(number: int, first: int) -> TwoCellAnchor:
    """Return the place of a chart: as wide as its columns, whatever the font makes of these."""
    top = first - 1 + _ROWS_PER_CHART * (number // 2)
    left = _CHART_COLUMNS * (number % 2)
    return TwoCellAnchor(
        _from=AnchorMarker(col=left, row=top),
        to=AnchorMarker(
            col=left + _CHART_COLUMNS - 1, colOff=_IN_LAST_COLUMN, row=top + _ROWS_PER_CHART - 1
        ),
    )
