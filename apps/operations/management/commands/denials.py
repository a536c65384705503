"""``manage.py denials``: who was refused what, where, by which rule, when and from where."""

from datetime import timedelta
from typing import Annotated, Any

import typer
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Json, Limit, Noun, present, refusing, table
from apps.directory import projects, users
from apps.git_access.models import Denial


class Command(Noun):
    help = "List refused Git commands; they are kept for 30 days."

    @command(
        name="list",
        help="List refused Git commands, the newest first.\n\n"
        "Example: manage.py denials list --project acme/hammer --hours 24",
    )
    def list_denials(
        self,
        user: Annotated[str | None, typer.Option(metavar="USERNAME", help="Only those of this user.")] = None,
        project: Annotated[
            str | None, typer.Option(metavar="PATH", help="Only those of this project.")
        ] = None,
        rule: Annotated[str | None, typer.Option(help="Only those by this rule.")] = None,
        hours: Annotated[int, typer.Option(min=0, max=24 * 31, help="Only so recent ones; 0 is all.")] = 0,
        limit: Limit = 50,
        as_json: Json = False,
    ) -> None:
        found = Denial.objects.filter(rule=rule) if rule else Denial.objects.all()
        with refusing(users.UnknownUser, projects.UnknownProject):
            found = found.filter(user=users.find(user)) if user else found
            found = found.filter(project=projects.find(project)) if project else found
        if hours:
            found = found.filter(created_at__gte=timezone.now() - timedelta(hours=hours))
        page = found.select_related("user", "key").order_by("-pk")[: limit or None]
        rows = [_row(denial) for denial in page]
        lines = table([{name: row[name] for name in _COLUMNS} for row in rows], none="Nothing was refused.")
        present(self, {"total": found.count(), "denials": rows}, lines, as_json=as_json)


_COLUMNS = ("when", "who", "where", "action", "rule", "address")


def _row(denial: Denial) -> dict[str, Any]:
    who = denial.user.username if denial.user else f"key {denial.key_id}" if denial.key_id else None
    return {
        "when": denial.created_at,
        "who": who,
        "where": denial.place,
        "action": denial.action,
        "protocol": denial.protocol,
        "rule": denial.rule,
        "address": denial.address,
        "message": denial.message,
    }
