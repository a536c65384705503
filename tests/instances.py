"""Real instances for tests and benchmarks: a folder made by ``manage.py serve``, and gunicorn over it.

The first instance of a run makes the folder and the database; the others are copies of them.
"""

import fcntl
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

from apps.operations.processes import end_with_parent, stop
from apps.server import listening
from tests import databases, servers
from tests import environment as run
from tests.warm_commands import WarmCommands

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
    commands: WarmCommands

    @property
    def log(self) -> Path:
        """The standard error of gunicorn."""
        return self.data / "gunicorn.log"

    def manage(self, *arguments: str) -> str:
        """Run ``manage.py`` and return what it printed."""
        return _printed([sys.executable, "-SEc", self.commands.program()], self.environment, *arguments)

    def attempt(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run ``manage.py``, which may say no."""
        return _run([sys.executable, "-SEc", self.commands.program()], self.environment, *arguments)

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
    return {**inherited, "DATA": str(data), **more}


def database(*, template: str = "") -> dict[str, str]:
    """Return the settings of a new database on the run's own servers; nothing on SQLite: it lies in DATA."""
    if "DATABASE_URL" not in os.environ:
        return {}
    redis_url, _, number = os.environ["REDIS_URL"].partition("?db=")
    return {
        "DATABASE_URL": servers.create_database(os.environ["DATABASE_URL"], template=template),
        # The test process empties its own database after each test.
        "REDIS_URL": f"{redis_url}?db={int(number) + servers.REDIS_DATABASES // 2}",
    }


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run ``manage.py`` and return what it printed."""
    return _printed([sys.executable, str(ROOT / "manage.py")], environment, *arguments)


def _run(
    program: list[str], environment: dict[str, str], *arguments: str
) -> "subprocess.CompletedProcess[str]":
    command = [*program, *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def _printed(program: list[str], environment: dict[str, str], *arguments: str) -> str:
    result = _run(program, environment, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@contextmanager
def running_instance(*, on_socket: bool = False, **settings: str) -> Iterator[Instance]:
    """Run gunicorn over a seeded instance of its own, and remove it all at the end."""
    with prepared_folder() as (data, database_settings):
        address = f"unix:{data}/api.sock" if on_socket else "127.0.0.1:0"
        with listening.listen(address) as listener:
            server = listening.of(listener)
            own = environment(data, **database_settings, **listening.instance_url(server), **settings)
            with _serving(listener, own) as instance:
                yield instance


@contextmanager
def served(settings: dict[str, str]) -> Iterator[Instance]:
    """Run gunicorn over an instance that is there already, by its environment."""
    with listening.listen("127.0.0.1:0") as listener:
        url = listening.instance_url(listening.of(listener))
        with _serving(listener, {**settings, **url}) as instance:
            yield instance


@contextmanager
def _serving(listener: socket.socket, settings: dict[str, str]) -> Iterator[Instance]:
    server = listening.of(listener)
    with _gunicorn(listener, settings) as process, closing(WarmCommands(settings)) as commands:
        path = Path(server.socket) if server.socket else None
        instance = Instance(server.url, path, Path(settings["DATA"]), settings, process.pid, commands)
        _await_answer(instance)
        yield instance


@contextmanager
def prepared_folder() -> Iterator[tuple[Path, dict[str, str]]]:
    """Copy what ``manage.py serve`` makes; yield the folder and the settings of its database."""
    template = run.folder() / "template"
    with (run.folder() / "template.lock").open("w") as lock:  # closing it lets the next process in
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            _make_template(template)
    template_database = (template / "database").read_text()
    data = Path(tempfile.mkdtemp(prefix="instance-", dir=run.folder()))
    try:
        shutil.copytree(template / "data", data, dirs_exist_ok=True)
        yield data, database(template=template_database)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def first_output() -> str:
    """Return what ``manage.py serve`` printed when it made the folder that the others are copies of."""
    with prepared_folder():
        return (run.folder() / "template" / "printed").read_text()


def _make_template(template: Path) -> None:
    unfinished = template.with_name("unfinished")
    (unfinished / "data").mkdir(parents=True, mode=0o700)
    own = database(template=databases.template()) if "DATABASE_URL" in os.environ else {}
    if not own:
        databases.fill(unfinished / "data" / "db.sqlite3")
    printed = manage(environment(unfinished / "data", **own), "serve", "--only-prepare")
    (unfinished / "printed").write_text(printed)
    (unfinished / "database").write_text(own.get("DATABASE_URL", "").rpartition("/")[2])
    unfinished.rename(template)


@contextmanager
def _gunicorn(listener: socket.socket, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}"]
    with (Path(settings["DATA"]) / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=settings,
            cwd=ROOT,
            stderr=log,
            pass_fds=(listener.fileno(),),
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
        )
    try:
        yield process
    finally:
        stop(process, grace=STOP_TIMEOUT)


def _await_answer(instance: Instance) -> None:
    """The listener queues the first request until gunicorn takes it."""
    try:
        instance.request("GET", "/")
    except OSError as error:
        raise AssertionError(instance.log.read_text()) from error
