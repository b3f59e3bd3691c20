"""The modules apt_mirror and apt_source: real apt and dpkg, without a network."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from modules import CHECKOUT, load_module, make_program, run_module

SOURCE = load_module("playbooks/library/apt_source.py")
MIRROR = load_module("playbooks/library/apt_mirror.py")
SHARED = sys.modules["ansible.module_utils.apt_mirror"]
SHOWN = """\
Package: qemu
Version: 1:9.2.0+ds-1
Files:
 00000000000000000000000000000001 6000 qemu_9.2.0+ds-1.dsc
Checksums-Sha256:
 aaaa 6000 qemu_9.2.0+ds-1.dsc
 bbbb 90000 qemu_9.2.0+ds.orig.tar.xz

Package: qemu
Version: 1:10.0.2+ds-1
Checksums-Sha1:
 1111 6000 qemu_10.0.2+ds-1.dsc
Checksums-Sha256:
 2222 90000 qemu_10.0.2+ds.orig.tar.xz
 cccc 6000 qemu_10.0.2+ds-1.dsc

Package: qemu
Version: 1:10.0.2~rc4+ds-1
Checksums-Sha256:
 dddd 6000 qemu_10.0.2~rc4+ds-1.dsc
"""

pytestmark = pytest.mark.skipif(not shutil.which("apt-get"), reason="this is no Debian")


def repository(path: Path, codename: str, origin: str) -> str:
    """Make an apt repository of one empty package; return its URI."""
    index = path / f"dists/{codename}/main/binary-amd64/Packages"
    index.parent.mkdir(parents=True)
    index.write_text("Package: nothing\nVersion: 1\nArchitecture: amd64\nFilename: x\nSize: 0\n")
    digest = hashlib.sha256(index.read_bytes()).hexdigest()
    (path / f"dists/{codename}/Release").write_text(
        f"Origin: {origin}\nCodename: {codename}\nComponents: main\nArchitectures: amd64\n"
        f"Date: Thu, 01 Jan 2026 00:00:00 UTC\n"
        f"SHA256:\n {digest} {index.stat().st_size} main/binary-amd64/Packages\n"
    )
    return f"file:{path}"


@pytest.fixture
def codename() -> str:
    """The release that this machine is of."""
    return platform.freedesktop_os_release()["VERSION_CODENAME"]


def use(folder: Path, sources: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give apt other sources than the machine's, and fetch their lists."""
    (folder / "lists/partial").mkdir(parents=True)
    (folder / "cache/archives/partial").mkdir(parents=True)
    (folder / "sources.list").write_text(sources)
    settings = {
        "Dir::Etc::SourceList": f"{folder}/sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": f"{folder}/lists",
        "Dir::Cache": f"{folder}/cache",
        "APT::Sandbox::User": "",
        "APT::Architecture": "amd64",
    }
    (folder / "apt.conf").write_text("".join(f'{k} "{v}";\n' for k, v in settings.items()))
    monkeypatch.setenv("APT_CONFIG", str(folder / "apt.conf"))
    subprocess.run(["apt-get", "-qq", "update"], check=True, capture_output=True)


