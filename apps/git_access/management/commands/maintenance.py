"""``manage.py maintenance``: refuse and accept pushes at run time, on every host, without a restart."""

import getpass
from typing import Annotated

import typer
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Json, Noun, details, present
from apps.git_access import maintenance
from apps.git_access.models import Maintenance


class Command(Noun):
    help = "Refuse pushes while the instance is maintained; pulls go on."

    @command(
        help="Refuse pushes from now on. When it is on already, a new message replaces the old one.\n\n"
        "Example: manage.py maintenance on --message 'Back at nine'"
    )
    def on(
        self,
        message: Annotated[
            str, typer.Option(help="What everybody is told who pushes, such as until when.")
        ] = "",
        by: Annotated[str, typer.Option(help="Who does this; your login name, unless you say so.")] = "",
        as_json: Json = False,
    ) -> None:
        begun = maintenance.begin(message=message, by=by or getpass.getuser(), now=timezone.now())
        self._present(begun, as_json=as_json)

    @command(help="Accept pushes again.\n\nExample: manage.py maintenance off")
    def off(self, as_json: Json = False) -> None:
        maintenance.end()
        self._present(None, as_json=as_json)

    @command(
        help="Say whether pushes are refused, since when, by whom, and what users are told.\n\n"
        "Example: manage.py maintenance status"
    )
    def status(self, as_json: Json = False) -> None:
        self._present(maintenance.current(), as_json=as_json)

    def _present(self, going_on: Maintenance | None, *, as_json: bool) -> None:
        facts = {
            "maintenance": going_on is not None,
            "started_at": going_on.started_at if going_on else None,
            "started_by": going_on.started_by if going_on else None,
            "message": going_on.message if going_on else None,
            "by_environment": maintenance.is_forced(),
        }
        present(self, facts, details(facts), as_json=as_json)
