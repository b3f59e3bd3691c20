"""The disk of the lab host that guests' disks are files on."""

import os
from pathlib import Path

from vmmlab_runner.layout import read_text


def describe(sys: Path, folder: Path, mounts: Path) -> dict[str, str]:
    """Return file system, model, scheduler and kind of the disk under `folder`, where known."""
    while not folder.is_dir():
        folder = folder.parent
    number = folder.stat().st_dev
    found = {"file_system": _file_system(folder.resolve(), mounts)}
    for device in _disks(sys / f"dev/block/{os.major(number)}:{os.minor(number)}"):
        queue = device / "queue"
        # The one in brackets is the one that works.
        scheduler = read_text(queue / "scheduler").partition("[")[2].partition("]")[0]
        found |= {
            "device": device.name,
            "model": read_text(device / "device/model"),
            "scheduler": scheduler,
            "rotational": read_text(queue / "rotational"),
        }
    return {name: value for name, value in found.items() if value}


def _disks(device: Path) -> list[Path]:
    """Return the first whole disk below a block device: a partition, a volume, or the disk."""
    if not device.exists():
        return []  # a file system that is on no device, or on several
    device = device.resolve()
    if (device / "partition").exists():
        device = device.parent
    below = sorted((device / "slaves").glob("*"))
    return _disks(below[0]) if below else [device]


def _file_system(folder: Path, mounts: Path) -> str:
    place, kind = "", ""
    for line in read_text(mounts).splitlines():
        _, where, what, *_ = line.split()
        # The last of two mounts at one place is the one that is seen.
        if folder.is_relative_to(where) and len(where) >= len(place):
            place, kind = where, what
    return kind
