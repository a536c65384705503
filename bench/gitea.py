"""The two questions of every connection over SSH, put to this service and to Gitea in turns.

``python -m bench.gitea PROGRAM --sources FOLDER`` runs a Gitea, built from ``code.gitea.io/gitea`` with the
tags ``sqlite sqlite_unlock_notify``, on SQLite and on PostgreSQL, each with a user, a key and a private
repository. Its private API is asked what its own SSH commands ask: ``serv/command`` of a pull, and
``ssh/authorized_keys``. The table also goes to ``bench/results``.
"""

import argparse
import base64
import json
import os
import secrets
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from apps.operations.processes import end_with_parent, stop
from bench.cases import Case, of_first_questions, stream
from bench.instances import ROOT, SQLITE, Instance, answers, prepared, serving
from bench.load import Request
from bench.report import Report
from bench.targets import Target
from tests import servers
from tests.ports import free_port

TARGETS = (
    Target("allowed, SQLite", "rate", "Gitea pull, SQLite", least=0.65),
    Target("allowed, PostgreSQL", "rate", "Gitea pull, PostgreSQL", least=1.6),
)
USER, REPOSITORY = "rubi", "wget2"


@dataclass(frozen=True)
class Gitea:
    """A running Gitea with a user, a key and a repository."""

    url: str
    pid: int
    token: str
    line: str
    key: int
    shell_secret: str = ""

    @property
    def pull(self) -> Request:
        """What is asked when somebody pulls."""
        path = f"/api/internal/serv/command/{self.key}/{USER}/{REPOSITORY}?mode=1&verb=git-upload-pack"
        return Request("GET", path, headers=self._headers)

    @property
    def lookup(self) -> Request:
        """What is asked when somebody offers a key."""
        form = ("Content-Type", "application/x-www-form-urlencoded")
        body = urlencode({"content": self.line})
        return Request("POST", "/api/internal/ssh/authorized_keys", body, (*self._headers, form))

    @property
    def _headers(self) -> tuple[tuple[str, str], ...]:
        return (("X-Gitea-Internal-Auth", f"Bearer {self.token}"),)


def main() -> int:
    """Measure both."""
    parser = argparse.ArgumentParser(prog="python -m bench.gitea", description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--sources", type=Path, required=True, help="where its templates and options lie")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of one burst")
    options = parser.parse_args()
    report = Report()
    with ExitStack() as stack:
        cases = list(_cases(stack, options.program.resolve(), options.sources.resolve()))
        for case in cases:
            case.measure(1)
        rounds = [{case.name: case.measure(options.seconds) for case in cases} for _ in range(options.rounds)]
    report.rates(cases, rounds)
    report.say("")
    report.judge_all(TARGETS, rounds)
    print(f"\nThis table is in {report.write()}")
    return 1 if report.missed else 0


def _cases(stack: ExitStack, program: Path, sources: Path) -> Iterator[Case]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-gitea-")))
    postgresql = stack.enter_context(servers.postgresql())
    for database, url in (("SQLite", SQLITE), ("PostgreSQL", postgresql.create_database())):
        ours = stack.enter_context(serving(prepared(Instance(ROOT, folder / f"ours {database}", url))))
        yield from of_first_questions(database, ours)
        section = _database(postgresql.create_database() if url != SQLITE else url)
        theirs = stack.enter_context(_gitea(program, sources, folder / f"gitea-{database}", section))
        yield stream(f"Gitea pull, {database}", theirs, [theirs.pull])
        yield stream(f"Gitea key lookup, {database}", theirs, [theirs.lookup])


def _database(url: str) -> str:
    if url == SQLITE:
        return "DB_TYPE = sqlite3"
    folder, _, name = url.partition("@/")[2].rpartition("/")
    return f"DB_TYPE = postgres\nHOST = {folder}\nNAME = {name}\nUSER = postgres\nSSL_MODE = disable"


@contextmanager
def _gitea(program: Path, sources: Path, folder: Path, database: str) -> Iterator[Gitea]:
    folder.mkdir()
    port, token, configuration = free_port(), secrets.token_hex(32), folder / "app.ini"
    configuration.write_text(f"""\
WORK_PATH = {folder}
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = {sources}
[database]
{database}
[security]
INSTALL_LOCK = true
SECRET_KEY = {secrets.token_hex(32)}
INTERNAL_TOKEN = {token}
[log]
LEVEL = Warn
""")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    command = [str(program), "--config", str(configuration)]

    def run(*arguments: str) -> str:
        result = subprocess.run(
            [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise RuntimeError(f"gitea {arguments} failed:\n{result.stdout}{result.stderr}")
        return result.stdout

    run("migrate")
    account = ["--username", USER, "--email", "rubi@example.com", "--random-password", "--admin"]
    run("admin", "user", "create", *account, "--must-change-password=false")
    printed = run("admin", "user", "generate-access-token", "--username", USER, "--scopes", "all", "--raw")
    access = printed.split()[-1]  # behind a warning where it runs as root
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "web"],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- no thread has been started yet
        )
    try:
        answers(port)
        line = _key()
        _call(port, access, "user/repos", {"name": REPOSITORY, "private": True, "auto_init": False})
        made = _call(port, access, "user/keys", {"title": "a", "key": line})
        yield Gitea(f"http://127.0.0.1:{port}", process.pid, token, line, made["id"])
    finally:
        stop(process, grace=30)


def _key() -> str:
    blob = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + secrets.token_bytes(32)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def _call(port: int, access: str, path: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"token {access}", "Content-Type": "application/json"}
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
    if answer.status != 201:
        raise RuntimeError(f"Gitea answered {path} with {answer.status}: {text[:300]!r}")
    return json.loads(text)


if __name__ == "__main__":
    sys.exit(main())
