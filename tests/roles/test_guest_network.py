"""The guests' network: what may be written, and what of a lab host it would cut off."""

import ipaddress
from typing import Any

import pytest
from modules import load

NETWORK = load("playbooks/module_utils/guest_network.py")
LAN = {"dst": "192.0.2.0/24", "dev": "eth0", "scope": "link", "prefsrc": "192.0.2.2"}
DEFAULT = {"dst": "default", "gateway": "192.0.2.1", "dev": "eth0", "flags": []}
WIDE = {"type": "broadcast", "dst": "10.213.0.255", "dev": "eth1", "table": "local"}
OWN = {"type": "local", "dst": "192.0.2.2", "dev": "eth0", "table": "local"}


def conflicts(*routes: dict[str, Any], ends: tuple[str, str] | None = None) -> Any:
    """Return what stands against 10.213.0.0/24 on a host that has these routes, too."""
    connections = [tuple(map(ipaddress.IPv4Address, ends))] if ends else []
    return NETWORK.conflicts(
        NETWORK.parse("10.213.0.0/24"), [DEFAULT, LAN, OWN, WIDE, *routes], connections
    )


def test_addresses() -> None:
    """All are made of the one network."""
    assert NETWORK.addresses("10.213.0.0/24") == {
        "network": "10.213.0.0/24", "gateway": "10.213.0.1", "address": "10.213.0.2",
        "prefix": 24, "netmask": "255.255.255.0",
    }  # fmt: skip
    assert NETWORK.addresses("192.168.7.4/30")["address"] == "192.168.7.6"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("10.213.0.0/33", "'33' is not a valid netmask"),
        ("10.213.0.7/24", "10.213.0.7/24 has host bits set"),
        ("10.213.0/24", "Expected 4 octets"),
        ("lab", "Expected 4 octets"),
        ("", "Address cannot be empty"),
        ("fd00::/64", "Expected 4 octets"),
        ("10.213.0.0/31", "a network of /8 to /30 has room"),
        ("10.213.0.2", "a network of /8 to /30 has room"),
        ("0.0.0.0/0", "a network of /8 to /30 has room"),
        ("127.7.0.0/24", "addresses of this kind"),
        ("224.0.0.0/24", "addresses of this kind"),
        ("0.1.0.0/24", "addresses of this kind"),
        (None, "Expected 4 octets"),
    ],
)
def test_what_is_no_network_for_guests(value: object, reason: str) -> None:
    """The variable is named, with what was found and what would do."""
    with pytest.raises(ValueError, match="guest_network is '") as refused:
        NETWORK.parse(value)
    assert reason in str(refused.value)
    assert str(refused.value).endswith("for example 10.213.0.0/24")


def test_a_host_elsewhere_has_no_conflict() -> None:
    """Nor has one whose bridge is up, and that talks with its guest."""
    assert conflicts() == ([], [])
    bridge = {"dst": "10.213.0.0/24", "dev": "vmmlab0", "prefsrc": "10.213.0.1"}
    local = {"type": "local", "dst": "10.213.0.1", "dev": "vmmlab0", "table": "local"}
    assert conflicts(bridge, local, ends=("10.213.0.1", "10.213.0.2")) == ([], [])
    assert conflicts(ends=("10.213.0.1", "10.213.0.2")) == ([], []), "the bridge has gone meanwhile"
    assert conflicts(ends=("192.0.2.2", "192.0.2.9")) == ([], [])


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ({"dst": "10.213.0.0/24", "dev": "eth1"}, "the route 10.213.0.0/24 dev eth1"),
        ({"dst": "10.213.0.128/25", "dev": "tun0"}, "the route 10.213.0.128/25 dev tun0"),
        ({"type": "local", "dst": "10.213.0.9", "dev": "lo"}, "the route 10.213.0.9 dev lo"),
        ({"type": "blackhole", "dst": "10.213.0.0/26"}, "the route 10.213.0.0/26"),
        (
            {"dst": "198.51.100.0/24", "nexthops": [{"gateway": "10.213.0.1", "dev": "eth1"}]},
            "the gateway 10.213.0.1 of 198.51.100.0/24",
        ),
    ],
)
def test_what_would_be_cut_off(route: dict[str, Any], told: str) -> None:
    """The host's own network, a part of the guests', an address, a gateway by which it goes."""
    assert conflicts(route) == ([told], [])


