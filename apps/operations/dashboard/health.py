"""Whether all is well: a line on the first page, and the whole examination on a page of its own."""

import shutil
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.operations.doctor import examination
from apps.operations.doctor.data import MIN_FREE_BYTES
from apps.operations.monitoring import readiness
from apps.operations.monitoring.readiness import State

NAMES = {
    "database": "Database",
    "migrations": "Migrations",
    "shared_store": "Shared store",
    "secret_files": "Secrets",
    "worker": "Worker",
    "gitaly": "Gitaly",
    "disk": "Disk",
    "secrets": "Secrets by age",
    "certificates": "Certificates",
}
AGEING = ("secrets", "certificates")
PERMISSION = "django_tasks_database.view_dbtaskresult"


@dataclass(frozen=True, slots=True)
class Health:
    """What does not work, and what is worth a look, by name; nothing of either: all is well."""

    failed: tuple[str, ...]
    degraded: tuple[str, ...]
    well: tuple[str, ...]
    ages: tuple[str, ...] = ()
    """How old each secret is, and on which day each certificate ends."""

    @property
    def sentence(self) -> str:
        """The answer to the question."""
        if self.failed:
            return f"Requests fail: {', '.join(self.failed)}."
        if self.degraded:
            return f"Worth a look: {', '.join(self.degraded)}."
        return "All is well."

    @property
    def look(self) -> str:
        """The class of the style sheet."""
        return "bad" if self.failed else "look" if self.degraded else "good"


def look(*, now: datetime) -> Health:
    """Look at what a request needs; each part answers within moments, or has failed."""
    ageing = {name: examination.of(name, now=now) for name in AGEING}
    old = {
        name: State.OK if all(finding.is_well for finding in found) else State.DEGRADED
        for name, found in ageing.items()
    }
    states = {**readiness.look(now=now).checks, "disk": _disk(), **old}

    def those(wanted: State) -> tuple[str, ...]:
        return tuple(NAMES.get(name, name) for name, state in states.items() if state == wanted)

    facts = tuple(finding.fact for found in ageing.values() for finding in found)
    return Health(those(State.FAILED), those(State.DEGRADED), those(State.OK), facts)


def _disk() -> State:
    free = shutil.disk_usage(settings.DATA).free
    return State.OK if free >= MIN_FREE_BYTES else State.DEGRADED


def line(request: HttpRequest) -> HttpResponse:
    """Answer with the line alone: the first page does not wait for what may hang."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    return TemplateResponse(request, "admin/health.html", {"health": look(now=timezone.now())})


def doctor(request: HttpRequest) -> HttpResponse:
    """Show the whole examination; it asks every Gitaly, which may take some seconds."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    now = timezone.now()
    found = [(name, examination.of(name, now=now)) for name in examination.CHECKS]
    context = {
        **admin.site.each_context(request),
        "title": "Doctor",
        "found": found,
        "faults": sum(not finding.is_well for _, findings in found for finding in findings),
    }
    return TemplateResponse(request, "admin/doctor.html", context)
