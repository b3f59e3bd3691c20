"""Hands finished files to the controller."""

import base64
import io
import stat
import tarfile
from pathlib import Path
from typing import Any

FILE_LIMIT = 16 << 20
PACK_LIMIT = 4 << 20


def pack(directory: Path, first: int) -> dict[str, Any]:
    """Return the files of a run's journal from line `first` on, as many as fit one answer.

    `next` is the line to ask for next; `tar` a compressed archive in base64; `refused` has the
    files that are too big, with their size in bytes.
    """
    journal = directory / "journal"
    text = journal.read_text(encoding="utf-8", errors="replace") if journal.exists() else ""
    lines = text.splitlines()[first:]
    buffer, size, number = io.BytesIO(), 0, first
    refused: dict[str, int] = {}
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for name in lines:
            if size > PACK_LIMIT:
                break
            number += 1
            path = directory / "results" / name
            try:
                found = path.lstat()
            except (OSError, ValueError):
                continue  # a line that a crash of the host left unfinished, or full of zeros
            length = found.st_size
            if not stat.S_ISREG(found.st_mode):
                continue  # the same: half of a name may be the name of a folder
            if length > FILE_LIMIT:
                refused[name] = length
                continue
            size += length
            archive.add(path, arcname=name, recursive=False)
    return {
        "next": number,
        "more": number < first + len(lines),
        "refused": refused,
        "tar": base64.b64encode(buffer.getvalue()).decode(),
    }
