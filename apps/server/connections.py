"""One client's connection: what has been read, what of an answer is still to be sent, and until when."""

import socket
import time
from contextlib import suppress
from enum import Enum, auto

from apps.server.answers import Environ
from apps.server.limits import LINGER, MINIMUM_RATE, Limits
from apps.server.requests import Request, RequestReader

CHUNK = 64 * 1024  # bytes read at once
NEVER = float("inf")


class Phase(Enum):
    """What a connection waits for."""

    READING = auto()
    WORKING = auto()
    """Nothing: its request is computed, and the loop leaves it alone."""
    WRITING = auto()
    LINGERING = auto()
    """The client's end of what nobody reads: closed at once, it would lose the answer as well."""


class Connection:
    """Belongs to the loop, but while a request is computed to the thread that does it.

    No call waits for the client; each says so, which is one system call less than to tell the socket.
    """

    __slots__ = (
        "client", "common", "deadline", "fileno", "is_registered", "keep", "limits", "lingers", "phase",
        "reader", "rest", "socket", "started", "taken",
    )  # fmt: skip

    def __init__(self, accepted: socket.socket, client: str, common: Environ, limits: Limits) -> None:
        self.socket = accepted
        self.fileno = accepted.fileno()
        self.client = client
        self.common = common
        self.limits = limits
        self.reader = RequestReader(limits.max_body)
        self.phase = Phase.READING
        self.started = time.monotonic()  # of the head, the body or the answer
        self.deadline = self.started + limits.head
        self.taken = 0  # bytes of the body, or of the answer
        self.rest = memoryview(b"")
        self.keep = False
        self.lingers = False  # once the answer is sent: something of the request was not read
        self.is_registered = False

    @property
    def has_hung_up(self) -> bool:
        """Whether the client has closed its end."""
        try:
            return not self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def receive(self) -> bytes | None:
        """Return what has come, ``None`` when nothing has, and nothing at its end."""
        try:
            return self.socket.recv(CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def feed(self, data: bytes) -> Request | None:
        """Read on; return a request when there is a whole one, which makes the connection WORKING.

        Raises:
            UnreadableRequest: the client is told so, and nothing else is read.
        """
        reader, had_begun, was_in_body = self.reader, not self.reader.is_idle, self.reader.reads_body
        reader.feed(data)
        if reader.requests:
            return self.next_request()
        now = time.monotonic()
        if reader.reads_body:
            if not was_in_body:
                self._begin(now)
            self.taken += len(data)
            self.deadline = self.started + self.limits.body + self.taken / MINIMUM_RATE
        elif not had_begun:
            self.deadline = now + self.limits.head
        return None

    def next_request(self) -> Request | None:
        """Return a request that came behind another one."""
        if not self.reader.requests:
            return None
        self.phase, self.deadline = Phase.WORKING, NEVER
        return self.reader.requests.popleft()

    def send(self, message: bytes | memoryview, *, keep: bool) -> bool:
        """Send what the client takes now; return whether that was all, else it is WRITING.

        Raises:
            OSError: the client is gone.
        """
        rest = memoryview(message)
        try:
            while rest:
                rest = rest[self.socket.send(rest, socket.MSG_DONTWAIT) :]
        except BlockingIOError:
            pass
        if not rest:
            return True
        if self.phase is Phase.WRITING:
            self.taken += len(message) - len(rest)
        else:  # what went out so far, the kernel keeps for the client: it says nothing about its speed
            self._begin(time.monotonic())
        self.rest, self.keep = rest, keep
        self.deadline = self.started + self.limits.body + self.taken / MINIMUM_RATE
        self.phase = Phase.WRITING
        return False

    def proceed(self) -> None:
        """Tell a client that waits to be asked that it may send its body."""
        with suppress(OSError):  # reading finds out
            self.socket.send(b"HTTP/1.1 100 Continue\r\n\r\n", socket.MSG_DONTWAIT)

    def await_next(self, *, seconds: float) -> None:
        """Wait for the next request."""
        self.rest = memoryview(b"")
        self.phase, self.deadline = Phase.READING, time.monotonic() + seconds

    def linger(self) -> None:
        """Tell the client that this was all, and read what it is still sending."""
        self.phase, self.deadline = Phase.LINGERING, time.monotonic() + LINGER
        self.socket.shutdown(socket.SHUT_WR)

    def _begin(self, now: float) -> None:
        self.started, self.taken = now, 0
