"""``manage.py member``: who belongs to which group or project."""

from datetime import datetime
from typing import Annotated, Literal

import typer
from django.utils import timezone
from django_typer.management import command

from apps.core.console import End, Json, Noun, present, refusing, table
from apps.directory import memberships, users
from apps.directory.models import AccessLevel

Path = Annotated[str, typer.Argument(help="The full path of a group or project.")]
Username = Annotated[str, typer.Argument(help="The user's name.")]
Level = Literal["guest", "planner", "reporter", "security_manager", "developer", "maintainer", "owner"]


class Command(Noun):
    help = "Add, remove and list the direct members of groups and projects."

    @command(
        help="Make a user a member, or change the level that it has.\n\n"
        "Example: manage.py member add acme/hammer bob --level developer"
    )
    def add(
        self,
        path: Path,
        username: Username,
        level: Level = "developer",
        expires: Annotated[datetime | None, End] = None,
        as_json: Json = False,
    ) -> None:
        with refusing(users.UnknownUser, memberships.UnknownPath, memberships.InvalidMembership):
            member, created = memberships.set_level(
                user=users.find(username),
                source=memberships.source_at(path),
                level=AccessLevel[level.upper()],
                expires_at=expires.date() if expires else None,
                today=timezone.now().date(),
            )
        facts = {"id": member.pk, "level": level, "expires_at": member.expires_at, "created": created}
        present(self, facts, [f"{member}, until {member.expires_at or 'removed'}."], as_json=as_json)

    @command(help="End a direct membership.\n\nExample: manage.py member remove acme/hammer bob")
    def remove(self, path: Path, username: Username, as_json: Json = False) -> None:
        with refusing(users.UnknownUser, memberships.UnknownPath, memberships.NotAMember):
            user, source = users.find(username), memberships.source_at(path)
            memberships.remove(user=user, source=source)
        facts = {"path": source.full_path, "username": user.username}
        present(self, facts, [f"{user} is no member of {source.full_path} any more."], as_json=as_json)

    @command(
        name="list",
        help="List the direct members of a group or project; those from above are not among them.\n\n"
        "Example: manage.py member list acme/hammer",
    )
    def list_members(self, path: Path, as_json: Json = False) -> None:
        with refusing(memberships.UnknownPath):
            source = memberships.source_at(path)
        rows = [
            {
                "username": member.user.username if member.user else None,
                "invited": member.invite_email or None,
                "level": AccessLevel(member.access_level).name.lower(),
                "expires_at": member.expires_at,
                "waiting": member.requested_at is not None,
            }
            for member in source.memberships.select_related("user").order_by("user__username", "pk")
        ]
        lines = table(rows, none="There is no member.")
        present(self, {"path": source.full_path, "members": rows}, lines, as_json=as_json)
