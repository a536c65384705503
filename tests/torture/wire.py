"""Bytes that are nearly a request, or nothing like one: no process ends of them."""

import random
import socket
from collections import Counter
from contextlib import closing

from tests.torture.report import Row
from tests.torture.stage import Stage

METHODS = (b"GET", b"POST", b"HEAD", b"PUT", b"OPTIONS", b"CONNECT", b"PRI", b"M-SEARCH", b"get", b"\xff")
TARGETS = (
    b"/", b"*", b"x:80", b"", b"//", b"/%00", b"/\xff", b"http://x/", b"http://[::1", b"/?" + b"a" * 99,
    b"/api/v4/internal/check", b"/-/liveness", b"/metrics", b"/admin/",
)  # fmt: skip
VERSIONS = (b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"")
SOUND = (b"GET / HTTP/1.1", b"POST /api/v4/internal/check HTTP/1.1", b"CONNECT x:80 HTTP/1.1")
HEADERS = (
    b"Host: localhost", b"Host: localhost", b"Host: x", b"Connection: Upgrade", b"Connection: close",
    b"Connection: Upgrade\r\nUpgrade: h2c", b"Upgrade: websocket", b"Content-Length: 5", b"Content-Length: 0",
    b"Content-Length: -1", b"Content-Length: 20000000", b"Content-Length: " + b"9" * 30,
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", b"Expect: 100-continue", b"Expect: x",
    b"X: " + b"x" * 70_000, b": x", b"X", b"X : x", b"\xff: \xff", b"X: a\r\n b", b"Cookie: \xff",
)  # fmt: skip
ENDS = (b"\r\n", b"\r\n", b"\n", b"")
REST = (
    b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"f" * 18 + b"\r\n", b"-1\r\n", b"\0\0",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01",
    b"0\r\n\r\n",
)  # fmt: skip
NOBODY_THOUGHT_OF = ("a connection failed", "Traceback")  # in the log


def run(stage: Stage, *, short: bool) -> None:
    """Send them one after the other, and look whether the processes are still the same."""
    chance = random.Random(1)
    times = 400 if short else 4000
    before, log_size = stage.service.processes(), stage.service.log.stat().st_size
    seen = Counter(_answer(stage.service.port, _stream(chance), chance) for _ in range(times))
    failures = [] if stage.service.processes() == before else ["a process ended"]
    with stage.service.log.open("rb") as log:
        log.seek(log_size)
        said = log.read().decode(errors="replace")
    failures += [f"the log says: {words}" for words in NOBODY_THOUGHT_OF if words in said]
    statuses = ", ".join(f"{status} x {number}" for status, number in sorted(seen.items()))
    stage.report.add(Row("bytes that are no request", times, statuses, stage.recover(), "", failures))


def _stream(chance: random.Random) -> bytes:
    odd = b" ".join(map(chance.choice, (METHODS, TARGETS, VERSIONS)))
    first = chance.choice((*SOUND, odd, odd))
    headers = [chance.choice(HEADERS) for _ in range(chance.randrange(4))]
    stream = bytearray(b"\r\n".join([first, *headers, b""]) + chance.choice(ENDS) + chance.choice(REST))
    for _ in range(chance.choice((0, 0, 0, 1, 3))):
        stream[chance.randrange(len(stream))] = chance.randrange(256)
    return bytes(stream) * chance.choice((1, 1, 1, 2, 4))


def _answer(port: int, stream: bytes, chance: random.Random) -> str:
    """Send a stream, whole or in two parts; return the first status, or that there was none."""
    cut = chance.choice((0, chance.randrange(len(stream))))
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
            client.sendall(stream[:cut])
            client.sendall(stream[cut:])
            client.shutdown(socket.SHUT_WR)
            return client.recv(100)[9:12].decode() or "closed"
    except OSError:  # what was not read has ended the connection
        return "broken off"
