"""Who may see, fetch and push to a project, by level and settings."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.directory.models import (
    GroupGroupLink,
    Member,
    Namespace,
    Project,
    ProjectGroupLink,
    User,
)
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    ProjectFactory,
    UserFactory,
    subgroup,
)
from tests.git_access.allowed.asking import (
    ARCHIVE,
    GRANTED,
    HIDDEN,
    NO_DOWNLOAD,
    NO_PUSH,
    PULL,
    PUSH,
    Outcome,
    ask,
    member,
    outcome,
    pull,
    push,
)

pytestmark = pytest.mark.django_db

DOWNLOAD: Outcome = (401, NO_DOWNLOAD)
PRIVATE, INTERNAL, PUBLIC = 0, 10, 20
OFF, MEMBERS, ON, EVERYBODY = 0, 10, 20, 30
LEVELS = (0, 5, 10, 15, 20, 25, 30, 40, 50)


def somebody(project: Project, who: int | str) -> User | None:
    """A member with a level, or one of those who are none."""
    if isinstance(who, int):
        return member(project, who)
    if who == "external guest":
        return member(project, 10, external=True)
    if who == "nobody":
        return None
    return UserFactory.create(admin=who == "admin", external=who == "external")


# Visibility, level of the repository feature -> what each one who pulls is told.
PULLS: list[tuple[int, int, dict[int | str, Outcome]]] = [
    (PRIVATE, ON, {
        "nobody": HIDDEN, "user": HIDDEN, "external": HIDDEN, 5: HIDDEN, 10: DOWNLOAD, 15: DOWNLOAD,
        20: GRANTED, 25: GRANTED, 30: GRANTED, "admin": GRANTED, "external guest": DOWNLOAD,
    }),
    (PRIVATE, MEMBERS, {"user": HIDDEN, 10: DOWNLOAD, 20: GRANTED, "admin": GRANTED}),
    (PRIVATE, EVERYBODY, {"user": HIDDEN, 10: DOWNLOAD, 20: GRANTED}),
    (PRIVATE, OFF, {"user": HIDDEN, 10: DOWNLOAD, 20: DOWNLOAD, 50: DOWNLOAD, "admin": DOWNLOAD}),
    (INTERNAL, ON, {
        "nobody": HIDDEN, "user": GRANTED, "external": HIDDEN, 5: GRANTED, 10: GRANTED, 20: GRANTED,
        "external guest": DOWNLOAD,
    }),
    (INTERNAL, MEMBERS, {
        "nobody": HIDDEN, "user": DOWNLOAD, "external": HIDDEN, 10: GRANTED, "admin": GRANTED,
    }),
    (INTERNAL, OFF, {"user": DOWNLOAD, 10: DOWNLOAD, 50: DOWNLOAD}),
    (PUBLIC, ON, {
        "nobody": GRANTED, "user": GRANTED, "external": GRANTED, 10: GRANTED, "external guest": GRANTED,
    }),
    (PUBLIC, MEMBERS, {
        "nobody": DOWNLOAD, "user": DOWNLOAD, 5: DOWNLOAD, 10: GRANTED, 30: GRANTED, "admin": GRANTED,
    }),
    (PUBLIC, OFF, {"nobody": DOWNLOAD, "user": DOWNLOAD, 50: DOWNLOAD, "admin": DOWNLOAD}),
    (PUBLIC, EVERYBODY, {"nobody": GRANTED, "user": GRANTED, 10: GRANTED}),
]  # fmt: skip


@pytest.mark.parametrize(("visibility", "feature", "said"), PULLS)
def test_who_may_pull(shell: Caller, visibility: int, feature: int, said: dict[int | str, Outcome]) -> None:
    project = ProjectFactory.create(
        visibility_level=visibility, repository_access_level=feature, repository_exists=True
    )

    heard = {who: outcome(pull(shell, somebody(project, who), project)) for who in said}

    assert heard == said


@pytest.mark.parametrize("feature", [ON, MEMBERS, OFF, EVERYBODY])
def test_who_may_push(shell: Caller, feature: int) -> None:
    project = ProjectFactory.create(
        visibility_level=PUBLIC, repository_access_level=feature, repository_exists=True
    )
    least = 30 if feature != OFF else 100

    heard = {level: outcome(push(shell, member(project, level), project)) for level in LEVELS}

    assert heard == {level: GRANTED if level >= least else (401, NO_PUSH) for level in LEVELS}


def test_an_archive_is_a_pull(shell: Caller, project: Project) -> None:
    people = {level: member(project, level) for level in (0, 10, 20)}

    heard = {level: outcome(ask(shell, ARCHIVE, by, project)) for level, by in people.items()}

    assert heard == {0: HIDDEN, 10: DOWNLOAD, 20: GRANTED}


@pytest.mark.parametrize("archived", ["project", "group", "group above"])
def test_an_archived_project_can_be_pulled_only(shell: Caller, group: Namespace, archived: str) -> None:
    nested = subgroup(group)
    project = ProjectFactory.create(namespace=nested, repository_exists=True)
    user = member(project, 50)
    places: dict[str, Project | Namespace] = {"project": project, "group": nested, "group above": group}
    places[archived].archived = True
    places[archived].save()

    heard = [outcome(ask(shell, action, user, project)) for action in (PULL, PUSH)]

    assert heard == [GRANTED, (401, "You can't push code to an archived project.")]


Way = Callable[[Project, User, datetime], Any]


def _in_project(project: Project, user: User, now: datetime) -> Any:
    return MemberFactory.create(project=project, user=user, access_level=30)


def _in_group(project: Project, user: User, now: datetime) -> Any:
    return MemberFactory.create(group=project.namespace, user=user, access_level=30)


def _above(project: Project, user: User, now: datetime) -> Any:
    return MemberFactory.create(group=project.namespace.parent, user=user, access_level=30)


def _group_shared(project: Project, user: User, now: datetime) -> Any:
    invited = GroupFactory.create()
    MemberFactory.create(group=invited, user=user, access_level=40)
    above = Namespace.objects.get(children=project.namespace)
    return GroupGroupLink.objects.create(shared_group=above, shared_with_group=invited, group_access=30)


def _project_shared(project: Project, user: User, now: datetime) -> Any:
    invited = GroupFactory.create()
    MemberFactory.create(group=invited, user=user, access_level=40)
    return ProjectGroupLink.objects.create(project=project, group=subgroup(invited), group_access=30)


WAYS = [_in_project, _in_group, _above, _group_shared, _project_shared]


@pytest.fixture
def nested(group: Namespace) -> Project:
    """A private project two groups deep."""
    found: Project = ProjectFactory.create(namespace=subgroup(group), repository_exists=True)
    return found


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_counts(shell: Caller, nested: Project, now: datetime, way: Way) -> None:
    user = UserFactory.create()
    way(nested, user, now)

    heard = outcome(push(shell, user, nested))

    assert heard == GRANTED


@pytest.mark.parametrize("way", WAYS)
def test_no_way_in_counts_any_more_on_the_day_it_ends(
    shell: Caller, nested: Project, now: datetime, way: Way
) -> None:
    user = UserFactory.create()
    row = way(nested, user, now)
    heard = []

    for days in (1, 0):
        row.expires_at = now.date() + timedelta(days=days)
        row.save()
        heard.append(outcome(push(shell, user, nested)))

    assert heard == [GRANTED, HIDDEN]


@pytest.mark.parametrize("fields", [
    {"access_level": 5}, {"requested_at": "2026-01-01T00:00Z"}, {"state": "awaiting"},
], ids=str)  # fmt: skip
def test_a_membership_that_does_not_count_yet_opens_nothing(
    shell: Caller, nested: Project, fields: dict[str, Any]
) -> None:
    user = member(nested, 50)
    Member.objects.update(**fields)

    response = pull(shell, user, nested)

    assert outcome(response) == HIDDEN


def test_an_invitation_never_gives_more_than_it_says(shell: Caller, nested: Project, now: datetime) -> None:
    user = UserFactory.create()
    link = _project_shared(nested, user, now)
    heard = []

    for invited, there in ((20, 40), (40, 20), (30, 40)):
        Member.objects.update(access_level=there)
        ProjectGroupLink.objects.filter(pk=link.pk).update(group_access=invited)
        heard.append(outcome(push(shell, user, nested)))

    assert heard == [(401, NO_PUSH), (401, NO_PUSH), GRANTED]


def test_a_group_that_is_shared_counts_direct_members_only(
    shell: Caller, nested: Project, now: datetime
) -> None:
    user, above = UserFactory.create(), GroupFactory.create()
    MemberFactory.create(group=above, user=user, access_level=40)
    GroupGroupLink.objects.create(
        shared_group=nested.namespace, shared_with_group=subgroup(above), group_access=40
    )

    response = pull(shell, user, nested)

    assert outcome(response) == HIDDEN


def test_a_lock_on_sharing_closes_invitations_to_the_project(
    shell: Caller, nested: Project, now: datetime
) -> None:
    user = UserFactory.create()
    _project_shared(nested, user, now)
    Namespace.objects.filter(pk=nested.namespace_id).update(share_with_group_lock=True)

    response = pull(shell, user, nested)

    assert outcome(response) == HIDDEN


def test_the_highest_level_counts(shell: Caller, nested: Project) -> None:
    user = member(nested, 10)
    MemberFactory.create(user=user, group=nested.namespace.parent, access_level=40)

    response = push(shell, user, nested)

    assert outcome(response) == GRANTED


def test_the_owner_of_a_personal_namespace_needs_no_membership(shell: Caller) -> None:
    namespace = PersonalNamespaceFactory.create()
    project = ProjectFactory.create(namespace=namespace, repository_exists=True)

    heard = [outcome(push(shell, by, project)) for by in (namespace.owner, UserFactory.create())]

    assert heard == [GRANTED, HIDDEN]


def test_administrators_need_none_either(shell: Caller, project: Project) -> None:
    response = push(shell, UserFactory.create(admin=True), project)

    assert outcome(response) == GRANTED
