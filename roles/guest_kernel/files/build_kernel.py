"""Unpack, configure and compile a Linux kernel from a list of options, and nothing but them.

Every option of the list must really be in the configuration that comes out: a name that this
kernel does not know, or one whose dependency is missing, ends the build before it begins.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

# The same source and options give the same file, whoever builds it wherever.
ENVIRONMENT = {
    "LC_ALL": "C",
    "KBUILD_BUILD_USER": "vmmlab",
    "KBUILD_BUILD_HOST": "vmmlab",
    "KBUILD_BUILD_TIMESTAMP": "1970-01-01 00:00:00 UTC",
}
SHOWN_LINES = 30


def options_of(text: str) -> dict[str, str]:
    """Return the options of a configuration; one that is switched off has the value `n`."""
    options = dict(re.findall(r"^(CONFIG_\w+)=(.*)$", text, re.MULTILINE))
    off = re.findall(r"^# (CONFIG_\w+) is not set$", text, re.MULTILINE)
    return options | dict.fromkeys(off, "n")


def mitigations_of(kconfig: str) -> list[str]:
    """Return the mitigations for CPU vulnerabilities that a kernel has on by default.

    They are a menu of arch/x86/Kconfig; names and number differ from release to release.
    """
    menu = re.search(r"^menuconfig CPU_MITIGATIONS$(.*?)^endif", kconfig, re.MULTILINE | re.DOTALL)
    if not menu:
        raise ValueError(
            "arch/x86/Kconfig has no menu CPU_MITIGATIONS: expected Linux 6.1.91 or newer"
        )
    entries = re.split(r"^config ", menu[1], flags=re.MULTILINE)[1:]
    return [
        f"CONFIG_{entry.split()[0]}"
        for entry in entries
        if re.search(r"^\tdefault y", entry, re.MULTILINE)
    ]


def known(source: Path, wanted: str) -> str:
    """Return those lines of a list of options that a kernel has a Kconfig entry for."""
    entries: set[str] = set()
    for path in source.rglob("Kconfig*"):
        if path.is_file():
            entries.update(
                re.findall(r"^\s*(?:menu)?config (\w+)$", path.read_text(), re.MULTILINE)
            )
    options = re.findall(r"^CONFIG_(\w+)=(.*)$", wanted, re.MULTILINE)
    return "".join(f"CONFIG_{name}={value}\n" for name, value in options if name in entries)


def missing(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    """Return the wanted options that a configuration has not, as lines to show."""
    return [
        f"{name}={value} (found: {found.get(name, 'n')})"
        for name, value in wanted.items()
        if found.get(name, "n") != value
    ]


def run(*command: str, **environment: str) -> None:
    """Run a command; what it said last is the error's text."""
    done = subprocess.run(
        command,
        env={**os.environ, **ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-SHOWN_LINES:])
        raise ValueError(f"{' '.join(command)} ended with {done.returncode}:\n{last}")


def unpack(tarball: Path, source: Path) -> None:
    """Unpack a source tarball; its only folder becomes the folder `source`."""
    source.mkdir(parents=True, exist_ok=True)
    run("tar", "-x", "--strip-components=1", "-C", str(source), "-f", str(tarball))


def make(source: Path, *arguments: str, **environment: str) -> None:
    """Run make in the source."""
    run("make", "-C", str(source), "--silent", *arguments, **environment)


def configure(source: Path, wanted: str) -> list[str]:
    """Write the configuration; return the mitigations that are on."""
    mitigations = mitigations_of((source / "arch/x86/Kconfig").read_text())
    everything = source / "vmmlab.config"
    everything.write_text(wanted + "".join(f"{name}=y\n" for name in mitigations))
    make(source, "allnoconfig", KCONFIG_ALLCONFIG=everything.name)
    found = options_of((source / ".config").read_text())
    absent = missing(options_of(wanted), found)
    if absent:
        raise ValueError(
            "these options of the list are not in the kernel's configuration:\n"
            + "\n".join(absent)
            + "\nThis kernel does not know them, or they depend on one that is off."
        )
    return [name for name in mitigations if found.get(name) == "y"]


def main(argv: list[str]) -> int:
    """Build the kernel into `--out`; print its facts as JSON."""
    parser = argparse.ArgumentParser(description="Unpack, configure and compile a kernel.")
    parser.add_argument("--tarball", type=Path, required=True, help="the kernel's source")
    parser.add_argument("--source", type=Path, required=True, help="where it is unpacked")
    parser.add_argument("--config", type=Path, required=True, help="the list of options")
    parser.add_argument("--older", type=Path, required=True, help="options not all kernels know")
    parser.add_argument("--out", type=Path, required=True, help="where bzImage and config go")
    arguments = parser.parse_args(argv)
    source = arguments.source
    started = time.monotonic()
    try:
        unpack(arguments.tarball, source)
        wanted = arguments.config.read_text() + known(source, arguments.older.read_text())
        mitigations = configure(source, wanted)
        make(source, f"-j{len(os.sched_getaffinity(0))}", "bzImage")
        release = (source / "include/config/kernel.release").read_text().strip()
        shutil.copyfile(source / ".config", arguments.out / "config")
        shutil.copyfile(source / "arch/x86/boot/bzImage", arguments.out / "bzImage")
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{arguments.tarball}: {error}\n")
        return 1
    compiler = options_of((source / ".config").read_text())["CONFIG_CC_VERSION_TEXT"].strip('"')
    facts = {
        "version": release,
        "compiler": compiler,
        "mitigations": mitigations,
        "seconds": round(time.monotonic() - started),
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
