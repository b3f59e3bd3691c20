"""A lab of many hosts on this machine: each an SSH server on a loopback address of its own.

Needs root, overlayfs and sshd. A host has its own view of the file system and of processes, so the
real roles change nothing here; its systemctl and its guests are the runner's fakes, which answer at
once. What is not simulated is KVM: the role preflight and the trial of guests are left out. Each
lab has a network of its own (127.N), so several may run at once.
"""

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from modules import load_module

CHECKOUT = Path(__file__).resolve().parent.parent
FAKES = CHECKOUT / "tests/runner/fakes"
LAYERS = ("etc", "opt", "root", "run", "usr", "var")
SSHD_PROGRAM = "/usr/sbin/sshd"
MISSING = f"needs {SSHD_PROGRAM}: apt-get install openssh-server"
PORT = 2200
WANTS = "/etc/systemd/system/multi-user.target.wants"
MOST = 250
# No host outlives who started it.
LEASH = ("setpriv", "--pdeathsig", "KILL")

SETUP = """set -e
for layer in {layers}; do
    mkdir -p "$HOST/upper/$layer" "$HOST/work/$layer"
    options=lowerdir=/$layer,upperdir=$HOST/upper/$layer,workdir=$HOST/work/$layer
    mount -t overlay overlay -o "$options" "/$layer"
done
for file in $(cd "$HOST/seen" && find . -type f); do
    mount --bind "$HOST/seen/$file" "/$file"
done
mkdir -p /run/sshd
sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow
groupadd --force --system kvm
exec {sshd} -D -e -f "$HOST/sshd_config"
"""

SSHD = """Port {port}
ListenAddress {address}
HostKey {host}/host_ed25519
AuthorizedKeysFile {key}
PidFile none
UsePAM no
StrictModes no
LogLevel ERROR
Subsystem sftp internal-sftp
SetEnv PATH={path} FAKE_STATE={host}/state FAKE_ROOT=/ FAKE_GUEST=/run/vmmlab-agent\
 FAKE_ADDRESS={guest} FAKE_PORT=22 {more}
"""

# Starts runs as systemd would, and leaves guests to the runner's own fake.
SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$FAKE_STATE/host-systemctl.log"
alive() {{ kill -0 "$(cat "$FAKE_STATE/run.pid")" 2> /dev/null; }}
case "$*" in
    "start --no-block vmmlab-run@"*)
        run=${{3#vmmlab-run@}}
        setsid /usr/bin/python3 -I /opt/vmmlab/lib/vmmlab_runner.pyz run "${{run%.service}}" \\
            > "$FAKE_STATE/run.log" 2>&1 < /dev/null &
        echo $! > "$FAKE_STATE/run.pid" ;;
    "stop vmmlab-run@"*)
        kill "$(cat "$FAKE_STATE/run.pid")" 2> /dev/null || exit 0
        for _ in $(seq 300); do alive || exit 0; sleep 0.1; done ;;
    "enable --no-reload vmmlab-run@"*) mkdir -p {wants}; ln -sf ../any "{wants}/$3" ;;
    "disable --no-reload vmmlab-run@"*) rm -f "{wants}/$3" ;;
    "is-active --quiet vmmlab-run@"*) alive ;;
    "is-active vmmlab-run@"*) if alive; then echo active; else echo inactive; exit 3; fi ;;
    *vmmlab-guest-*) exec {fakes}/host/systemctl "$@" ;;
    *) exit 0 ;;
