"""Load: as much as the instance takes, then for long a part of that, then for short a multiple."""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.torture.clients import INTERNAL, ZEROS, Clients
from tests.torture.report import Row
from tests.torture.stage import Stage

CLOSED = 8  # connections that ask as fast as they are answered
OPEN = 64  # that ask when it is time
CROWD = 300
LATE = 10.0  # seconds after which a request is not sent any more
NUMBERS = itertools.count(2**80)  # of requests; those of pushes are their revisions
PUSHES = 40  # one request of so many finishes a push


@dataclass
class Load:
    """What a number of connections send and see."""

    clients: Clients
    statuses: Counter[int | str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    def closed(self, seconds: float) -> float:
        """Ask from a few connections without a pause; return requests in a second."""
        asyncio.run(self._together([self._closed(time.monotonic() + seconds) for _ in range(CLOSED)]))
        return self.statuses.total() / seconds

    def opened(self, rate: float, seconds: float, connections: int) -> None:
        """Ask so often in a second, whatever comes back."""
        begin = time.monotonic()
        due = iter([begin + number / rate for number in range(int(rate * seconds))])
        asyncio.run(self._together([self._open(due) for _ in range(connections)]))

    async def _together(self, all_of_them: list[Coroutine[Any, Any, None]]) -> None:
        await asyncio.gather(*all_of_them)

    async def _closed(self, until: float) -> None:
        wire = Wire(self.clients.service.port)
        while time.monotonic() < until:
            await self._one(wire, time.monotonic())
        wire.close()

    async def _open(self, due: Iterator[float]) -> None:
        wire = Wire(self.clients.service.port)
        for moment in due:
            now = time.monotonic()
            if now - moment > LATE:
                self.statuses["not sent"] += 1
                continue
            await asyncio.sleep(max(0.0, moment - now))
            await self._one(wire, moment)
        wire.close()

    async def _one(self, wire: "Wire", since: float) -> None:
        number = next(NUMBERS)
        revision = f"{number:040x}"
        status = await wire.ask(self._request(number, revision))
        self.statuses[status] += 1
        self.times.append(time.monotonic() - since)
        if number % PUSHES == 0 and status == 200:
            self.clients.ledger.pushes.add(revision)

    def _request(self, number: int, revision: str) -> bytes:
        pull = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any", "key_id": "11"}
        match number % PUSHES:
            case 0:
                changes = f"{ZEROS} {revision} refs/heads/branch-{number}\n"
                body = {"gl_repository": "project-7", "identifier": "user-1", "changes": changes}
                return self._wired("POST", "post_receive", body)
            case 1:
                return self._wired("POST", "pre_receive", {"gl_repository": "project-7"})
            case left if left % 2:
                return self._wired("POST", "allowed", {**pull, "project": "gnuwget/wget2"})
            case _:
                return self._wired("GET", "discover?key_id=11", None)

    def _wired(self, method: str, path: str, body: object) -> bytes:
        content = json.dumps(body).encode() if body else b""
        head = (
            f"{method} {INTERNAL}/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Gitlab-Shared-Secret: {self.clients.secret}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    def said(self) -> str:
        """Statuses and times."""
        listed = ", ".join(f"{status} x {times}" for status, times in sorted(self.statuses.items(), key=str))
        ordered = sorted(self.times) or [0.0]
        middle, late = (1000 * ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.99))
        return f"{listed}; p50 {middle:.0f} ms, p99 {late:.0f} ms"


class Wire:
    """One kept connection, opened anew when it breaks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> int | str:
        """Send a request and read its answer; return the status, or what broke."""
        try:
            async with asyncio.timeout(60):
                return await self._ask(request)
        except TimeoutError:
            self.close()
            return "no answer"
        except (OSError, EOFError):
            self.close()
            return "broken off"

    async def _ask(self, request: bytes) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        await reader.readexactly(length)
        if b"connection: close" in head:
            self.close()
        return int(head[9:12])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def run(stage: Stage, *, short: bool) -> None:
    """Measure, then load."""
    long, brief = (6.0, 3.0) if short else (300.0, 30.0)
    Load(stage.clients).closed(1)  # the first requests are no measure
    measured = Load(stage.clients)
    most = measured.closed(2 if short else 6)
    _row(stage, f"as fast as {CLOSED} connections go: {most:.0f}/s", measured, frozenset({200}))
    steady = Load(stage.clients)
    steady.opened(0.7 * most, long, OPEN)
    _row(stage, f"{long:.0f} s at 70 % of that", steady, frozenset({200}))
    crowded = Load(stage.clients)
    crowded.opened(3 * most, brief, CROWD)
    _row(stage, f"{brief:.0f} s at three times that", crowded, frozenset({200, 503, "not sent"}))


def _row(stage: Stage, name: str, load: Load, allowed: frozenset[int | str]) -> None:
    recovered = stage.recover()
    stored, wrong = stage.ledger.settle()
    failures = [
        f"{status}, {times} times" for status, times in load.statuses.items() if status not in allowed
    ]
    stage.report.add(Row(name, load.statuses.total(), load.said(), recovered, stored, [*failures, *wrong]))
