"""Where a request comes from, whatever proxies stand between."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def of(request: HttpRequest) -> str | None:
    """Return the address of the client; ``None`` where nobody says it, as over a Unix socket without proxy.

    The connection's address counts, unless it is a Unix socket, or that of a proxy in ``TRUSTED_PROXIES``.
    ``X-Forwarded-For`` is then read from its end, where each proxy writes whom it has heard, up to the first
    address that is no trusted proxy's. A stranger can write the beginning of the header, and is not believed.
    """
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    known = nearest if _is_address(nearest) else None
    while hops and (not nearest or _is_trusted(nearest)):
        nearest = hops.pop()
        if not _is_address(nearest):
            break
        known = nearest
    return known


def networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks that these texts name; a ValueError says which is none."""
    return tuple(ip_network(text) for text in texts)


_networks = lru_cache(maxsize=8)(networks)


def _is_trusted(text: str) -> bool:
    address = _parsed(text)
    return address is not None and any(
        address in network for network in _networks(tuple(settings.TRUSTED_PROXIES))
    )


def _is_address(text: str) -> bool:
    return _parsed(text) is not None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
