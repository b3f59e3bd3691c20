"""Files that come from a lab host: nothing of them is trusted.

An archive may hold regular files of the results contract's names only (see `collector.results`),
none of them bigger than FILE_LIMIT.
"""

import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.from_host import check_json, tidy

FILE_LIMIT = 16 << 20
"""Bytes of one file at most."""
ARCHIVE_LIMIT = 64 << 20
"""Bytes of one archive at most, unpacked."""
BUDGET = 2 << 30
"""Bytes that one host may send of one run, unpacked."""

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_NUMBER = r"\d{2,6}(?:\.failed-\d{1,6})?"
_MEASURED = re.compile(rf"{_NAME}/{_NAME}/(?:{_NAME}/)?\d{{2,6}}\.(?:log|json)")
_FAILED = re.compile(r"(\d{2,6})\.failed-\d{1,6}(\.log|\.json)")
DESCRIBES = "/vmm.json"
"""End of the name of what says with what all logs of a VMM beside it were measured."""
ALLOWED = re.compile(
    rf"host\.json|boots/{_NAME}\.json|{_NAME}/vmm\.json|{_NAME}/console/{_NUMBER}\.log"
    rf"|{_NAME}/{_NAME}/{_NAME}/{_NUMBER}\.(?:log|json)"
)


def unpack(data: bytes, dest: Path) -> tuple[int, int]:
    """Write the files of a gzipped tar archive below `dest`.

    Returns:
        How many were new or different, and the size of all of them in bytes.

    Raises:
        ValueError: the archive holds something that no runner would send, or is none.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(_inflate(data)), mode="r:") as archive:
            written, size = 0, 0
            for member in archive:
                size += member.size
                if not ALLOWED.fullmatch(member.name):
                    raise ValueError(f"refused the file name {member.name!r}")
                if not member.isreg():
                    raise ValueError(f"refused {member.name}: it is no regular file")
                if member.size > FILE_LIMIT or size > ARCHIVE_LIMIT:
                    raise ValueError(f"refused {member.name}: {member.size} bytes are too many")
                content = archive.extractfile(member)
                if content is not None:
                    written += _take(dest, member.name, content.read())
            return written, size
    except (tarfile.TarError, zlib.error) as error:
        raise ValueError(f"refused an archive that cannot be read: {error}") from error


def _inflate(data: bytes) -> bytes:
    """Return the tar archive: as a whole, since what its headers announce is read as a whole."""
    inflate = zlib.decompressobj(wbits=31)
    unpacked = inflate.decompress(data, ARCHIVE_LIMIT)
    if inflate.unconsumed_tail:
        raise ValueError(f"refused an archive of more than {ARCHIVE_LIMIT} bytes")
    if not inflate.eof:
        raise zlib.error("it ends in the middle")
    return unpacked


def _take(dest: Path, name: str, data: bytes) -> bool:
    """Place one file of a host's results; a measurement that it replaces is kept."""
    path = dest / name
    if name.endswith(DESCRIBES):
        _refuse_other_guests(name, path, data)
    if _MEASURED.fullmatch(name) and path.is_file() and path.read_bytes() != data:
        set_aside(dest, [name])
    return place(path, data)


def _refuse_other_guests(name: str, path: Path, data: bytes) -> None:
    """Keep the logs that are here under the name of what they were measured with.

    The lab host's runner sees to that as long as the host has them: not after a teardown.

    Raises:
        ValueError: the guests, or what was built for them, are others.
    """
    if not path.is_file():
        return
    before, now = _described(path.read_bytes()), _described(data)
    for part in ("checksums", "guest"):
        old, new = before.get(part), now.get(part)
        if not isinstance(old, dict) or not isinstance(new, dict):
            continue
        other = [key for key in old if key in new and old[key] != new[key]]
        if other:
            found = ", ".join(
                f"{key} {tidy(new[key], 100)}, here {tidy(old[key], 100)}" for key in other
            )
            raise ValueError(
                f"refused {name}: its {part} are others than those of this run's first logs"
                f" ({found}), so the lab host was torn down and provisioned otherwise meanwhile;"
                " one run has one kind of guests: start another run, or fetch these logs apart from"
                " those: -e results_dir=FOLDER"
            )


def _described(data: bytes) -> dict[str, Any]:
    """Return what a `vmm.json` says; nothing where it says nothing that can be used."""
    try:
        found = json.loads(data)
        check_json(found)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def set_aside(dest: Path, names: Iterable[str]) -> int:
    """Move files of a host's results to its folder `.replaced`; return how many were there."""
    apart = dest / ".replaced" / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    moved = 0
    for name in names:
        if (dest / name).is_file():
            (apart / name).parent.mkdir(parents=True, exist_ok=True)
            (dest / name).replace(apart / name)
            moved += 1
    return moved


def place(path: Path, data: bytes) -> bool:
    """Write a file unless it is there already; its name means that it is complete."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and (failed := _FAILED.fullmatch(path.name)):
        # A lab host that was torn down meanwhile begins to count anew.
        path.replace(_next_failed(path, failed[1], failed[2]))
    # Two controllers may follow one run.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return True


def _next_failed(path: Path, number: str, suffix: str) -> Path:
    """Return the name of the next failed attempt of a measurement."""
    attempt = 1
    while (free := path.with_name(f"{number}.failed-{attempt}{suffix}")).exists():
        attempt += 1
    return free
