"""The running service with the doubles around it, and the terminals of the people who use it."""

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.operations.processes import end_with_parent, stop
from tests.demo.ssh import PUBLIC_KEY
from tests.gitaly_double.api_settings import ApiSettings
from tests.gitaly_double.environments import instead_of_ssh
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import RECENT, DoubleSettings
from tests.gitaly_double.shell.settings import ShellSettings
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
SHELL = "14.56"  # the release that the double of GitLab Shell behaves as
SECRET = ".gitlab_shell_secret"
START_TIMEOUT = 120  # seconds until the service answers; a new database is made in them
WAIT_TIMEOUT = 60  # seconds for what the worker does
STOP_TIMEOUT = 15


class Failed(Exception):
    """A step ended otherwise than it should; the text says which."""


@dataclass(frozen=True)
class Stage:
    """A running instance in ``folder``; whatever is typed is shown, with all that it prints."""

    folder: Path
    url: str
    environment: dict[str, str] = field(repr=False)

    def say(self, text: str) -> None:
        """Tell what comes."""
        _write(f"\n{text}\n")

    def manage(self, *arguments: str, ends_with: int = 0) -> None:
        """Run a command of the service, in the folder of the people's keys."""
        _write(f"  $ manage.py {shlex.join(arguments)}\n")
        _run([*MANAGE, *arguments], self.environment, self.folder, ends_with=ends_with)

    def wait_for(self, *arguments: str, ends_with: int) -> None:
        """Run a command of the service unseen until it ends so.

        Raises:
            Failed: it did not within ``WAIT_TIMEOUT``.
        """

        def ended() -> bool:
            ran = subprocess.run(
                [*MANAGE, *arguments], env=self.environment, capture_output=True, check=False
            )
            return ran.returncode == ends_with

        _wait(ended, WAIT_TIMEOUT, f"manage.py {shlex.join(arguments)} did not end with {ends_with}.")

    def person(self, name: str) -> "Person":
        """Make a home and a key for somebody; the private half is not needed, as nobody logs in."""
        home, key = self.folder / name, self.folder / f"{name}.pub"
        home.mkdir()
        public = Ed25519PrivateKey.generate().public_key()
        key.write_bytes(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + f" {name}\n".encode())
        shell = ShellSettings.of(SHELL, url=self.url, secret_file=str(self.folder / "data" / SECRET))
        identity = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", name.title()), ("EMAIL", f"{name}@example.com"))
        }
        return Person(
            name,
            home,
            key,
            instead_of_ssh("tests.demo.ssh", **shell.to_environment(), **identity, **{PUBLIC_KEY: str(key)}),
        )


@dataclass(frozen=True)
class Person:
    """Somebody at a terminal, with a key and an unmodified git."""

    name: str
    home: Path
    key: Path
    environment: dict[str, str] = field(repr=False)

    def git(self, *arguments: str, ends_with: int = 0) -> None:
        """Type a Git command."""
        _write(f"  {self.name}$ git {shlex.join(arguments)}\n")
        _run(["git", *arguments], self.environment, self.home, ends_with=ends_with)

    def commit(self, message: str) -> None:
        """Commit a file to the clone ``hello``."""
        (self.home / "hello" / "README").write_text(f"{message}\n")
        self.git("-C", "hello", "add", "README")
        self.git("-C", "hello", "commit", "--quiet", "--message", message)


@contextmanager
def opened(folder: Path) -> Iterator[Stage]:
    """Run everything in ``folder`` until the block ends.

    Raises:
        Failed: the service does not start; the text is what it printed.
    """
    storage, runtime = folder / "repositories", folder / "run"
    storage.mkdir()
    runtime.mkdir()
    port = free_port()
    url = f"http://localhost:{port}"
    api = ApiSettings.of_gitaly(RECENT, url=url, secret_file=str(folder / "data" / SECRET))
    double = DoubleSettings(storages={"default": storage}, runtime=runtime, api=api)
    with running(double) as gitaly:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", str(folder)),
            "DATA": str(folder / "data"),
            "GITALY_STORAGES": f'{{"default": {{"address": "{gitaly.address}"}}}}',
            "METRICS_BIND": "",
            "COLUMNS": "100",
        }
        with _service(port, environment, folder / "service.log"):
            yield Stage(folder, url, environment)


@contextmanager
def _service(port: int, environment: dict[str, str], log: Path) -> Iterator[None]:
    """Run ``manage.py serve`` in a session of its own, so that Ctrl-C reaches it in our order."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*MANAGE, "serve", "--empty", "--port", str(port)],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 -- one system call; no lock of ours is taken
        )
    try:

        def answers() -> bool:
            if process.poll() is not None:
                raise Failed(f"The service did not start:\n{log.read_text()}")
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        _wait(answers, START_TIMEOUT, f"The service does not answer at port {port}.")
        yield
    finally:
        stop(process, grace=STOP_TIMEOUT)


def _wait(until: Callable[[], bool], seconds: float, failure: str) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            raise Failed(failure)
        time.sleep(0.1)


def _run(command: list[str], environment: dict[str, str], folder: Path, *, ends_with: int) -> None:
    ran = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    _write("".join(f"  {line}\n" for line in ran.stdout.splitlines()))
    if ran.returncode != ends_with:
        raise Failed(f"That ended with {ran.returncode}, not with {ends_with}.")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
