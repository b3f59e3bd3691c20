"""The recorded facts of one VMM on one host, flat, so that two sides can be laid side by side."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from collector.from_host import read_json
from collector.results import Collection, Host, Run, Vmm
from collector.words import Message, say

_TUNING = ("governor", "turbo", "thp", "ksm")


class Fact(NamedTuple):
    """What a fact is called, in words."""

    words: Message
    of_host: bool = False
    """The same for all VMMs of one host and run."""
    of_build: bool = False
    """What two builds of one VMM may differ in: it is they that are compared."""


FACTS: dict[str, Fact] = {
    "kernel": Fact(say("guest kernel")),
    "image": Fact(say("guest image")),
    "initrd": Fact(say("boots with an initrd")),
    "append": Fact(say("further kernel parameters")),
    "vcpus": Fact(say("vCPUs")),
    "cpus": Fact(say("host CPUs of the guest")),
    "memory": Fact(say("guest memory (MiB)")),
    "disk_format": Fact(say("disk format")),
    "disk_cache": Fact(say("disk cache mode")),
    "disk_engine": Fact(say("disk engine")),
    "write_cache": Fact(say("write cache that the guest sees")),
    "seccomp": Fact(say("seccomp of the VMM's process")),
    "own_seccomp": Fact(say("seccomp filter of the VMM's own")),
    "profile": Fact(say("build profile of the VMM"), of_build=True),
    "libc": Fact(say("C library of the VMM"), of_build=True),
    "sysbench": Fact(say("sysbench version")),
    "clocksource": Fact(say("guest clocksource")),
    "host_cpu": Fact(say("host CPU"), of_host=True),
    "host_cpus": Fact(say("number of host CPUs"), of_host=True),
    "host_kernel": Fact(say("host kernel"), of_host=True),
    "host_clocksource": Fact(say("host clocksource"), of_host=True),
    "tuning": Fact(say("host tuning"), of_host=True),
}
"""The facts that must be equal on both sides of a comparison. The VMM itself, its version, source
and machine type are what is compared, so they may differ; the microcode is named with the CPU."""


def facts_of(host: Host, vmm: Vmm) -> dict[str, str]:
    """Return the facts that are recorded about `vmm` on `host`, as text; the others are absent."""
    guest = _mapping(vmm.meta.get("guest"))
    checksums = _mapping(vmm.meta.get("checksums"))
    seen = _seen_in_guest(vmm)
    found: dict[str, Any] = {
        "kernel": checksums.get("kernel")
        or guest.get("kernel_version")
        or guest.get("kernel")
        or seen.get("kernel"),
        "image": checksums.get("image"),
        "initrd": _yes_or_no(vmm.meta.get("initrd")),
        "append": _or_none(guest, "append"),
        "vcpus": guest.get("vcpus"),
        "cpus": _or_none(guest, "cpus"),
        "memory": guest.get("memory_mib"),
        "disk_format": guest.get("disk_format"),
        "disk_cache": guest.get("disk_cache"),
        "disk_engine": vmm.meta.get("disk_engine"),
        "write_cache": seen.get("write_cache"),
        "seccomp": vmm.meta.get("seccomp"),
        "own_seccomp": vmm.meta.get("own_seccomp"),
        "profile": vmm.meta.get("profile"),
        "libc": vmm.meta.get("libc"),
        "sysbench": seen.get("sysbench") or guest.get("sysbench"),
        "clocksource": seen.get("clocksource") or guest.get("clocksource"),
    }
    return _recorded(found) | host_facts(host.meta)


def host_facts(meta: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts in a `host.json`, as text; those that are not recorded are absent."""
    return _recorded(
        {
            "host_cpu": _host_cpu(meta),
            "host_cpus": meta.get("cpus"),
            "host_kernel": meta.get("kernel"),
            "host_clocksource": meta.get("clocksource"),
            "tuning": _tuning(meta),
        }
    )


def _recorded(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in found.items() if value not in (None, "", {})}


def machine_of(vmm: Vmm) -> str:
    """Return the machine type, "" when it is not recorded."""
    return _text(vmm.meta.get("machine") or "")


def type_of(vmm: Vmm) -> str:
    """Return the type of a VMM, of which there may be several builds in a run."""
    return _text(vmm.meta.get("type") or vmm.name)


def is_emulated(run: Run, host: Host) -> bool:
    """Whether the host runs without virtualisation hardware: its figures compare nothing."""
    return bool(host.meta.get("emulated", run.meta.get("emulated", False)))


def nested_in(run: Run, host: Host) -> str:
    """Return the hypervisor whose guest the host itself is: "" for none, or for an emulated host.

    What it measures are guests of guests, whose times are those of two hypervisors.
    """
    around = _text(host.meta.get("virtualization") or "none")
    return "" if around == "none" or is_emulated(run, host) else around


def is_stand_in(vmm: Vmm) -> bool:
    """Whether the VMM is a test's stand-in."""
    return bool(vmm.meta.get("stand_in", False))


def short(value: str) -> str:
    """Return a fact as it is shown: checksums cut to 12 digits."""
    long = 40
    return f"{value[:12]}…" if len(value) >= long and value.isalnum() else value


def sides(collection: Collection) -> Iterator[tuple[Run, Host, Vmm]]:
    """Yield every VMM of every host of every run."""
    for run in collection.runs:
        for host in run.hosts:
            for vmm in host.vmms:
                yield run, host, vmm


def sidecar(vmm: Vmm, subject: str, case: str, repetition: int) -> dict[str, Any]:
    """Return the sidecar of one log; empty when there is none that can be read."""
    return read_json(vmm.path / subject / case / f"{repetition:02d}.json")[0]


def _seen_in_guest(vmm: Vmm) -> Mapping[str, Any]:
    """Return what the first sidecar that knows its guest says about it.

    All guests of one VMM in one run are started from the same kernel and image.
    """
    for path in sorted(vmm.path.glob("*/*/*.json")):
        guest = _mapping(read_json(path)[0].get("guest"))
        if guest:
            return guest
    return {}


def _host_cpu(meta: Mapping[str, Any]) -> str:
    parts = [_text(meta.get(name) or "") for name in ("cpu_model", "microcode")]
    return ", microcode ".join(part for part in parts if part)


def _tuning(meta: Mapping[str, Any]) -> str:
    parts = [f"{name} {_text(meta[name])}" for name in _TUNING if meta.get(name) is not None]
    for name, state in sorted(_mapping(meta.get("tuning")).items()):
        after = state.get("after") if isinstance(state, dict) else state
        if after is not None and name not in _TUNING:
            parts.append(f"{name} {_text(after)}")
    return ", ".join(parts)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _or_none(recorded: Mapping[str, Any], name: str) -> Any:
    """Return what is recorded, "none" where an empty text is: that differs from not recorded."""
    return "none" if recorded.get(name) == "" else recorded.get(name)


def _yes_or_no(value: object) -> str | None:
    return ("yes" if value else "no") if isinstance(value, bool) else None


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return str(value).strip()
