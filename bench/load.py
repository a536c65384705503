"""One measured burst of requests, and what it cost the processes of the server."""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Protocol
from urllib.parse import urlsplit

SCRIPT = Path(__file__).parent / "wrk.lua"
CONNECTIONS = 8
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    """One request, its body JSON text or empty."""

    method: str
    path: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """Beside those that all requests of a burst carry; no tab may be in them."""

    def line(self) -> str:
        """Return the line of the file that ``wrk.lua`` reads."""
        return "\t".join(
            (self.method, self.path, self.body, *(item for pair in self.headers for item in pair))
        )


@dataclass(frozen=True)
class Burst:
    """What came out: rates in requests a second, times in milliseconds."""

    rate: float
    p50: float
    p99: float
    server_cpu: float
    """Of the server's processes, per request."""


class Asked(Protocol):
    """A server that is asked: where, with which header of GitLab Shell, and the process to account for."""

    @property
    def url(self) -> str:
        """Where it listens."""

    @property
    def shell_secret(self) -> str:
        """The header of GitLab Shell; empty where it is no service of ours."""

    @property
    def pid(self) -> int:
        """The process over all of it."""


def burst(url: str, secret: str, requests: list[Request], *, server_pid: int, seconds: int) -> Burst:
    """Send ``requests`` in turn for some seconds, eight at a time, with wrk.

    Raises:
        RuntimeError: wrk reported errors, or nothing was answered.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(f"{item.line()}\n" for item in requests)
        file.flush()
        environment = {**os.environ, "BENCH_REQUESTS": file.name, "BENCH_SECRET": secret}
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), url]
        before = cpu_seconds(server_pid)
        output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        spent = cpu_seconds(server_pid) - before
    match = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", output)
    if match is None or "Non-2xx" in output or match[5] != "0" or match[1] == "0":
        raise RuntimeError(f"the burst failed:\n{output}")
    count, microseconds, p50, p99 = (int(match[number]) for number in range(1, 5))
    return Burst(
        rate=count / (microseconds / 1e6),
        p50=p50 / 1000,
        p99=p99 / 1000,
        server_cpu=1000 * spent / count,
    )


def one_by_one(url: str, secret: str, make: Callable[[], Request], *, server_pid: int, count: int) -> Burst:
    """Send ``count`` large requests, each made anew and when the one before it is answered.

    Raises:
        RuntimeError: one was answered with an error.
    """
    before, times = cpu_seconds(server_pid), []
    for request in [make() for _ in range(count)]:
        started = time.perf_counter()
        _send(url, secret, request)
        times.append(1000 * (time.perf_counter() - started))
    spent = cpu_seconds(server_pid) - before
    return Burst(
        rate=1000 / median(times), p50=median(times), p99=max(times), server_cpu=1000 * spent / count
    )


def _send(url: str, secret: str, request: Request) -> None:
    address = urlsplit(url)
    headers = {
        "Gitlab-Shared-Secret": secret,
        "Content-Type": "application/json",
        "Host": "localhost",
        "Connection": "close",
        **dict(request.headers),
    }
    with closing(HTTPConnection(address.hostname or "", address.port, timeout=120)) as connection:
        connection.request(request.method, request.path, request.body.encode() or None, headers)
        answer = connection.getresponse()
        text = answer.read()
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"{request.path} was answered with {answer.status}: {text[:300]!r}")


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and all below it, dead ones included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(int(value) for value in fields[11:15]) / TICKS
    return own + sum(cpu_seconds(child) for child in _children(pid))


def proportional_set_size(pid: int) -> float:
    """Return the memory of a process and all below it in MiB; a page of several counts in parts."""
    own = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert own is not None
    return int(own[1]) / 1024 + sum(proportional_set_size(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (thread / "children").read_text().split()]
    return found
