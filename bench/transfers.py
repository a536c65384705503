"""What large transfers over HTTP cost the service, whose bytes must never pass through it.

``WORKHORSE_BIN=… GITALY_BIN_DIR=… GIT_LFS_BIN_DIRS=… python -m bench.transfers`` runs an instance with real
programs around it, and measures a clone of 200 MiB of Git, and a push and a clone of 100 files of 10 MiB of
Git LFS, beside 250 requests of ``allowed``: processor time and memory of all processes of ``make serve``.
Workhorse 8.53 fetches from a Gitaly of up to 15. It ends with 1 when a transfer costs more than the 250.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.cases import pull_of
from bench.instances import ROOT, SQLITE, Instance, Server, prepared, supervised
from bench.load import cpu_seconds, one_by_one, proportional_set_size
from tests.end_to_end import fronts
from tests.gitaly import real_gitaly

REQUESTS = 250
MEBIBYTE = 2**20
FILES, FILE_SIZE = 100, 10 * MEBIBYTE
LARGE = 200 * MEBIBYTE
SETTLE = 3  # seconds after which nothing of a transfer is left to do
MOST = 1.0  # of the cost of the requests
ROW = "{:<28}{:>9}{:>11}{:>16}"


@dataclass(frozen=True)
class Person:
    """Types git and git-lfs as root, whose answers lead through Workhorse."""

    folder: Path
    url: str
    instance_url: str
    token: str

    def git(self, *arguments: str, cwd: str = ".", **variables: str) -> None:
        """Run git in a folder of this person."""
        programs = os.environ.get("GIT_LFS_BIN_DIRS", "").split(":")[0]
        path = f"{programs}:{os.environ['PATH']}" if programs else os.environ["PATH"]
        rewritten = f"url.{self.url}/.insteadOf={self.instance_url}/"
        options = ["-c", rewritten, "-c", "lfs.transfer.enablehrefrewrite=true"]
        environment = {**os.environ, "HOME": str(self.folder), "PATH": path, **variables}
        subprocess.run(
            ["git", *options, *arguments],
            cwd=self.folder / cwd,
            env=environment,
            check=True,
            capture_output=True,
        )

    def address(self, name: str) -> str:
        """Return where a repository of root is."""
        return f"{self.url.replace('://', f'://root:{self.token}@')}/root/{name}.git"

    def make(self, name: str, *, files: int, size: int) -> None:
        """Make a repository of random files; those named ``.bin`` belong to Git LFS."""
        self.git("init", "--quiet", "--initial-branch=main", name)
        ending = "bin" if files > 1 else "raw"
        self.git("lfs", "track", "*.bin", cwd=name)
        for number in range(files):
            (self.folder / name / f"{number}.{ending}").write_bytes(os.urandom(size))
        self.git("add", "--all", cwd=name)
        self.git("commit", "--quiet", "--message=Begin", cwd=name)
        self.git("remote", "add", "origin", self.address(name), cwd=name)


def main() -> int:
    """Measure, and print the table."""
    for needed in ("WORKHORSE_BIN", "GITALY_BIN_DIR"):
        if not os.environ.get(needed):
            sys.exit(f"Set {needed} to real programs.")
    with tempfile.TemporaryDirectory(prefix="transfers-") as folder, _surrounded(Path(folder)) as there:
        server, person = there
        person.git("config", "--global", "user.name", "root")
        person.git("config", "--global", "user.email", "root@example.com")
        person.git("lfs", "install")
        person.make("git", files=1, size=LARGE)
        person.git("push", "--quiet", "origin", "main", cwd="git")
        person.make("lfs", files=FILES, size=FILE_SIZE)
        person.make("warm", files=2, size=1000)
        person.git("push", "--quiet", "origin", "main", cwd="warm")
        return _measured(server, person)


def _measured(server: Server, person: Person) -> int:
    def allowed() -> float:
        return _cost(f"{REQUESTS} requests of allowed", server, lambda: _allowed(server))

    print(ROW.format("", "elapsed", "processor", "memory, MiB"), flush=True)
    _allowed(server)
    ratios, before = {}, allowed()
    for name, act in (
        ("clone, 200 MiB", lambda: person.git("clone", "--quiet", person.address("git"), "git-copy")),
        ("LFS push, 100 x 10 MiB", lambda: person.git("push", "--quiet", "origin", "main", cwd="lfs")),
        ("LFS clone, 100 x 10 MiB", lambda: person.git("clone", person.address("lfs"), "lfs-copy")),
    ):
        spent = _cost(name, server, act)
        after = allowed()  # whoever else works on the machine makes all of it dearer
        ratios[name], before = 2 * spent / (before + after), after
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.2f} of {REQUESTS} requests before and after, wanted <= {MOST}")
    return 1 if max(ratios.values()) > MOST else 0


def _allowed(server: Server) -> None:
    request = pull_of(11, "gnuwget/wget2")
    one_by_one(server.url, server.shell_secret, lambda: request, server_pid=server.pid, count=REQUESTS)


def _cost(name: str, server: Server, act: Callable[[], None]) -> float:
    """Do something, print what it cost the service, and return the seconds of its processor time."""
    time.sleep(SETTLE)
    before, memory, started = cpu_seconds(server.pid), proportional_set_size(server.pid), time.monotonic()
    act()
    elapsed = time.monotonic() - started
    time.sleep(SETTLE)
    spent = cpu_seconds(server.pid) - before
    sizes = f"{memory:.0f} -> {proportional_set_size(server.pid):.0f}"
    print(ROW.format(name, f"{elapsed:.1f} s", f"{spent:.2f} s", sizes), flush=True)
    return spent


@contextmanager
def _surrounded(folder: Path) -> Iterator[tuple[Server, Person]]:
    """Run an instance with a real Gitaly and a real Workhorse around it."""
    gitaly, home = folder / "g", folder / "home"
    for place in (gitaly, home):
        place.mkdir()
    instance = prepared(Instance(ROOT, folder / "data", SQLITE, f"unix:{gitaly}/gitaly.sock"))
    with supervised(instance) as server:
        secret, signing = (instance.data / f".gitlab_{name}_secret" for name in ("shell", "workhorse"))
        with (
            real_gitaly.running(gitaly, token="", url=server.url, secret_file=secret),
            fronts.real(folder / "workhorse", backend=server.url, secret_file=signing) as url,
        ):
            yield server, Person(home, url, server.url, instance.secret("admin_token").decode())


if __name__ == "__main__":
    sys.exit(main())
