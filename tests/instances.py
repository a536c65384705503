"""Real instances for tests and benchmarks: a folder made by ``manage.py serve``, and gunicorn over it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from gitlab_internal.operations import listening
from gitlab_internal.operations.processes import end_with_parent, stop
from tests import servers

ROOT = Path(__file__).resolve().parent.parent
STOP_TIMEOUT = 15  # seconds
REQUEST_TIMEOUT = 60


@dataclass(frozen=True)
class Answer:
    """What came back over the wire."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """Parse the body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Instance:
    """A running gunicorn. ``manage`` runs a command on the same folder and database."""

    url: str
    socket: Path | None
    data: Path
    environment: dict[str, str]
    pid: int
    printed: str  # what `serve` printed when it prepared the folder

    @property
    def log(self) -> Path:
        """The standard error of gunicorn."""
        return self.data / "gunicorn.log"

    def manage(self, *arguments: str) -> str:
        """Run ``manage.py`` and return what it printed."""
        return manage(self.environment, *arguments)

    def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> "Answer":
        """Send one request over a connection of its own."""
        with self.connection() as connection:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    @contextmanager
    def connection(self) -> Iterator[HTTPConnection]:
        """Open a connection for ``http.client``."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        connection = HTTPConnection(host, int(port) if port else 80, timeout=REQUEST_TIMEOUT)
        if self.socket:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(str(self.socket))
        with closing(connection):
            yield connection


def environment(data: Path, **more: str) -> dict[str, str]:
    """Return what the commands of an instance need, and nothing of the test run's own settings."""
    kept = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return {**inherited, "DATA": str(data), "PYTHONWARNINGS": "error", **more}


def own_database() -> dict[str, str]:
    """Return the settings of a new database on the run's own servers; nothing on SQLite: it lies in DATA."""
    if "DATABASE_URL" not in os.environ:
        return {}
    redis_url, _, number = os.environ["REDIS_URL"].partition("?db=")
    return {
        "DATABASE_URL": servers.create_database(os.environ["DATABASE_URL"]),
        # The test process empties its own database after each test.
        "REDIS_URL": f"{redis_url}?db={int(number) + servers.REDIS_DATABASES // 2}",
    }


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run ``manage.py`` and return what it printed."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    result = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@contextmanager
def running_instance(*, on_socket: bool = False, **settings: str) -> Iterator[Instance]:
    """Prepare an instance as ``make serve`` does, run gunicorn over it, and remove it all at the end."""
    data = Path(tempfile.mkdtemp(prefix="gitlab-internal-instance-"))
    try:
        address = f"unix:{data}/api.sock" if on_socket else "127.0.0.1:0"
        with listening.listen(address) as listener:
            yield from _serve(data, listener, settings)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _serve(data: Path, listener: socket.socket, settings: dict[str, str]) -> Iterator[Instance]:
    server = listening.of(listener)
    env = environment(data, **own_database(), **listening.instance_url(server), **settings)
    bind = f"unix:{server.socket}" if server.socket else server.url.removeprefix("http://")
    printed = manage(env, "serve", "--only-prepare", "--bind", bind.replace("localhost", "127.0.0.1"))
    command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}"]
    with (data / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=ROOT,
            stderr=log,
            pass_fds=(listener.fileno(),),
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
        )
    try:
        path = Path(server.socket) if server.socket else None
        instance = Instance(server.url, path, data, env, process.pid, printed)
        _await_answer(instance)
        yield instance
    finally:
        stop(process, grace=STOP_TIMEOUT)


def _await_answer(instance: Instance) -> None:
    """The listener queues the first request until gunicorn takes it."""
    try:
        instance.request("GET", "/")
    except OSError as error:
        raise AssertionError(instance.log.read_text()) from error
