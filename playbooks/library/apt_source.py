"""Ansible module: a source package of any Debian release, from the mirror of this machine's apt.

apt runs with a configuration of its own, so the machine's lists and sources stay as they are and
no privilege is needed; signatures are checked against the machine's archive keyring.
"""

from __future__ import annotations

DOCUMENTATION = """
module: apt_source
short_description: Find, and with dest unpack, a source package of a Debian release
options:
  package: {type: str, required: true, description: Name of the source package.}
  suite: {type: str, required: true, description: Release that carries it, for example trixie.}
  version: {type: str, default: "", description: Exact version; empty is the newest of the suite.}
  lists: {type: path, required: true, description: Folder for apt's lists of this suite.}
  dest: {type: path, description: Unpack the source into this folder, which must not exist.}
"""
EXAMPLES = """
- apt_source: {package: qemu, suite: trixie, lists: ~/.cache/vmmlab/apt}
"""
RETURN = """
version: {type: str, returned: always, description: The version found.}
sha256: {type: str, returned: always, description: Checksum of its .dsc, which names all others.}
mirror: {type: str, returned: always, description: The mirror it comes from.}
"""

import subprocess
import time
from pathlib import Path

from ansible.module_utils.apt_mirror import find_mirror, run
from ansible.module_utils.basic import AnsibleModule

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DAY_S = 86400


def described(shown: str) -> dict[str, str]:
    """Return the checksum of the .dsc by version, from what `apt-cache showsrc` prints."""
    found = {}
    for paragraph in shown.split("\n\n"):
        name, fields = "", {}
        for line in paragraph.splitlines():
            if not line.startswith(" "):
                name, _, value = line.partition(":")
                fields[name] = value.strip()
            elif name == "Checksums-Sha256" and line.endswith(".dsc"):
                fields["sha256"] = line.split()[0]
        if "Version" in fields:
            found[fields["Version"]] = fields["sha256"]
    return found


def newest(versions: list[str]) -> str:
    """Return the newest of some versions, as dpkg orders them."""
    best = versions[0]
    for candidate in versions[1:]:
        newer = ["dpkg", "--compare-versions", candidate, "gt", best]
        if subprocess.run(newer, check=False).returncode == 0:
            best = candidate
    return best


class Apt:
    """apt with sources and lists of its own."""

    def __init__(self, folder: Path, suite: str, mirror: str) -> None:
        """Write the configuration of one suite below `folder`."""
        self.folder = folder / suite
        (self.folder / "lists/partial").mkdir(parents=True, exist_ok=True)
        (self.folder / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
        self.sources = self.folder / "sources.list"
        self.sources.write_text(f"deb-src [signed-by={KEYRING}] {mirror} {suite} main\n")
        settings = {
            "Dir::Etc::SourceList": self.sources,
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "APT::Sandbox::User": "",
        }
        self.options = [
            word for key, value in settings.items() for word in ("-o", f"{key}={value}")
        ]

    def refresh(self) -> None:
        """Fetch the lists when they are older than a day; old ones serve when no mirror answers."""
        stamp = self.folder / "refreshed"
        if stamp.exists() and time.time() - stamp.stat().st_mtime < DAY_S:
            return
        try:
            run(["apt-get", "--error-on=any", *self.options, "update"])
        except RuntimeError:
            if not stamp.exists():
                raise
            return
        stamp.touch()

    def find(self, package: str, version: str) -> tuple[str, str]:
        """Return version and .dsc checksum of the wanted, or else the newest, source package."""
        found = described(run(["apt-cache", *self.options, "showsrc", "--only-source", package]))
        if version and version not in found:
            message = f"{package} {version} is not there; found: {', '.join(found) or 'none'}"
            raise RuntimeError(message)
        if not found:
            message = f"no source package {package} in {self.sources.read_text().strip()}"
            raise RuntimeError(message)
        chosen = version or newest(list(found))
        return chosen, found[chosen]

    def unpack(self, package: str, version: str, dest: Path) -> None:
        """Download, verify and unpack a source package into the new folder `dest`."""
        downloads = dest.with_name(dest.name + ".download")
        downloads.mkdir(parents=True, exist_ok=True)
        wanted = f"{package}={version}"
        run(["apt-get", *self.options, "source", "--download-only", wanted], cwd=downloads)
        (description,) = downloads.glob("*.dsc")
        # apt has checked signature and checksums of all files already.
        run(["dpkg-source", "--no-check", "-x", str(description), str(dest)])


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "package": {"type": "str", "required": True},
            "suite": {"type": "str", "required": True},
            "version": {"type": "str", "default": ""},
            "lists": {"type": "path", "required": True},
            "dest": {"type": "path"},
        },
        supports_check_mode=True,
    )
    wanted = module.params
    try:
        _, mirror = find_mirror()
        apt = Apt(Path(wanted["lists"]), wanted["suite"], mirror)
        apt.refresh()
        version, sha256 = apt.find(wanted["package"], wanted["version"])
        dest = wanted["dest"] and Path(wanted["dest"])
        changed = bool(dest) and not dest.exists()
        if changed and not module.check_mode:
            apt.unpack(wanted["package"], version, dest)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        what = f"source package {wanted['package']} of Debian {wanted['suite']}"
        module.fail_json(msg=f"{what}: {error}. Is a Debian mirror reachable? See {KEYRING} too.")
    module.exit_json(changed=changed, version=version, sha256=sha256, mirror=mirror)


if __name__ == "__main__":
    main()
