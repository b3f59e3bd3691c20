"""A part of a schedule, to be measured again by itself: what patterns like `qemu/boot` name."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from collector.errors import UnusableInputError, listing


def part(blocks: Sequence[Mapping[str, Any]], patterns: Sequence[str]) -> list[dict[str, Any]]:
    """Return of `blocks` what at least one of `patterns` names; blocks without any go.

    A pattern is the beginning of a log's path, `VMM/SUBJECT/CASE/NN`; its words may hold `*`.

    Raises:
        UnusableInputError: a pattern names nothing; the text says what there is.
    """
    used: set[str] = set()
    found = []
    for block in blocks:
        chosen = []
        for step in block["measurements"]:
            names = list(_named(f"{block['vmm']}/{_path(step)}", patterns))
            used.update(names)
            if names:
                chosen.append(step)
        if chosen:
            found.append({**block, "measurements": chosen})
    for pattern in patterns:
        if pattern not in used:
            vmms = dict.fromkeys(block["vmm"] for block in blocks)
            subjects = dict.fromkeys(
                step["measurement"] for block in blocks for step in block["measurements"]
            )
            raise UnusableInputError(
                f"--only '{pattern}': the run plans nothing of that name; expected the beginning of"
                f" VMM/SUBJECT/CASE/NN, each a name or a pattern with *; VMMs:"
                f" {listing(vmms)}; subjects: {listing(subjects)}"
            )
    return found


def _path(step: Mapping[str, Any]) -> str:
    return f"{step['measurement']}/{step['case']}/{step['repetition']:02d}"


def _named(path: str, patterns: Sequence[str]) -> Iterator[str]:
    """Yield those of `patterns` that name `path`, or a folder that it lies in."""
    words = path.split("/")
    for pattern in patterns:
        wanted = pattern.strip("/").split("/")
        pairs = zip(words, wanted, strict=False)
        if len(wanted) <= len(words) and all(fnmatchcase(word, want) for word, want in pairs):
            yield pattern
