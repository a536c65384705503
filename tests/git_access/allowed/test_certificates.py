"""SSH certificates: one opens the projects of its group, and a group may ask for one."""

import pytest

from apps.directory.models import Namespace, Project, User, UserType
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    PersonalNamespaceFactory,
    ProjectFactory,
    SnippetFactory,
    subgroup,
)
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    NO_PROJECT,
    PULL,
    PUSH,
    Outcome,
    ask,
    line,
    member,
    outcome,
    owner,
    pull,
    push,
)

pytestmark = pytest.mark.django_db

REFUSED: Outcome = (401, "You are not allowed to access projects in this namespace.")


@pytest.fixture
def enforcing(group: Namespace) -> Namespace:
    """The group asks for certificates."""
    Namespace.objects.filter(pk=group.pk).update(enforce_ssh_certificates=True)
    return group


@pytest.mark.parametrize("action", [PULL, PUSH])
@pytest.mark.parametrize(
    ("namespace_path", "said"),
    [
        (None, GRANTED),
        ("gnuwget", GRANTED),
        ("GnuWget", GRANTED),
        ("gnuwget/wget2", REFUSED),
        ("gnuwget/", REFUSED),
        ("other", REFUSED),
        ("", REFUSED),
    ],
)
def test_a_certificate_opens_the_projects_of_its_group(
    shell: Caller, project: Project, user: User, action: str, namespace_path: str | None, said: Outcome
) -> None:
    response = ask(shell, action, user, project, namespace_path=namespace_path)

    assert outcome(response) == said


def test_the_group_is_the_uppermost_one(shell: Caller, group: Namespace) -> None:
    project = ProjectFactory.create(namespace=subgroup(group, path="sub"), repository_exists=True)
    user = member(project, 30)

    said = [outcome(pull(shell, user, project, namespace_path=path)) for path in ("gnuwget", "gnuwget/sub")]

    assert said == [GRANTED, REFUSED]


def test_it_opens_wikis_and_project_snippets_of_the_group_too(
    shell: Caller, project: Project, user: User
) -> None:
    Namespace.objects.update(visibility_level=20, wiki_repository_exists=True)
    snippet = SnippetFactory.create(project=project, repository_exists=True)
    paths = ["gnuwget/wget2.wiki", "gnuwget.wiki", f"gnuwget/wget2/snippets/{snippet.pk}"]

    said = {
        given: [outcome(pull(shell, user, path, namespace_path=given)) for path in paths]
        for given in ("gnuwget", "other")
    }

    assert said == {"gnuwget": [GRANTED] * 3, "other": [REFUSED] * 3}


def test_nothing_personal_is_opened_by_a_certificate(shell: Caller, user: User) -> None:
    namespace = PersonalNamespaceFactory.create(owner=user, path="rubi")
    project = ProjectFactory.create(namespace=namespace, repository_exists=True)
    snippet = SnippetFactory.create(author=user, repository_exists=True)

    said = [
        outcome(pull(shell, user, path, namespace_path="rubi"))
        for path in (project.full_path, f"snippets/{snippet.pk}")
    ]

    assert said == [REFUSED] * 2


def test_without_a_container_the_namespace_in_the_path_counts(shell: Caller, user: User) -> None:
    GroupFactory.create(path="other")

    said = [
        outcome(pull(shell, user, path, namespace_path="gnuwget"))
        for path in ("gnuwget/none", "other/none", "nobody/none")
    ]

    assert said == [(404, NO_PROJECT), REFUSED, REFUSED]


def test_only_what_is_asked_before_the_transfer_is_tested(
    shell: Caller, project: Project, enforcing: Namespace, user: User
) -> None:
    said = [
        outcome(push(shell, user, project, changes=line("refs/notes/x"), namespace_path="other")),
        outcome(push(shell, user, project, changes=line("refs/notes/x"))),
        outcome(pull(shell, user, project, changes=None)),
    ]

    assert said == [GRANTED] * 3


@pytest.mark.parametrize("action", [PULL, PUSH])
def test_a_group_that_asks_for_certificates_refuses_people_without(
    shell: Caller, project: Project, enforcing: Namespace, key: Key, action: str
) -> None:
    said = [outcome(ask(shell, action, by, project)) for by in (key, owner(key))]

    assert said == [REFUSED] * 2
    assert outcome(ask(shell, action, key, project, namespace_path="gnuwget")) == GRANTED


def test_the_group_is_asked_for_every_type_of_repository(
    shell: Caller, project: Project, enforcing: Namespace, user: User
) -> None:
    Namespace.objects.update(visibility_level=20, wiki_repository_exists=True)
    snippet = SnippetFactory.create(project=project, repository_exists=True)
    paths = ["gnuwget/wget2.wiki", "gnuwget.wiki", f"gnuwget/wget2/snippets/{snippet.pk}"]

    said = [outcome(pull(shell, user, path)) for path in paths]

    assert said == [REFUSED] * 3


def test_what_a_subgroup_says_does_not_count(shell: Caller, group: Namespace) -> None:
    nested = subgroup(group, enforce_ssh_certificates=True)
    project = ProjectFactory.create(namespace=nested, repository_exists=True)

    response = pull(shell, member(project, 30), project)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize("user_type", [UserType.PROJECT_BOT, UserType.SERVICE_USER, UserType.SERVICE_ACCOUNT])
def test_programs_need_no_certificate(
    shell: Caller, project: Project, enforcing: Namespace, user_type: UserType
) -> None:
    response = push(shell, member(project, 30, user_type=user_type), project)

    assert outcome(response) == GRANTED


def test_deploy_keys_and_nobody_need_no_certificate(
    shell: Caller, project: Project, enforcing: Namespace, user: User
) -> None:
    Project.objects.filter(pk=project.pk).update(visibility_level=20)
    key = DeployKeyFactory.create(user=user)
    DeployKeyGrantFactory.create(key=key, project=project)

    said = [outcome(pull(shell, by, project)) for by in (key, None)]

    assert said == [GRANTED] * 2
