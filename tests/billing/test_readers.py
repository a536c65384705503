"""Who may read a subscription: owners; members are refused, and for others the namespace does not exist."""

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.directory.models import Namespace, User
from tests.billing.customers_dot import CustomersDot, token_for
from tests.factories.billing import SubscriptionFactory
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    UserFactory,
    subgroup,
)

pytestmark = pytest.mark.django_db
FORBIDDEN = (403, {"message": "403 Forbidden"})
NOT_FOUND = (404, {"message": "404 Namespace Not Found"})


def read(user: User | None, namespace: Namespace) -> tuple[int, object]:
    assert user is not None
    dot = CustomersDot(headers={"Private-Token": token_for(user, "read_api")})
    response = dot.get(f"namespaces/{namespace.pk}/gitlab_subscription")
    return response.status_code, response.json()


def test_an_owner_of_the_group_or_of_one_above_reads() -> None:
    group = GroupFactory.create()
    owner = MemberFactory.create(group=group, access_level=50).user

    assert read(owner, group)[0] == 200
    assert read(owner, subgroup(group))[0] == 200


def test_the_owner_of_a_personal_namespace_reads() -> None:
    namespace = PersonalNamespaceFactory.create()

    assert read(namespace.owner, namespace)[0] == 200


@pytest.mark.parametrize("level", [10, 40])
def test_a_member_below_owner_is_refused(level: int) -> None:
    group = GroupFactory.create()
    member = MemberFactory.create(group=group, access_level=level).user

    assert read(member, group) == FORBIDDEN


@pytest.mark.parametrize("visibility", [0, 10, 20])
def test_for_a_stranger_there_is_nothing(visibility: int) -> None:
    group = GroupFactory.create(visibility_level=visibility)
    owner_below = MemberFactory.create(group=subgroup(group), access_level=50).user

    assert read(UserFactory.create(), group) == NOT_FOUND
    assert read(owner_below, group) == NOT_FOUND
    assert read(UserFactory.create(), PersonalNamespaceFactory.create()) == NOT_FOUND


def test_reading_takes_four_queries(
    dot: CustomersDot, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    group = GroupFactory.create()
    MemberFactory.create(group=subgroup(group))
    subscription = SubscriptionFactory.create(namespace=group)

    dot.get(f"namespaces/{subscription.namespace_id}/gitlab_subscription")  # notes that the token was used

    with django_assert_max_num_queries(4):
        dot.get(f"namespaces/{subscription.namespace_id}/gitlab_subscription")
