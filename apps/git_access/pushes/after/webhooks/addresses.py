"""Which addresses belong to the public Internet: what IANA's registries say, not what we remember of them.

The two files beside this module are IANA's registries of special-purpose addresses as of 2026-07-18, from
https://www.iana.org/assignments/iana-ipv4-special-registry and the same with ``ipv6``: public domain. To
renew them, put the CSV files of these pages in their place. Python's own ``is_global`` is a list of its
release: that of 3.11 takes 192.0.0.192 and 3fff::1 for public.
"""

import csv
import ipaddress
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IPv4 addresses in disguise, for networks that speak IPv6 only (RFC 6052).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# All that IANA has delegated of IPv6 for everybody; site-local and other leftovers lie outside (RFC 4291).
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


def is_public(address: str) -> bool:
    """Whether an address belongs to the public Internet, also one that hides another one in it."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = ip.ipv4_mapped
        if ip in NAT64:
            hidden = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if hidden:
            return is_public(str(hidden))
        if ip not in GLOBAL_UNICAST:
            return False
    return not ip.is_multicast and _globally_reachable(ip)


def _globally_reachable(ip: Address) -> bool:
    """What the smallest block says in which the address lies; most lie in none, and are ordinary ones."""
    return next((reachable for network, reachable in _registry(ip.version) if ip in network), True)


@cache
def _registry(version: int) -> tuple[tuple[Network, bool], ...]:
    """Return the blocks, the smallest first, and whether each is globally reachable."""
    path = Path(__file__).with_name(f"iana-ipv{version}-special-registry-1.csv")
    with path.open(newline="", encoding="utf-8") as file:
        blocks = list(_blocks(csv.DictReader(file)))
    return tuple(sorted(blocks, key=lambda block: -block[0].prefixlen))


def _blocks(rows: Iterable[dict[str, str]]) -> Iterator[tuple[Network, bool]]:
    """Read rows with footnotes in brackets, and some with two blocks; what is not plainly "True" is not."""
    for row in rows:
        reachable = row["Globally Reachable"].strip() == "True"
        for block in row["Address Block"].split(","):
            yield ipaddress.ip_network(block.split()[0]), reachable
