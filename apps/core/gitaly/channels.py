"""One channel per address and process, opened by the first call that needs it.

gRPC runs threads that do not survive a fork, so a worker must never use the channel of its parent:
channels are kept by process id.
"""

import os
import ssl
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import grpc

OPTIONS = (
    ("grpc.enable_http_proxy", 0),
    # Gitaly cuts connections that ping more often than every 10 s.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # How long one attempt to connect may take. The default of 20 s would outlast every deadline of ours.
    ("grpc.min_reconnect_backoff_ms", 3_000),
    # A Gitaly that came back is found within a second, not after a wait that doubles up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)


class UnusableGitalyAddress(ValueError):
    """The address has none of the forms ``unix:``, ``tcp://``, ``tls://``, ``dns:`` or ``dns+tls:``."""


def channel_to(address: str) -> grpc.Channel:
    """Return this process's channel to a Gitaly server; nothing is connected before the first call."""
    return _channel(os.getpid(), address)


@cache
def _channel(_process: int, address: str) -> grpc.Channel:
    scheme, _, rest = address.partition(":")
    if scheme in ("tcp", "tls"):
        target = _host_and_port(address)
    elif scheme in ("unix", "dns") and rest:
        target = address
    elif scheme == "dns+tls" and rest:
        target = f"dns:{rest}"
    else:
        raise UnusableGitalyAddress(address)
    if scheme.endswith("tls"):
        return grpc.secure_channel(target, system_credentials(), options=OPTIONS)
    return grpc.insecure_channel(target, options=OPTIONS)


def _host_and_port(address: str) -> str:
    parts = urlsplit(address)
    if not parts.netloc or parts.path:
        raise UnusableGitalyAddress(address)
    return parts.netloc


def system_credentials() -> grpc.ChannelCredentials:
    """Trust what the system trusts (or ``SSL_CERT_FILE``), not the roots that come with gRPC."""
    roots = ssl.get_default_verify_paths().cafile
    return grpc.ssl_channel_credentials(Path(roots).read_bytes() if roots else None)
