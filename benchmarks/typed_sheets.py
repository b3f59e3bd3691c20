"""How `vmmlab check` does on a class' workbooks: honest ones accused or unread, mistakes found.

    .venv/bin/python benchmarks/typed_sheets.py [--honest 120] [--seed 1] [--keep FOLDER] [-v]
    .venv/bin/python benchmarks/typed_sheets.py --chance 1000 [--seed 1] [-v]

The workbooks are made by tests/typed_class, from numbers that obey what sysbench's obey, in layouts
that students make; with another seed, other workbooks. `--chance` makes workbooks of the report's
thirteen tables alone, whose repetitions vary as the report's do, and counts those that are accused
by a coincidence of digits, or by anything else.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from typed_class.books import Book, honest, planted, report_shaped
from typed_class.mistakes import MISTAKES

from collector.errors import UnusableInputError
from collector.findings import CellFinding
from collector.typed.read import read_tables
from collector.typed.workbook import check_tables, workbook_tables


def checked(book: Book) -> tuple[list[CellFinding], int]:
    """Return the findings about a workbook, and how many of its numbers were read."""
    try:
        grids, tables = workbook_tables(book.path)
    except UnusableInputError:
        return [], 0
    read = {
        (cell.sheet, cell.address)
        for table in tables
        for cell in (
            *(sample.cell for sample in table.samples),
            *(each.cell for each in getattr(table, "statistics", getattr(table, "averages", ()))),
        )
    }
    return check_tables(grids, tables, book.name), len(read)


def accused(findings: list[CellFinding]) -> list[CellFinding]:
    """Return the contradictions."""
    return [each for each in findings if each.severity == "contradiction"]


def main() -> None:
    """Make the class, check it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--honest", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chance", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        rows = (
            [*_chance(options)]
            if options.chance
            else [*_honest(place, options), *_planted(place, options)]
        )
    for name, count, total in rows:
        print(f"{name:44} {count:4} of {total:4}")


def _chance(options: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    wrong = copied = noted = 0
    for number in range(options.chance):
        grids = report_shaped(options.seed * 1_000_000 + number)
        findings = check_tables(grids, read_tables(grids), f"chance-{number}")
        found = accused(findings)
        wrong += bool(found)
        copied += any("also stands in" in str(each.message) for each in found)
        noted += any("also stands in" in str(each.message) for each in findings)
        if options.verbose:
            for each in found:
                print(f"chance-{number}: {each.place} {each.message}")
    yield "honest workbooks of the report's tables accused", wrong, options.chance
    yield "  because of a coincidence of digits", copied, options.chance
    yield "  such a coincidence at least noted", noted, options.chance


def _honest(place: Path, options: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    wrong = unread = partly = silent = total = 0
    for book in honest(place, options.honest, options.seed):
        findings, read = checked(book)
        found = accused(findings)
        said = any("not read" in str(each.message) for each in findings)
        total += 1
        wrong += bool(found)
        unread += not read
        partly += 0 < read < book.measured
        silent += 0 < read < book.measured and not said
        if options.verbose and (found or read < book.measured):
            print(f"{book.name}: read {read} of {book.measured}, accused {len(found)}")
            for each in found[:3]:
                print(f"    {each.place} {each.message}")
    yield "honest workbooks accused", wrong, total
    yield "honest workbooks of which nothing is read", unread, total
    yield "honest workbooks of which a part is not read", partly, total
    yield "  and nothing says so", silent, total


def _planted(place: Path, options: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    both = any_of = books = explained = total = 0
    for name, pair in _pairs(place, options.seed):
        found = [accused(checked(book)[0]) for book in pair]
        words = MISTAKES[name].words
        told = [
            any(not words or any(word in str(each.message) for word in words) for each in each_one)
            for each_one in found
        ]
        total += 1
        books += sum(map(bool, found))
        both += all(found)
        any_of += any(found)
        explained += sum(told)
        if options.verbose and not all(told):
            print(f"{name}: {[len(each) for each in found]} {[book.name for book in pair]}")
            for each in found[0][:1]:
                print(f"    {each.place} {each.message}")
    yield "kinds of mistakes found in one layout", any_of, total
    yield "kinds of mistakes found in both layouts", both, total
    yield "workbooks with a mistake found", books, 2 * total
    yield "  and explained as what happened", explained, 2 * total


def _pairs(place: Path, seed: int) -> Iterator[tuple[str, list[Book]]]:
    pairs: dict[str, list[Book]] = {}
    for name, book in planted(place, seed):
        pairs.setdefault(name, []).append(book)
    yield from pairs.items()


if __name__ == "__main__":
    main()
