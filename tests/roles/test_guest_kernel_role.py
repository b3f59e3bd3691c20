"""The role guest_kernel: its list of options, its build program, and the role on a small source."""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from modules import make_program
from sandbox import CHECKOUT, Sandbox

ROLE = CHECKOUT / "roles/guest_kernel"
FACTS = {"distribution": "Debian", "distribution_major_version": "12"}

KCONFIG = """\
menuconfig CPU_MITIGATIONS
\tbool "Mitigations for CPU vulnerabilities"
\tdefault y

if CPU_MITIGATIONS

config RETPOLINE
\tbool "Avoid speculative indirect branches in kernel"
\tdefault y

config RETHUNK
\tdefault y if X86_64

config SLS
\tdefault n
endif

config OTHER
\tdefault y
"""

# Stands for a kernel that knows every option but CONFIG_SLEEP.
MAKEFILE = """\
allnoconfig:
\tgrep -v SLEEP $(KCONFIG_ALLCONFIG) > .config
\techo 'CONFIG_CC_VERSION_TEXT="gcc 12"' >> .config
bzImage:
\tmkdir -p include/config arch/x86/boot
\techo 6.1.1-vmmlab > include/config/kernel.release
\techo "$(KBUILD_BUILD_USER) $(KBUILD_BUILD_TIMESTAMP)" > arch/x86/boot/bzImage
"""


