"""Client addresses as clients send them, and the ranges they may come from."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_BRACKETED = re.compile(r"\[(?P<address>[^\]]*)\](:\d*)?")
_WITH_PORT = re.compile(r"(?P<address>[^:]+):\d*")


def address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; a port and IPv6 brackets are removed. ``None`` when it is no address."""
    text = text.strip()
    match = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    try:
        parsed = ip_address(match["address"] if match else text)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped
    return parsed


def network(text: str) -> IPv4Network | IPv6Network | None:
    """Read a CIDR range or a single address; ``None`` when it is none."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def inside(text: str, ranges: Iterable[str]) -> bool:
    """Whether the address lies in one of the ranges; what is no address lies in none."""
    candidate = address(text)
    if candidate is None:
        return False
    networks = (network(item) for item in ranges)
    return any(item is not None and candidate in item for item in networks)
