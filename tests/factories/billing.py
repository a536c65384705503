"""Plans, subscriptions and packs."""

# factory_boy types its factories, but not their declarations.
# mypy: allow-untyped-calls

from datetime import date
from typing import Any

from factory.declarations import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.billing import models
from apps.directory.models import Namespace
from tests.factories.directory import GroupFactory, MemberFactory


class PlanFactory(DjangoModelFactory[models.Plan]):
    class Meta:
        model = models.Plan
        # Migrations make the plans; a transactional test empties every table.
        django_get_or_create = ("code",)

    code = "premium"
    name = SelfAttribute("code")


class SubscriptionFactory(DjangoModelFactory[models.Subscription]):
    class Meta:
        model = models.Subscription

    namespace = SubFactory(GroupFactory)
    plan = SubFactory(PlanFactory)
    start_date = date(2020, 7, 15)
    end_date = date(2021, 7, 15)
    seats = 10


class SubscriptionHistoryFactory(DjangoModelFactory[models.SubscriptionHistory]):
    class Meta:
        model = models.SubscriptionHistory

    subscription = SubFactory(SubscriptionFactory)
    namespace = SelfAttribute("subscription.namespace")
    plan = SelfAttribute("subscription.plan")
    start_date = SelfAttribute("subscription.start_date")
    change_type = models.ChangeType.UPDATED
    subscription_created_at = SelfAttribute("subscription.created_at")
    subscription_updated_at = SelfAttribute("subscription.updated_at")


class NamespaceLimitsFactory(DjangoModelFactory[models.NamespaceLimits]):
    class Meta:
        model = models.NamespaceLimits

    namespace = SubFactory(GroupFactory)
    shared_runners_minutes_limit = 1000


class MinutesPackFactory(DjangoModelFactory[models.MinutesPack]):
    class Meta:
        model = models.MinutesPack

    namespace = SubFactory(GroupFactory)
    number_of_minutes = 1000
    expires_at = date(2022, 1, 1)
    purchase_xid = Sequence("purchase{}".format)


class UpcomingReconciliationFactory(DjangoModelFactory[models.UpcomingReconciliation]):
    class Meta:
        model = models.UpcomingReconciliation

    namespace = SubFactory(GroupFactory)
    next_reconciliation_date = date(2021, 6, 13)
    display_alert_from = date(2021, 6, 6)


def group_with_members(count: int, **fields: Any) -> Namespace:
    """Return a group in which so many people take a seat."""
    group = GroupFactory.create(**fields)
    MemberFactory.create_batch(count, group=group)
    return group
