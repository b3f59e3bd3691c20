"""Files that come from a lab host are taken only if the results contract knows their names."""

import gzip
import json
import subprocess
import tarfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from archives import packed

from collector.run import incoming


def test_unpack_writes_what_is_new(tmp_path: Path) -> None:
    """A file that is there already is no change."""
    data = packed(
        ("host.json", b"{}", tarfile.REGTYPE),
        ("boots/3ea95221-9435-4f4c-a017-e8435a88ed9a-2.json", b"", tarfile.REGTYPE),
        ("qemu/sysbench-memory/seq-1K/01.log", b"log", tarfile.REGTYPE),
        ("qemu/boot/default/10.failed-1.json", b"{}", tarfile.REGTYPE),
        ("qemu/console/01.failed-2.log", b"", tarfile.REGTYPE),
    )
    assert incoming.unpack(data, tmp_path) == (5, 7)
    assert incoming.unpack(data, tmp_path) == (0, 7)
    assert (tmp_path / "qemu/sysbench-memory/seq-1K/01.log").read_bytes() == b"log"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../host.json", tarfile.REGTYPE),
        ("/etc/cron.d/vmmlab", tarfile.REGTYPE),
        ("qemu/../../x/boot/01.log", tarfile.REGTYPE),
        ("qemu/boot/../01.log", tarfile.REGTYPE),
        (".ssh/boot/default/01.log", tarfile.REGTYPE),
        ("qemu/boot/default/01.sh", tarfile.REGTYPE),
        ("qemu/boot/default/01.log\n", tarfile.REGTYPE),
        ("host.json", tarfile.SYMTYPE),
        ("host.json", tarfile.LNKTYPE),
        ("host.json", tarfile.FIFOTYPE),
        ("host.json", tarfile.CHRTYPE),
        ("qemu/console/01.log", tarfile.BLKTYPE),
        ("qemu/boot/default/01.log", tarfile.DIRTYPE),
    ],
)
def test_hostile_archive(tmp_path: Path, name: str, kind: bytes) -> None:
    """A host cannot write elsewhere, nor make the controller's later reader follow a link."""
    dest = tmp_path / "dest"
    with pytest.raises(ValueError, match="refused"):
        incoming.unpack(packed((name, b"", kind)), dest)
    assert not [path for path in tmp_path.rglob("*") if path != dest]


def test_huge_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is announced as too big is not read at all, small as it is compressed."""
    monkeypatch.setattr(incoming, "FILE_LIMIT", 1000)
    with pytest.raises(ValueError, match="1001 bytes are too many"):
        incoming.unpack(packed(("host.json", b"\0" * 1001, tarfile.REGTYPE)), tmp_path)


def test_many_files_of_nothing(tmp_path: Path) -> None:
    """Sparse files take no room in an archive; what they would take on the disk counts."""
    archive = bytearray()
    for number in range(1, 8):
        header = bytearray(tarfile.TarInfo(f"qemu/boot/default/0{number}.log").tobuf())
        header[156:157] = tarfile.GNUTYPE_SPARSE
        header[257:265] = tarfile.GNU_MAGIC
        header[483:495] = b"%011o\0" % (10 << 20)
        header[148:156] = b"        "
        header[148:156] = b"%06o\0 " % sum(header)
        archive += header
    with pytest.raises(ValueError, match=r"07\.log: 10485760 bytes are too many"):
        incoming.unpack(gzip.compress(bytes(archive)), tmp_path)


def test_ten_gigabytes(tmp_path: Path) -> None:
    """A log of 10 GB is refused by what its header says; nothing of it is written."""
    info = tarfile.TarInfo("qemu/boot/default/01.log")
    info.size = 10 << 30
    with pytest.raises(ValueError, match=f"{10 << 30} bytes are too many"):
        incoming.unpack(gzip.compress(info.tobuf()), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_bomb(tmp_path: Path) -> None:
    """A small archive that unpacks to more than any runner sends is not unpacked to its end."""
    squeeze = zlib.compressobj(wbits=31)
    bomb = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(65)) + squeeze.flush()
    assert len(bomb) < 1 << 20
    with pytest.raises(ValueError, match="refused an archive of more than 67108864 bytes"):
        incoming.unpack(bomb, tmp_path)


@pytest.mark.parametrize(
    "data",
    [b"", b"no gzip", gzip.compress(b"no tar" * 200), packed()[:-9]],
    ids=["nothing", "no gzip", "no tar", "half of one"],
)
def test_no_archive(data: bytes, tmp_path: Path) -> None:
    """What is no archive, or half of one, is refused as such."""
    with pytest.raises(ValueError, match="refused an archive that cannot be read"):
        incoming.unpack(data, tmp_path)


def test_a_full_disk(tmp_path: Path) -> None:
    """What does not fit is not there in part, and comes whole when there is room again."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", tmp_path], check=True)
    log = "qemu/boot/default/02.log"
    data = packed(("host.json", b"{}", tarfile.REGTYPE), (log, b"x" * 80_000, tarfile.REGTYPE))
    try:
        with pytest.raises(OSError, match="No space left"):
            incoming.unpack(data, tmp_path)
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["host.json"]
        subprocess.run(["mount", "-o", "remount,size=1m", tmp_path], check=True)
        assert incoming.unpack(data, tmp_path)[0] == 1
        assert (tmp_path / log).stat().st_size == 80_000
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_measurement_is_never_replaced(tmp_path: Path) -> None:
    """What a host sends in its place is taken; what was there is kept where nothing is counted."""
    log = "qemu/boot/default/01.log"
    for text in (b"old", b"new", b"new"):
        incoming.unpack(packed((log, text, tarfile.REGTYPE)), tmp_path)
    assert (tmp_path / log).read_bytes() == b"new"
    (kept,) = tmp_path.glob(f".replaced/*/{log}")
    assert kept.read_bytes() == b"old"


