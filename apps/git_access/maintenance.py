"""Maintenance of the instance: one switch for all processes and hosts, which every decision reads.

It is kept in the database, beside the facts of a decision, so that it counts with the next push everywhere.
``MAINTENANCE_MODE`` in the environment forces it, whatever the database says.
"""

from datetime import datetime

from django.conf import settings

from apps.git_access.models import Maintenance


def begin(*, message: str, by: str, now: datetime) -> Maintenance:
    """Refuse pushes from now on; when they are refused already, a new message replaces the old one."""
    defaults = {"message": message} if message else {}
    return Maintenance.objects.update_or_create(
        id=1, defaults=defaults, create_defaults={"message": message, "started_by": by, "started_at": now}
    )[0]


def end() -> bool:
    """Accept pushes again; return whether they were refused."""
    return bool(Maintenance.objects.all().delete()[0])


def current() -> Maintenance | None:
    """Return the maintenance that is going on."""
    return Maintenance.objects.first()


def is_forced() -> bool:
    """Whether the environment keeps it on."""
    return bool(settings.MAINTENANCE_MODE)
