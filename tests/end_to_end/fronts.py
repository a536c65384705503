"""Workhorse in front of a chain: the double of each generation, and the real one where it is built.

``WORKHORSE_BIN`` names the program ``gitlab-workhorse``; 8.53.0 was driven with it.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from apps.core.secret_files import signing_key
from apps.operations.processes import end_with_parent, stop
from tests.end_to_end.chains import Chain
from tests.environment import WORKHORSE_SECRET_NAME
from tests.gitaly.workspaces import Outcome
from tests.gitaly_double.environments import of_git
from tests.instances import Instance
from tests.ports import free_port
from tests.workhorse_double.server import running
from tests.workhorse_double.settings import WorkhorseSettings

REAL = os.environ.get("WORKHORSE_BIN", "")
KINDS = ["old", "new", *(["real"] if REAL else [])]
START_TIMEOUT = 60  # seconds


@dataclass(frozen=True)
class Front:
    """A chain that people reach over HTTP."""

    chain: Chain
    url: str

    def address(self, path: str, login: str = "", password: str = "") -> str:
        """Return the address of a repository, with somebody's login in it."""
        host = self.url.removeprefix("http://")
        return f"http://{login}:{password}@{host}/{path}" if login else f"http://{host}/{path}"

    def git(self, *arguments: str, cwd: Path) -> Outcome:
        """Run git as a person does, who is never asked for anything."""
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, env=of_git(), capture_output=True, text=True, check=False
        )
        return Outcome(done.returncode, done.stderr)


@contextmanager
def in_front_of(chain: Chain, kind: str, folder: Path) -> Iterator[Front]:
    """Run a Workhorse of this kind in front of the chain."""
    if kind == "real":
        secret = chain.instance.data / WORKHORSE_SECRET_NAME
        with real(folder, backend=chain.instance.url, secret_file=secret) as url:
            yield Front(chain, url)
        return
    with running(settings_of(chain, new=kind == "new")) as url:
        yield Front(chain, url)


def settings_of(chain: Chain, *, new: bool = False, key: bytes | None = b"") -> WorkhorseSettings:
    """Return what a double in front of the chain is told; by default it has the instance's secret."""
    return settings_for(chain.instance, new=new, key=key)


def settings_for(instance: Instance, *, new: bool = False, key: bytes | None = b"") -> WorkhorseSettings:
    """Return the same for an instance alone."""
    place = urlsplit(instance.url)
    secret = (instance.data / WORKHORSE_SECRET_NAME).read_bytes()
    own = signing_key(secret) if key == b"" else key
    return WorkhorseSettings(backend=(place.hostname or "", place.port or 80), key=own, new=new)


@contextmanager
def real(folder: Path, *, backend: str, secret_file: Path) -> Iterator[str]:
    """Run the real one in front of the instance at ``backend``, and yield its address."""
    folder.mkdir(exist_ok=True)
    configuration, port = folder / "config.toml", free_port()
    configuration.write_text("[redis]\n")
    command = [
        REAL, "-config", str(configuration), "-listenAddr", f"127.0.0.1:{port}",
        "-authBackend", backend, "-documentRoot", str(folder),
        "-secretPath", str(secret_file),
    ]  # fmt: skip
    with (folder / "workhorse.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=end_with_parent)  # noqa: PLW1509 -- one system call
    try:
        _await(f"http://127.0.0.1:{port}/-/liveness")
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process, grace=5)


def _await(url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 -- the one just started
                return
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(url)
