"""One measured burst of requests: wrk sends them, the kernel's own accounts say what they cost."""

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

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
    """Beside those of GitLab Shell, which all requests carry; no tab may be in them."""

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


def burst(url: str, secret: str, requests: list[Request], *, server_pid: int, seconds: int) -> Burst:
    """Send ``requests`` in turn for some seconds.

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


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and its children, dead ones included."""
    total = 0
    for process in (pid, *_children(pid)):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(value) for value in fields[11:15])
    return total / TICKS


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]
