"""Ansible module: the builds of a lab host, held against what was built."""

DOCUMENTATION = """
module: build_store
short_description: Look at a lab host's builds, or take those that have arrived
description:
  - Holds each file of each build against the digest of its data. A file is read once; after that
    its inode, size and times tell that it is the same (the last change's time is the kernel's own).
  - Takes an archive that the action send_builds has brought, and gives the build its name when what
    was unpacked is what was built.
options:
  store: {type: path, required: true, description: Folder for the builds.}
  builds:
    type: list
    elements: dict
    default: []
    description: Each with its folder store, and what the role artifact recorded of it.
  prepare:
    type: bool
    default: false
    description: Make the folder for archives where one is to arrive; else nothing is made.
  take: {type: bool, default: false, description: Take the archives that have arrived.}
  remove: {type: bool, default: false, description: "Remove the store, if it is one."}
"""
EXAMPLES = """
- build_store: {store: /opt/vmmlab/store, builds: "{{ ship_builds | ship_shipped }}"}
"""
RETURN = """
digests: {type: dict, returned: always, description: "By folder and file, what was read here."}
wrong: {type: dict, returned: always, description: "By folder, what is not as it was built."}
arrived:
  type: dict
  returned: always
  description: "By folder that is wrong, bytes and sha256 of what has arrived of its archive."
"""

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.build_files import (
    RECORD,
    different,
    file_digest,
    read_archive,
    readable,
    stamp_of,
)

INCOMING = ".incoming"
CHECKED = ".checked.json"

Build = dict[str, Any]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


class Store:
    """The folder of builds, and what is known of the files in it."""

    def __init__(self, folder: Path) -> None:
        """Read what was noted of files that were read before."""
        self.folder = folder
        self._noted: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):  # then all is read anew
            self._noted = dict(json.loads((folder / CHECKED).read_text()))
        self._known: dict[str, Any] = {}

    def note(self) -> None:
        """Write down what was read, for the next time."""
        if self._known == self._noted or not self.folder.is_dir():
            return
        partial = self.folder / f"{CHECKED}.part"
        partial.write_text(json.dumps(self._known, indent=1, sort_keys=True) + "\n")
        partial.replace(self.folder / CHECKED)

    def digest(self, path: Path) -> str:
        """Return the digest of a file's data; it is read unless it is the file that was read."""
        known = self._noted.get(str(path), {})
        stamp = stamp_of(path)
        if known.get("stamp") != stamp:
            known = {"stamp": stamp, "digest": file_digest(path)}
        self._known[str(path)] = known
        return str(known["digest"])

    def digests(self, build: Build) -> dict[str, str]:
        """Return the digest of each file of a build that is there and that guests may read."""
        paths = {name: Path(build["store"], name) for name in build["data"]}
        return {
            name: self.digest(path)
            for name, path in paths.items()
            if os.path.lexists(path) and readable(path)
        }

    def incoming(self, build: Build) -> Path:
        """Return where a build's archive arrives; named by content: only its own bytes go there."""
        return self.folder / INCOMING / f"{Path(build['store']).name}.{build['archive_sha256']}"

    def arrived(self, build: Build) -> dict[str, Any]:
        """Return how much of a build's archive has arrived, and the checksum of that."""
        path = self.incoming(build)
        if not path.exists():
            return {"bytes": 0, "sha256": "", "path": str(path)}
        return {"bytes": path.stat().st_size, "sha256": sha256(path), "path": str(path)}

    def take(self, build: Build) -> list[str]:
        """Unpack what has arrived and give it its name; return what is not as it was built.

        An archive for which there was no room stays for the next time.
        """
        archive, folder = self.incoming(build), Path(build["store"])
        unpacked, old = (folder.with_name(f"{folder.name}.{end}") for end in ("part", "old"))
        for path in (unpacked, old):
            shutil.rmtree(path, ignore_errors=True)
        unpacked.mkdir()
        unpacked.chmod(0o755)
        try:
            wrong = different(read_archive(archive, unpacked), build["data"])
            if not wrong:
                # After a power cut, too, the name stands for a whole build.
                os.sync()
                if folder.exists():
                    folder.rename(old)
                unpacked.rename(folder)
                shutil.rmtree(old, ignore_errors=True)
        except ValueError as error:
            wrong = [str(error)]
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
        archive.unlink()
        return wrong

    def prepare(self) -> None:
        """Make the folders that archives arrive in.

        Raises:
            ValueError: the folder is somebody else's, who would lose it at a teardown.
        """
        if not self.is_ours():
            raise ValueError(
                "other files are in that folder, which a teardown would delete; set ship_store to a"
                " folder that is vmmlab's alone"
            )
        if not self.folder.parent.exists():
            self.folder.parent.mkdir(parents=True)
            self.folder.parent.chmod(0o755)
        for path, mode in ((self.folder, 0o755), (self.folder / INCOMING, 0o700)):
            path.mkdir(exist_ok=True)
            path.chmod(mode)

    def is_ours(self) -> bool:
        """Tell whether the folder is not there, is empty, or holds what only a store holds."""
        if not self.folder.exists() or not any(self.folder.iterdir()):
            return True
        known = [*self.folder.glob(f"*/{RECORD}"), self.folder / INCOMING, self.folder / CHECKED]
        return any(path.exists() for path in known)

    def parted(self) -> tuple[list[Path], list[Path]]:
        """Return what of the folder's content a store makes, and what it does not."""
        ours, others = list[Path](), list[Path]()
        for path in sorted(self.folder.iterdir()) if self.folder.exists() else ():
            # A build that is being unpacked, or replaced, has its record last or no more.
            build = path.is_dir() and (path.suffix in (".part", ".old") or (path / RECORD).exists())
            own = build or path.name in (INCOMING, CHECKED, f"{CHECKED}.part")
            (ours if own else others).append(path)
        return ours, others