def test_a_controller_behind_the_gateway() -> None:
    """No route tells of it, only the connection by which it asks."""
    told = ["10.213.0.77, which this host has a connection with"]
    assert conflicts(ends=("192.0.2.2", "10.213.0.77")) == (told, [])


def test_a_part_of_a_larger_network() -> None:
    """Is worth a word, unless its gateway is in that part; half of the world is no network."""
    assert conflicts({"dst": "10.0.0.0/8", "dev": "eth0"}) == ([], ["10.0.0.0/8 dev eth0"])
    assert conflicts({"type": "unreachable", "dst": "10.0.0.0/8"}) == ([], [])
    assert conflicts({"dst": "0.0.0.0/1", "dev": "tun0"}) == ([], [])
    hard, soft = conflicts({"dst": "10.0.0.0/8", "dev": "eth0", "gateway": "10.213.0.1"})
    assert hard == ["the gateway 10.213.0.1 of 10.0.0.0/8 dev eth0"]
    assert soft == ["10.0.0.0/8 dev eth0"]


def test_connections_as_the_kernel_writes_them() -> None:
    """Over IPv4, also by a socket for both; no listener, nobody's IPv6."""
    mapped = "0000000000000000FFFF0000"
    text = f"""  sl  local_address rem_address   st
   0: 00000000:0016 00000000:0000 0A 00000000:00000000
   1: 020200C0:0016 4D00D50A:C350 01 00000000:00000000
   2: {mapped}020200C0:0016 {mapped}090200C0:C350 01 0
   3: {"0" * 31}1:0016 {"0" * 31}1:C350 01 0
"""
    found = [(str(own), str(peer)) for own, peer in NETWORK.connections(text)]
    assert found == [("192.0.2.2", "10.213.0.77"), ("192.0.2.2", "192.0.2.9")]


def test_a_network_that_would_do_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has no conflict on this very host."""
    routes = [DEFAULT, LAN, OWN, {"dst": "10.213.0.0/24", "dev": "eth1"}]
    routes += [{"dst": "10.214.0.0/16", "dev": "tun0"}]
    monkeypatch.setattr(NETWORK, "routes_here", lambda: routes)
    monkeypatch.setattr(NETWORK, "connections_here", lambda: iter(()))
    assert NETWORK.look("10.213.0.0/24") == (
        ["the route 10.213.0.0/24 dev eth1"], [], "172.31.213.0/24",
    )  # fmt: skip


def test_preflight_tells_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a problem, as something worth knowing, or not at all; with the variable to set."""
    problems: list[str] = []
    warnings: list[str] = []
    monkeypatch.setattr(NETWORK, "connections_here", lambda: iter(()))
    for lan in ("192.0.2.0/24", "10.0.0.0/8", "10.213.0.0/24"):
        monkeypatch.setattr(NETWORK, "routes_here", lambda lan=lan: [{"dst": lan, "dev": "eth1"}])
        NETWORK.look_at_guest_network(
            "10.213.0.0/24", lambda *told: problems.extend(told), warnings
        )
    assert " ".join(problems) == (
        "that the guests' network 10.213.0.0/24 (guest_network) would cut off the route"
        " 10.213.0.0/24 dev eth1 a network that this host reaches nothing in Set guest_network of"
        " this host in the inventory to a free network, for example 10.214.0.0/24."
    )
    (warning,) = warnings
    assert warning.startswith("the guests' network 10.213.0.0/24 is a part of 10.0.0.0/8 dev eth1:")
    assert warning.endswith("guest_network: 172.31.213.0/24 would be in nobody's way")
