"""The looks of cells, each a named style of the workbook."""

from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from collector.subjects.parts.looks import Style


def font(
    *, bold: bool = False, size: int = 11, color: str | None = None, link: bool = False
) -> Font:
    """Return a font like the workbook's own: one without a name is some other font."""
    underline: Literal["single"] | None = "single" if link else None
    return Font("Calibri", size, family=2, bold=bold, color=color, underline=underline)


_LINE = Side(style="thin", color="BFBFBF")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD_FILL = PatternFill("solid", fgColor="DCE6F1")
_LINK_FONT = font(color="0563C1", link=True)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="center", indent=1)
TOP_RIGHT = Alignment(horizontal="right", vertical="top", indent=1)
_TOP = Alignment(vertical="top", wrap_text=True)

TITLE = "vmm title"
NOTICE = "vmm notice"
CAPTION = "vmm caption"
HEAD = "vmm head"
SIDE_HEAD = "vmm side head"
CELL_TEXT = "vmm text"
CELL_NUMBER = "vmm list number"
PLAIN_TEXT = "vmm plain"
LINK = "vmm link"
LIST_LINK = "vmm list link"
PLAIN_BOLD = "vmm bold"

DIFFERENT_FILL = PatternFill("solid", fgColor="FFF2CC")
MISSING_FILL = PatternFill("solid", fgColor="FFE699")
CONTRADICTION_FILL = PatternFill("solid", fgColor="F8CBAD")
CONTRADICTION_FONT = font(bold=True, color="C00000")


def number_style(style: Style) -> str:
    """Return the name of the style of a cell that shows its number by `style`."""
    return f"vmm number {style.name.lower()}"


def register(workbook: Workbook) -> None:
    """Add every style to `workbook`, once."""
    looks: dict[str, dict[str, Any]] = {
        TITLE: {"font": font(bold=True, size=15)},
        NOTICE: {
            "font": font(bold=True, color="9C0006"),
            "fill": PatternFill("solid", fgColor="FFC7CE"),
            "alignment": Alignment(vertical="center", wrap_text=True),
        },
        CAPTION: {"font": font(bold=True, size=12)},
        HEAD: {
            "font": font(bold=True),
            "fill": _HEAD_FILL,
            "border": _BOX,
            "alignment": CENTRE,
        },
        SIDE_HEAD: {"font": font(), "border": _BOX, "alignment": CENTRE},
        CELL_TEXT: {"font": font(), "border": _BOX, "alignment": _TOP},
        CELL_NUMBER: {"font": font(), "border": _BOX, "alignment": TOP_RIGHT},
        PLAIN_TEXT: {"font": font(), "alignment": _TOP},
        LINK: {"font": _LINK_FONT, "alignment": Alignment(vertical="top")},
        LIST_LINK: {"font": _LINK_FONT, "alignment": _TOP, "border": _BOX},
        PLAIN_BOLD: {"font": font(bold=True), "alignment": Alignment(vertical="top")},
    }
    for name, look in looks.items():
        workbook.add_named_style(NamedStyle(name=name, **look))
    for style in Style:
        workbook.add_named_style(
            NamedStyle(
                name=number_style(style),
                font=font(),
                number_format=style.value,
                border=_BOX,
                alignment=_RIGHT,
            )
        )
