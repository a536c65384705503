"""The servers under measurement: PostgreSQL with a large world, and gunicorn over it."""

import base64
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psycopg2

from apps.operations.processes import end_with_parent, stop

ROOT = Path(__file__).resolve().parent.parent
SQLITE = "sqlite"
WORKHORSE_SECRET = base64.b64encode(b"of this benchmark, for Workhorse").decode()
WORLD = Path("bench", "world.sql")  # of the checkout: its tables are its own


@dataclass(frozen=True)
class World:
    """How much of everything there is."""

    users: int
    keys: int
    groups: int
    projects: int
    members: int


@dataclass(frozen=True)
class Server:
    """A running gunicorn; ``secret`` is the header that it accepts."""

    url: str
    pid: int
    secret: str
    database_url: str
    checkout: Path
    environment: dict[str, str]

    @property
    def knows_workhorse(self) -> bool:
        """Whether the checkout answers Workhorse at all."""
        return (self.checkout / "apps" / "workhorse").exists()

    def manage(self, *arguments: str) -> str:
        """Run a command of the checkout beside the server, and return what it prints."""
        return _manage(self.checkout, self.environment, *arguments)


@contextmanager
def server(database_url: str, folder: Path, world: World | None, checkout: Path = ROOT) -> Iterator[Server]:
    """Migrate, fill the world, and run a checkout's gunicorn on a free loopback port.

    Without a world it is that of the document's examples; ``SQLITE`` is a database in the folder.
    """
    secret = secrets.token_hex(16)
    environment = _environment(database_url, folder, secret)
    _manage(checkout, environment, "migrate", "--verbosity", "0")
    if world is None:
        _manage(checkout, environment, "seed")
    else:
        _fill(database_url, world, checkout)
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port = listener.getsockname()[1]
        command = [_python(checkout), "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}"]
        process = subprocess.Popen(
            command,
            cwd=checkout,
            env=environment,
            pass_fds=[listener.fileno()],
            stderr=subprocess.DEVNULL,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- no thread has been started yet
        )
        try:
            _await(port)
            header = base64.b64encode(secret.encode()).decode()
            url = f"http://127.0.0.1:{port}"
            yield Server(url, process.pid, header, database_url, checkout, environment)
        finally:
            stop(process, grace=15)


def _environment(database_url: str, folder: Path, secret: str) -> dict[str, str]:
    folder.mkdir(mode=0o700)
    for name, content in (("shell", secret), ("workhorse", WORKHORSE_SECRET)):
        (folder / f".gitlab_{name}_secret").write_text(content)
        (folder / f".gitlab_{name}_secret").chmod(0o600)
    database = {"DATABASE_URL": database_url} if database_url != SQLITE else {}
    return {
        **os.environ,
        **database,
        "DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "METRICS_BIND": "127.0.0.1:0",  # metrics are counted, and nobody asks for them
        "SECRET_KEY": secrets.token_hex(32),
        "GITALY_STORAGES": '{"default": {"address": "unix:/nonexistent.socket"}}',
    }


def _python(checkout: Path) -> str:
    own = checkout / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def _manage(checkout: Path, environment: dict[str, str], *arguments: str) -> str:
    command = [_python(checkout), "manage.py", *arguments]
    result = subprocess.run(
        command, cwd=checkout, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return result.stdout


def _fill(database_url: str, world: World, checkout: Path) -> None:
    statement = (checkout / WORLD).read_text()
    for name, number in vars(world).items():
        statement = statement.replace(f":{name}", str(number))
    with closing(connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        # Else the server would do it of itself, in the middle of the measurement.
        cursor.execute("VACUUM ANALYZE")


def connect(database_url: str) -> "psycopg2.extensions.connection":
    """Open a connection of its own, in autocommit."""
    rest = database_url.split("@/", 1)[1]
    folder, _, name = rest.rpartition("/")
    connection = psycopg2.connect(host=folder, user="postgres", dbname=name)
    connection.autocommit = True
    return connection


def _await(port: int) -> None:
    for _ in range(200):
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
                connection.request("GET", "/api/v4/internal/check", headers={"Host": "localhost"})
                connection.getresponse()
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn did not start")
