"""The module disk_engine: what all VMMs have in common on a host."""

from pathlib import Path

import pytest
from modules import load_module

module = load_module("roles/guest/library/disk_engine.py")


def switch(tmp_path: Path, value: str) -> Path:
    """Return a host's switch of io_uring."""
    path = tmp_path / "io_uring_disabled"
    path.write_text(f"{value}\n")
    return path


@pytest.mark.parametrize("value", ["1", "2"])
def test_a_host_that_forbids_io_uring(tmp_path: Path, value: str) -> None:
    """What is alike there goes past the page cache; who wants io_uring by name is told."""
    closed = switch(tmp_path, value)
    chosen = module.choose("auto", "writeback", closed)
    assert (chosen["engine"], chosen["cache"]) == ("native", "none")
    assert chosen["reason"] == f"kernel.io_uring_disabled is {value}"
    with pytest.raises(
        ValueError, match=f"io_uring_disabled is {value}.*guest_disk_engine to auto"
    ):
        module.choose("io_uring", "writeback", closed)


def test_a_kernel_without_io_uring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel itself is asked: a number that no system call has stands for an old one."""
    monkeypatch.setattr(module, "IO_URING_SETUP", 100_000)
    chosen = module.choose("auto", "writeback", tmp_path / "missing")
    assert (chosen["engine"], chosen["cache"]) == ("native", "none")
    assert chosen["reason"] == "io_uring_setup: Function not implemented"


@pytest.mark.parametrize("cache", ["writeback", "none"])
def test_a_host_that_offers_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: str) -> None:
    """The cache stays as it is wanted."""
    monkeypatch.setattr(module, "forbidden", lambda _: "")
    chosen = module.choose("auto", cache, switch(tmp_path, "0"))
    assert chosen == {"engine": "io_uring", "cache": cache, "reason": ""}


def test_native_needs_to_go_past_the_cache(tmp_path: Path) -> None:
    """In every VMM."""
    with pytest.raises(ValueError, match="guest_disk_cache is writeback: set it to none"):
        module.choose("native", "writeback", switch(tmp_path, "0"))
    assert module.choose("native", "none", switch(tmp_path, "0"))["engine"] == "native"


def test_a_disk_in_memory_is_no_disk(tmp_path: Path) -> None:
    """Newer kernels take O_DIRECT on tmpfs, and copy memory; nothing is left behind elsewhere."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\n")
    wanted = tmp_path / "vmmlab/guest"
    assert module.cannot_direct(wanted, mounts) == f"{tmp_path} is a tmpfs: in memory, no disk"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\n")
    assert module.file_system(wanted, mounts) == "ext4"
    module.cannot_direct(wanted, mounts)
    assert [path.name for path in tmp_path.iterdir()] == ["mounts"]


def test_a_disk_that_cannot_be_opened_past_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flag that no file takes stands for a file system without O_DIRECT."""
    monkeypatch.setattr(module.os, "O_DIRECT", module.os.O_DIRECTORY)
    reason = module.cannot_direct(tmp_path)
    assert "a file cannot be opened with O_DIRECT: Not a directory" in reason
    assert list(tmp_path.iterdir()) == []
