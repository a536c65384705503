"""A Gitaly for the pushes that are measured: its answers are small, and the same for every build."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apps.core.gitaly.repository import project_path
from apps.operations.processes import end_with_parent, stop
from tests.gitaly_double.git import GitDirectory, init_bare


@dataclass(frozen=True)
class Gitaly:
    """Where it listens, and the commit that there is."""

    address: str
    commit: str


@contextmanager
def with_branch(project_id: int, folder: Path) -> Iterator[Gitaly]:
    """Serve the repository of a project, with one commit on ``main``."""
    places = {name: folder / name for name in ("repositories", "run")}
    for place in places.values():
        place.mkdir(parents=True)
    path = places["repositories"] / project_path(project_id)
    init_bare(path, branch="main")
    git = GitDirectory(path)
    tree = git.run("mktree").decode().strip()
    identity = ["-c", "user.name=Rubi", "-c", "user.email=rubi@example.com"]
    commit = git.run(*identity, "commit-tree", tree, "-m", "Begin").decode().strip()
    git.run("update-ref", "refs/heads/main", commit)
    options = ["--storage", f"default={places['repositories']}", "--runtime", str(places["run"])]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.gitaly_double", *options],  # gRPC and forks do not fit in one process
        stdout=subprocess.DEVNULL,
        preexec_fn=end_with_parent,  # noqa: PLW1509 -- no thread has been started yet
    )
    try:
        _await(socket := places["run"] / "gitaly.sock")
        yield Gitaly(f"unix:{socket}", commit)
    finally:
        stop(process, grace=10)


def _await(socket: Path) -> None:
    for _ in range(300):
        if socket.exists():
            return
        time.sleep(0.1)
    raise RuntimeError("the Gitaly double did not start")
