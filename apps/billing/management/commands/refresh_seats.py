"""Raise the stored maximum of seats used to the live count, for every paid subscription."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from apps.billing import subscriptions
from apps.billing.models import Subscription

BATCH = 200  # subscriptions of one transaction


class Command(BaseCommand):
    help = (
        "Raise max_seats_used of every paid subscription, expired ones included, to the number of seats in "
        "use now. Made to be run daily; running it twice changes nothing."
    )

    def handle(self, **options: Any) -> None:
        ids = list(Subscription.objects.paid().order_by("pk").values_list("pk", flat=True))
        batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
        console = Console(stderr=True)
        raised = sum(
            subscriptions.refresh_seats(batch, now=timezone.now())
            for batch in track(batches, "Counting seats", console=console, disable=not console.is_terminal)
        )
        self.stdout.write(f"{len(ids)} paid subscriptions, {raised} raised.")
