"""Every way into a group or project, and how far it leads."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.directory.access_levels import has_level_below, level_in_group, level_in_project
from apps.directory.models import MemberState, Namespace, Project, User
from tests.factories.directory import (
    GroupFactory,
    GroupGroupLinkFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    ProjectFactory,
    ProjectGroupLinkFactory,
    UserFactory,
    subgroup,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 1)


def in_project(user: User | None, project: Project) -> int:
    return level_in_project(user=user, project=project, on=TODAY)


def in_group(user: User | None, group: Namespace) -> int:
    return level_in_group(user=user, group=group, on=TODAY)


def test_nobody_and_strangers_have_no_level() -> None:
    project = ProjectFactory.create()

    assert in_project(None, project) == 0
    assert in_group(None, project.namespace) == 0
    assert in_project(UserFactory.create(), project) == 0


def test_a_direct_membership_counts() -> None:
    project = ProjectFactory.create()
    member = MemberFactory.create(project=project, access_level=20)

    assert in_project(member.user, project) == 20
    assert in_group(member.user, project.namespace) == 0


def test_a_membership_is_inherited_from_every_ancestor_group_and_the_best_counts() -> None:
    root = GroupFactory.create()
    middle = subgroup(root)
    project = ProjectFactory.create(namespace=subgroup(middle))
    user = UserFactory.create()
    MemberFactory.create(user=user, group=root, access_level=30)
    MemberFactory.create(user=user, group=middle, access_level=20)
    MemberFactory.create(user=user, project=project, access_level=10)

    assert in_project(user, project) == 30
    assert in_group(user, middle) == 30
    assert in_group(user, root) == 30


def test_a_membership_below_counts_not_above() -> None:
    root = GroupFactory.create()
    child = subgroup(root)
    member = MemberFactory.create(group=child, access_level=50)

    assert in_group(member.user, root) == 0
    assert in_project(member.user, ProjectFactory.create(namespace=root)) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"requested_at": timezone.now()},
        {"state": MemberState.AWAITING},
        {"access_level": 5},
        {"expires_at": TODAY},
        {"expires_at": TODAY - timedelta(days=1)},
    ],
)
def test_a_membership_that_is_not_active_does_not_count(fields: dict[str, Any]) -> None:
    group = GroupFactory.create()
    project = ProjectFactory.create(namespace=group)
    user = UserFactory.create()
    MemberFactory.create(user=user, project=project, **fields)
    MemberFactory.create(user=user, group=group, **fields)

    assert in_project(user, project) == 0


def test_a_membership_counts_until_its_last_day() -> None:
    project = ProjectFactory.create()
    member = MemberFactory.create(project=project, expires_at=TODAY + timedelta(days=1))

    assert in_project(member.user, project) == 30


@pytest.mark.parametrize(("link", "membership", "effective"), [(30, 50, 30), (40, 20, 20), (5, 50, 0)])
def test_a_group_share_is_capped_by_the_share_and_by_the_membership(
    link: int, membership: int, effective: int
) -> None:
    root = GroupFactory.create()
    invited = GroupFactory.create()
    GroupGroupLinkFactory.create(shared_group=root, shared_with_group=invited, group_access=link)
    member = MemberFactory.create(group=invited, access_level=membership)

    assert in_project(member.user, ProjectFactory.create(namespace=subgroup(root))) == effective


def test_a_group_share_serves_direct_members_only() -> None:
    parent = GroupFactory.create()
    invited = subgroup(parent)
    group = GroupFactory.create()
    GroupGroupLinkFactory.create(shared_group=group, shared_with_group=invited, group_access=30)
    member = MemberFactory.create(group=parent, access_level=50)

    assert in_group(member.user, group) == 0


def test_a_project_share_counts_inherited_levels_in_the_invited_group() -> None:
    parent = GroupFactory.create()
    invited = subgroup(parent)
    project = ProjectFactory.create()
    ProjectGroupLinkFactory.create(project=project, group=invited, group_access=30)
    member = MemberFactory.create(group=parent, access_level=50)

    assert in_project(member.user, project) == 30


def test_a_project_share_is_ignored_under_the_share_lock() -> None:
    project = ProjectFactory.create(namespace=GroupFactory.create(share_with_group_lock=True))
    link = ProjectGroupLinkFactory.create(project=project)
    member = MemberFactory.create(group=link.group)

    assert in_project(member.user, project) == 0


@pytest.mark.parametrize("expires_at", [TODAY, TODAY - timedelta(days=30)])
def test_an_expired_share_does_not_count(expires_at: date) -> None:
    project = ProjectFactory.create()
    of_project = ProjectGroupLinkFactory.create(project=project, expires_at=expires_at)
    of_group = GroupGroupLinkFactory.create(shared_group=project.namespace, expires_at=expires_at)
    user = UserFactory.create()
    MemberFactory.create(user=user, group=of_project.group)
    MemberFactory.create(user=user, group=of_group.shared_with_group)

    assert in_project(user, project) == 0


def test_the_owner_of_a_personal_namespace_owns_its_projects() -> None:
    namespace = PersonalNamespaceFactory.create()

    assert in_project(namespace.owner, ProjectFactory.create(namespace=namespace)) == 50


def test_an_administrator_owns_everything() -> None:
    admin = UserFactory.create(admin=True)
    project = ProjectFactory.create()

    assert (in_project(admin, project), in_group(admin, project.namespace)) == (50, 50)


def test_an_invitation_to_a_project_below_leads_into_the_group() -> None:
    project = ProjectFactory.create()
    user, group = UserFactory.create(), GroupFactory.create()
    MemberFactory.create(user=user, group=group)
    ProjectGroupLinkFactory.create(project=project, group=group)

    assert has_level_below(user_id=user.pk, group_id=project.namespace_id, on=TODAY)


def test_an_invitation_to_a_project_under_the_share_lock_leads_nowhere() -> None:
    project = ProjectFactory.create(namespace__share_with_group_lock=True)
    user, group = UserFactory.create(), GroupFactory.create()
    MemberFactory.create(user=user, group=group)
    ProjectGroupLinkFactory.create(project=project, group=group)

    assert not has_level_below(user_id=user.pk, group_id=project.namespace_id, on=TODAY)


def test_what_lies_below_leads_in_only_where_there_is_a_project() -> None:
    top = GroupFactory.create()
    below, empty, invited = subgroup(top), subgroup(top), GroupFactory.create()
    ProjectFactory.create(namespace=subgroup(below))
    member, member_of_empty, member_of_invited = UserFactory.create_batch(3)
    MemberFactory.create(user=member, group=below)
    MemberFactory.create(user=member_of_empty, group=empty)
    MemberFactory.create(user=member_of_invited, group=invited)
    GroupGroupLinkFactory.create(shared_group=below, shared_with_group=invited)

    found = [
        has_level_below(user_id=user.pk, group_id=top.pk, on=TODAY)
        for user in (member, member_of_empty, member_of_invited)
    ]

    assert found == [True, False, True]


def test_what_lies_below_is_read_in_four_queries_however_much_there_is() -> None:
    top = GroupFactory.create()
    user = UserFactory.create()
    MemberFactory.create(user=user, group=GroupFactory.create())
    for _ in range(12):
        ProjectFactory.create(namespace=subgroup(top))

    with CaptureQueriesContext(connection) as queries:
        assert not has_level_below(user_id=user.pk, group_id=top.pk, on=TODAY)

    assert len(queries) == 4