esac
"""


@dataclass(slots=True)
class SimulatedHost:
    """One host: its folder, its addresses, its SSH server."""

    name: str
    network: str
    """The first two bytes of its addresses: its lab's own."""
    number: int
    folder: Path
    server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where its SSH server listens."""
        return f"{self.network}.1.{self.number}"

    @property
    def guest_address(self) -> str:
        """Where its guest answers."""
        return f"{self.network}.2.{self.number}"

    def boot(self) -> dict[str, str]:
        """Return what tells its boot from that of another host: all of them are one machine."""
        return {"/proc/sys/kernel/random/boot_id": f"{uuid.uuid4()}\n"}

    def path(self, absolute: str) -> Path:
        """Return the host's copy of a path: absent when nothing touched it."""
        return self.folder / "upper" / absolute.lstrip("/")

    def starts(self) -> int:
        """Return how many guests were started."""
        path = self.folder / "state/starts"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def start(self, key: Path, more: str) -> None:
        """Start its SSH server, the first of its processes."""
        for folder in ("state", "bin", "seen"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        systemctl = self.folder / "bin/systemctl"
        systemctl.write_text(SYSTEMCTL.format(fakes=FAKES, wants=WANTS))
        systemctl.chmod(0o755)
        if not (self.folder / "host_ed25519").exists():
            make_key(self.folder / "host_ed25519")
        programs = f"{self.folder}/bin:{FAKES}/host:{os.environ['PATH']}"
        config = SSHD.format(
            port=PORT, address=self.address, guest=self.guest_address, host=self.folder,
            key=f"{key}.pub", path=programs, more=more,
        )  # fmt: skip
        (self.folder / "sshd_config").write_text(config)
        apart = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        script = SETUP.format(layers=" ".join(LAYERS), sshd=SSHD_PROGRAM)
        with (self.folder / "sshd.log").open("ab") as log:
            self.server = subprocess.Popen(
                [*LEASH, "unshare", *apart, "--propagation", "private", "sh", "-c", script],
                env={**os.environ, "HOST": str(self.folder)},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self) -> None:
        """End all its processes, as a power cut would."""
        if self.server:
            self.server.kill()
            self.server.wait(20)
            self.server = None


def claim() -> socket.socket:
    """Return a socket that keeps other labs on this machine away from a network of its own."""
    for second in range(255):
        claimed = socket.socket()
        try:
            claimed.bind((f"127.{second}.3.1", PORT))
        except OSError:
            claimed.close()
        else:
            return claimed
    raise OSError("there are 255 simulated labs on this machine")


def answers(address: str) -> bool:
    """Tell whether an SSH server says its first word."""
    with suppress(OSError), socket.create_connection((address, PORT), timeout=5) as link:
        return link.recv(4) == b"SSH-"
    return False


def make_key(path: Path) -> None:
    """Make an SSH key without a passphrase."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(command, check=True)


@dataclass(slots=True)
class SimulatedLab:
    """All hosts, and the controller's side of them in `folder`.

    The hosts trust the lab's key once the stage provision has made it.
    """

    folder: Path
    count: int
    environment: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Host to the files that it sees otherwise than this machine does, with their texts."""
    releases: Sequence[str] = ()
    """What is built for; by default this machine's own."""
    hosts: list[SimulatedHost] = field(default_factory=list)
    claimed: socket.socket = field(default_factory=claim)

    def __enter__(self) -> Self:
        """Make what a lab needs, and start the hosts."""
        if self.count > MOST:
            raise ValueError(f"{self.count} hosts are more than {MOST}")
        (self.folder / "state").mkdir(parents=True, mode=0o700)
        for name in self.releases or [release()]:
            self.write_builds(name)
        more = " ".join(f"{name}={value}" for name, value in self.environment.items())
        for number in range(1, self.count + 1):
            name = f"sim-{number:02d}"
            host = SimulatedHost(name, self.network, number, self.folder / name)
            self.hosts.append(host)
            for path, text in {**host.boot(), **self.seen.get(host.name, {})}.items():
                file = host.folder / "seen" / path.lstrip("/")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            host.start(self.key, more)
        (self.folder / "hosts.json").write_text(json.dumps(self.inventory(), indent=1))
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the hosts."""
        for host in self.hosts:
            host.stop()
        self.claimed.close()

    @property
    def network(self) -> str:
        """The first two bytes of all its addresses."""
        return str(self.claimed.getsockname()[0]).removesuffix(".3.1")

    @property
    def key(self) -> Path:
        """The lab's own key."""
        return self.folder / "state/id_ed25519"

    @property
    def results(self) -> Path:
        """Where runs are kept."""
        return self.folder / "results"

    def wait(self) -> None:
        """Wait until every SSH server answers."""
        end = time.monotonic() + 60
        for host in self.hosts:
            while not answers(host.address):
                if time.monotonic() > end:
                    raise TimeoutError((host.folder / "sshd.log").read_text())
                time.sleep(0.1)

    def write_builds(self, release: str) -> None:
        """Write builds that are small, and the list of them, as the stage build would."""
        pack = load_module("roles/artifact/library/pack_artifact.py").pack
        folder = self.folder / "builds" / release
        image = self.folder / "images" / release
        for inside in ("root", "etc/ssh"):
            (image / inside).mkdir(parents=True)
        raw = folder / "guest_image/image.raw"
        raw.parent.mkdir(parents=True)
        make = ["mke2fs", "-q", "-t", "ext4", "-d", str(image), str(raw), "8M"]
        subprocess.run(make, check=True)
        files = {
            "guest_kernel": ["bzImage"],
            "guest_image": ["initrd.img"],
            "qemu": ["bin/qemu-system-x86_64"],
            "stratovirt": ["bin/stratovirt"],
        }
        builds: dict[str, Any] = {}
        for name, paths in files.items():
            out = folder / name
            for path in paths:
                (out / path).parent.mkdir(parents=True, exist_ok=True)
                (out / path).write_text(f"simulated {path} for {release}\n")
            # Plans are held against the disk that guests would have.
            inputs = {"size_mib": 1024} if name == "guest_image" else {}
            given = {"name": name, "key": f"simulated-{release.lower()}", "inputs": inputs}
            archive = self.folder / "builds" / f"{name}-{release}.tar.gz"
            given |= {"record": {"version": "0"}, "path": str(archive), "out_dir": str(out)}
            build = pack(given)
            builds[name] = {**build, "archive": str(archive)}
        vmms = [
            {"name": name, "type": name, "label": name, "machine": "microvm", "initrd": True}
            | {"binary": files[name][0], "artifact": name, "build": builds[name]}
            for name in ("stratovirt", "qemu")
        ]
        manifest = {**{use: builds[use] for use in ("guest_kernel", "guest_image", "qemu")}}
        listed = self.folder / "state/builds" / f"{release}.json"
        listed.parent.mkdir(exist_ok=True)
        listed.write_text(json.dumps({**manifest, "vmms": vmms, "left_out": {}}))

    def inventory(self) -> dict[str, Any]:
        """Return the lab as Ansible sees it."""
        lab = {
            host.name: {"ansible_host": host.address, "simulated_guest_address": host.guest_address}
            for host in self.hosts
        }
        controller = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        }
        variables = {
            "ansible_port": PORT,
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.key),
        }
        groups = {
            "controllers": {"hosts": {"controller": controller}},
            "lab": {"hosts": lab, "vars": variables},
        }
        return {"all": {"children": groups}}

    def ssh(self, host: SimulatedHost, command: str, text: str = "") -> str:
        """Run a command on a host, as a person would, and return what it says."""
        ssh = ["ssh", "-i", str(self.key), "-p", str(PORT), "-o", "StrictHostKeyChecking=no"]
        ssh += ["-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes"]
        done = subprocess.run(
            [*ssh, f"root@{host.address}", command],
            input=text, capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        return done.stdout

    def command(
        self, playbook: str, *options: str, skip: str = "trial,preflight", **variables: Any
    ) -> list[str]:
        """Return the command that runs a playbook on the lab, but for the tags to skip."""
        network = {
            "bridge": "b", "tap": "t", "gateway": "127.0.0.1", "prefix": 8,
            "netmask": "255.0.0.0", "mac": "52:54:00:d5:00:02",
            # What the host's address of its guest is, since all of them are on one machine.
            "address": "{{ simulated_guest_address }}",
        }  # fmt: skip
        given = {
            "lab_state_dir": str(self.folder / "state"),
            "lab_cache_dir": str(self.folder / "builds"),
            "results_dir": str(self.results),
            "vmms": ["stratovirt", "qemu"],
            "run_name": "friday",
            "measure_pause": 0,
            "__guest_network": network,
            **variables,
        }
        if not playbook.endswith(".yml"):
            playbook = str(CHECKOUT / f"playbooks/{playbook}.yml")
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        where = ["-i", str(self.folder / "hosts.json"), "--skip-tags", skip]
        return [program, *where, "-e", json.dumps(given), *options, playbook]

    def play(
        self, playbook: str, *options: str, limit_s: float = 300, **variables: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a playbook on the lab and return what came of it."""
        return call(self.command(playbook, *options, **variables), limit_s)


def call(command: Sequence[str], limit_s: float) -> subprocess.CompletedProcess[str]:
    """Run a command of the controller, with the checkout's configuration."""
    return subprocess.run(
        command, cwd=CHECKOUT, env=environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=limit_s,
    )  # fmt: skip


def environment() -> dict[str, str]:
    """Return the environment of the controller's commands."""
    own = {"ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    return {**os.environ, **own}


def release() -> str:
    """Return this machine's release as lists of builds are named."""
    lines = Path("/etc/os-release").read_text().splitlines()
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    return f"{fields['ID'].capitalize()}-{fields['VERSION_ID'].strip(chr(34))}"
