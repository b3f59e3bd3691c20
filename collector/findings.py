"""What a check says about a number: a finding."""

from dataclasses import dataclass
from typing import Literal

from collector.words import Message

Severity = Literal["contradiction", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one log, one VMM, one host or one run; fields that do not apply are "".

    A contradiction says that numbers or facts cannot all be true; it makes an exit code 1. A note
    says what a reader should know; it does not change an exit code.
    """

    severity: Severity
    run: str
    host: str
    vmm: str
    subject: str
    case: str
    repetition: int | None
    metric: str
    """The metric that is marked in a workbook; "" when the finding is about a whole log or side."""
    log: str
    """The log's path as in the collection; "" when the finding is not about one log."""
    line: int | None
    """1-based line in the log, None when no line can be named."""
    message: Message
    """What was found, what was expected, and what to do."""

    @property
    def place(self) -> str:
        """Where to look: the log with its line, else the side it is about."""
        if self.log:
            return f"{self.log}:{self.line}" if self.line else self.log
        return "/".join(part for part in (self.run, self.host, self.vmm) if part)


@dataclass(frozen=True, slots=True)
class CellFinding:
    """Something about one cell of a workbook, or about the whole workbook (cell "")."""

    severity: Severity
    workbook: str
    sheet: str
    cell: str
    """Its address, e.g. `B12`."""
    message: Message
    several: bool = False
    """The workbook is one of several that were checked together."""

    @property
    def place(self) -> str:
        """Where to look: `sheet!cell`, else the workbook; `[workbook]sheet!cell` among several."""
        if not self.sheet:
            return self.workbook
        book = f"[{self.workbook}]" if self.several else ""
        return f"{book}{self.sheet}!{self.cell}" if self.cell else f"{book}{self.sheet}"