def test_the_mirror_is_debians_own(
    tmp_path: Path, codename: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository of others may be named alike and come first."""
    other = repository(tmp_path / "other", codename, "Somebody")
    debian = repository(tmp_path / "debian", codename, "Debian")
    lines = [f"deb [trusted=yes] {uri} {codename} main\n" for uri in (other, debian)]
    use(tmp_path, "".join(lines), monkeypatch)
    found = run_module(MIRROR)
    assert (found["suite"], found["uri"].rstrip("/")) == (codename, debian)


def test_no_source_of_the_release_is_an_error(
    tmp_path: Path, codename: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another release's packages are not this one's."""
    uri = repository(tmp_path / "debian", "buzz", "Debian")
    use(tmp_path, f"deb [trusted=yes] {uri} buzz main\n", monkeypatch)
    failed = run_module(MIRROR)
    assert failed["failed"]
    assert f"no source for {codename} main" in failed["msg"]


def test_a_command_that_fails_says_its_own_words() -> None:
    """The error holds command, exit code and what it printed."""
    with pytest.raises(RuntimeError, match=r"sh -c .* ended with 3: no luck"):
        SHARED.run(["sh", "-c", "echo no luck >&2; exit 3"])


def test_the_newest_version_is_dpkgs_newest() -> None:
    """Not the alphabet's: 10 is newer than 9, and a candidate older than its release."""
    found = SOURCE.described(SHOWN)
    assert found == {"1:9.2.0+ds-1": "aaaa", "1:10.0.2+ds-1": "cccc", "1:10.0.2~rc4+ds-1": "dddd"}
    assert SOURCE.newest(list(found)) == "1:10.0.2+ds-1"
    assert SOURCE.newest(["1"]) == "1"


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Programs apt-cache and apt-get of our own; the folder of the programs, and of the lists."""
    programs = tmp_path / "bin"
    (tmp_path / "shown").write_text(SHOWN)
    make_program(programs / "apt-cache", f"cat {tmp_path}/shown")
    codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    known = f"echo '{codename}|{codename}|main|Debian|http://mirror.example/debian/'"
    fetch = f"cp {tmp_path}/qemu_1.* ."
    answers = f"indextargets*) {known};; *--download-only*) {fetch};;"
    make_program(programs / "apt-get", f'case "$*" in {answers} esac')
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return programs, tmp_path / "lists"


def test_a_version_is_found_or_refused(apt: tuple[Path, Path]) -> None:
    """Without a version it is the newest; one that is not there is named with those that are."""
    _, lists = apt
    wanted: dict[str, Any] = {"package": "qemu", "suite": "trixie", "lists": str(lists)}
    found = run_module(SOURCE, **wanted)
    assert (found["version"], found["sha256"]) == ("1:10.0.2+ds-1", "cccc")
    assert found["mirror"] == "http://mirror.example/debian/"
    found = run_module(SOURCE, **wanted, version="1:9.2.0+ds-1")
    assert (found["version"], found["sha256"]) == ("1:9.2.0+ds-1", "aaaa")
    refused = run_module(SOURCE, **wanted, version="1:8.0")
    assert "qemu 1:8.0 is not there; found: 1:9.2.0+ds-1, 1:10.0.2+ds-1" in refused["msg"]


def test_a_suite_without_the_package_is_an_error(apt: tuple[Path, Path], tmp_path: Path) -> None:
    """The message shows where apt looked."""
    (tmp_path / "shown").write_text("")
    failed = run_module(SOURCE, package="qemu", suite="trixie", lists=str(apt[1]))
    assert "no source package qemu in deb-src [signed-by=" in failed["msg"]
    assert "http://mirror.example/debian/ trixie main" in failed["msg"]


def test_old_lists_serve_when_no_mirror_answers(apt: tuple[Path, Path]) -> None:
    """Without any list it is an error; a list of today is not fetched again."""
    programs, lists = apt
    make_program(programs / "apt-get", "echo 'E: no mirror' >&2; exit 100")
    ours = SOURCE.Apt(lists, "trixie", "http://mirror.example/debian/")
    with pytest.raises(RuntimeError, match="ended with 100: E: no mirror"):
        ours.refresh()
    stamp = lists / "trixie/refreshed"
    stamp.touch()
    os.utime(stamp, (0, 0))
    ours.refresh()
    assert stamp.stat().st_mtime == 0
    make_program(programs / "apt-get", "exit 0")
    ours.refresh()
    assert stamp.stat().st_mtime > 0
    make_program(programs / "apt-get", "exit 100")
    ours.refresh()


@pytest.mark.skipif(not shutil.which("dpkg-source"), reason="dpkg-dev is not installed")
def test_a_source_package_is_unpacked_once(apt: tuple[Path, Path], tmp_path: Path) -> None:
    """A real package goes through dpkg-source; in check mode nothing does."""
    tree = tmp_path / "qemu-1"
    (tree / "debian/source").mkdir(parents=True)
    (tree / "debian/source/format").write_text("3.0 (native)\n")
    (tree / "debian/control").write_text(
        "Source: qemu\nMaintainer: Lab <lab@example.org>\n\nPackage: qemu\nArchitecture: any\n"
    )
    (tree / "debian/changelog").write_text(
        "qemu (1) unstable; urgency=low\n\n  * First.\n\n"
        " -- Lab <lab@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n"
    )
    (tree / "meson.build").write_text("project('qemu')\n")
    build = ["dpkg-source", "-b", "qemu-1"]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    wanted: dict[str, Any] = {"package": "qemu", "suite": "trixie", "lists": str(apt[1])}
    wanted["dest"] = f"{tmp_path}/src"
    assert run_module(SOURCE, check=True, **wanted)["changed"]
    assert not (tmp_path / "src").exists()
    assert run_module(SOURCE, **wanted)["changed"]
    assert (tmp_path / "src/meson.build").read_text() == "project('qemu')\n"
    assert not run_module(SOURCE, **wanted)["changed"]


def test_builds_wait_for_the_lock_of_apt() -> None:
    """A machine that was just started updates itself for longer than Ansible waits by itself."""
    for stage in ("build", "provision"):
        play = yaml.safe_load((CHECKOUT / f"playbooks/{stage}.yml").read_text())[0]
        assert play["hosts"] in ("builders", "controllers")
        assert play["module_defaults"]["ansible.builtin.apt"]["lock_timeout"] == 600
