"""Ansible module: what runs have left in a folder of a lab host, and the files themselves."""

from __future__ import annotations

DOCUMENTATION = """
module: run_results
short_description: List the runs of a lab host with their results, or pack some of these
description:
  - Looks at the files themselves; what a runner that was killed did not note is there, too.
  - Needs no runner, and changes nothing.
options:
  directory: {type: path, default: /var/lib/vmmlab/runs, description: The folder of all runs.}
  run: {type: str, default: "", description: The run to look at; all of them when empty.}
  files:
    type: list
    elements: str
    default: []
    description: Names below the results of C(run), to be packed instead of listed.
"""
EXAMPLES = """
- run_results: {}
  register: found
"""
RETURN = """
runs:
  type: list
  returned: without files
  description:
    - Per run its name, host, started, record (the text of its run.json), progress (the text of
      progress.json), and files (name below the results to SHA-256 and bytes).
tar: {type: str, returned: with files, description: A compressed archive, in base64.}
packed: {type: list, returned: with files, description: The names in it; not more than fit.}
"""

import base64
import hashlib
import io
import json
import stat
import tarfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

PACK_LIMIT = 4 << 20


def results(directory: Path) -> dict[str, dict[str, Any]]:
    """Return the files below a folder by name; half-written ones have no name yet."""
    found = {}
    for path in sorted(directory.rglob("*")):
        known = path.lstat()
        if not path.name.startswith(".") and stat.S_ISREG(known.st_mode):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            name = str(path.relative_to(directory))
            found[name] = {"sha256": digest, "bytes": known.st_size}
    return found


def text_of(path: Path) -> str:
    """Return the text of a file; nothing when there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def describe(run: Path) -> dict[str, Any]:
    """Return what is known of one run."""
    try:
        schedule = json.loads(text_of(run / "schedule.json"))
        host = str(schedule["host"])
    except (ValueError, KeyError, TypeError):
        host = ""
    return {
        "run": run.name,
        "host": host,
        "started": text_of(run / "started"),
        "record": text_of(run / "record.json"),
        "progress": text_of(run / "progress.json"),
        "files": results(run / "results"),
    }


def pack(directory: Path, names: list[str]) -> dict[str, Any]:
    """Return the first of some files, as many as fit one answer, but one at least."""
    buffer, size = io.BytesIO(), 0
    packed: list[str] = []
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for name in names:
            size += (directory / name).lstat().st_size
            if packed and size > PACK_LIMIT:
                break
            archive.add(directory / name, arcname=name, recursive=False)
            packed.append(name)
    return {"tar": base64.b64encode(buffer.getvalue()).decode(), "packed": packed}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "default": "/var/lib/vmmlab/runs"},
            "run": {"type": "str", "default": ""},
            "files": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    directory, wanted = Path(module.params["directory"]), module.params["run"]
    try:
        if names := module.params["files"]:
            module.exit_json(changed=False, **pack(directory / wanted / "results", names))
        runs = sorted(path for path in directory.glob(wanted or "*") if path.is_dir())
        module.exit_json(changed=False, runs=[describe(run) for run in runs])
    except OSError as error:
        module.fail_json(msg=f"the results of this host cannot be read: {error}")


if __name__ == "__main__":
    main()
