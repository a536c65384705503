"""Where kas takes calls, as ``GITLAB_KAS`` names it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORT = 8153


class UnusableKasAddress(ValueError):
    """The address is neither ``grpc://host:port`` nor ``grpcs://host:port``."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host as URLs write it, a port, and whether TLS is spoken there."""

    host: str
    port: int
    encrypted: bool

    @property
    def target(self) -> str:
        """The address as gRPC names it."""
        return f"dns:///{self.host}:{self.port}"


def address_of(text: str) -> Address:
    """Read an address; without a port it is that of kas's API listener.

    Raises:
        UnusableKasAddress: of another scheme, without host, or with a path behind it.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise UnusableKasAddress(text) from None
    rest = (parts.path, parts.query, parts.fragment, parts.username)
    if parts.scheme not in ("grpc", "grpcs") or not parts.hostname or any(rest):
        raise UnusableKasAddress(text)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Address(host, port or DEFAULT_PORT, encrypted=parts.scheme == "grpcs")
