"""The files of a build: told from others by what is in them, read once, holes not at all.

A digest of data is BLAKE2b (RFC 7693, 256 bits) over the number (8 bytes, big endian) and the bytes
of each block of 64 KiB that is not all zero, and at last over the file's size. A guest's image of
1 GiB, mostly holes, costs what its data cost, and it is the same whether zeros were written or not.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import stat
import tarfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BLOCK = 1 << 16
ZEROS = bytes(BLOCK)
RECORD = "build.json"
PREFIX = "data:"
# What everybody may do with a file of a build: guests run as a user of their own.
READABLE = 0o444


def blocks(segments: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Yield the number of each block that segments (start, length) touch, once and in order."""
    following = 0
    for start, length in segments:
        if length:
            last = (start + length - 1) // BLOCK
            yield from range(max(start // BLOCK, following), last + 1)
            following = max(following, last + 1)


def digest_of(
    read: Callable[[int], bytes],
    segments: Iterable[tuple[int, int]],
    size: int,
    write: Callable[[int, bytes], object] | None = None,
) -> str:
    """Return the digest of the data that `read` gives by offset; `write` gets each block of it."""
    digest = hashlib.blake2b(digest_size=32)
    for number in blocks(segments):
        block = read(number * BLOCK)
        if block == ZEROS[: len(block)]:
            continue
        digest.update(number.to_bytes(8, "big") + block)
        if write:
            write(number * BLOCK, block)
    digest.update(size.to_bytes(8, "big"))
    return PREFIX + digest.hexdigest()


def with_data(file: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the segments of a file that are no holes."""
    end = 0
    while end < size:
        try:
            start = os.lseek(file, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole follows
                return
            raise
        end = os.lseek(file, start, os.SEEK_HOLE)
        yield start, end - start


def file_digest(path: Path) -> str:
    """Return the digest of a file's data."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        size = os.fstat(file).st_size
        return digest_of(lambda start: os.pread(file, BLOCK, start), with_data(file, size), size)
    finally:
        os.close(file)


def stamp_of(path: Path) -> list[int]:
    """Return what changes with a file: the kernel sets the time of its last change, nobody else."""
    found = path.lstat()
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def readable(path: Path) -> bool:
    """Tell whether a user without rights may read a regular file."""
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) and mode & READABLE == READABLE


def take_member(archive: tarfile.TarFile, member: tarfile.TarInfo, dest: Path | None) -> str:
    """Write a regular file of an archive to `dest`, if given; return the digest of its data."""
    content = archive.extractfile(member)
    if content is None:
        raise ValueError(f"{member.name} has no content")

    def read(start: int) -> bytes:
        content.seek(start)
        return content.read(BLOCK)

    segments = getattr(member, "sparse", None) or [(0, member.size)]
    if dest is None:
        return digest_of(read, segments, member.size)
    file = os.open(dest, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        found = digest_of(
            read, segments, member.size, lambda start, block: os.pwrite(file, block, start)
        )
        os.ftruncate(file, member.size)
        os.fchmod(file, stat.S_IMODE(member.mode))
    finally:
        os.close(file)
    return found


def read_archive(archive: Path, into: Path | None = None) -> dict[str, str]:
    """Return the digest of each file in an archive, by name; write what is in it below `into`.

    Raises:
        OSError: it cannot be read, or there is no room.
        ValueError: it is no whole archive of a build.
    """
    found: dict[str, str] = {}
    try:
        with gzip.open(archive) as unzipped:
            stream = io.BufferedReader(unzipped, 1 << 20)
            with tarfile.open(fileobj=stream, mode="r:") as packed:
                for member in packed:
                    place(packed, member, into, found)
            while stream.read(1 << 20):  # to the end, where gzip compares its own checksum
                continue
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise ValueError(f"{archive}: is no whole archive: {error}") from error
    if RECORD not in found:
        raise ValueError(f"{archive}: is no whole archive: {RECORD}, its last file, is not in it")
    return found


def place(
    packed: tarfile.TarFile, member: tarfile.TarInfo, into: Path | None, found: dict[str, str]
) -> None:
    """Put one member of an archive in its place, and note its digest."""
    path = Path(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{member.name} would lie elsewhere")
    dest = into and into / path
    if member.isreg():
        found[member.name] = take_member(packed, member, dest)
    elif not (member.isdir() or member.issym()):
        raise ValueError(f"{member.name} is neither file, folder nor link")
    elif dest and member.isdir():
        dest.mkdir()
        dest.chmod(stat.S_IMODE(member.mode))
    elif dest:
        dest.symlink_to(member.linkname)


def different(found: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """Return for each file that is not as wanted its name, what was found and what was expected."""
    return [
        f"{name}: found {found.get(name, 'no such file')}, expected {digest}"
        for name, digest in sorted(wanted.items())
        if found.get(name) != digest
    ]
