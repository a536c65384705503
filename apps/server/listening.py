"""The address of an instance. The supervisor opens it, so that a taken port is known before anything runs."""

import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

BACKLOG = 2048
LISTENER = "gitlab_internal.listener"
"""The key of a request's WSGI environment that names the address which the client has connected to."""
ANYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 -- recognised, not bound


@dataclass(frozen=True, slots=True)
class InstanceAddress:
    """Where an instance can be reached by curl: its URL, and the Unix socket it listens on, if any."""

    url: str
    socket: str = ""

    @property
    def bind(self) -> str:
        """The address as ``named`` takes it."""
        return f"unix:{self.socket}" if self.socket else urlsplit(self.url).netloc

    @property
    def root(self) -> str:
        """The URL below which everything is served: with ``RELATIVE_URL_ROOT``, and no slash at its end."""
        return f"{self.url.rstrip('/').removesuffix(settings.RELATIVE_URL_ROOT)}{settings.RELATIVE_URL_ROOT}"


class NotAnAddress(ValueError):
    """The text names no address."""


def listen(address: str) -> socket.socket:
    """Listen on ``HOST:PORT`` or ``unix:PATH``; a socket file that nobody listens on is replaced.

    Raises:
        OSError: the address is taken or not ours.
    """
    if address.startswith("unix:"):
        return _listen_on_socket(Path(address.removeprefix("unix:")))
    host, port = _host_and_port(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def named(address: str) -> InstanceAddress:
    """Return how curl reaches ``HOST:PORT`` or ``unix:PATH``."""
    if address.startswith("unix:"):
        return InstanceAddress("http://unix", socket=str(Path(address.removeprefix("unix:")).resolve()))
    host, port = _host_and_port(address)
    name = "localhost" if host in ANYWHERE or host == "127.0.0.1" else host
    return InstanceAddress(f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}")


def of(listener: socket.socket) -> InstanceAddress:
    """Return how curl reaches an open listener."""
    return named(address_of(listener))


def address_of(listener: socket.socket) -> str:
    """Return the address of an open listener, as ``listen`` takes it."""
    bound = listener.getsockname()
    return f"unix:{bound}" if listener.family == socket.AF_UNIX else f"{bound[0]}:{bound[1]}"


def instance_url(server: InstanceAddress) -> dict[str, str]:
    """Return the setting that makes the instance call itself by its address.

    A socket has no URL, nor has a port that is yet to be chosen.
    """
    has_url = not server.socket and not server.url.endswith(":0")
    return {"INSTANCE_URL": server.url} if has_url else {}


def _host_and_port(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        raise NotAnAddress(f"{address!r} is neither HOST:PORT nor unix:PATH.")
    return host.strip("[]"), int(port)


def _listen_on_socket(path: Path) -> socket.socket:
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    # gitlab-shell and Gitaly run as other users; the folder says who may come, the secret who may ask.
    path.chmod(0o666)
    listener.listen(BACKLOG)
    return listener


def _remove_stale(path: Path) -> None:
    """Remove the socket of a server that was killed."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
