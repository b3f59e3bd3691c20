"""The filters that resolve VMMs and say what is shipped where."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from modules import CHECKOUT, load

VMMS = load("roles/vmms/filter_plugins/vmms.py")
GUEST = load("roles/guest/filter_plugins/guest.py")
PREFLIGHT = load("roles/preflight/filter_plugins/preflight.py")
SHIP = load("roles/ship/filter_plugins/ship.py").FilterModule().filters()
AnsibleFilterError = importlib.import_module("ansible.errors").AnsibleFilterError
ROLES = str(CHECKOUT / "roles")
KNOWN = ", ".join(VMMS.known_types(Path(ROLES)))
STORE = "/opt/vmmlab/store"


def resolve(*entries: Any) -> list[dict[str, Any]]:
    """Resolve a list of VMMs with the checkout's own roles."""
    resolved: list[dict[str, Any]] = VMMS.FilterModule().filters()["resolve_vmms"](
        list(entries), ROLES
    )
    return resolved


def test_each_type_is_its_folder() -> None:
    """A name alone takes all from vmm.yml; the order is the list's."""
    types = VMMS.known_types(Path(ROLES))
    assert {"qemu", "qemu_microvm", "stratovirt"} <= set(types)
    resolved = resolve(*reversed(types))
    assert [vmm["name"] for vmm in resolved] == types[::-1]
    for vmm in resolved:
        described = yaml.safe_load(Path(ROLES, f"vmm_{vmm['type']}/vmm.yml").read_text())
        del described["own"]
        assert re.compile(described["unoptimised"]), vmm["type"]
        assert vmm == {**described, "name": vmm["type"], "plain": True}


def test_a_mapping_may_name_a_second_of_a_type() -> None:
    """Its label is its name unless it is given; what it gives wins."""
    first, second, third = resolve(
        "qemu", {"name": "qemu-9", "type": "qemu", "version": "9.2"}, {"type": "qemu_microvm"}
    )
    assert (first["label"], second["label"], third["label"]) == ("QEMU", "qemu-9", "QEMU microvm")
    assert (second["type"], second["version"], second["binary"]) == ("qemu", "9.2", first["binary"])
    assert third["name"] == "qemu_microvm"
    (labelled,) = resolve({"name": "old", "type": "qemu", "label": "QEMU 9"})
    assert labelled["label"] == "QEMU 9"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            ["stratovrit"],
            rf"unknown VMM 'stratovrit'; known are {KNOWN}\. Did you mean stratovirt\?",
        ),
        (["firecracker"], rf"unknown VMM 'firecracker'; known are {KNOWN}\.$"),
        ([{"qemu": None}], "unknown VMM None"),
        ([7], "7 is neither a name nor a mapping"),
        ([["qemu"]], "neither a name nor a mapping"),
        (["qemu", "stratovirt", "qemu"], "more than one entry is named qemu; give each its own"),
        (["qemu", {"name": "qemu", "type": "stratovirt"}], "more than one entry is named qemu"),
        ([{"name": "../etc", "type": "qemu"}], "'../etc' is a folder's name"),
        ([{"name": "QEMU 9", "type": "qemu"}], "small letters, digits"),
        ([{"name": "qemu\n", "type": "qemu"}], "small letters, digits"),
        ([{"name": "", "type": "qemu"}], "small letters, digits"),
        ([], "the list is empty"),
        (
            [{"name": "old", "type": "qemu", "verison": "9"}],
            r"old says 'verison', which this VMM does not know; .*Did you mean version\?",
        ),
        ([{"name": "old", "type": "stratovirt", "mirrors": []}], "old says 'mirrors'"),
        (
            [{"name": "slow", "type": "qemu", "options": "--enable-debug"}],
            "slow: options is '--enable-debug', expected a list of words",
        ),
    ],
)
def test_a_wrong_list_is_refused(entries: list[Any], message: str) -> None:
    """Each message says what is wrong with it."""
    with pytest.raises(AnsibleFilterError, match=message):
        resolve(*entries)


