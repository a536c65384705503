"""Who takes a seat: rule by rule, and on random worlds against a plain reading of the rules."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.billing import seats
from apps.directory.models import (
    GroupGroupLink,
    Member,
    MemberState,
    Namespace,
    Project,
    ProjectGroupLink,
    User,
    UserState,
    UserType,
)
from tests.factories.billing import SubscriptionFactory, group_with_members
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
TOMORROW = TODAY + timedelta(days=1)


def count(namespace: Namespace) -> int:
    return seats.count(namespace, on=TODAY)


def guests_are_free(root: Namespace) -> None:
    SubscriptionFactory.create(
        namespace=root, plan__code="ultimate", trial=True, trial_starts_on=TODAY, seats=0
    )


def test_a_personal_namespace_has_one() -> None:
    assert count(PersonalNamespaceFactory.create()) == 1


def test_members_of_groups_and_projects_below_count_and_those_above_do_not() -> None:
    root = group_with_members(1)
    middle = subgroup(root)
    MemberFactory.create(group=middle)
    MemberFactory.create(project=ProjectFactory.create(namespace=subgroup(middle)))
    group_with_members(5)

    assert [count(root), count(middle)] == [3, 2]


def test_nobody_counts_twice() -> None:
    root = GroupFactory.create()
    user = UserFactory.create()
    MemberFactory.create(user=user, group=root)
    MemberFactory.create(user=user, group=subgroup(root))
    MemberFactory.create(user=user, project=ProjectFactory.create(namespace=root))

    assert count(root) == 1


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"access_level": 5}, 0),
        ({"access_level": 10}, 1),
        ({"requested_at": datetime.fromisoformat("2026-01-01T00:00:00Z")}, 0),
        ({"user": None, "invite_email": "somebody@example.com"}, 0),
        ({"state": MemberState.AWAITING}, 0),
        ({"expires_at": TODAY}, 0),
        ({"expires_at": TOMORROW}, 1),
        ({"user__state": UserState.BLOCKED}, 0),
        ({"user__state": UserState.DEACTIVATED}, 0),
        ({"user__user_type": UserType.PROJECT_BOT}, 1),
    ],
)
def test_which_memberships_of_a_group_count(fields: dict[str, Any], number: int) -> None:
    group = GroupFactory.create()
    MemberFactory.create(group=group, **fields)

    assert count(group) == number


def test_bots_of_projects_take_no_seat() -> None:
    project = ProjectFactory.create()
    MemberFactory.create(project=project, user__user_type=UserType.PROJECT_BOT)

    assert count(project.namespace) == 0


def test_members_of_invited_groups_count_with_those_above_and_without_those_below() -> None:
    root = GroupFactory.create()
    above = group_with_members(1)
    invited = subgroup(above)
    MemberFactory.create(group=invited)
    MemberFactory.create(group=subgroup(invited))
    GroupGroupLinkFactory.create(shared_group=subgroup(root), shared_with_group=invited)

    assert count(root) == 2


def test_members_of_groups_invited_to_projects_count() -> None:
    root = GroupFactory.create()
    invited = subgroup(group_with_members(1))
    MemberFactory.create(group=invited)
    ProjectGroupLinkFactory.create(project=ProjectFactory.create(namespace=subgroup(root)), group=invited)

    assert count(root) == 2


def test_an_invitation_that_has_ended_does_not_count() -> None:
    group = GroupFactory.create()
    GroupGroupLinkFactory.create(
        shared_group=group, shared_with_group=group_with_members(1), expires_at=TODAY
    )
    ProjectGroupLinkFactory.create(
        project=ProjectFactory.create(namespace=group), group=group_with_members(1), expires_at=TODAY
    )

    assert count(group) == 0


def test_at_the_top_guests_take_no_seat() -> None:
    root = GroupFactory.create()
    below = subgroup(root)
    MemberFactory.create(group=below, access_level=10)
    MemberFactory.create(group=below, access_level=15)
    MemberFactory.create(project=ProjectFactory.create(namespace=below), access_level=10)
    assert count(below) == 3

    guests_are_free(root)

    assert [count(root), count(below)] == [1, 1]


def test_at_the_top_those_invited_as_guests_take_no_seat_either() -> None:
    root = GroupFactory.create()
    project = ProjectFactory.create(namespace=root)
    for level in (10, 20):
        GroupGroupLinkFactory.create(
            shared_group=root, shared_with_group=group_with_members(1), group_access=level
        )
        ProjectGroupLinkFactory.create(project=project, group=group_with_members(1), group_access=level)
    assert count(root) == 4

    guests_are_free(root)

    assert count(root) == 2


def test_the_plan_of_the_root_decides_and_not_that_of_a_subgroup() -> None:
    root = GroupFactory.create()
    below = subgroup(root)
    MemberFactory.create(group=below, access_level=10)
    guests_are_free(below)

    assert [count(root), count(below)] == [1, 1]


def test_many_namespaces_are_counted_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    groups = [group_with_members(number % 3) for number in range(seats.BATCH)]
    personal = PersonalNamespaceFactory.create()

    with django_assert_num_queries(1):
        counts = seats.count_each([*groups, personal], on=TODAY)

    expected = {group.pk: number % 3 for number, group in enumerate(groups)}
    assert counts == {**expected, personal.pk: 1}


def test_no_namespaces_need_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert seats.count_each([], on=TODAY) == {}


# Random worlds


@pytest.mark.parametrize("seed", range(12))
def test_the_statement_agrees_with_a_plain_reading_of_the_rules(seed: int) -> None:
    groups = random_world(random.Random(seed))

    counts = seats.count_each(groups, on=TODAY)

    assert counts == {group.pk: len(plainly_read(group)) for group in groups}


def random_world(chance: random.Random) -> list[Namespace]:
    groups: list[Namespace] = [GroupFactory.create(), GroupFactory.create()]
    for _ in range(8):
        groups.append(subgroup(chance.choice(groups)))
    projects = [ProjectFactory.create(namespace=chance.choice(groups)) for _ in range(6)]
    states, types = [*["active"] * 4, "blocked"], [*["human"] * 4, "project_bot"]
    users = [
        UserFactory.create(state=chance.choice(states), user_type=chance.choice(types)) for _ in range(12)
    ]
    levels, ends = [5, 10, 15, 20, 50], [None, None, TODAY, TOMORROW]
    for user in users:
        for source in chance.sample([*groups, *projects], 2):
            kind = "group" if isinstance(source, Namespace) else "project"
            fields = {"access_level": chance.choice(levels), "expires_at": chance.choice(ends)}
            MemberFactory.create(user=user, **{kind: source}, **fields)
    for project in projects[:3]:
        fields = {"group_access": chance.choice(levels), "expires_at": chance.choice(ends)}
        ProjectGroupLinkFactory.create(project=project, group=chance.choice(groups), **fields)
    for _ in range(3):
        one, other = chance.sample(groups, 2)
        fields = {"group_access": chance.choice(levels), "expires_at": chance.choice(ends)}
        if not GroupGroupLink.objects.filter(shared_group=one, shared_with_group=other).exists():
            GroupGroupLinkFactory.create(shared_group=one, shared_with_group=other, **fields)
    SubscriptionFactory.create(namespace=groups[0], plan__code=chance.choice(["gold", "premium"]))
    return groups


def plainly_read(group: Namespace) -> set[User]:
    root = Namespace.objects.get(pk=group.root_id)
    subscription = getattr(root, "subscription", None)
    above = 10 if subscription and subscription.plan and subscription.plan.code == "gold" else 5
    below = list(Namespace.objects.within(group))
    projects = list(Project.objects.filter(namespace__in=below))
    links: list[GroupGroupLink | ProjectGroupLink] = [
        *GroupGroupLink.objects.filter(shared_group__in=below),
        *ProjectGroupLink.objects.filter(project__in=projects),
    ]
    invited = [
        link.shared_with_group if isinstance(link, GroupGroupLink) else link.group
        for link in links
        if goes_on(link.expires_at) and (above == 5 or link.group_access > above)
    ]
    ancestors = {ancestor for namespace in invited for ancestor in namespace.ancestor_ids}
    members = Member.objects.select_related("user").filter(
        access_level__gt=above, requested_at=None, state=MemberState.ACTIVE
    )
    counted = [
        *members.filter(group__in=below),
        *members.filter(project__in=projects).exclude(user__user_type=UserType.PROJECT_BOT),
        *members.filter(group__in=ancestors),
    ]
    return {
        member.user
        for member in counted
        if member.user and member.user.state == UserState.ACTIVE and goes_on(member.expires_at)
    }


def goes_on(expires_at: date | None) -> bool:
    return expires_at is None or expires_at > TODAY
