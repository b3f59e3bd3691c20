"""The guests' network: its addresses, and whether a lab host can spare it.

All that is made of `guest_network` begins here. Asked are the inventory and the addresses on the
controller, the routes by preflight on each lab host, and, with this file as a program, by
vmmlab-network.service before each time it makes the bridge.
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Network = ipaddress.IPv4Network
    Address = ipaddress.IPv4Address
    Connection = tuple[Address, Address]

BRIDGE = "vmmlab0"
LARGEST, SMALLEST = 8, 30
"""Lengths of a prefix; two addresses are needed. What is larger than that is as good as default."""
SAMPLES = ("10.213.0.0/24", "10.214.0.0/24", "172.31.213.0/24", "192.168.213.0/24", "10.77.0.0/24")
"""Of these one is named that would do."""
ESTABLISHED = "01"
MAPPED = "0000000000000000FFFF0000"
_NAMED = 3
"""Routes that a line names one by one."""


def parse(value: object) -> Network:
    """Return the network that somebody wrote as `guest_network`.

    Raises:
        ValueError: it is none, or none that guests can have.
    """
    wanted = "expected a free IPv4 network for this host and its guest, for example 10.213.0.0/24"
    try:
        network = ipaddress.IPv4Network(str(value))
    except ValueError as error:
        raise ValueError(f"guest_network is '{value}': {error}; {wanted}") from None
    if not LARGEST <= network.prefixlen <= SMALLEST:
        reason = f"a network of /{LARGEST} to /{SMALLEST} has room for host and guest"
    elif (
        network.is_loopback or network.is_multicast or network.network_address.packed[0] in (0, 255)
    ):
        reason = "guests cannot have addresses of this kind"
    else:
        return network
    raise ValueError(f"guest_network is '{value}': {reason}; {wanted}")


def addresses(value: object) -> dict[str, Any]:
    """Return the network, the host's address in it (gateway), the guest's, prefix and netmask.

    Raises:
        ValueError: see `parse`.
    """
    network = parse(value)
    return {
        "network": str(network),
        "gateway": str(network[1]),
        "address": str(network[2]),
        "prefix": network.prefixlen,
        "netmask": str(network.netmask),
    }


def conflicts(
    network: Network, routes: Sequence[Mapping[str, Any]], connections: Sequence[Connection] = ()
) -> tuple[list[str], list[str]]:
    """Return what would be cut off by a bridge with this network, and what only in part.

    `routes` are those of `ip -4 -json route show table all`, `connections` pairs of this host's
    address and another's. Our own bridge is in nobody's way; of a larger network that the guests'
    is a part of, only that part is out of reach, unless a gateway or a peer is in it.
    """
    hard, soft = [], []
    for route in routes:
        if route.get("dev") == BRIDGE or route.get("type") == "broadcast":  # it goes with a LAN
            continue
        there, text = _destination(route), _text(route)
        if there.prefixlen >= network.prefixlen and there.subnet_of(network):
            hard.append(f"the route {text}")
        hard += [f"the gateway {each} of {text}" for each in _gateways(route) if each in network]
        if (
            LARGEST <= there.prefixlen < network.prefixlen
            and network.subnet_of(there)
            and route.get("type", "unicast") == "unicast"
        ):
            soft.append(text)
    # One whose own end is in it, too, is our guest's, or a route has told.
    hard += [
        f"{peer}, which this host has a connection with"
        for own, peer in connections
        if peer in network and own not in network
    ]
    return list(dict.fromkeys(hard)), list(dict.fromkeys(soft))


def look(value: object) -> tuple[list[str], list[str], str]:
    """Return both sorts of conflicts of a network with this host, and a network that has none.

    Raises:
        ValueError: see `parse`.
    """
    network = parse(value)
    seen = (routes_here(), list(connections_here()))
    hard, soft = conflicts(network, *seen)
    free = (text for text in SAMPLES if conflicts(parse(text), *seen) == ([], []))
    return hard, soft, next(free, "another one")


def look_at_guest_network(
    asked: str, need: Callable[[str, str, str], None], warnings: list[str]
) -> None:
    """Add what this host would be cut off from: preflight's form of `look`."""
    fix = "Set guest_network of this host in the inventory to a free network"
    try:
        hard, soft, free = look(asked)
    except ValueError as error:
        need(str(error), "a network for guests", f"{fix}.")
        return
    if hard:
        found = f"that the guests' network {asked} (guest_network) would cut off {listed(hard)}"
        need(found, "a network that this host reaches nothing in", f"{fix}, for example {free}.")
    elif soft:
        warnings.append(
            f"the guests' network {asked} is a part of {listed(soft)}: what else is in this part"
            f" cannot be reached while guests run; guest_network: {free} would be in nobody's way"
        )


def listed(texts: Sequence[str]) -> str:
    """Return some texts as one, the first few of many."""
    more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return "; ".join(texts[:_NAMED]) + more


def routes_here() -> list[dict[str, Any]]:
    """Return this host's routes of all tables; none where `ip` is only to be installed.

    The bridge's unit asks again, when it is there.
    """
    program = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not program:
        return []
    command = [program, "-4", "-json", "route", "show", "table", "all"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=30)
    found: list[dict[str, Any]] = json.loads(done.stdout or b"[]")
    return found


def connections_here() -> Iterator[Connection]:
    """Yield both ends of each TCP connection over IPv4."""
    for name in ("tcp", "tcp6"):
        try:
            text = Path("/proc/net", name).read_text()
        except OSError:
            continue  # a host without IPv6
        yield from connections(text)


def connections(text: str) -> Iterator[Connection]:
    """Yield both ends of the connections in a text of /proc/net/tcp or tcp6."""
    for line in text.splitlines()[1:]:
        own, peer, state = line.split()[1:4]
        ends = [end.partition(":")[0] for end in (own, peer)]
        if state == ESTABLISHED and all(len(end) == 8 or end.startswith(MAPPED) for end in ends):  # noqa: PLR2004 - hexadecimal digits of an IPv4 address
            yield _address(ends[0]), _address(ends[1])


def _address(digits: str) -> Address:
    return ipaddress.IPv4Address(bytes.fromhex(digits[-8:])[::-1])


def _destination(route: Mapping[str, Any]) -> Network:
    text = str(route["dst"])
    return ipaddress.IPv4Network("0.0.0.0/0" if text == "default" else text, strict=False)


def _gateways(route: Mapping[str, Any]) -> list[Address]:
    hops = [route, *route.get("nexthops", ())]
    return [ipaddress.IPv4Address(hop["gateway"]) for hop in hops if "gateway" in hop]


def _text(route: Mapping[str, Any]) -> str:
    return f"{route['dst']} dev {route['dev']}" if route.get("dev") else str(route["dst"])


def main() -> int:
    """Say what is in the way of the network given; 1 when something is."""
    try:
        hard, _, free = look(sys.argv[1])
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if hard:
        sys.stderr.write(
            f"no bridge was made: the guests' network {sys.argv[1]} would cut off {listed(hard)};"
            f" set guest_network of this host to a free network, for example {free}, and provision"
            " it again\n"
        )
    return int(bool(hard))


if __name__ == "__main__":
    sys.exit(main())