def test_the_labs_own_qemu_is_no_entry_with_a_build_of_its_own() -> None:
    """Whatever was built last: it starts the virtual lab, with what the defaults compile in."""
    entries = resolve(
        {"name": "slow", "type": "qemu_microvm", "options": ["--disable-slirp"]},
        "qemu_microvm",
        {"name": "old", "type": "qemu", "version": "9.2.4"},
    )
    built = [{**vmm, "build": build("qemu", str(key))} for key, vmm in enumerate(entries)]
    lab_qemu = VMMS.FilterModule().filters()["vmms_lab_qemu"]
    assert lab_qemu(built)["key"] == "1"
    assert lab_qemu([built[0], built[2]]) is None


def build(name: str, key: str) -> dict[str, Any]:
    """Return a build as the manifest names it."""
    return {"name": name, "key": key, "files": {}}


def manifest() -> dict[str, Any]:
    """Return a manifest in which two VMMs run one build."""
    return {
        "guest_kernel": build("guest_kernel", "1"),
        "guest_image": build("guest_image", "2"),
        "qemu": build("qemu", "3"),
        "vmms": [
            {"name": "qemu", "type": "qemu", "initrd": True, "build": build("qemu", "3")},
            {"name": "micro", "type": "qemu_microvm", "initrd": True, "build": build("qemu", "3")},
            {"name": "new", "type": "qemu", "initrd": False, "build": build("qemu", "4")},
        ],
    }


def test_each_build_lies_in_a_folder_of_its_own() -> None:
    """Its name and key are the folder's; the manifest stays as it was."""
    given = manifest()
    placed = SHIP["ship_placed"](given, STORE)
    assert given == manifest()
    assert placed["guest_kernel"] == {
        **build("guest_kernel", "1"),
        "store": f"{STORE}/guest_kernel-1",
    }
    assert {name: vmm["store"] for name, vmm in placed["vmms"].items()} == {
        "qemu": f"{STORE}/qemu-3",
        "micro": f"{STORE}/qemu-3",
        "new": f"{STORE}/qemu-4",
    }


def test_each_folder_is_shipped_once() -> None:
    """Three uses of one build of QEMU are one folder; another build is another."""
    shipped = SHIP["ship_shipped"](SHIP["ship_placed"](manifest(), STORE))
    assert [item["store"].removeprefix(f"{STORE}/") for item in shipped] == [
        "guest_kernel-1",
        "guest_image-2",
        "qemu-3",
        "qemu-4",
    ]


@pytest.mark.parametrize(
    ("archive", "strange"),
    [
        ("/cache/qemu-3.tar.gz", []),
        ("/home/builder/cache/qemu-3.tar.gz", []),
        ("/root/.ssh/id_ed25519", ["/root/.ssh/id_ed25519"]),
        ("/cache/../root/secret.tar.gz", ["/cache/../root/secret.tar.gz"]),
        ("/cache/work/qemu-3.tar.gz", ["/cache/work/qemu-3.tar.gz"]),
        ("/cache/..", ["/cache/.."]),
        ("cache/qemu-3.tar.gz", ["cache/qemu-3.tar.gz"]),
    ],
)
def test_nothing_but_builds_is_shipped(archive: str, strange: list[str]) -> None:
    """A list that names a file from elsewhere would send that file to a lab host."""
    given = manifest()
    builds = [given[use] for use in ("guest_kernel", "guest_image", "qemu")]
    for item in [*builds, *(vmm["build"] for vmm in given["vmms"])]:
        item["archive"] = f"/cache/{item['name']}-{item['key']}.tar.gz"
    given["vmms"][-1]["build"] = {**given["vmms"][-1]["build"], "archive": archive}
    assert SHIP["ship_strange"](given, ["/cache/", "/home/builder/cache"]) == strange


