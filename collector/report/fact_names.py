"""What the facts in run.json, host.json and vmm.json are called by people.

What comparisons and checks speak of too is called by the same words, see `collector.facts`.
"""

from collector.facts import FACTS
from collector.words import Language, Message, say, say_in

_NAMES: dict[str, Message] = {
    # run.json
    "run": say("name of the run"),
    "started": say("started"),
    "finished": say("finished"),
    "seed": say("seed of the order"),
    "vmms": say("VMMs"),
    "versions": say("version"),
    "plan": say("plan"),
    # host.json
    "host": say("name of the host"),
    "emulated": say("emulated host"),
    "virtualization": say("virtualisation around the host"),
    "cpu_model": say("CPU model"),
    "cpu_vendor": say("CPU vendor"),
    "cpu_flags_virtualization": say("hardware virtualisation"),
    "microcode": say("microcode"),
    "cpus": say("CPUs"),
    "memory_mib": say("memory (MiB)"),
    "kernel": say("kernel"),
    "os": say("operating system"),
    "clocksource": say("clocksource"),
    "guest_disk": say("disk of the host that guests' disks are on"),
    "governor": say("frequency governor"),
    "turbo": say("turbo"),
    "thp": say("transparent huge pages"),
    "ksm": say("kernel same-page merging"),
    "cpus_online": say("CPUs that are online"),
    "sockets": say("sockets"),
    "smt": say("SMT"),
    "cpu_kinds": say("kinds of CPUs"),
    "kept_awake": say("kept from falling asleep"),
    "boot_id": say("id of the boot"),
    # vmm.json
    "type": say("type"),
    "version": say_in("a recorded fact", "version"),
    "source": say("source"),
    "commit": say("commit"),
    "machine": say("machine type"),
    "initrd": FACTS["initrd"].words,
    "stand_in": say("test stand-in"),
    "cpus_allowed": say("host CPUs it could use"),
    "command_line": say("command line"),
    "disk_engine": FACTS["disk_engine"].words,
    "seccomp": FACTS["seccomp"].words,
    "own_seccomp": FACTS["own_seccomp"].words,
    "profile": FACTS["profile"].words,
    "libc": FACTS["libc"].words,
    "checksums.binary": say("checksum of the binary"),
    "checksums.kernel": say("checksum of the guest kernel"),
    "checksums.image": say("checksum of the guest image"),
    "checksums.initrd": say("checksum of the initrd"),
    "guest.vcpus": FACTS["vcpus"].words,
    "guest.memory_mib": FACTS["memory"].words,
    "guest.disk_format": FACTS["disk_format"].words,
    "guest.disk_cache": FACTS["disk_cache"].words,
    "guest.disk_engine": FACTS["disk_engine"].words,
    "guest.cpus": FACTS["cpus"].words,
    "guest.append": FACTS["append"].words,
    "guest.kernel_version": FACTS["kernel"].words,
    "guest.sysbench": FACTS["sysbench"].words,
    "guest": say("guest"),
    "build": say("build"),
}


def order(name: str) -> int:
    """Return the place of a fact among the others: the known ones as listed here, then the rest."""
    return next((place for place, known in enumerate(_NAMES) if known == _known(name)), len(_NAMES))


def fact_name(name: str, language: Language) -> str:
    """Return what people call a fact, with the name that it has in its file.

    A fact below a known one is called by that: `plan.boots` by `plan`.
    """
    known = _known(name)
    if known not in _NAMES:
        return name
    return f"{_NAMES[known].render(language)} ({name})"


def _known(name: str) -> str:
    """Return the fact, or the one above it, that has a name here."""
    while name not in _NAMES and "." in name:
        name = name.rpartition(".")[0]
    return name
