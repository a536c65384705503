"""The loop of a process: it accepts, reads, sends the rest of long answers, and ends what takes too long."""

import errno
import os
import select
import socket
import time

import structlog

from apps.server.answers import Application, answer, environ_of, environ_of_listener, refusal
from apps.server.connections import CHUNK, Connection, Phase
from apps.server.lanes import Lanes
from apps.server.limits import Limits
from apps.server.requests import Request, UnreadableRequest

TICK = 1.0  # seconds between two looks at the deadlines
LAST_REQUESTS = 2.0  # seconds for which a stopping process still reads from connections that it had kept

log = structlog.get_logger("gitlab_internal.server")


class Loop:
    """Serves an application on open listeners. ``turn`` is called again and again by one thread."""

    def __init__(self, application: Application, limits: Limits) -> None:
        self._application = application
        self._limits = limits
        self._epoll = select.epoll()
        self._listeners: dict[int, tuple[socket.socket, dict[str, object]]] = {}
        self._connections: dict[int, Connection] = {}
        self._waker: int | None = None
        self._next_look = 0.0
        self._stopping = False
        self.lanes = Lanes(self._compute, self._close)

    @property
    def is_empty(self) -> bool:
        """Whether no client is connected."""
        return not self._connections

    def listen(self, listener: socket.socket, address: str) -> None:
        """Accept connections; each wakes one of the processes that share the listener."""
        listener.setblocking(False)
        self._listeners[listener.fileno()] = (listener, environ_of_listener(address))
        self._queue_for(listener)

    def _queue_for(self, listener: socket.socket) -> None:
        """Join the end of the kernel's queue of processes, of which it wakes the first that waits."""
        self._epoll.register(listener.fileno(), select.EPOLLIN | select.EPOLLEXCLUSIVE)

    def wake_by(self, descriptor: int) -> None:
        """End a turn when there is something to read, of which nobody wants to know more."""
        self._waker = descriptor
        self._epoll.register(descriptor, select.EPOLLIN)

    def stop_accepting(self) -> None:
        """Leave new connections to other processes, and kept ones their last request."""
        self._stopping = True
        for descriptor in self._listeners:
            self._epoll.unregister(descriptor)
        self._listeners.clear()
        until = time.monotonic() + LAST_REQUESTS
        for connection in list(self._connections.values()):
            if connection.phase is Phase.READING and connection.reader.is_idle:
                connection.deadline = min(connection.deadline, until)

    def turn(self) -> None:
        """Do what is due, for at most ``TICK`` seconds."""
        for descriptor, _ in self._epoll.poll(TICK):
            if descriptor in self._listeners:
                self._accept(*self._listeners[descriptor])
            elif connection := self._connections.get(descriptor):
                self._go_on(connection)
            elif descriptor == self._waker:
                os.read(descriptor, CHUNK)
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + TICK / 2
            self._end_overdue(now)

    def _accept(self, listener: socket.socket, common: dict[str, object]) -> None:
        try:
            accepted, address = listener.accept()
        except BlockingIOError:  # another process was first
            return
        except OSError as error:
            if error.errno in {errno.EMFILE, errno.ENFILE}:
                self._make_room()
            return
        self._epoll.unregister(listener.fileno())  # the next connection is another process's
        self._queue_for(listener)
        client = address[0] if isinstance(address, tuple) else ""
        connection = Connection(accepted, client, common, self._limits)
        if len(self._connections) >= self._limits.connections and not self._make_room():
            connection.lingers = True
        self._connections[connection.fileno] = connection
        if connection.lingers:
            self._refuse(connection, UnreadableRequest(503, "Service Unavailable"))
        else:
            self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        try:
            self._take_step(connection)
        except Exception:  # whatever it is, it is this connection's: the loop has those of others
            log.exception("a connection failed", remote_ip=connection.client)
            self._close(connection)

    def _take_step(self, connection: Connection) -> None:
        match connection.phase:
            case Phase.READING:
                self._read(connection)
            case Phase.WRITING:
                self._send(connection, connection.rest, keep=connection.keep)
            case Phase.LINGERING if connection.receive():
                self._arm(connection, select.EPOLLIN)
            case Phase.LINGERING:
                self._close(connection)

    def _read(self, connection: Connection) -> None:
        data = connection.receive()
        if data == b"":
            self._close(connection)
            return
        try:
            request = connection.feed(data) if data else None
        except UnreadableRequest as unreadable:
            self._refuse(connection, unreadable)
            return
        if request:
            self.lanes.put(connection, request)
            return
        if connection.reader.wants_continue:
            connection.reader.wants_continue = False
            connection.proceed()
        self._arm(connection, select.EPOLLIN)

    def _refuse(self, connection: Connection, unreadable: UnreadableRequest) -> None:
        log.info(
            "request refused", status=unreadable.status, reason=unreadable.reason, remote_ip=connection.client
        )
        connection.lingers = True
        self._send(connection, refusal(unreadable), keep=False)

    def _compute(self, connection: Connection, request: Request) -> None:
        """Answer one request; a thread of a lane does, and has others to answer after it."""
        try:
            self._answer(connection, request)
        except Exception:
            log.exception("a connection failed", remote_ip=connection.client)
            self._close(connection)

    def _answer(self, connection: Connection, request: Request) -> None:
        keep = request.keep_alive and not self._stopping
        connection.lingers = request.cut_off
        try:
            environ = environ_of(request, common=connection.common, client=connection.client)
            message = answer(self._application, environ, keep_alive=keep)
        except UnreadableRequest as unreadable:
            message, keep = refusal(unreadable), False
        except Exception:
            log.exception("the application failed")
            message, keep = refusal(UnreadableRequest(500, "Internal Server Error")), False
        finally:
            if request.body:
                request.body.close()
        self._send(connection, message, keep=keep)

    def _send(self, connection: Connection, message: bytes | memoryview, *, keep: bool) -> None:
        try:
            if not connection.send(message, keep=keep):
                self._arm(connection, select.EPOLLOUT)
                return
            if not keep and connection.lingers:
                connection.linger()
        except OSError:
            self._close(connection)
            return
        if keep and (request := connection.next_request()):
            self.lanes.put(connection, request)
        elif keep or connection.lingers:
            if keep:
                connection.await_next(seconds=LAST_REQUESTS if self._stopping else self._limits.idle)
            self._arm(connection, select.EPOLLIN)
        else:
            self._close(connection)

    def _arm(self, connection: Connection, events: int) -> None:
        """Hear of the connection once. The loop may act on it from here on: nothing else follows."""
        change = self._epoll.modify if connection.is_registered else self._epoll.register
        connection.is_registered = True
        change(connection.fileno, events | select.EPOLLONESHOT)

    def _close(self, connection: Connection) -> None:
        self._connections.pop(connection.fileno, None)  # before its number can be another's
        connection.reader.close()
        connection.socket.close()

    def _make_room(self) -> bool:
        """End the connection nearest to its deadline of those that have no whole request."""
        waiting = [each for each in list(self._connections.values()) if each.phase is Phase.READING]
        if not waiting:
            return False
        self._close(min(waiting, key=_deadline_of))
        return True

    def _end_overdue(self, now: float) -> None:
        for connection in list(self._connections.values()):
            if connection.deadline > now:
                continue
            if connection.phase is Phase.READING and not connection.reader.is_idle:
                self._refuse(connection, UnreadableRequest(408, "Request Timeout"))
            else:
                self._close(connection)


def _deadline_of(connection: Connection) -> float:
    return connection.deadline