@pytest.mark.parametrize(
    ("plan", "with_initrd"),
    [(["qemu"], ["qemu"]), (["qemu", "qemu_microvm"], ["qemu", "micro"]), ([], []), (["x"], [])],
)
def test_the_initrd_is_for_those_that_can_and_shall(
    plan: list[str], with_initrd: list[str]
) -> None:
    """The plan names types; a VMM that cannot take one never gets one."""
    guests = SHIP["ship_guests"](manifest(), plan)
    assert [vmm["name"] for vmm in guests if vmm["initrd"]] == with_initrd
    assert len(guests) == 3


def test_a_control_is_the_same_vmm_once_more() -> None:
    """It has a name and a label of its own, boots alike, and runs the same build."""
    given = manifest()
    given["vmms"] = [{**vmm, "label": vmm["name"].upper()} for vmm in given["vmms"]]
    *others, control = SHIP["ship_guests"](given, ["qemu"], "qemu")
    (qemu,) = [vmm for vmm in others if vmm["name"] == "qemu"]
    own = {"name": "qemu_control", "label": "QEMU (control)", "control_of": "qemu"}
    assert control == {**qemu, **own}
    assert len(others) == 3
    assert len(SHIP["ship_guests"](manifest(), [], "left_out")) == 3
    builds = {"vmms": {"qemu": {"store": "/store/qemu"}}}
    assert GUEST.build_of(control, builds) == GUEST.build_of(qemu, builds)


def test_what_is_made_again_is_what_a_run_recorded() -> None:
    """Each VMM gets its own build of that run; one that the run has not is refused."""
    again = VMMS.FilterModule().filters()["vmms_again"]
    vmms = resolve("stratovirt", "qemu")
    assert again(vmms, {}) == vmms
    builds = {"vmms": [{"name": name, "build": {"key": name}} for name in ("qemu", "stratovirt")]}
    assert [vmm["again"]["key"] for vmm in again(vmms, builds)] == ["stratovirt", "qemu"]
    with pytest.raises(AnsibleFilterError, match=r"no build of stratovirt; it has qemu\. Take"):
        again(vmms, {"vmms": builds["vmms"][:1]})


def test_a_release_that_nothing_is_built_for_is_told() -> None:
    """With the builders there are; nothing is said where one of them was not looked at."""
    looked = {"preflight_found": {"facts": {"release": "debian 12"}}}
    hostvars = {"builder": looked, "second": looked, "dead": {}}
    unbuilt = PREFLIGHT.unbuilt
    assert unbuilt("debian 12", hostvars, ["builder"], []) == ""
    assert unbuilt("debian 13", hostvars, ["builder"], ["/s/builds/Debian-13.json"]) == ""
    assert unbuilt("debian 13", hostvars, ["builder", "dead"], []) == ""
    assert unbuilt("debian 13", hostvars, ["builder", "second"], ["/s/Debian-11.json"]) == (
        "found debian 13; needed a release that is built for, and the builders are builder (debian"
        " 12), second (debian 12); built before: debian 11. Add a machine of debian 13 to the group"
        " builders (a lab host will do while it measures nothing), or take this host out of the"
        " group lab"
    )
    assert "the builders are none." in unbuilt("debian 13", hostvars, [], [])


def test_a_build_profile_is_read_from_the_options_of_the_build() -> None:
    """A word in another option's value is none; a binary made elsewhere says nothing."""
    profile_of = GUEST.profile_of
    vmms = {vmm["type"]: vmm for vmm in resolve("qemu", "stratovirt")}
    for vmm, options, profile in (
        ("qemu", ["--enable-kvm", "--disable-install-blobs"], "release"),
        ("qemu", ["--enable-kvm", "--enable-debug"], "debug"),
        ("qemu", ["--extra-cflags=-O3"], "release"),
        ("qemu", ["--extra-cflags=-g -O0"], "debug"),
        ("stratovirt", ["cargo", "build", "--release"], "release"),
        ("stratovirt", ["--config", "profile.release.opt-level=0"], "debug"),
        ("stratovirt", ["--config", "profile.release.lto=false"], "release"),
    ):
        assert profile_of(vmms[vmm], {"options": options}) == profile, options
    assert profile_of(vmms["qemu"], {}) is None
    assert profile_of({"type": "qemu"}, {"options": []}) is None
