"""Ansible module: the guests' base image with the keys of this lab host in it."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.build_files import stamp_of

DOCUMENTATION = """
module: guest_base
short_description: Make the base image of a lab host's guests
description:
  - Makes, once, a key pair that opens the guests of this lab host, and a host key for them.
  - Copies the built image and writes the keys into it with debugfs, so that nothing is mounted.
  - Does nothing where the base image was made from the same image and keys, and is untouched since.
options:
  image: {type: path, required: true, description: The built image, a bare ext4 file system.}
  image_key: {type: str, required: true, description: What tells this image from others.}
  base: {type: path, required: true, description: The base image to make.}
  keys: {type: path, required: true, description: Folder for the keys.}
  address: {type: str, required: true, description: The guests' address, for known_hosts.}
  lab_public_key: {type: str, default: "", description: A further key that opens the guests.}
"""
EXAMPLES = """
- guest_base:
    image: /opt/vmmlab/store/guest_image-0123456789abcdef/image.raw
    image_key: 0123456789abcdef
    base: /var/lib/vmmlab/base/base.raw
    keys: /etc/vmmlab/keys
    address: 10.213.0.2
"""
RETURN = """
public_key: {type: str, returned: always, description: The key that opens guests.}
"""

GUEST_KEY = "guest_ed25519"
HOST_KEY = "guest_host_ed25519"


def run(*command: str) -> str:
    """Return what a command says; its complaint is the error's text."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ValueError(
            f"{command[0]} is not installed; it is in e2fsprogs or openssh-client"
        ) from None
    if done.returncode:
        raise ValueError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def make_keys(keys: Path, address: str) -> bool:
    """Make the keys that are missing, and the known_hosts that fits; tell whether it did."""
    changed = False
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (GUEST_KEY, HOST_KEY):
        pair = (keys / name, keys / f"{name}.pub")
        # A power cut can leave names without content.
        if not all(path.exists() and path.stat().st_size for path in pair):
            for path in pair:
                path.unlink(missing_ok=True)
            run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                "vmmlab",
                "-f",
                str(keys / name),
            )
            changed = True
    kind, key = (keys / f"{HOST_KEY}.pub").read_text().split()[:2]
    known = f"{address} {kind} {key}\n"
    path = keys / "known_hosts"
    if not path.exists() or path.read_text() != known:
        path.write_text(known)
        changed = True
    return changed


def wanted(keys: Path, lab_public_key: str) -> list[tuple[str, str, str]]:
    """Return the files that the image gets: path, content, mode."""
    authorized = [
        line for line in ((keys / f"{GUEST_KEY}.pub").read_text(), lab_public_key) if line
    ]
    return [
        (
            "/root/.ssh/authorized_keys",
            "".join(f"{line.strip()}\n" for line in authorized),
            "0100600",
        ),
        ("/etc/ssh/ssh_host_ed25519_key", (keys / HOST_KEY).read_text(), "0100600"),
        ("/etc/ssh/ssh_host_ed25519_key.pub", (keys / f"{HOST_KEY}.pub").read_text(), "0100644"),
    ]


def write_into(image: Path, files: list[tuple[str, str, str]], work: str) -> None:
    """Write files into an ext4 image, owned by root, and read them back: debugfs never fails."""
    script = [
        "mkdir /root/.ssh",
        "sif /root/.ssh mode 040700",
        "sif /root/.ssh uid 0",
        "sif /root/.ssh gid 0",
    ]
    for number, (path, content, mode) in enumerate(files):
        source = Path(work, str(number))
        source.write_text(content)
        folder, name = path.rsplit("/", 1)
        script += [f"cd {folder}", f"rm {name}", f"write {source} {name}"]
        script += [f"sif {path} mode {mode}", f"sif {path} uid 0", f"sif {path} gid 0"]
    commands = Path(work, "commands")
    commands.write_text("\n".join(script) + "\n")
    run("debugfs", "-w", "-f", str(commands), str(image))
    for number, (path, content, _mode) in enumerate(files):
        back = Path(work, f"{number}.back")
        run("debugfs", "-R", f"dump {path} {back}", str(image))
        if not back.exists() or back.read_text() != content:
            raise ValueError(
                f"{image}: {path} could not be written into it; is it a bare ext4 file system?"
            )


def make_base(parameters: dict[str, str], files: list[tuple[str, str, str]], marker: str) -> None:
    """Make the base image under a temporary name and give it its own when it is complete."""
    image, base = Path(parameters["image"]), Path(parameters["base"])
    if not image.exists():
        raise ValueError(f"{image}: missing; ship the builds to this host first")
    temporary = base.with_name(f".{base.name}.part")
    temporary.unlink(missing_ok=True)
    needed = image.stat().st_blocks * 512
    free = shutil.disk_usage(base.parent).free
    if free < 2 * needed:
        raise ValueError(
            f"{base.parent}: {free >> 20} MiB are free; {2 * needed >> 20} MiB are needed for the"
            " guests' base image and the copy that runs"
        )
    try:
        temporary.touch(mode=0o600)
        run("cp", "--sparse=always", "--reflink=auto", str(image), str(temporary))
        with tempfile.TemporaryDirectory() as work:
            write_into(temporary, files, work)
        # After a power cut, too, the name stands for a whole image, and keys are whole.
        os.sync()
        temporary.replace(base)
    finally:
        temporary.unlink(missing_ok=True)
    marker_path(base).write_text(json.dumps({"made_of": marker, "stamp": stamp_of(base)}) + "\n")


def marker_path(base: Path) -> Path:
    """Return the file that says what the base image was made from."""
    return base.with_name(f"{base.name}.json")


def is_made(base: Path, marker: str) -> bool:
    """Tell whether the base image was made of this, and nobody has touched it since."""
    try:
        known = json.loads(marker_path(base).read_text())
        return bool(known == {"made_of": marker, "stamp": stamp_of(base)})
    except (OSError, ValueError):
        return False


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "image": {"type": "path", "required": True},
            "image_key": {"type": "str", "required": True},
            "base": {"type": "path", "required": True},
            "keys": {"type": "path", "required": True, "no_log": False},
            "address": {"type": "str", "required": True},
            "lab_public_key": {"type": "str", "default": "", "no_log": False},
        },
        supports_check_mode=True,
    )
    parameters = module.params
    keys, base = Path(parameters["keys"]), Path(parameters["base"])
    os.umask(0o077)
    try:
        if module.check_mode and not (keys / f"{HOST_KEY}.pub").exists():
            module.exit_json(changed=True, public_key="")
        changed = False if module.check_mode else make_keys(keys, parameters["address"])
        files = wanted(keys, parameters["lab_public_key"])
        digest = hashlib.sha256(json.dumps(files).encode()).hexdigest()
        marker = f"image {parameters['image_key']}, keys {digest}"
        if not is_made(base, marker):
            changed = True
            if not module.check_mode:
                make_base(parameters, files, marker)
        public = (keys / f"{GUEST_KEY}.pub").read_text().strip()
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"the guests' base image cannot be made: {error}")
    module.exit_json(changed=changed, public_key=public)


if __name__ == "__main__":
    main()
