"""The module find_source: real repositories, real servers, and none."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from modules import load_module, run_module

FIND = load_module("playbooks/library/find_source.py")
TAG = "v2.5.0"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with one commit and one tag."""
    path = tmp_path_factory.mktemp("git") / "stratovirt.git"
    who = ["-c", "user.name=Lab", "-c", "user.email=lab@example.org"]
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    for command in (["commit", "-q", "--allow-empty", "-m", "First"], ["tag", TAG]):
        subprocess.run(["git", "-C", str(path), *who, *command], check=True)
    return path


@pytest.fixture
def closed_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class WantsPassword(BaseHTTPRequestHandler):
    """A server that lets nobody in."""

    def do_GET(self) -> None:
        """Ask for a password."""
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="source"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815 - the server's own naming

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a server; hand out its URL."""
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_first_repository_with_the_tag_is_taken(repository: Path, tmp_path: Path) -> None:
    """A missing path is passed over with its problem; git's advice is not its reason."""
    missing = str(tmp_path / "missing.git")
    found = run_module(FIND, mirrors=[missing, str(repository), "never-asked"], git_ref=TAG)
    assert found["url"] == str(repository)
    assert found["problems"] == [
        f"{missing}: fatal: '{missing}' does not appear to be a git repository"
    ]
    assert found["changed"] is False


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_repository_without_the_tag_is_passed_over(repository: Path, form: str) -> None:
    """A path and a file:// URL are the same repository."""
    mirror = form.format(repository)
    found = run_module(FIND, mirrors=[mirror], git_ref="v9.9.9")
    assert (found["url"], found["problems"]) == ("", [f"{mirror}: has no ref v9.9.9"])
    assert run_module(FIND, mirrors=[mirror], git_ref=TAG)["url"] == mirror


def test_a_mirror_is_never_an_option_of_git(tmp_path: Path) -> None:
    """Whatever a mirror is called, git takes it for a repository."""
    trap = tmp_path / "trap"
    found = run_module(FIND, mirrors=[f"--upload-pack=touch {trap}"], git_ref=TAG)
    assert ": fatal: " in found["problems"][0]
    assert not trap.exists()


def test_unreachable_mirrors_give_one_line_each(closed_port: int) -> None:
    """Nothing listens, for git and for a download."""
    mirror = f"https://127.0.0.1:{closed_port}/stratovirt.git"
    (with_git,) = run_module(FIND, mirrors=[mirror], git_ref=TAG)["problems"]
    (without,) = run_module(FIND, mirrors=[mirror])["problems"]
    assert with_git.startswith(f"{mirror}: fatal: unable to access")
    assert "refused" in without
    assert "\n" not in with_git + without


def test_a_repository_that_wants_a_password_is_passed_over_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither terminal nor askpass program is asked."""
    monkeypatch.setenv("SSH_ASKPASS", "/bin/sleep 60")
    with serving(WantsPassword) as url:
        found = run_module(FIND, mirrors=[f"{url}/x.git"], git_ref=TAG, timeout=10)
    assert "Authentication failed" in found["problems"][0]


def test_a_silent_repository_ends_after_the_timeout() -> None:
    """Git and the transports it started are gone then: they would hold the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        mirror = f"http://127.0.0.1:{server.getsockname()[1]}/x.git"
        found = run_module(FIND, mirrors=[mirror], git_ref=TAG, timeout=1)
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            while connection.recv(4096):
                pass
    assert found["problems"] == [f"{mirror}: no answer within 1 s"]


def test_a_warning_is_not_the_reason() -> None:
    """Git warns before it fails, and gives advice after it."""
    said = "warning: redirecting to x\n\nfatal: repository 'x' not found\nand the advice.\n"
    assert FIND.reason(said) == "fatal: repository 'x' not found"
    assert FIND.reason("warning: only this") == ""


def test_without_git_the_problem_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The PATH holds no git."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert FIND.ask_git("x", TAG, 1) == "git is not installed"


def test_downloads_come_from_paths_file_urls_and_servers(tmp_path: Path) -> None:
    """The first that has the file is taken; a server that refuses is not."""
    tarball = tmp_path / "linux.tar.xz"
    tarball.write_bytes(b"x")
    for mirror in (str(tarball), f"file://{tarball}"):
        assert run_module(FIND, mirrors=[mirror])["url"] == mirror
    with serving(WantsPassword) as url:
        mirrors = [str(tmp_path / "no"), f"file://{tmp_path}/no", f"{url}/x", str(tarball)]
        found = run_module(FIND, mirrors=mirrors)
    assert found["url"] == str(tarball)
    local, file_url, refused = found["problems"]
    assert local.endswith(": no such file or folder")
    assert "No such file" in file_url
    assert "401" in refused
