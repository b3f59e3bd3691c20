"""Saving: the results of formulas stored, long lists written fast, the same bytes each time.

openpyxl stores a formula without its result, so Protected View, previews and pandas would show
nothing; and it stores the time of saving. Both are put right in the saved archive.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from collector.files import complete

_ENTRY_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip archive can say."""
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_FORMULA = re.compile(rb'(<c r="([A-Z]+[0-9]+)"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)')
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"')


def save(
    workbook: Workbook,
    path: Path,
    *,
    created: datetime,
    cached: Mapping[str, Mapping[str, float]],
    lists: Mapping[str, tuple[str, str]],
) -> None:
    """Save `workbook` as `path`, complete or not at all.

    Args:
        workbook: what to save.
        path: where; its folder is made.
        created: the date it carries, so that the same input gives the same file.
        cached: sheet name to cell to the result of the formula there.
        lists: sheet name to last cell (like "K900") and row XML to append to that sheet.
    """
    workbook.properties.created = created
    raw = io.BytesIO()
    ExcelWriter(workbook, zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED)).save()
    # Sheets have their names in the archive only now.
    parts = {sheet.path.lstrip("/"): sheet.title for sheet in workbook.worksheets}
    stamp = f"{created:%Y-%m-%dT%H:%M:%SZ}".encode()
    with (
        complete(path) as unfinished,
        zipfile.ZipFile(raw) as source,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(source.namelist(), key=lambda name: (name[:1] != "[", name)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            elif name in parts:
                title = parts[name]
                content = _with_results(content, cached.get(title, {}))
                content = _with_rows(content, *lists.get(title, ("", "")))
            entry = zipfile.ZipInfo(name, _ENTRY_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content)


def _with_results(content: bytes, results: Mapping[str, float]) -> bytes:
    def stored(match: re.Match[bytes]) -> bytes:
        return b"%s<v>%s</v>" % (match[1], repr(results[match[2].decode()]).encode())

    return _FORMULA.sub(stored, content)


def _with_rows(content: bytes, last_cell: str, rows: str) -> bytes:
    if not rows:
        return content
    content = _DIMENSION.sub(f'<dimension ref="A1:{last_cell}"'.encode(), content, count=1)
    return content.replace(b"</sheetData>", rows.encode() + b"</sheetData>", 1)
