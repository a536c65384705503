"""``manage.py broadcast``: what everybody is told who pushes."""

from datetime import timedelta
from typing import Annotated, Any

import typer
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Json, Noun, present, refusing, table
from apps.git_access.models import BroadcastMessage
from apps.git_access.pushes import broadcasts

Hours = Annotated[float, typer.Option(min=0.01, max=24 * 366, help="For how long.")]


class Command(Noun):
    help = "Send messages to everybody who pushes, list them and end them."

    @command(
        help="Tell everybody who pushes, from now on.\n\n"
        "Example: manage.py broadcast send 'Upgrade at 18:00' --hours 8",
    )
    def send(
        self,
        message: Annotated[str, typer.Argument(help="The text.")],
        hours: Hours = 24,
        path: Annotated[
            str, typer.Option(metavar="PATTERN", help="Only these projects, such as 'acme/*'.")
        ] = "",
        as_json: Json = False,
    ) -> None:
        with refusing():
            row = broadcasts.send(
                message=message, target_path=path, now=timezone.now(), lasting=timedelta(hours=hours)
            )
        present(
            self,
            _row(row),
            [f"Message {row.pk} is shown until {row.ends_at:%Y-%m-%d %H:%M} UTC."],
            as_json=as_json,
        )

    @command(
        name="list",
        help="List messages that are shown or will be; --all lists former ones, too.\n\n"
        "Example: manage.py broadcast list --all",
    )
    def list_messages(
        self,
        every: Annotated[bool, typer.Option("--all", help="Former ones, too.")] = False,
        as_json: Json = False,
    ) -> None:
        found = BroadcastMessage.objects.order_by("-pk")
        rows = [_row(row) for row in (found if every else found.filter(ends_at__gte=timezone.now()))]
        present(self, {"messages": rows}, table(rows, none="There is no message."), as_json=as_json)

    @command(help="Show a message no longer.\n\nExample: manage.py broadcast end 3")
    def end(
        self,
        message_id: Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")],
        as_json: Json = False,
    ) -> None:
        with refusing(broadcasts.NotShown):
            row = broadcasts.end(message_id, now=timezone.now())
        present(self, _row(row), [f"Message {message_id} is shown no longer."], as_json=as_json)


def _row(row: BroadcastMessage) -> dict[str, Any]:
    return {
        "id": row.pk, "message": row.message, "from": row.starts_at, "until": row.ends_at,
        "projects": row.target_path,
    }  # fmt: skip
