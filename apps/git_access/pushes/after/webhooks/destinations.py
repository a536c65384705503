"""Posting to an address that somebody else chose: only to where we may, and only for so long.

The host is resolved once, every address of it is checked, and the connection goes to a checked one: a name
that changes its mind in between leads nowhere. Redirects are not followed.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpcore
import idna
from django.conf import settings
from django.utils.encoding import iri_to_uri

from apps.git_access.pushes.after.webhooks.addresses import is_public


class ForbiddenAddress(Exception):
    """The host leads, or may lead, into a network that webhooks must not reach."""


class NotDelivered(Exception):
    """The other side did not take the message."""


def post(url: str, *, headers: Mapping[str, str], body: bytes) -> int:
    """Post a message and return the status of the answer.

    Raises:
        ForbiddenAddress: it must not be sent there.
        NotDelivered: there was no answer in time.
    """
    backend = _CheckedBackend(end=time.monotonic() + settings.WEBHOOK_TIMEOUT)
    try:
        with httpcore.ConnectionPool(network_backend=backend, ssl_context=_system_trust()) as pool:
            extensions = {"timeout": dict.fromkeys(("connect", "read", "write"), settings.WEBHOOK_TIMEOUT)}
            with pool.stream(
                "POST", ascii_url(url), headers=list(headers.items()), content=body, extensions=extensions
            ) as response:
                return response.status
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error
    except (httpcore.UnsupportedProtocol, OSError, ValueError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error


def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def ascii_url(url: str) -> str:
    """Return the address as it goes over the wire: the host by IDNA 2008, the rest by percent signs.

    Raises:
        UnicodeError: the host cannot be a name.
    """
    parts = urlsplit(url)
    account, at, place = parts.netloc.rpartition("@")
    host, colon, port = place.partition(":")
    if not host.isascii():  # a host of ASCII letters, or an address in brackets, stays as it is
        place = f"{idna.encode(host, uts46=True).decode()}{colon}{port}"
    return iri_to_uri(urlunsplit(parts._replace(netloc=f"{account}{at}{place}")))


def resolve(host: str, port: int, *, timeout: float) -> list[str]:
    """Return the addresses of a host, within so many seconds.

    Raises:
        ForbiddenAddress: one of them is not public, and the settings allow public ones only.
        NotDelivered: the name was not resolved in time.
        OSError: there is no such name.
    """
    addresses = _look_up(host, port, timeout)
    if not settings.WEBHOOKS_ALLOW_PRIVATE_ADDRESSES and not all(map(is_public, addresses)):
        raise ForbiddenAddress(host)
    return addresses


def _look_up(host: str, port: int, timeout: float) -> list[str]:
    """Ask the system's resolver, which takes no limit of time: a thread waits for it, and is left behind."""
    answered: Future[list[Any]] = Future()

    def ask() -> None:
        try:
            answered.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            answered.set_exception(error)

    threading.Thread(target=ask, name="webhook name", daemon=True).start()
    try:
        found = answered.result(timeout)
    except TimeoutError as error:
        raise NotDelivered(f"{host} was not resolved within {timeout:.1f} s") from error
    return list(dict.fromkeys(str(item[4][0]) for item in found))


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses, and gives every step what is left of the time."""

    def __init__(self, *, end: float) -> None:
        self._end = end
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for address in resolve(host, port, timeout=_left(self._end)):
            try:
                stream = self._inner.connect_tcp(
                    address, port, _left(self._end), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, end=self._end)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends with the time of the whole delivery."""

    def __init__(self, inner: httpcore.NetworkStream, *, end: float) -> None:
        self._inner = inner
        self._end = end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._end))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._end))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, _left(self._end))
        return _TimedStream(secured, end=self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(end: float) -> float:
    return max(0.001, end - time.monotonic())
