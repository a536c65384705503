"""Groups whose projects may be used from some addresses only."""

import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, Project, User
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import GroupFactory, ProjectFactory, SnippetFactory, UserFactory, subgroup
from tests.factories.git_access import IpRestrictionFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    HIDDEN,
    NO_GROUP,
    NO_WIKI,
    Outcome,
    member,
    outcome,
    pull,
    push,
)

pytestmark = pytest.mark.django_db

INSIDE, OUTSIDE = "192.0.2.7", "198.51.100.7"


@pytest.fixture(autouse=True)
def _ranges(group: Namespace) -> None:
    IpRestrictionFactory.create(group=group, cidr="192.0.2.0/24")
    IpRestrictionFactory.create(group=group, cidr="2001:db8::/32")


@pytest.mark.parametrize(
    ("check_ip", "said"),
    [
        (None, GRANTED),
        ("192.0.2.0", GRANTED),
        ("192.0.2.255", GRANTED),
        ("192.0.3.0", HIDDEN),
        ("192.0.2.7:22", GRANTED),
        ("198.51.100.7:22", HIDDEN),
        ("::ffff:192.0.2.7", GRANTED),
        ("::ffff:c000:207", GRANTED),
        ("[::ffff:192.0.2.7]:22", GRANTED),
        ("::ffff:198.51.100.7", HIDDEN),
        ("2001:db8::1", GRANTED),
        ("[2001:db8::1]", GRANTED),
        ("[2001:db8::1]:22", GRANTED),
        ("2001:db9::1", HIDDEN),
        ("[::1]:5", HIDDEN),
        ("192.0.2.7, 198.51.100.7", HIDDEN),
        ("192.0.2.0/24", HIDDEN),
        ("nonsense", HIDDEN),
    ],
)
def test_a_project_exists_only_for_those_inside(
    shell: Caller, project: Project, user: User, check_ip: str | None, said: Outcome
) -> None:
    response = pull(shell, user, project, check_ip=check_ip)

    assert outcome(response) == said


def test_a_public_project_is_hidden_too_and_a_push_as_well(
    shell: Caller, project: Project, user: User
) -> None:
    Project.objects.update(visibility_level=20)

    said = [
        outcome(pull(shell, None, project, check_ip=OUTSIDE)),
        outcome(push(shell, user, project, check_ip=OUTSIDE)),
        outcome(push(shell, user, project, check_ip=INSIDE)),
    ]

    assert said == [HIDDEN, HIDDEN, GRANTED]


def test_addresses_may_be_allowed_everywhere(
    shell: Caller, project: Project, user: User, settings: Settings
) -> None:
    settings.GLOBALLY_ALLOWED_IPS = ["198.51.100.0/24", "nonsense"]

    response = pull(shell, user, project, check_ip=OUTSIDE)

    assert outcome(response) == GRANTED


def test_administrators_come_from_anywhere_and_owners_and_deploy_keys_do_not(
    shell: Caller, project: Project
) -> None:
    key = DeployKeyFactory.create(user=UserFactory.create(admin=True))
    DeployKeyGrantFactory.create(key=key, project=project)
    people: list[User | Key] = [UserFactory.create(admin=True), member(project, 50), key]

    said = [outcome(pull(shell, by, project, check_ip=OUTSIDE)) for by in people]

    assert said == [GRANTED, HIDDEN, HIDDEN]


def test_the_ranges_of_the_uppermost_group_count_below_it(shell: Caller, group: Namespace) -> None:
    nested = subgroup(subgroup(group))
    project = ProjectFactory.create(namespace=nested, repository_exists=True)
    user = member(project, 30)

    said = [outcome(pull(shell, user, project, check_ip=address)) for address in (INSIDE, OUTSIDE)]

    assert said == [GRANTED, HIDDEN]


def test_other_groups_are_not_concerned(shell: Caller) -> None:
    project = ProjectFactory.create(repository_exists=True)

    response = pull(shell, member(project, 30), project, check_ip=OUTSIDE)

    assert outcome(response) == GRANTED


def test_wikis_and_snippets_are_hidden_with_their_project(
    shell: Caller, project: Project, user: User
) -> None:
    snippet = SnippetFactory.create(project=project, repository_exists=True)
    names = [f"wiki-{project.pk}", f"snippet-{snippet.pk}"]

    said = [
        outcome(pull(shell, user, gl_repository=name, check_ip=address))
        for address in (INSIDE, OUTSIDE)
        for name in names
    ]

    assert said == [GRANTED, GRANTED, (404, NO_WIKI), HIDDEN]


def test_the_wiki_of_a_group_is_hidden_too(shell: Caller, group: Namespace, user: User) -> None:
    Namespace.objects.update(visibility_level=20, wiki_repository_exists=True)
    name = f"group-{group.pk}-wiki"

    said = [
        outcome(pull(shell, by, gl_repository=name, check_ip=address))
        for by, address in ((user, INSIDE), (user, OUTSIDE), (UserFactory.create(admin=True), OUTSIDE))
    ]

    assert said == [GRANTED, (404, NO_GROUP), GRANTED]


def test_a_personal_snippet_belongs_to_no_group(shell: Caller) -> None:
    snippet = SnippetFactory.create(repository_exists=True)

    response = pull(shell, snippet.author, f"snippets/{snippet.pk}", check_ip=OUTSIDE)

    assert outcome(response) == GRANTED


def test_a_group_without_ranges_restricts_nobody(shell: Caller) -> None:
    project = ProjectFactory.create(
        namespace=GroupFactory.create(), visibility_level=20, repository_exists=True
    )

    response = pull(shell, None, project, check_ip="nonsense")

    assert outcome(response) == GRANTED