def look(store: Store, builds: list[Build]) -> dict[str, Any]:
    """Return what is here of some builds, and what is wrong with it."""
    digests = {build["store"]: store.digests(build) for build in builds}
    wrong = {build["store"]: different(digests[build["store"]], build["data"]) for build in builds}
    return {
        "digests": digests,
        "wrong": {folder: lines for folder, lines in wrong.items() if lines},
        "arrived": {
            build["store"]: store.arrived(build) for build in builds if wrong[build["store"]]
        },
    }


def take(store: Store, builds: list[Build]) -> None:
    """Take each archive that has arrived.

    Raises:
        ValueError: one of them is not what was built.
    """
    for build in builds:
        if not store.incoming(build).exists():
            continue
        wrong = store.take(build)
        if wrong:
            raise ValueError(
                f"{build['archive']} did not arrive as it was built in {build['store']}:"
                f" {'; '.join(wrong)}. Run the stage again; if that stays, look at the disk there"
            )


def remove(module: AnsibleModule, store: Store) -> None:
    """Remove the store, but nothing of somebody else's in it or in its place, and end."""
    ours, others = store.parted() if store.is_ours() else ([], [store.folder])
    if others:
        module.warn(f"{store.folder} stays: not all that is in it is vmmlab's")
    gone = bool(ours) or (not others and store.folder.exists())
    for path in ours if not module.check_mode else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if gone and not others and not module.check_mode:
        store.folder.rmdir()
    module.exit_json(changed=gone)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "store": {"type": "path", "required": True},
            "builds": {"type": "list", "elements": "dict", "default": []},
            "prepare": {"type": "bool", "default": False},
            "take": {"type": "bool", "default": False},
            "remove": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    store = Store(Path(module.params["store"]))
    builds = module.params["builds"]
    taking = module.params["take"] and not module.check_mode
    try:
        if module.params["remove"]:
            remove(module, store)
        if taking:
            take(store, builds)
        found = look(store, builds)
        if not module.check_mode:
            if found["wrong"] and module.params["prepare"]:
                store.prepare()
            store.note()
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"the builds in {store.folder}: {error}")
    module.exit_json(changed=taking, **found)


if __name__ == "__main__":
    main()
