"""The sheet of the environment: run, lab host, and each side with its differences."""

from collections.abc import Sequence

from openpyxl import Workbook

from collector.labels import Language, in_words
from collector.report.facts import GROUPS, PER_VMM, Fact, Group
from collector.workbook import page, styles
from collector.workbook.text import at, put_text

_FIRST_WIDTH, _OTHER_WIDTH = 44, 44


def add_environment(
    workbook: Workbook,
    facts: Sequence[Fact],
    labels: Sequence[str],
    notices: Sequence[str],
    language: Language,
) -> None:
    """Add the sheet; `labels` are those of the VMMs in the order of the facts' values."""
    widths = (_FIRST_WIDTH, *(_OTHER_WIDTH for _ in labels), 8)
    title = in_words(language, "sheet environment")
    sheet, row = page.add_sheet(workbook, title, title, notices, widths)
    sheet.freeze_panes = f"B{row}"
    for group in GROUPS:
        chosen = [fact for fact in facts if fact.group == group]
        if not chosen and group == "blame":
            continue
        put_text(at(sheet, row, 1), in_words(language, f"facts {group}"), styles.CAPTION)
        if not chosen:
            put_text(at(sheet, row + 1, 1), in_words(language, "no facts"), styles.PLAIN_TEXT)
            row += 3
            continue
        first = row + 1
        row = page.write_rows(sheet, first, *_list(group, chosen, labels, language)) + 1
        for number, fact in enumerate(chosen, first + 1):
            for column in range(2, 2 + len(labels)):
                if fact.differs:
                    at(sheet, number, column).fill = styles.DIFFERENT_FILL
    page.set_page(sheet, landscape=True)


def _list(
    group: Group, facts: Sequence[Fact], labels: Sequence[str], language: Language
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return head and rows of one group of facts."""
    if group == "vmm":
        head = [in_words(language, "head fact"), *labels, in_words(language, "head differs")]
        return head, [(fact.name, *fact.values, "≠" if fact.differs else "") for fact in facts]
    last = labels if group in PER_VMM else [in_words(language, "head value")]
    return [in_words(language, "head fact"), *last], [(fact.name, *fact.values) for fact in facts]
