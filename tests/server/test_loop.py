"""The loop with real sockets: whoever is slow waits alone."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apps.server import connections, listening
from apps.server.answers import Application
from apps.server.limits import Limits
from apps.server.loop import Loop

QUICK = Limits(head=0.4, body=0.4, idle=0.4, max_body=1000, connections=50)
PATIENT = Limits(head=30, body=30, idle=30, max_body=10**7, connections=50)
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
LONG = b"x" * 8_000_000  # longer than what the kernel keeps for a client that does not read


@dataclass
class Server:
    loop: Loop
    address: str
    release: threading.Event
    """Lets those go on that ask for ``/wait``."""

    def connect(self) -> socket.socket:
        if self.address.startswith("unix:"):
            client = socket.socket(socket.AF_UNIX)
            client.connect(self.address.removeprefix("unix:"))
        else:
            host, _, port = self.address.rpartition(":")
            client = socket.create_connection((host, int(port)))
        client.settimeout(10)
        return client

    def ask(self, data: bytes) -> bytes:
        """Send ``data`` over a connection of its own, and return all that comes."""
        with self.connect() as client:
            client.sendall(data)
            return everything(client)


def everything(client: socket.socket) -> bytes:
    received = bytearray()
    while data := client.recv(65536):
        received += data
    return bytes(received)


def one_answer(client: socket.socket) -> bytes:
    received = bytearray()
    while b"\r\n\r\n" not in received:
        received += client.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += client.recv(65536)
    return bytes(body)


def waited_for(condition: Callable[[], bool], *, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


@contextmanager
def serving(limits: Limits, *, threads: int = 2, at: str = "127.0.0.1:0") -> Iterator[Server]:
    release = threading.Event()

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/wait":
            release.wait(10)
        if path == "/broken":
            raise RuntimeError
        start_response("200 OK", [])
        return [LONG if path == "/long" else environ["wsgi.input"].read() or path.encode()]

    with listening.listen(at) as listener:
        address = listening.address_of(listener)
        loop = Loop(application, limits)
        loop.listen(listener, address)
        server = Server(loop, address, release)
        with turning(loop, threads=threads):
            try:
                yield server
            finally:
                release.set()


@contextmanager
def turning(loop: Loop, *, threads: int) -> Iterator[None]:
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            loop.turn()

    loop.lanes.start(threads, None)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_a_request_is_answered_and_the_connection_kept() -> None:
    with serving(PATIENT) as server, server.connect() as client:
        client.sendall(GET)
        first = one_answer(client)
        client.sendall(b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")

        assert (first, one_answer(client)) == (b"/", b"body")


def test_processes_that_share_a_listener_take_turns() -> None:
    """Left to itself, the kernel wakes the one that listened first, as long as that one waits."""

    def answering(name: bytes) -> Application:
        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            start_response("200 OK", [])
            return [name]

        return application

    with listening.listen("127.0.0.1:0") as listener, ExitStack() as stack:
        address = listening.address_of(listener)
        for name in (b"first", b"second"):
            loop = Loop(answering(name), PATIENT)
            loop.listen(listener, address)
            stack.enter_context(turning(loop, threads=1))
        server = Server(loop, address, threading.Event())
        answers = Counter(server.ask(CLOSE).rpartition(b"\r\n")[2] for _ in range(40))

    assert min(answers[b"first"], answers[b"second"]) >= 10


def test_a_unix_socket_serves_too(tmp_path: Path) -> None:
    with serving(PATIENT, at=f"unix:{tmp_path}/s.sock") as server:
        assert server.ask(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")).endswith(b"\r\n\r\n/")


def test_requests_in_one_piece_are_answered_in_their_order() -> None:
    with serving(PATIENT) as server, server.connect() as client:
        client.sendall(b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(20)))
        client.shutdown(socket.SHUT_WR)
        received = everything(client)

    bodies = [part.rpartition(b"\r\n\r\n")[2] for part in received.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"/%d" % number for number in range(20)]


def test_half_sent_requests_take_no_thread() -> None:
    half = [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx"]
    with serving(PATIENT, threads=1) as server:
        clients = [server.connect() for _ in range(5) for _ in half]
        for client, data in zip(clients, half * 5, strict=True):
            client.sendall(data)
        started = time.monotonic()

        with server.connect() as client:
            client.sendall(GET)
            assert one_answer(client) == b"/"

        assert time.monotonic() - started < 5
        for client in clients:
            client.close()


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nHos", b"HTTP/1.1 408 "),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx", b"HTTP/1.1 408 "),
    ],
)
def test_what_is_not_sent_in_time_is_given_up(sent: bytes, answered: bytes) -> None:
    with serving(QUICK) as server:
        started = time.monotonic()

        received = server.ask(sent)

        assert received.startswith(answered)
        assert bool(received) is bool(answered)
        assert 0.3 < time.monotonic() - started < 8


def test_a_byte_now_and_then_gains_no_time() -> None:
    with serving(QUICK) as server, server.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        started = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - started < 8:
                client.sendall(b"x")
                time.sleep(0.1)

        assert time.monotonic() - started < 5


def test_who_sends_fast_enough_may_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MINIMUM_RATE", 100)
    with serving(QUICK) as server, server.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 600\r\n\r\n")
        for _ in range(12):  # 50 bytes in a tenth of a second are 500 a second
            client.sendall(b"x" * 50)
            time.sleep(0.1)

        assert one_answer(client) == b"x" * 600


def test_a_client_that_does_not_read_blocks_nobody_and_gets_its_answer_when_it_does() -> None:
    with serving(PATIENT, threads=1) as server, server.connect() as slow, server.connect() as quick:
        slow.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        quick.sendall(GET)

        assert one_answer(quick) == b"/"
        assert one_answer(slow) == LONG


def test_a_client_that_never_reads_is_given_up() -> None:
    with serving(QUICK) as server, server.connect() as client:
        client.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(1, socket.MSG_PEEK)  # the answer is on its way

        assert waited_for(lambda: server.loop.is_empty)


def test_whether_it_is_alive_is_answered_while_every_thread_waits() -> None:
    with serving(PATIENT, threads=2) as server:
        waiting = [server.connect() for _ in range(4)]
        for client in waiting:
            client.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        with server.connect() as probe:
            for path in (b"/-/liveness", b"/-/readiness?all=1", b"/metrics"):
                probe.sendall(GET.replace(b"/ ", path + b" ", 1))
                assert one_answer(probe) == path.partition(b"?")[0]
        server.release.set()
        for client in waiting:
            assert one_answer(client) == b"/wait"
            client.close()


def test_nothing_is_computed_for_whoever_has_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.server.lanes.PATIENCE", 0)
    with serving(PATIENT, threads=1) as server, server.connect() as first:
        first.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        with server.connect() as second:
            second.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.2)
        server.release.set()
        assert one_answer(first) == b"/wait"
        first.close()

        assert waited_for(lambda: server.loop.is_empty)


def test_a_body_is_asked_for_when_the_client_waits_to_be_asked() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    with serving(PATIENT) as server, server.connect() as client:
        client.sendall(head)
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"body")

        assert one_answer(client) == b"body"


def test_a_body_that_is_too_long_is_not_read_and_the_answer_arrives_all_the_same() -> None:
    limits = Limits(head=30, body=30, idle=30, max_body=10, connections=50)
    with serving(limits) as server, server.connect() as client:
        client.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000)

        assert everything(client).endswith(b"\r\n\r\n/a")


def test_what_is_no_http_is_refused_in_json() -> None:
    with serving(PATIENT) as server:
        received = server.ask(b"GARBAGE\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert received.endswith(b'{"message": "400 Bad request - The request is not valid"}')


def test_an_application_that_fails_is_a_500() -> None:
    with serving(PATIENT) as server:
        received = server.ask(b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 500 ")
    assert received.endswith(b'{"message": "500 Internal Server Error"}')


@pytest.mark.parametrize("name", ["feed", "send"])
def test_whatever_goes_wrong_with_a_connection_ends_that_one_only(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    # More than there are threads: none of them may be lost.
    with serving(PATIENT, threads=1) as server:
        with monkeypatch.context() as patch:
            patch.setattr(connections.Connection, name, broken)
            assert [server.ask(GET) for _ in range(3)] == [b"", b"", b""]

        assert server.ask(CLOSE).startswith(b"HTTP/1.1 200 ")
        assert waited_for(lambda: server.loop.is_empty)


def test_where_there_is_no_room_half_sent_requests_make_it() -> None:
    limits = Limits(head=30, body=30, idle=30, max_body=10, connections=5)
    with serving(limits) as server:
        clients = [server.connect() for _ in range(20)]
        for client in clients:
            client.sendall(b"GET / HT")

        with server.connect() as client:
            client.sendall(GET)
            assert one_answer(client) == b"/"
        for client in clients:
            client.close()


def test_where_every_connection_is_at_work_a_new_one_is_told_so() -> None:
    limits = Limits(head=30, body=30, idle=30, max_body=10, connections=2)
    with serving(limits) as server, server.connect() as first, server.connect() as second:
        for client in (first, second):
            client.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.2)

        assert server.ask(GET).startswith(b"HTTP/1.1 503 ")


def test_who_stops_answers_what_has_come_and_keeps_no_connection() -> None:
    with serving(PATIENT) as server, server.connect() as client:
        client.sendall(GET)
        one_answer(client)
        server.loop.stop_accepting()
        client.sendall(GET)

        received = everything(client)

    assert b"Connection: close\r\n" in received
    assert received.endswith(b"/")
