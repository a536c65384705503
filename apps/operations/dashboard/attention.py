"""What somebody has to look at, in numbers: counted once a request, for the sidebar and the first page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django_tasks_db.models import DBTaskResult

from apps.billing.models import Subscription
from apps.core.admin_site.lists import MOST, at_most
from apps.ssh_keys.models import Key
from apps.ssh_keys.models.keys import SOON

_KEPT_AS = "_attention"


@dataclass
class Attention:
    """Each number is one query, made when it is first asked for."""

    now: datetime

    @cached_property
    def keys_expiring(self) -> int:
        """Keys that stop working soon."""
        return at_most(Key.objects.expiring(within=SOON, now=self.now), MOST)

    @cached_property
    def jobs_failed(self) -> int:
        """Jobs that have failed, for good or until they are tried again."""
        return at_most(DBTaskResult.objects.failed(), MOST)

    @property
    def subscriptions_owing(self) -> int:
        """Subscriptions that have used more seats than were bought."""
        return self._seats[0]

    @property
    def seats_owed(self) -> int:
        """How many seats that is."""
        return self._seats[1]

    @cached_property
    def _seats(self) -> tuple[int, int]:
        owed = Sum(F("max_seats_used") - F("seats"))
        over = Subscription.objects.over_seats().aggregate(number=Count("pk"), owed=owed)
        return over["number"], over["owed"] or 0


def of(request: HttpRequest, *, now: datetime | None = None) -> Attention:
    """Return the numbers of this request."""
    if _KEPT_AS not in request.__dict__:
        request.__dict__[_KEPT_AS] = Attention(now or timezone.now())
    known: Attention = request.__dict__[_KEPT_AS]
    return known
