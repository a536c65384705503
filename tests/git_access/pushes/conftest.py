"""A project with one commit on its default branch, and a Gitaly that shows what a push brings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from apps.directory.models import Project, User
from apps.git_access.repositories import containers
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import MemberFactory, ProjectFactory, UserFactory
from tests.factories.ssh_keys import KeyFactory
from tests.git_access.allowed import asking
from tests.git_access.allowed.asking import Outcome
from tests.git_access.pushes.histories import Repository
from tests.gitaly_double.git import GitDirectory, init_bare
from tests.gitaly_double.server import GitalyDouble, running
from tests.gitaly_double.settings import DoubleSettings


@dataclass(frozen=True)
class Stage:
    """A maintainer, a project and its repository, and the double that serves it."""

    shell: Caller
    double: GitalyDouble
    project: Project
    user: User
    key: Key
    repository: Repository
    base: str
    """The commit of the default branch."""

    def push(self, *lines: str, by: User | Key | None = None, **more: Any) -> Outcome:
        """Ask, as Gitaly does, whether these changes may be accepted."""
        return asking.outcome(self.ask(*lines, by=by, **more))

    def ask(self, *lines: str, by: User | Key | None = None, **more: Any) -> Any:
        """Ask, and return the whole answer."""
        name = f"project-{self.project.pk}"
        changes = "".join(lines)
        return asking.push(self.shell, by or self.key, None, gl_repository=name, changes=changes, **more)

    @property
    def asked(self) -> list[str]:
        """The names of the calls that the double has received."""
        return [call.method for call in self.double.calls]


@pytest.fixture
def stage(db: None, shell: Caller, tmp_path: Path, settings: Settings) -> Iterator[Stage]:
    user = UserFactory.create(username="rubi", name="Rubi", email="rubi@example.com")
    project = ProjectFactory.create(path="wget2", repository_exists=True, default_branch="main")
    MemberFactory.create(user=user, project=project, access_level=40)
    places = {name: tmp_path / name for name in ("repositories", "run")}
    for place in places.values():
        place.mkdir()
    chosen = DoubleSettings(storages={"default": places["repositories"]}, runtime=places["run"])
    container = containers.find(gl_repository=f"project-{project.pk}", project=None)
    assert container is not None
    path = places["repositories"] / container.relative_path
    init_bare(path, branch="main")
    repository = Repository(GitDirectory(path))
    base = repository.set("refs/heads/main", repository.commit(files={"README": "Hello\n"}))
    with running(chosen) as double:
        settings.GITALY_STORAGES = {"default": {"address": double.address}}
        settings.GITALY_TOKEN = None
        yield Stage(shell, double, project, user, KeyFactory.create(user=user), repository, base)
