"""Archives as a lab host sends them, or as it should not."""

import io
import tarfile
from typing import Any


def packed(*members: tuple[str, bytes, Any]) -> bytes:
    """Return an archive with members: name, content, type."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content, kind in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind
            info.linkname = "/etc/passwd" if kind != tarfile.REGTYPE else ""
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
