"""The servers under measurement: a prepared instance, a world in its database, and gunicorn over it."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import jwt
import psycopg2

from apps.operations.processes import end_with_parent, stop
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
SQLITE = "sqlite"
CHECK = "/api/v4/internal/check"


@dataclass(frozen=True)
class World:
    """How much of everything ``seed --scale`` makes."""

    users: int
    groups: int
    projects: int
    members: int
    keys: int


@dataclass(frozen=True)
class Instance:
    """A folder of ``serve --only-prepare``, its database, and the address of its Gitaly."""

    checkout: Path
    data: Path
    database_url: str
    gitaly: str = "unix:/nonexistent.socket"
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What every process of it is started with."""
        database = {"DATABASE_URL": self.database_url} if self.database_url != SQLITE else {}
        return {
            **os.environ,
            **database,
            "DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "METRICS_BIND": "127.0.0.1:0",  # metrics are counted, and nobody asks for them
            "GITALY_STORAGES": json.dumps({"default": {"address": self.gitaly}}),
            **self.settings,
        }

    def manage(self, *arguments: str) -> str:
        """Run a command of the checkout, and return what it prints.

        Raises:
            RuntimeError: it failed; the text is what it said.
        """
        command = [python(self.checkout), "manage.py", *arguments]
        result = subprocess.run(
            command, cwd=self.checkout, env=self.environment, check=False, capture_output=True, text=True
        )
        if result.returncode:
            raise RuntimeError(f"{arguments} failed:\n{result.stdout}{result.stderr}")
        return result.stdout

    def secret(self, name: str) -> bytes:
        """Return the content of a file of the folder, without the end of its line."""
        return (self.data / name).read_bytes().strip()

    def signed(self, header: str, file: str, issuer: str) -> tuple[str, str]:
        """Return the header in which a component vouches for itself with the key in a file."""
        key = base64.b64decode(self.secret(file))
        return header, jwt.encode({"iss": issuer}, key, algorithm="HS256")


@dataclass(frozen=True)
class Server:
    """A running gunicorn; ``shell_secret`` is the header that it accepts."""

    instance: Instance
    url: str
    pid: int

    @property
    def shell_secret(self) -> str:
        """The header of GitLab Shell."""
        return base64.b64encode(self.instance.secret(".gitlab_shell_secret")).decode()


def prepared(instance: Instance, *, empty: bool = False) -> Instance:
    """Make the folder and the database; not empty, it has the world of the document's examples.

    ``SQLITE`` instead of the address of a database is one in the folder.
    """
    instance.manage("serve", "--only-prepare", "--port", "0", *(["--empty"] if empty else []))
    return instance


def fill(instance: Instance, world: World) -> dict[str, int]:
    """Make a large world, and return how many rows a second each kind of row came at."""
    numbers = (f"--{name}={number}" for name, number in vars(world).items())
    printed = instance.manage("seed", "--scale", "--force", "--json", *numbers)
    return {stage["name"]: stage["rate"] for stage in json.loads(printed)["stages"]}


def settle(database_url: str) -> None:
    """Let PostgreSQL do now what it would do of itself in the middle of the measurement."""
    with closing(connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def serving(instance: Instance, application: str | None = None) -> Iterator[Server]:
    """Run the checkout's gunicorn on a free loopback port, with its own settings."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=2048)) as listener:
        port = listener.getsockname()[1]
        command = [python(instance.checkout), "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}"]
        process = subprocess.Popen(
            [*command, application] if application else command,
            cwd=instance.checkout,
            env=instance.environment,
            pass_fds=[listener.fileno()],
            stderr=subprocess.DEVNULL,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- no thread has been started yet
        )
        try:
            answers(port)
            yield Server(instance, f"http://127.0.0.1:{port}", process.pid)
        finally:
            stop(process, grace=15)


@contextmanager
def supervised(instance: Instance) -> Iterator[Server]:
    """Run what ``make serve`` runs, with the process over all of it, and yield it once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [python(instance.checkout), "manage.py", "serve", "--port", str(port)],
        cwd=instance.checkout,
        env={**instance.environment, "DJANGO_SETTINGS_MODULE": "gitlab_internal.settings"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,  # noqa: PLW1509 -- no thread has been started yet
    )
    try:
        answers(port)
        yield Server(instance, f"http://localhost:{port}", process.pid)
    finally:
        stop(process, grace=80)


def python(checkout: Path) -> str:
    """Return the interpreter of a checkout's own environment, else that of this process."""
    own = checkout / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def connect(database_url: str) -> "psycopg2.extensions.connection":
    """Open a connection of its own, in autocommit."""
    rest = database_url.split("@/", 1)[1]
    folder, _, name = rest.rpartition("/")
    connection = psycopg2.connect(host=folder, user="postgres", dbname=name)
    connection.autocommit = True
    return connection


def answers(port: int) -> None:
    """Wait until somebody answers on a port.

    Raises:
        RuntimeError: nobody did for two minutes.
    """
    for _ in range(1200):
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", CHECK, headers={"Host": "localhost"})
                connection.getresponse()
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")
