"""The module put_files, on real folders."""

import stat
import subprocess
from pathlib import Path
from typing import Any

from modules import load

put_files = load("playbooks/library/put_files.py")


def wanted(tmp_path: Path, content: str = "one\n") -> dict[str, Any]:
    """Return a folder and a file in it."""
    folder = tmp_path / "etc"
    file = {"path": str(folder / "unit"), "content": content, "mode": "0600"}
    return {"folders": [{"path": str(folder)}], "files": [file]}


def test_a_second_time_nothing_is_put(tmp_path: Path) -> None:
    """The first call puts everything, the second finds it right."""
    assert len(put_files.put(wanted(tmp_path), check=False)) == 2
    assert put_files.put(wanted(tmp_path), check=False) == []
    file = tmp_path / "etc/unit"
    assert file.read_text() == "one\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "etc").iterdir()] == ["unit"]


def test_what_was_changed_by_hand_is_put_right(tmp_path: Path) -> None:
    """Content and mode are both looked at."""
    put_files.put(wanted(tmp_path), check=False)
    file = tmp_path / "etc/unit"
    file.chmod(0o644)
    assert put_files.put(wanted(tmp_path), check=False) == [str(file)]
    assert put_files.put(wanted(tmp_path, "two\n"), check=False) == [str(file)]
    assert file.read_text() == "two\n"


def test_check_mode_tells_and_touches_nothing(tmp_path: Path) -> None:
    """Nothing is made, also where an owner does not exist yet."""
    parameters = wanted(tmp_path)
    parameters["folders"].append({"path": str(tmp_path / "guest"), "owner": "no-such-user"})
    assert len(put_files.put(parameters, check=True)) == 3
    assert list(tmp_path.iterdir()) == []


def test_what_shall_be_absent_goes(tmp_path: Path) -> None:
    """Files, folders and links by pattern; what a link names stays, and so does the rest."""
    (tmp_path / "run@a.service").write_text("")
    (tmp_path / "run@b.service").symlink_to(tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("")
    (tmp_path / "folder/inner").mkdir(parents=True)
    wanted = {"folders": [], "files": [], "absent": [str(tmp_path / "run@*.service")]}
    wanted["absent"] += [str(tmp_path / "folder"), str(tmp_path / "never-there/x")]
    assert len(put_files.put(wanted, check=True)) == 3
    assert (tmp_path / "folder").exists()
    assert len(put_files.put(wanted, check=False)) == 3
    assert put_files.put(wanted, check=False) == []
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept/file").exists()


def test_a_disk_that_is_mounted_there_is_emptied(tmp_path: Path) -> None:
    """It cannot be removed, and is its administrator's; a second time there is nothing to do."""
    disk = tmp_path / "disk"
    (disk / "x").mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", disk], check=True)
    try:
        (disk / "lost+found").mkdir()
        (disk / "guest/keys").mkdir(parents=True)
        gone = {"folders": [], "files": [], "absent": [str(disk)]}
        assert put_files.put(gone, check=False) == [str(disk / "guest")]
        assert [path.name for path in disk.iterdir()] == ["lost+found"]
        assert put_files.put(gone, check=False) == []
    finally:
        subprocess.run(["umount", disk], check=True)
