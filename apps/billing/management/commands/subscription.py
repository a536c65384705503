"""``manage.py subscription``: what namespaces have bought, and the seats they use."""

from datetime import datetime
from typing import Annotated, Any

import typer
from django.utils import timezone
from django_typer.management import command

from apps.billing import namespaces, seats, subscriptions
from apps.billing.models import Subscription
from apps.core.console import Json, Noun, details, present, refusing, with_progress
from apps.core.counting import counted

BATCH = 200  # subscriptions of one transaction
Name = Annotated[str, typer.Argument(metavar="NAMESPACE", help="The id or full path of the namespace.")]

LastDay = typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day, itself valid.")


class Command(Noun):
    help = "Show and end subscriptions, and keep their seats up to date."

    @command(
        help="Show the subscription of a namespace, with the seats in use now.\n\n"
        "Example: manage.py subscription show acme"
    )
    def show(self, namespace: Name, as_json: Json = False) -> None:
        with refusing(namespaces.UnknownAccount, subscriptions.NoSubscription):
            subscription = subscriptions.of(namespaces.find(namespace))
        facts = _facts(subscription, now=timezone.now())
        present(self, facts, details(facts), as_json=as_json)

    @command(
        help="Set the last day of a subscription, by default yesterday: it has expired then.\n\n"
        "Example: manage.py subscription expire acme"
    )
    def expire(
        self, namespace: Name, on: Annotated[datetime | None, LastDay] = None, as_json: Json = False
    ) -> None:
        now = timezone.now()
        with refusing(namespaces.UnknownAccount, subscriptions.NoSubscription):
            owner = namespaces.find(namespace)
            ended = subscriptions.expire(namespace=owner, on=on.date() if on else None, now=now)
        text = f"The last day of the subscription of {owner.full_path} is {ended.end_date}."
        present(self, _facts(ended, now=now), [text], as_json=as_json)

    @command(
        help="Raise max_seats_used of every paid subscription, expired ones included, to the number of seats "
        "in use now. Made to be run daily; running it twice changes nothing.\n\n"
        "Example: manage.py subscription refresh-seats"
    )
    def refresh_seats(self, as_json: Json = False) -> None:
        ids = list(Subscription.objects.paid().order_by("pk").values_list("pk", flat=True))
        batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
        raised = sum(
            subscriptions.refresh_seats(batch, now=timezone.now())
            for batch in with_progress(batches, total=len(batches), what="Counting seats", quiet=as_json)
        )
        facts = {"paid": len(ids), "raised": raised}
        present(self, facts, [f"{counted(len(ids), 'paid subscription')}, {raised} raised."], as_json=as_json)


def _facts(subscription: Subscription, *, now: datetime) -> dict[str, Any]:
    namespace, today = subscription.namespace, now.date()
    in_use = seats.count(namespace, on=today)
    return {
        "namespace_id": namespace.pk,
        "namespace": namespace.full_path,
        "plan": subscription.plan.code if subscription.plan else None,
        "trial": bool(subscription.trial),
        "start_date": subscription.start_date,
        "end_date": subscription.end_date,
        "expired": subscription.has_expired(on=today),
        "auto_renew": subscription.auto_renew,
        "seats": subscription.seats,
        "seats_in_use": in_use,
        "max_seats_used": subscription.max_seats_used,
        "seats_owed": subscription.seats_owed(in_use=in_use),
        "updated_at": subscription.updated_at,
    }
