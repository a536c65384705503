"""Who was refused most, and where."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from apps.git_access.models import Denial

LOOKED_AT = 5000  # of the latest refusals
SHOWN = 5


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A user or a project, how often it was refused, and where these refusals are."""

    name: str
    number: int
    url: str


def most(*, since: datetime) -> list[tuple[str, list[RefusedRow]]]:
    """Return the users and the projects with the most refusals since a moment, by one query."""
    latest = Denial.objects.filter(created_at__gte=since).order_by("-pk")[:LOOKED_AT]
    found = list(latest.values_list("user_id", "user__username", "project_id", "project__route__path"))
    people = Counter((row[0], f"@{row[1]}") for row in found if row[0] is not None)
    projects = Counter((row[2], row[3]) for row in found if row[2] is not None)
    return [
        ("Most refused people", _rows(people, "user")),
        ("Most refused projects", _rows(projects, "project")),
    ]


def _rows(counted: Counter[tuple[int, str]], field: str) -> list[RefusedRow]:
    return [RefusedRow(name, number, _list(field, pk)) for (pk, name), number in counted.most_common(SHOWN)]


def _list(field: str, pk: int) -> str:
    return reverse("admin:git_access_denial_changelist", query={f"{field}__id__exact": str(pk)})
