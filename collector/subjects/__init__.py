"""What is measured: one module per subject, and the registry that all others ask.

A subject says of itself everything that the rest of the collector needs (see `Subject`), so nothing
else names one. A module is found by being here; it names its subjects in `SUBJECTS`. This is the
ground floor: neither frames nor spreadsheets here.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from collector.subjects.parts.model import Case, Subject

__all__ = ["REPORTED", "SUBJECTS", "Case", "Subject", "explains", "of_tool", "place"]


def _found() -> list[Subject]:
    """Return the subjects of all modules here, in the order of the report.

    Raises:
        AttributeError: a module names none.
        ValueError: two subjects have one name.
    """
    names = (name for _, name, _ in iter_modules(__path__) if name != "parts")
    modules = (import_module(f"{__name__}.{name}") for name in names)
    found: list[Subject] = [subject for module in modules for subject in module.SUBJECTS]
    if len({subject.name for subject in found}) < len(found):
        raise ValueError(f"two subjects of one name: {[subject.name for subject in found]}")
    last = max(subject.table.number or 0 for subject in found) + 1
    return sorted(found, key=lambda subject: (subject.table.number or last, subject.name))


SUBJECTS: dict[str, Subject] = {subject.name: subject for subject in _found()}
"""Every subject by its name, in the order of the report."""
REPORTED = tuple(name for name, subject in SUBJECTS.items() if subject.table.number is not None)
"""Those that the course's report has."""


def place(name: str) -> int:
    """Return the place of a subject in the report's order."""
    return list(SUBJECTS).index(name)


def explains(name: str, case: str) -> bool:
    """Tell whether a case explains a number of its subject and is no row of a table."""
    return name in SUBJECTS and SUBJECTS[name].explains(case)


@cache
def of_tool(tool: str) -> Subject | None:
    """Return the first subject that a tool measures: its numbers obey the same in all of them."""
    return next(
        (
            subject
            for subject in SUBJECTS.values()
            if any(tool == known.tool for known in subject.formats.values())
        ),
        None,
    )