def test_a_failed_attempt_is_never_replaced(tmp_path: Path) -> None:
    """A lab host that was torn down counts anew; what failed before keeps its log and sidecar."""
    stem = "qemu/boot/default/01.failed-1"

    def attempt(words: bytes) -> bytes:
        return packed(
            (f"{stem}.log", words, tarfile.REGTYPE), (f"{stem}.json", words, tarfile.REGTYPE)
        )

    incoming.unpack(attempt(b"first"), tmp_path)
    assert incoming.unpack(attempt(b"other"), tmp_path)[0] == 2
    assert incoming.unpack(attempt(b"other"), tmp_path)[0] == 0
    folder = tmp_path / "qemu/boot/default"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "01.failed-1.log": b"other",
        "01.failed-1.json": b"other",
        "01.failed-2.log": b"first",
        "01.failed-2.json": b"first",
    }


def test_logs_of_other_guests_are_not_put_beside_those_of_a_run(tmp_path: Path) -> None:
    """A lab host that was torn down knows nothing of its first logs, and would measure on."""

    def sent(log: str, **said: Any) -> bytes:
        vmm = ("qemu/vmm.json", json.dumps(said).encode(), tarfile.REGTYPE)
        return packed(vmm, (f"qemu/boot/default/{log}.log", b"log", tarfile.REGTYPE))

    first: dict[str, Any] = {"checksums": {"image": "1"}, "guest": {"memory_mib": 1024}}
    incoming.unpack(sent("01", **first), tmp_path)
    # What only this start had, and what an earlier version did not say, are no other guests.
    more = {"checksums": {**first["checksums"], "initrd": "9"}, "guest": first["guest"]}
    assert incoming.unpack(sent("02", **more, command_line=["qemu"]), tmp_path)[0] == 2
    for said, reason in (
        ({"guest": {"memory_mib": 2048}}, r"guest are others .*\(memory_mib 2048, here 1024\)"),
        ({"checksums": {"image": "2"}}, r"checksums are others .*\(image 2, here 1\)"),
    ):
        with pytest.raises(ValueError, match=f"refused qemu/vmm.json: its {reason}.* another run"):
            incoming.unpack(sent("03", **said), tmp_path)
    assert json.loads((tmp_path / "qemu/vmm.json").read_text())["command_line"] == ["qemu"]
    assert not (tmp_path / "qemu/boot/default/03.log").exists()
    # Nonsense says nothing of guests.
    nonsense = ("qemu/vmm.json", b"[" * 9999, tarfile.REGTYPE)
    assert incoming.unpack(packed(nonsense), tmp_path)[0] == 1
