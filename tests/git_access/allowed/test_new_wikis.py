"""The first push to a wiki makes its repository, if who pushes may write to it."""

from datetime import datetime

import pytest

from apps.directory.models import Namespace, Project, User
from apps.git_access.access import explain
from tests.callers import Caller
from tests.factories.directory import UserFactory
from tests.git_access.allowed.asking import GRANTED, Outcome, creation, member, outcome, pull, push
from tests.git_access.allowed.gitalies import Storage

pytestmark = pytest.mark.django_db

ABSENT: Outcome = (404, "A repository for this wiki does not exist yet.")
ABSENT_OF_GROUP: Outcome = (404, "A repository for this group wiki does not exist yet.")
WIKI = "gnuwget/wget2.wiki.git"


@pytest.fixture(autouse=True)
def _no_wiki_yet(project: Project) -> None:
    Project.objects.update(wiki_repository_exists=None)


def test_a_writer_makes_it(shell: Caller, project: Project, user: User, gitaly: Storage) -> None:
    assert outcome(pull(shell, user, WIKI)) == ABSENT

    response = push(shell, user, WIKI)

    assert outcome(response) == GRANTED
    assert gitaly.asked() == ["RepositoryExists", "RepositoryExists", "CreateRepository"]
    assert (gitaly.path(f"wiki-{project.pk}") / "HEAD").is_file()
    assert outcome(pull(shell, user, WIKI)) == GRANTED


def test_whoever_may_not_write_makes_none(shell: Caller, project: Project, gitaly: Storage) -> None:
    for level in (10, 20):
        assert outcome(push(shell, member(project, level), WIKI)) == ABSENT
    Project.objects.update(archived=True)
    assert outcome(push(shell, member(project, 40), WIKI)) == ABSENT

    assert "CreateRepository" not in gitaly.asked()


def test_a_step_that_refuses_later_leaves_none(
    shell: Caller, project: Project, user: User, gitaly: Storage
) -> None:
    Project.objects.update(repository_read_only=True)

    assert outcome(push(shell, user, WIKI))[0] == 401
    assert "CreateRepository" not in gitaly.asked()


def test_gitaly_s_own_question_makes_none(shell: Caller, user: User, gitaly: Storage) -> None:
    assert outcome(push(shell, user, WIKI, changes=creation("refs/heads/main"))) == ABSENT
    assert "CreateRepository" not in gitaly.asked()


def test_a_group_has_one_too(shell: Caller, group: Namespace, gitaly: Storage) -> None:
    path = f"{group.path}.wiki.git"
    admin = UserFactory.create(admin=True)
    assert outcome(pull(shell, admin, path)) == ABSENT_OF_GROUP

    assert outcome(push(shell, admin, path)) == GRANTED
    assert (gitaly.path(f"group-{group.pk}-wiki") / "HEAD").is_file()


def test_an_explanation_makes_none(project: Project, user: User, gitaly: Storage, now: datetime) -> None:
    question = explain.ExplainQuestion(project=WIKI, user=user.username, action="git-receive-pack")

    assert explain.answer(question, now=now).allowed
    assert "CreateRepository" not in gitaly.asked()
