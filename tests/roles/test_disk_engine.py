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
