"""The role vmm_stratovirt: a source that is not the pinned one is not built."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from modules import make_program
from sandbox import Sandbox

FACTS = {"distribution": "Debian", "distribution_major_version": "12"}
PINNED = "0" * 40

pytestmark = pytest.mark.sandbox


def repository(folder: Path) -> str:
    """Make a repository with the tag v1.0; return the tag's commit."""

    def git(*words: str) -> str:
        who = ["-c", "user.name=vmmlab", "-c", "user.email=vmmlab@localhost"]
        command = ["git", "-C", str(folder), *who, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    folder.mkdir()
    git("init", "--quiet")
    (folder / "Cargo.toml").write_text("")
    git("add", ".")
    git("commit", "--quiet", "--message", "Begin")
    git("tag", "v1.0")
    return git("rev-parse", "HEAD")


def test_a_tag_that_is_not_the_pinned_commit_is_refused(tmp_path: Path) -> None:
    """Each time anew, with both commits and the mirror; nothing is compiled or packed."""
    mirror, cache = tmp_path / "mirror", tmp_path / "cache"
    found = repository(mirror)
    (tmp_path / "sandbox").mkdir()
    sandbox = Sandbox(tmp_path / "sandbox")
    # The lists of packages are fresh, and what the build needs is there.
    stamp = sandbox.path("/var/lib/apt/periodic/update-success-stamp")
    stamp.parent.mkdir(parents=True)
    stamp.touch()
    for program in ("cargo", "rustc"):
        make_program(
            cache / "cargo/bin" / program, f"echo {program} 1.99.0; echo $* >> {cache}/asked"
        )
    wanted: dict[str, Any] = {
        "ansible_facts": FACTS,
        "lab_cache_dir": str(cache),
        "artifact_cache": str(cache),
        "vmm": {"name": "stratovirt", "type": "stratovirt", "artifact": "stratovirt"},
        "vmm_stratovirt_version": "v1.0",
        "vmm_stratovirt_commit": PINNED,
        "vmm_stratovirt_mirrors": [str(mirror)],
    }
    options = ["-e", json.dumps({"__vmm_stratovirt_packages": ["git"]})]
    for _ in range(2):
        refused = sandbox.play("vmm_stratovirt", wanted, options=options)
        assert refused.code != 0
        words = " ".join(refused.output.split())
        assert f"{mirror}: tag v1.0 is commit {found}, expected {PINNED}" in words, refused.output
    before = {
        "inputs": {"version": "v1.0"},
        "record": {"compiler": "rustc 1.88.77 (abc 2026-01-01)"},
    }
    again = wanted | {"builds_from": "results/friday", "vmm": {**wanted["vmm"], "again": before}}
    again["vmm_stratovirt_rustup_url"] = f"file://{tmp_path}/no-rustup"
    gone = sandbox.play("vmm_stratovirt", again, options=options)
    assert gone.code != 0
    words = " ".join(gone.output.split())
    assert "Rust 1.88.77 is not to be had, of which stratovirt of results/friday was built" in words
    assert set((cache / "asked").read_text().split()) == {"--version"}
    assert list(cache.glob("*.tar.gz")) == []
