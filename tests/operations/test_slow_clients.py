"""Half-sent requests against a real instance: they take nothing from those who are ready."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.instances import Instance, running_instance

HALF = b"POST /api/v4/internal/allowed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx"
CHECK = "/api/v4/internal/check"


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    with running_instance(REQUEST_HEAD_TIMEOUT="2", REQUEST_BODY_TIMEOUT="2") as running:
        yield running


@pytest.mark.parametrize("sent", [HALF, b"GET / HTTP/1.1\r\nHos", b""], ids=["body", "headers", "nothing"])
def test_sixty_of_them_delay_nobody_and_are_given_up(instance: Instance, sent: bytes) -> None:
    host, _, port = instance.url.removeprefix("http://").partition(":")
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(60)]
        for client in clients:
            client.settimeout(30)
            client.sendall(sent)
        started = time.monotonic()

        assert instance.request("GET", CHECK).status == 401

        assert time.monotonic() - started < 5  # nobody waited for them
        answers = [client.recv(1000) for client in clients]
        assert {answer[:13] for answer in answers} == {b"HTTP/1.1 408 " if sent else b""}
