"""``manage.py token``: personal access tokens."""

from datetime import date, datetime
from typing import Annotated, Any

import typer
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Days, End, Json, Limit, Noun, present, refusing, table
from apps.core.counting import counted
from apps.directory import access_tokens, expirations, users
from apps.directory.models import PersonalAccessToken


class Command(Noun):
    help = (
        "Create, list and revoke personal access tokens. The text of a token is shown once, when it is made."
    )

    @command(
        help="Create a token of a user and print its text, which nobody can read again.\n\n"
        "Example: manage.py token create bob --name ci --scope read_repository --expires 2030-01-31"
    )
    def create(
        self,
        username: Annotated[str, typer.Argument(help="Whose token it is.")],
        name: Annotated[str, typer.Option(help="What it is for.")],
        scope: Annotated[
            list[str], typer.Option(help=f"May be repeated: {', '.join(access_tokens.SCOPES_OF_OPERATORS)}.")
        ],
        expires: Annotated[datetime | None, End] = None,
        as_json: Json = False,
    ) -> None:
        with refusing(users.UnknownUser, access_tokens.TokenRefused):
            token, text = access_tokens.create(
                user=users.find(username),
                name=name,
                scopes=scope,
                expires_at=expires.date() if expires else None,
                today=timezone.now().date(),
            )
        lines = [
            f"Token {token.pk} {token} ends {token.expires_at or 'never'}.",
            f"Token (shown only now): {text}",
        ]
        present(self, {**_row(token, timezone.now().date()), "token": text}, lines, as_json=as_json)

    @command(
        name="list",
        help="List tokens that work, the newest first.\n\nExample: manage.py token list --user bob",
    )
    def list_tokens(
        self,
        user: Annotated[str | None, typer.Option(metavar="USERNAME", help="Only those of this user.")] = None,
        all_: Annotated[bool, typer.Option("--all", help="Those that have ended as well.")] = False,
        limit: Limit = 100,
        as_json: Json = False,
    ) -> None:
        today = timezone.now().date()
        found = PersonalAccessToken.objects.all() if all_ else PersonalAccessToken.objects.usable(on=today)
        if user:
            with refusing(users.UnknownUser):
                found = found.filter(user=users.find(user))
        rows = [_row(token, today) for token in found.select_related("user").order_by("-pk")[: limit or None]]
        lines = table(rows, none="There is no such token.")
        present(self, {"total": found.count(), "tokens": rows}, lines, as_json=as_json)

    @command(
        help="End tokens for good. All of them or, if one is unknown, none.\n\n"
        "Example: manage.py token revoke 12"
    )
    def revoke(
        self,
        ids: Annotated[list[int], typer.Argument(metavar="ID...", help="As list shows them.")],
        as_json: Json = False,
    ) -> None:
        with refusing(access_tokens.UnknownToken):
            revoked = access_tokens.revoke(ids)
        present(self, {"revoked": revoked}, [f"Tokens revoked: {revoked}."], as_json=as_json)

    @command(
        help="List tokens that end soon. Made to run daily: ends with 1 when there are any.\n\n"
        "Example: manage.py token expiring --days 14"
    )
    def expiring(self, days: Days = 7, as_json: Json = False) -> None:
        found = expirations.tokens(days=days, now=timezone.now())
        lines = map(str, found) if found else [f"No token ends within {counted(days, 'day')}."]
        present(self, {"expiring": [thing.facts for thing in found]}, lines, as_json=as_json)
        if found:
            raise typer.Exit(1)


def _row(token: PersonalAccessToken, today: date) -> dict[str, Any]:
    return {
        "id": token.pk,
        "user": token.user.username,
        "name": token.name,
        "scopes": token.scopes,
        "state": token.state(on=today),
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }
