"""Projects that are larger than they may be take no more."""

import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, Project, ProjectStatistics, User
from tests.callers import Caller
from tests.factories.directory import ProjectFactory, subgroup
from tests.git_access.allowed.asking import GRANTED, Outcome, deletion, line, member, outcome, pull, push
from tests.git_access.allowed.gitalies import History, Storage
from tests.gitaly_double.git import GitDirectory

pytestmark = pytest.mark.django_db

FULL: Outcome = (
    401,
    "Your push to this repository cannot be completed because this repository has exceeded the allocated "
    "storage for your project. Contact your GitLab administrator for more information.",
)


def note(gitaly: Storage, project: Project) -> str:
    """Return a change that brings a commit without files."""
    name = f"project-{project.pk}"
    is_there = gitaly.path(name).exists()
    history = History(GitDirectory(gitaly.path(name))) if is_there else gitaly.create(name)
    return line("refs/notes/x", new=history.commit())


def test_repository_and_lfs_objects_count_and_the_limit_itself_is_fine(
    shell: Caller, project: Project, user: User, gitaly: Storage
) -> None:
    ProjectStatistics.objects.create(project=project, repository_size=60, lfs_objects_size=40)
    heard = {}

    for limit in (99, 100, 0):
        Project.objects.update(repository_size_limit=limit)
        heard[limit] = outcome(push(shell, user, project, changes=note(gitaly, project)))

    assert heard == {99: FULL, 100: GRANTED, 0: GRANTED}


# Limits of the project, its group, the group above and the instance; the size is 100.
@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ((None, None, None, 0), GRANTED),
        ((None, None, None, 99), FULL),
        ((None, None, 99, 0), FULL),
        ((None, None, 0, 99), GRANTED),
        ((None, 99, 0, 0), FULL),
        ((None, 0, 99, 99), GRANTED),
        ((99, 0, 0, 0), FULL),
        ((0, 99, 99, 99), GRANTED),
        ((100, 99, 99, 99), GRANTED),
    ],
)
def test_the_nearest_limit_counts(
    shell: Caller,
    group: Namespace,
    gitaly: Storage,
    settings: Settings,
    limits: tuple[int | None, int | None, int | None, int],
    said: Outcome,
) -> None:
    of_project, near, above, settings.REPOSITORY_SIZE_LIMIT = limits
    Namespace.objects.filter(pk=group.pk).update(repository_size_limit=above)
    project = ProjectFactory.create(
        namespace=subgroup(group, repository_size_limit=near),
        repository_exists=True,
        repository_size_limit=of_project,
    )
    ProjectStatistics.objects.create(project=project, repository_size=100)

    response = push(shell, member(project, 30), project, changes=note(gitaly, project))

    assert outcome(response) == said


def test_what_brings_nothing_is_not_measured(
    shell: Caller, project: Project, user: User, gitaly: Storage
) -> None:
    ProjectStatistics.objects.create(project=project, repository_size=2)
    Project.objects.update(repository_size_limit=1)

    heard = [
        outcome(push(shell, user, project, changes="_any")),
        outcome(push(shell, user, project, changes="")),
        outcome(push(shell, user, project, changes=deletion("refs/tags/a") + deletion("refs/tags/b"))),
        outcome(push(shell, user, project, changes=deletion("refs/tags/a") + note(gitaly, project))),
        outcome(pull(shell, user, project)),
    ]

    assert heard == [GRANTED, GRANTED, GRANTED, FULL, GRANTED]


def test_what_was_never_measured_is_empty(
    shell: Caller, project: Project, user: User, gitaly: Storage
) -> None:
    Project.objects.update(repository_size_limit=1)

    response = push(shell, user, project, changes=note(gitaly, project))

    assert outcome(response) == GRANTED
