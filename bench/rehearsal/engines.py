"""What stands around the hosts: PostgreSQL twice, PgBouncer and nginx, each in a folder of its own."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg2

from apps.operations.processes import end_with_parent, stop
from bench.instances import answers
from tests.ports import free_port
from tests.servers import Cluster, PostgreSQL, cluster

DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=100")
POOL = 8  # connections of PgBouncer to PostgreSQL: four a core


@dataclass
class Pair:
    """A primary and the standby that every commit waits for."""

    primary: PostgreSQL
    standby: PostgreSQL
    account: str | None

    def crash_primary(self) -> None:
        """End it as a power cut would: nothing is written any more, nobody is told."""
        os.kill(self.primary.pid, signal.SIGQUIT)

    def promote(self) -> None:
        """Make the standby the primary, and wait until it writes."""
        ask(self.standby, "SELECT pg_promote(true, 30)")


@contextmanager
def pair() -> Iterator[Pair]:
    """Run a primary and a streaming standby with synchronous commit."""
    with cluster() as made, made.running(*DURABLE) as primary:
        folder = made.folder / "standby"
        folder.mkdir()
        if made.account:
            shutil.chown(folder, made.account)
        copy = [str(made.programs / "pg_basebackup"), "-U", "postgres", "-R", "-c", "fast"]
        subprocess.run(
            [*copy, "-h", str(made.folder), "-D", str(folder / "data")],
            user=made.account,
            cwd=made.folder,
            env={"PATH": os.environ["PATH"]},
            check=True,
        )
        with Cluster(folder, made.programs, made.account).running(*DURABLE) as standby:
            ask(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
            ask(primary, "SELECT pg_reload_conf()")
            _await_standby(primary)
            yield Pair(primary, standby, made.account)


def ask(server: PostgreSQL, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
    """Run one statement on a connection of its own, past PgBouncer."""
    with closing(psycopg2.connect(host=str(server.folder), user="postgres", dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


def _await_standby(primary: PostgreSQL) -> None:
    deadline = time.monotonic() + 30
    while ("sync",) not in ask(primary, "SELECT sync_state FROM pg_stat_replication"):
        if time.monotonic() > deadline:
            raise RuntimeError("the standby did not become a synchronous one")
        time.sleep(0.1)


@dataclass(frozen=True)
class PgBouncer:
    """A pool in transaction mode."""

    folder: Path
    port: int
    pid: int

    def url(self, database: str) -> str:
        """Return the ``DATABASE_URL`` of a database behind it."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}?DISABLE_SERVER_SIDE_CURSORS=true"

    def lead_to(self, server: PostgreSQL) -> None:
        """Send new transactions to another server, as a failover manager would tell it to."""
        _write_bouncer(self, server)
        os.kill(self.pid, signal.SIGHUP)


@contextmanager
def pgbouncer(server: PostgreSQL, folder: Path, account: str | None) -> Iterator[PgBouncer]:
    """Run PgBouncer before a server."""
    folder.mkdir()
    bouncer = PgBouncer(folder, free_port(), pid=0)
    _write_bouncer(bouncer, server)
    if account:  # it refuses to run as root
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, account)
    with running([_program("pgbouncer"), "-q", str(folder / "ini")], folder, account) as process:
        yield replace(bouncer, pid=process.pid)


def _write_bouncer(bouncer: PgBouncer, server: PostgreSQL) -> None:
    (bouncer.folder / "ini").write_text(f"""\
[databases]
* = host={server.folder} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {bouncer.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {POOL}
max_client_conn = 200
# The default of 15 seconds is how long a failover would be waited for after it is over.
server_login_retry = 1
server_connect_timeout = 3
""")


@dataclass(frozen=True)
class Balancer:
    """nginx before both hosts, and, on another port, before the first of them."""

    both: str
    one: str


@contextmanager
def nginx(ports: Sequence[int], folder: Path) -> Iterator[Balancer]:
    """Run nginx before hosts on loopback ports."""
    folder.mkdir()
    both, one = free_port(), free_port()
    upstream = "".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s; " for port in ports)
    places = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "conf").write_text(f"""\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    {places}
    client_max_body_size 10m;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_read_timeout 60s;
    proxy_connect_timeout 2s;
    upstream both {{ least_conn; {upstream} }}
    upstream one {{ server 127.0.0.1:{ports[0]}; }}
    server {{
        listen 127.0.0.1:{both};
        # What a host did not answer because it died is asked of the other.
        proxy_next_upstream error timeout non_idempotent;
        proxy_next_upstream_tries 2;
        location / {{ proxy_pass http://both; }}
    }}
    server {{ listen 127.0.0.1:{one}; location / {{ proxy_pass http://one; }} }}
}}
""")
    command = [_program("nginx"), "-p", str(folder), "-c", str(folder / "conf"), "-e", str(folder / "error")]
    with running(command, folder):
        answers(both)
        yield Balancer(f"http://127.0.0.1:{both}", f"http://127.0.0.1:{one}")


@contextmanager
def running(
    command: list[str], folder: Path, account: str | None = None, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program whose output goes to ``log`` in the folder, and end it."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command,
            user=account,
            cwd=None if environment else folder,
            env=environment or {"PATH": os.environ["PATH"]},
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
        )
    try:
        yield process
    finally:
        stop(process, grace=20)


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise SystemExit(f"The rehearsal needs {name}, which is not installed (apt-get install {name}).")
    return found
