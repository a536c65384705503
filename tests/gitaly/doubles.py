"""A running double with one repository, and what a test does with it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import GitalyUnavailable
from apps.core.gitaly.repository import Repository, project_path
from tests.gitaly.workspaces import Outcome, Workspace
from tests.gitaly_double.environments import straight_to_gitaly
from tests.gitaly_double.git import init_bare
from tests.gitaly_double.server import GitalyDouble

PROJECT = 7
REPOSITORY = Repository(
    "default", project_path(PROJECT), gl_repository="project-7", gl_project_path="gnuwget/wget2"
)
StartDouble = Callable[..., "Stage"]


@dataclass(frozen=True, slots=True)
class Stage:
    """The double and its repository, project 7 on the storage ``default``."""

    double: GitalyDouble
    repository: Repository = REPOSITORY

    @property
    def path(self) -> Path:
        """Where the repository lies on disk."""
        return self.double.settings.storages["default"] / self.repository.relative_path

    def create(self) -> "Stage":
        """Create the repository, empty."""
        init_bare(self.path, branch="main")
        return self

    def client(self, **options: Any) -> Gitaly:
        """Return the project's client for the repository."""
        return Gitaly(**{"repository": self.repository, **options})

    def pusher(self, **changes: Any) -> dict[str, str]:
        """Return the environment of somebody who pushes with key 5."""
        options: dict[str, Any] = {"gl_id": "key-5", "token": self.double.settings.token, **changes}
        repository = replace(self.repository, **options.pop("repository", {}))
        return straight_to_gitaly(self.double.address, repository, **options)


def push(stage: Stage, workspace: Workspace, *arguments: str, **options: Any) -> Outcome:
    """Push from a clone, with key 5 unless the options say otherwise."""
    return workspace.push(stage.pusher(**options), *arguments)


def exists_once_reached(gitaly: Gitaly, *, seconds: float = 10) -> bool:
    """Ask whether the repository exists, again and again until Gitaly is there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return gitaly.repository_exists()
        except GitalyUnavailable:
            assert time.monotonic() < deadline
            time.sleep(0.02)
