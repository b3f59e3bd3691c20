"""The sheet of the environment: run, lab host, and each side with its differences."""

from collections.abc import Sequence

from openpyxl import Workbook

from collector.labels import Language, say
from collector.report.facts import Fact
from collector.workbook import page, styles
from collector.workbook.text import at, put_text

_FIRST_WIDTH, _OTHER_WIDTH = 34, 46


def add_environment(
    workbook: Workbook,
    facts: Sequence[Fact],
    labels: Sequence[str],
    notices: Sequence[str],
    language: Language,
) -> None:
    """Add the sheet; `labels` are those of the VMMs in the order of the facts' values."""
    widths = (_FIRST_WIDTH, *(_OTHER_WIDTH for _ in labels), 8)
    title = say(language, "sheet environment")
    sheet, row = page.add_sheet(workbook, title, title, notices, widths)
    sheet.freeze_panes = f"B{row}"
    for group in ("run", "host", "vmm"):
        chosen = [fact for fact in facts if fact.group == group]
        put_text(at(sheet, row, 1), say(language, f"facts {group}"), styles.CAPTION)
        if not chosen:
            put_text(at(sheet, row + 1, 1), say(language, "no facts"), styles.PLAIN_TEXT)
            row += 3
            continue
        if group == "vmm":
            head = [say(language, "head fact"), *labels, say(language, "head differs")]
            rows = [(fact.name, *fact.values, "≠" if fact.differs else "") for fact in chosen]
        else:
            head = [say(language, "head fact"), say(language, "head value")]
            rows = [(fact.name, *fact.values) for fact in chosen]
        first = row + 1
        row = page.write_rows(sheet, first, head, rows) + 1
        if group == "vmm":
            for number, fact in enumerate(chosen, first + 1):
                for column in range(2, 2 + len(labels)):
                    if fact.differs:
                        at(sheet, number, column).fill = styles.DIFFERENT_FILL
    page.set_page(sheet, landscape=True)
