"""Ansible module: pack a build into one archive that carries its record and checksums.

The archive's last member is build.json: where it was unpacked, the rest is complete.
"""

from __future__ import annotations

DOCUMENTATION = """
module: pack_artifact
short_description: Pack a build with its record and checksums
description:
  - Packs out_dir into path, and does nothing where path exists already.
  - The archive gets SHA256SUMS and, as its last member, build.json.
  - Modes are the project's, whatever the builder's umask.
  - "What is recorded of the content (C(data), see module_utils/build_files.py) and of the archive
    was read back from the archive."
options:
  name: {type: str, required: true, description: Name of the build.}
  key: {type: str, required: true, description: Checksum of everything that went in.}
  path: {type: path, required: true, description: The archive.}
  out_dir: {type: path, required: true, description: Folder with the files to pack.}
  inputs: {type: dict, required: true, description: What went in.}
  record: {type: dict, required: true, description: How it was made.}
"""
EXAMPLES = """
- pack_artifact:
    name: qemu
    key: 0123456789abcdef
    path: ~/.cache/vmmlab/qemu-0123456789abcdef.tar.gz
    out_dir: ~/.cache/vmmlab/work/qemu/out
    inputs: {version: "10.0"}
    record: {compiler: gcc}
"""
RETURN = """
build:
  type: dict
  returned: always
  description: >-
    The content of build.json, and the archive's path, size and checksum; C(data) has the digest of
    each file in it.
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.build_files import RECORD, read_archive

OWN = ("SHA256SUMS", RECORD)
# The same files make the same archive, whoever packs them when, under whatever umask.
SAME = [
    *("--sparse", "--hard-dereference", "--sort=name", "--mtime=@1700000000", "--mode=a=rX,u+w"),
    *("--owner=0", "--group=0", "--numeric-owner", "--use-compress-program", "gzip -6 --no-name"),
]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def copy_of_record(archive: Path) -> Path:
    """Return the path of the copy of build.json beside an archive: unpacking takes seconds."""
    return archive.with_name(archive.name.removesuffix(".tar.gz") + ".json")


def record_of(archive: Path) -> dict[str, Any]:
    """Return the record of an archive; it is read anew where the copy beside it is another's."""
    copy = copy_of_record(archive)
    if copy.exists():
        known: dict[str, Any] = json.loads(copy.read_text())
        if known.get("archive_bytes") == archive.stat().st_size:
            return known
    return describe(archive, copy)


def describe(archive: Path, copy: Path) -> dict[str, Any]:
    """Read an archive back; write what is in it into `copy`, and return it."""
    show = ["tar", "-x", "-z", "-O", "-f", str(archive), RECORD]
    said = subprocess.run(show, check=True, capture_output=True, text=True).stdout
    build: dict[str, Any] = json.loads(said)
    data = read_archive(archive)
    build["data"] = {name: data[name] for name in build["files"]}
    build["archive_bytes"] = archive.stat().st_size
    build["archive_sha256"] = sha256(archive)
    text = json.dumps(build, indent=1, sort_keys=True) + "\n"
    partial = copy.with_name(f"{copy.name}.{os.getpid()}.part")
    partial.write_text(text)
    partial.replace(copy)
    return build


def pack(parameters: dict[str, Any]) -> dict[str, Any]:
    """Write the checksums, the record and the archive; a partial archive never has its name."""
    out = Path(parameters["out_dir"])
    for name in OWN:
        (out / name).unlink(missing_ok=True)
    files = sorted(path for path in out.rglob("*") if path.is_file() and not path.is_symlink())
    if not files:
        msg = f"nothing to pack: {out} holds no file"
        raise ValueError(msg)
    checksums = {str(path.relative_to(out)): sha256(path) for path in files}
    sums = "".join(f"{checksum}  {name}\n" for name, checksum in checksums.items())
    (out / "SHA256SUMS").write_text(sums)
    build = {key: parameters[key] for key in ("name", "key", "inputs", "record")}
    build["files"] = checksums
    (out / "build.json").write_text(json.dumps(build, indent=1, sort_keys=True) + "\n")
    members = sorted(path.name for path in out.iterdir() if path.name != "build.json")
    archive = Path(parameters["path"])
    partial = archive.with_name(f"{archive.name}.{os.getpid()}.part")
    # GNU tar, because Python's tarfile cannot write sparse files.
    tar = ["tar", "-c", "-f", str(partial), "-C", str(out), *SAME]
    try:
        subprocess.run([*tar, *members, "build.json"], check=True, capture_output=True, text=True)
        build = describe(partial, copy_of_record(archive))
        # After a power cut, too, the name stands for a whole archive.
        os.sync()
        partial.replace(archive)
    finally:
        partial.unlink(missing_ok=True)
    return build


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "key": {"type": "str", "required": True},
            "path": {"type": "path", "required": True},
            "out_dir": {"type": "path", "required": True},
            "inputs": {"type": "dict", "required": True},
            "record": {"type": "dict", "required": True},
        },
        supports_check_mode=True,
    )
    path = Path(module.params["path"])
    try:
        if path.exists():
            module.exit_json(changed=False, build={**record_of(path), "archive": str(path)})
        if module.check_mode:
            module.exit_json(changed=True, build={})
        build = pack(module.params)
    except (OSError, ValueError, KeyError) as error:
        module.fail_json(msg=f"{path}: {error}")
    except subprocess.CalledProcessError as error:
        module.fail_json(msg=f"{path}: tar failed: {error.stderr.strip()}")
    module.exit_json(changed=True, build={**build, "archive": str(path)})


if __name__ == "__main__":
    main()
