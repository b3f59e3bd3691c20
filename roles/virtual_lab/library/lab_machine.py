"""Ansible module: the virtual lab's machine, a QEMU process on the controller."""

from __future__ import annotations

DOCUMENTATION = """
module: lab_machine
short_description: Start or stop the virtual lab's machine
description:
  - The machine's disk is a copy of the image with the lab's keys in it.
  - Another image is another disk; an older one, which may hold results, is never replaced.
  - A running machine with the same disk is left alone.
options:
  state: {type: str, choices: [started, stopped], default: started, description: What it shall be.}
  state_dir: {type: path, required: true, description: Folder of disk, console log and process id.}
  image_dir: {type: path, description: Folder with disk.raw, vmlinuz and initrd.img.}
  build_dir: {type: path, description: Folder of the QEMU that runs it.}
  kernel: {type: path, description: Kernel for finding out whether KVM boots a guest.}
  accelerator: {type: str, choices: [auto, kvm, tcg], default: auto, description: How it runs.}
  vcpus: {type: int, default: 2, description: Processors.}
  memory_mib: {type: int, default: 3072, description: Memory.}
  port: {type: int, default: 2222, description: SSH port on 127.0.0.1.}
"""
EXAMPLES = """
- lab_machine: {state: stopped, state_dir: ~/.local/state/vmmlab/virtual-lab}
"""
RETURN = """
accelerator: {type: str, returned: when started, description: kvm or tcg.}
reason: {type: str, returned: when started, description: Why it is not kvm.}
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.process import get_bin_path
from ansible.module_utils.kvm_boot import boot

APPEND = "root=/dev/vda rw console=ttyS0 quiet systemd.show_status=false"
# The emulated processors' time stamps agree, but emulation is too uneven for the kernel to believe
# it, and every other clock is slow; nobody attacks through the side channels of such a machine.
EMULATED = " tsc=reliable mitigations=off"

PATIENCE_S = 20
KEYS = {
    "authorized_keys": ("/root/.ssh/authorized_keys", "0100600"),
    "host_ed25519": ("/etc/ssh/ssh_host_ed25519_key", "0100600"),
    "host_ed25519.pub": ("/etc/ssh/ssh_host_ed25519_key.pub", "0100644"),
}


def process_of(state_dir: Path) -> tuple[int, list[str]] | None:
    """Return the machine's process id and command line, or nothing when it does not run."""
    with contextlib.suppress(OSError, ValueError):
        pid = int((state_dir / "pid").read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        if str(state_dir / "console.log") in " ".join(words):
            return pid, words
    return None


def stop(state_dir: Path) -> bool:
    """End the machine; its disk stays."""
    running = process_of(state_dir)
    if not running:
        return False
    deadline = time.monotonic() + PATIENCE_S
    with contextlib.suppress(ProcessLookupError):  # it ended by itself
        os.kill(running[0], signal.SIGTERM)
        while process_of(state_dir):
            if time.monotonic() > deadline:
                os.kill(running[0], signal.SIGKILL)
            time.sleep(0.2)
    return True


def nested_kvm(wanted: dict[str, Any]) -> str | None:
    """Return why machines inside the machine cannot use KVM, or nothing."""
    for vendor in ("intel", "amd"):
        nested = Path(f"/sys/module/kvm_{vendor}/parameters/nested")
        if nested.exists() and nested.read_text().strip() not in ("Y", "1"):
            return f"nested virtualisation is off ({nested})"
    binary, firmware = qemu_of(wanted)
    return boot(binary, firmware, wanted["kernel"], 30)


def qemu_of(wanted: dict[str, Any]) -> tuple[str, str]:
    """Return binary and firmware folder of the QEMU that runs the machine."""
    build = Path(wanted["build_dir"])
    return str(build / "bin/qemu-system-x86_64"), str(build / "share/qemu")


def prepare_disk(state_dir: Path, image_dir: Path, disk: Path) -> None:
    """Copy the image and write the lab's keys into the copy."""
    for interrupted in state_dir.glob("disk-*.part"):
        interrupted.unlink()
    debugfs = get_bin_path("debugfs")  # it is in a folder that the PATH of users lacks
    partial = disk.with_suffix(".part")
    copy = ["cp", "--sparse=always", "--reflink=auto", str(image_dir / "disk.raw"), str(partial)]
    subprocess.run(copy, check=True, capture_output=True, text=True)
    commands = "mkdir /root/.ssh\nset_inode_field /root/.ssh mode 040700\n"
    for name, (path, mode) in KEYS.items():
        commands += f'rm {path}\nwrite "{state_dir / name}" {path}\n'
        commands += f"set_inode_field {path} mode {mode}\n"
        commands += f"set_inode_field {path} uid 0\nset_inode_field {path} gid 0\n"
    subprocess.run(
        [debugfs, "-w", "-f", "-", str(partial)],
        input=commands, check=True, capture_output=True, text=True,
    )  # fmt: skip
    # debugfs ends well whatever its commands did.
    for name, (path, _) in KEYS.items():
        show = [debugfs, "-R", f"cat {path}", str(partial)]
        written = subprocess.run(show, check=True, capture_output=True).stdout
        if written != (state_dir / name).read_bytes():
            message = f"{path} could not be written into a copy of {image_dir}/disk.raw"
            raise ValueError(f"{message}; is that a bare ext4 file system?")
    partial.replace(disk)


def command_of(wanted: dict[str, Any], disk: Path, accelerator: str) -> list[str]:
    """Return the machine's command line."""
    binary, firmware = qemu_of(wanted)
    state_dir, image_dir = Path(wanted["state_dir"]), Path(wanted["image_dir"])
    accelerate = {"kvm": ["kvm", "host"], "tcg": ["tcg,thread=multi,tb-size=1024", "max"]}
    accel, cpu = accelerate[accelerator]
    return [
        *(binary, "-L", firmware, "-name", "vmmlab-virtual-lab"),
        *("-machine", "q35", "-accel", accel, "-cpu", cpu),
        *("-smp", str(wanted["vcpus"]), "-m", str(wanted["memory_mib"])),
        *("-nodefaults", "-no-user-config", "-display", "none"),
        *("-kernel", str(image_dir / "vmlinuz"), "-initrd", str(image_dir / "initrd.img")),
        *("-append", APPEND + EMULATED * (accelerator == "tcg")),
        *("-drive", f"if=none,id=disk,file={disk},format=raw,cache=unsafe"),
        *("-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci"),
        *("-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{wanted['port']}-:22"),
        *("-device", "virtio-net-pci,netdev=net,romfile="),
        *("-serial", f"file:{state_dir / 'console.log'}"),
        *("-pidfile", str(state_dir / "pid"), "-daemonize"),
    ]


def port_is_taken(port: int) -> bool:
    """Return whether something listens on a port of this machine already."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def refuse_another(state_dir: Path, disk: Path) -> None:
    """Leave a machine of another image alone.

    Raises:
        ValueError: there is one; it may measure, or have results that nobody has fetched.
    """
    for old in state_dir.glob("disk-*.raw"):
        if old != disk:
            raise ValueError(
                f"the machine of {old} was made from another image than today's; take it down with"
                " make teardown (playbooks/teardown.yml), which keeps its results, and run this"
                " again"
            )


def start(wanted: dict[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """Start the machine where it does not run; return what happened."""
    state_dir, image_dir = Path(wanted["state_dir"]), Path(wanted["image_dir"])
    disk = state_dir / f"disk-{image_dir.name.rsplit('-', 1)[-1]}.raw"
    running = process_of(state_dir)
    if running and any(str(disk) in word for word in running[1]):
        accelerator = "kvm" if "kvm" in running[1] else "tcg"
        return {"changed": False, "accelerator": accelerator, "reason": ""}
    refuse_another(state_dir, disk)
    if check_mode:
        return {"changed": True, "accelerator": "tcg", "reason": ""}
    stop(state_dir)
    if port_is_taken(wanted["port"]):
        message = f"port {wanted['port']} on 127.0.0.1 is taken; set virtual_lab_port to a free one"
        raise ValueError(message)
    reason = nested_kvm(wanted) if wanted["accelerator"] == "auto" else None
    accelerator = wanted["accelerator"].replace("auto", "tcg" if reason else "kvm")
    if not disk.exists():
        prepare_disk(state_dir, image_dir, disk)
    subprocess.run(
        command_of(wanted, disk, accelerator), check=True, capture_output=True, text=True
    )
    return {"changed": True, "accelerator": accelerator, "reason": reason or ""}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
            "state_dir": {"type": "path", "required": True},
            "image_dir": {"type": "path"},
            "build_dir": {"type": "path"},
            "kernel": {"type": "path"},
            "accelerator": {"type": "str", "choices": ["auto", "kvm", "tcg"], "default": "auto"},
            "vcpus": {"type": "int", "default": 2},
            "memory_mib": {"type": "int", "default": 3072},
            "port": {"type": "int", "default": 2222},
        },
        required_if=[("state", "started", ("image_dir", "build_dir", "kernel"))],
        supports_check_mode=True,
    )
    try:
        if module.params["state"] == "started":
            result = start(module.params, check_mode=module.check_mode)
        else:
            state_dir = Path(module.params["state_dir"])
            running = process_of(state_dir) is not None
            result = {"changed": running if module.check_mode else stop(state_dir)}
    except subprocess.CalledProcessError as error:
        module.fail_json(
            msg=f"{error.cmd[0]} ended with {error.returncode}: {error.stderr.strip()}"
        )
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"virtual lab: {error}")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
