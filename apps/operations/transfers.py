"""Moving groups and projects below another group, with what that means for subscriptions and seats.

A subscription belongs to a top-level group: all that lies below counts for its plan and takes its seats.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.billing import namespaces, seats
from apps.billing.models import PAID
from apps.directory import places
from apps.directory.models import Namespace, Project


class Subscribed(ValueError):
    """The group has bought something, which nobody could use below another group."""


@dataclass(frozen=True, slots=True)
class Root:
    """A top-level namespace that loses or gains something, and what that changes."""

    path: str
    plan: str
    seats_before: int
    seats_after: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """What was moved, or would be; ``roots`` is empty where the top-level group stays the same."""

    former: str
    path: str
    groups: int
    projects: int
    roots: tuple[Root, ...]


@transaction.atomic
def of_project(project: Project, *, namespace: Namespace, now: datetime, dry_run: bool = False) -> Transfer:
    """Move a project into another namespace; a dry run tries it and takes it back.

    Raises:
        ValidationError, Unmovable: as ``places.transfer_project``.
    """
    former, roots = project.full_path, _roots({project.namespace.root_id, namespace.root_id})
    before = [_seats(root, now) for root in roots]
    places.transfer_project(project, namespace=namespace)
    done = Transfer(former, project.full_path, 0, 1, _changed(roots, before, now))
    transaction.set_rollback(dry_run)
    return done


@transaction.atomic
def of_group(group: Namespace, *, parent: Namespace | None, now: datetime, dry_run: bool = False) -> Transfer:
    """Move a group with all below it under another group, or to the top; a dry run takes it back.

    Raises:
        Subscribed: it has a paid subscription that runs, and would not be at the top any more.
        ValidationError, Unmovable: as ``places.transfer_group``.
    """
    bought = namespaces.subscription_of(group)
    if (
        parent
        and bought
        and bought.plan
        and bought.plan.code in PAID
        and not bought.has_expired(on=now.date())
    ):
        raise Subscribed(
            f"{group.full_path} has a subscription, {bought.plan.code}, which belongs to a top-level group: "
            "let it expire first (manage.py subscription expire)."
        )
    former = group.full_path
    roots = _roots({group.root_id, parent.root_id if parent else group.pk})
    before = [_seats(root, now) for root in roots]
    places.transfer_group(group, parent=parent)
    within = Namespace.objects.within(group)
    projects = Project.objects.filter(namespace__in=within.values("pk")).count()
    done = Transfer(former, group.full_path, within.count(), projects, _changed(roots, before, now))
    transaction.set_rollback(dry_run)
    return done


def _roots(ids: set[int]) -> list[Namespace]:
    """Return the top-level namespaces that lose or gain something; none where all stays in one."""
    return list(Namespace.objects.filter(pk__in=ids).order_by("pk")) if len(ids) > 1 else []


def _seats(root: Namespace, now: datetime) -> int:
    return seats.count(root, on=now.date())


def _changed(roots: list[Namespace], before: list[int], now: datetime) -> tuple[Root, ...]:
    found = []
    for root, former in zip(roots, before, strict=True):
        fresh = Namespace.objects.select_related("route").get(pk=root.pk)
        if fresh.parent_id:
            continue  # it is no top-level group any more
        account = namespaces.account(fresh, now=now)
        found.append(Root(fresh.full_path, account.plan_code, former, account.seats_in_use))
    return tuple(found)