@pytest.fixture(scope="module")
def program() -> ModuleType:
    """build_kernel.py as a module."""
    spec = importlib.util.spec_from_file_location("build_kernel", ROLE / "files/build_kernel.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tarball(tmp_path: Path) -> Path:
    """A source that builds at once."""
    source = tmp_path / "linux-6.1.1"
    (source / "arch/x86").mkdir(parents=True)
    (source / "arch/x86/Kconfig").write_text(KCONFIG)
    (source / "Makefile").write_text(MAKEFILE)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    packed = mirror / "linux-6.1.1.tar.xz"
    subprocess.run(["tar", "-cJf", packed, "-C", tmp_path, source.name], check=True)
    return packed


def build(tarball: Path, config: str, out: Path) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    out.mkdir()
    (out / "guest.config").write_text(config)
    (out / "older.config").write_text("CONFIG_OTHER=y\nCONFIG_FORGOTTEN=y\n")
    lists = [f"--config={out / 'guest.config'}", f"--older={out / 'older.config'}"]
    options = [f"--tarball={tarball}", *lists, f"--source={out / 'source'}", f"--out={out}"]
    command = [sys.executable, str(ROLE / "files/build_kernel.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_options(program: ModuleType) -> None:
    """Texts keep their quotes; what is off is `n`, said so or not."""
    found = program.options_of('CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="x y"\n# CONFIG_D=y\n')
    assert found == {"CONFIG_A": "y", "CONFIG_B": "n", "CONFIG_C": '"x y"'}
    assert program.missing({"CONFIG_B": "n", "CONFIG_E": "n", "CONFIG_A": "y"}, found) == []
    assert program.missing({"CONFIG_E": "y", "CONFIG_A": "n"}, found) == [
        "CONFIG_E=y (found: n)",
        "CONFIG_A=n (found: y)",
    ]


def test_mitigations(program: ModuleType) -> None:
    """Those of the menu that are on by default, whatever this release calls them."""
    assert program.mitigations_of(KCONFIG) == ["CONFIG_RETPOLINE", "CONFIG_RETHUNK"]
    with pytest.raises(ValueError, match=r"expected Linux 6\.1\.91"):
        program.mitigations_of("config SPECULATION_MITIGATIONS\n")


def test_build(tarball: Path, tmp_path: Path) -> None:
    """Kernel and configuration come out, and facts; nothing in them says who built when."""
    done = build(tarball, "CONFIG_64BIT=y\nCONFIG_MODULES=n\n", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["version"] == "6.1.1-vmmlab"
    assert facts["compiler"] == "gcc 12"
    assert facts["mitigations"] == ["CONFIG_RETPOLINE", "CONFIG_RETHUNK"]
    assert (tmp_path / "out/bzImage").read_text() == "vmmlab 1970-01-01 00:00:00 UTC\n"
    config = (tmp_path / "out/config").read_text()
    assert "CONFIG_RETHUNK=y" in config
    assert "CONFIG_OTHER=y" in config
    assert "FORGOTTEN" not in config


def test_an_option_that_gets_lost(tarball: Path, tmp_path: Path) -> None:
    """The build ends before it begins, and names the option."""
    done = build(tarball, "CONFIG_64BIT=y\nCONFIG_SLEEP=y\n", tmp_path / "out")
    assert done.returncode == 1
    assert "CONFIG_SLEEP=y (found: n)" in done.stderr
    assert "CONFIG_64BIT" not in done.stderr
    assert not (tmp_path / "out/bzImage").exists()


def test_a_build_that_fails(tmp_path: Path) -> None:
    """The last words of what failed are shown."""
    done = build(tmp_path / "none.tar.xz", "", tmp_path / "out")
    assert done.returncode == 1
    assert "none.tar.xz" in done.stderr
    assert "No such file" in done.stderr


def test_the_list() -> None:
    """Every option once, what the machines need is there, and nothing is a module."""
    files = ROLE / "files"
    text = (files / "guest.config").read_text() + (files / "older.config").read_text()
    options = re.findall(r"^CONFIG_(\w+)=(.*)$", text, re.MULTILINE)
    assert [name for name, times in Counter(name for name, _ in options).items() if times > 1] == []
    assert {line[0] for line in text.splitlines() if line} == {"#", "C"}
    values = dict(options)
    assert "m" not in values.values()
    needed = (
        "VIRTIO_MMIO_CMDLINE_DEVICES VIRTIO_BLK VIRTIO_NET SERIAL_8250_CONSOLE X86_MPPARSE EXT4_FS"
        " KVM_GUEST PCI ACPI VIRTIO_PCI IP_PNP BLK_DEV_INITRD CGROUPS CPU_MITIGATIONS"
    )
    assert {name: values.get(name) for name in needed.split()} == dict.fromkeys(needed.split(), "y")


def test_specification() -> None:
    """What can be set has a default, and the other way round."""
    specification = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    assert set(specification["argument_specs"]["main"]["options"]) == set(defaults)


@pytest.mark.sandbox
def test_role(tarball: Path, tmp_path: Path) -> None:
    """Built once from the first mirror that has it; then nothing is left to do."""
    wanted = {
        "ansible_facts": FACTS,
        "artifact_cache": str(tmp_path / "cache"),
        "guest_kernel_source": "upstream",
        "guest_kernel_version": "6.1.1",
        "guest_kernel_checksum": f"sha256:{hashlib.sha256(tarball.read_bytes()).hexdigest()}",
        "guest_kernel_mirrors": [str(tmp_path / "nothing"), str(tarball.parent)],
    }
    (tmp_path / "sandbox").mkdir()
    sandbox = Sandbox(tmp_path / "sandbox")
    checked = sandbox.play("guest_kernel", wanted, options=["--check"])
    assert checked.code == 0, checked.output
    assert not (tmp_path / "cache").exists()

    first = sandbox.play("guest_kernel", wanted)
    assert first.code == 0, first.output
    (archive,) = (tmp_path / "cache").glob("guest_kernel-*.tar.gz")
    record = json.loads(archive.with_name(archive.name.replace(".tar.gz", ".json")).read_text())
    assert set(record["files"]) == {"bzImage", "config"}
    assert record["record"]["version"] == "6.1.1-vmmlab"
    assert record["record"]["source"] == str(tarball)
    assert list((tmp_path / "cache/work").iterdir()) == []

    second = sandbox.play("guest_kernel", wanted)
    assert (second.code, second.changed, second.changes) == (0, 0, [])

    again = {key: wanted[key] for key in ("ansible_facts", "artifact_cache")}
    again |= {"artifact_again": {"guest_kernel": record}, "builds_from": "results/friday"}
    third = sandbox.play("guest_kernel", again)
    assert (third.code, third.changed) == (0, 0), "the kernel of that run, whatever is newest"

    nowhere = sandbox.play("guest_kernel", wanted | {"guest_kernel_version": "6.1.2"})
    assert nowhere.code != 0
    assert "no mirror of guest_kernel_mirrors has linux-6.1.2.tar.xz" in nowhere.output
    wrong = wanted | {"guest_kernel_checksum": "sha256:" + "0" * 64}
    refused = sandbox.play("guest_kernel", wrong)
    assert refused.code != 0
    assert "0" * 64 in refused.output, "what was expected"
    assert hashlib.sha256(tarball.read_bytes()).hexdigest() in refused.output, "what was found"


@pytest.mark.sandbox
def test_a_kernel_that_is_made_again_and_gone(tmp_path: Path) -> None:
    """The version that a run recorded is asked for, not the newest; what apt offers is named."""
    (tmp_path / "sandbox").mkdir()
    sandbox = Sandbox(tmp_path / "sandbox")
    stamp = sandbox.path("/var/lib/apt/periodic/update-success-stamp")
    stamp.parent.mkdir(parents=True)
    stamp.touch()
    offered = "Version: 6.1.170-3\\nSHA256: 1234\\n"
    make_program(sandbox.directory / "bin/apt-cache", f"printf '{offered}'")
    inputs = {"source": "distribution", "version": "6.1.158-1", "checksum": "sha256:5678"}
    wanted = {
        "ansible_facts": FACTS,
        "artifact_cache": str(tmp_path / "cache"),
        "artifact_again": {"guest_kernel": {"inputs": inputs, "record": {}}},
        "builds_from": "results/friday",
    }
    options = ["-e", json.dumps({"__guest_kernel_packages": ["git"]})]
    gone = sandbox.play("guest_kernel", wanted, options=options)
    assert gone.code != 0
    said = " ".join(gone.output.split())
    assert "lab1: linux-source-6.1 6.1.158-1 is gone: apt offers 6.1.170-3" in said
    assert "The run results/friday was built of it" in said
