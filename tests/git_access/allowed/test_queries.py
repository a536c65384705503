"""How many questions a decision puts to the database: one, and one more for a push of changes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.directory.models import Project, User
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.git_access import IpRestrictionFactory, ProtectedBranchFactory, ProtectedTagFactory
from tests.git_access.allowed.asking import GRANTED, creation, line, outcome, pull, push
from tests.git_access.allowed.gitalies import Storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def frequent(key: Key) -> Key:
    """The key of somebody who has been here today already."""
    Key.objects.update(last_used_at=timezone.now())
    User.objects.update(last_activity_on=timezone.now().date())
    return key


def test_a_pull(
    shell: Caller, project: Project, frequent: Key, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    IpRestrictionFactory.create(group=project.namespace)

    with django_assert_num_queries(1):
        response = pull(shell, frequent, project, check_ip="192.0.2.1")

    assert outcome(response) == GRANTED


def test_the_first_pull_of_the_day_writes_twice(shell: Caller, project: Project, key: Key) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = pull(shell, key, project)

    assert outcome(response) == GRANTED
    statements = [query["sql"].split()[0] for query in queries]
    assert [name for name in statements if name not in {"SAVEPOINT", "RELEASE"}][1:] == ["UPDATE", "UPDATE"]


@pytest.mark.parametrize("path", ["no/where", "gnuwget/none"])
def test_a_pull_of_what_is_not_there(
    shell: Caller, frequent: Key, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    with django_assert_num_queries(1):
        response = pull(shell, frequent, path)

    assert response.status_code == 404


def test_a_push_that_is_about_to_begin(
    shell: Caller, project: Project, frequent: Key, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        response = push(shell, frequent, project)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize("refs", [1, 50])
def test_a_push_of_changes_however_many(
    shell: Caller,
    project: Project,
    frequent: Key,
    gitaly: Storage,
    django_assert_num_queries: DjangoAssertNumQueries,
    refs: int,
) -> None:
    for name in ("main", "release/*"):
        ProtectedBranchFactory.create(project=project, name=name)
        ProtectedTagFactory.create(project=project, name=name)
    history = gitaly.create(f"project-{project.pk}")
    history.set("refs/heads/main", history.commit())
    changes = [creation(f"refs/{kind}/x{number}") for kind in ("heads", "tags") for number in range(refs)]

    with django_assert_num_queries(2):
        response = push(shell, frequent, gl_repository=f"project-{project.pk}", changes=changes)

    assert outcome(response) == GRANTED


def test_what_names_no_branch_may_still_bring_what_rules_forbid(
    shell: Caller, project: Project, frequent: Key, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        response = push(shell, frequent, project, changes=line("refs/notes/x"))

    assert outcome(response) == GRANTED
