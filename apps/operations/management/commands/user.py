"""``manage.py user``: who there is, and who may act."""

import sys
from typing import Annotated, Any

import typer
from django.contrib.auth.password_validation import validate_password
from django.core.management.base import CommandError
from django_typer.management import command

from apps.core.console import DryRun, Json, Limit, Noun, details, present, refusing, table
from apps.core.encryption import NoEncryptionKey
from apps.directory import user_changes, users
from apps.directory.models import User, UserState
from apps.operations.deletion.subjects import SubjectKind
from apps.operations.management import deleting
from apps.operations.management.deleting import KeepRepository, Yes
from apps.ssh_keys import accounts, one_time_passwords

Username = Annotated[str, typer.Argument(help="The user's name, in any letter case.")]


class Command(Noun):
    help = "Create, list, change, block and delete users, and their one-time passwords."

    @command(
        help="Create a user, with a namespace of its own. Without a password nobody can log in as it.\n\n"
        "Example: manage.py user create alice --name 'Alice Ahn' --email alice@example.com"
    )
    def create(
        self,
        username: Annotated[
            str, typer.Argument(help="The user's name, which begins the paths of its projects.")
        ],
        name: Annotated[str, typer.Option(help="The full name.")] = "",
        email: Annotated[str, typer.Option(help="The primary address.")] = "",
        admin: Annotated[bool, typer.Option("--admin", help="May do everything.")] = False,
        external: Annotated[
            bool, typer.Option("--external", help="Sees only what it is a member of.")
        ] = False,
        random_password: Annotated[
            bool, typer.Option("--random-password", help="Make a password and show it, once.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        password = users.new_password() if random_password else None
        with refusing():
            user = users.create(
                username=username, name=name, email=email, admin=admin, external=external, password=password
            )
        facts: dict[str, Any] = {"id": user.pk, "username": user.username}
        lines = [f"Created {user} with id {user.pk}."]
        if password:
            facts["password"] = password
            lines.append(f"Password (shown only now): {password}")
        present(self, facts, lines, as_json=as_json)

    @command(
        help="Change a user's fields; what is not named stays.\n\n"
        "Example: manage.py user edit alice --email alice@example.org"
    )
    def edit(
        self,
        username: Username,
        name: Annotated[str | None, typer.Option(help="The full name.")] = None,
        email: Annotated[str | None, typer.Option(help="The primary address.")] = None,
        external: Annotated[bool | None, typer.Option(help="Sees only what it is a member of.")] = None,
        projects_limit: Annotated[int | None, typer.Option(min=0, help="Projects of its own.")] = None,
        as_json: Json = False,
    ) -> None:
        given = {"name": name, "email": email, "external": external, "projects_limit": projects_limit}
        changes = {field: value for field, value in given.items() if value is not None}
        if not changes:
            raise typer.BadParameter("Say what to change: --name, --email, --external or --projects-limit.")
        with refusing(users.UnknownUser):
            user = users.find(username)
            user_changes.edit(user, changes=changes)
        lines = [f"{user}: {field} is {value}." for field, value in changes.items()]
        present(self, {"username": user.username, **changes}, lines, as_json=as_json)

    @command(help="Rename a user; former paths lead on.\n\nExample: manage.py user rename alice alina")
    def rename(
        self,
        username: Username,
        new: Annotated[str, typer.Argument(help="The new name.")],
        as_json: Json = False,
    ) -> None:
        with refusing(users.UnknownUser):
            user = users.find(username)
            former = user.username
            user_changes.rename(user, username=new)
        present(
            self,
            {"id": user.pk, "former": former, "username": new},
            [f"@{former} is @{new} now."],
            as_json=as_json,
        )

    @command(
        help="Replace a password: a random one that is shown once, or --stdin.\n\n"
        "Example: manage.py user password alice",
    )
    def password(
        self,
        username: Username,
        stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input.")] = False,
        as_json: Json = False,
    ) -> None:
        with refusing(users.UnknownUser):
            user = users.find(username)
        password = sys.stdin.readline().rstrip("\r\n") if stdin else users.new_password()
        with refusing():
            validate_password(password, user)
        user_changes.set_password(user, password=password)
        facts = {"username": user.username, **({} if stdin else {"password": password})}
        shown = [] if stdin else [f"Password (shown only now): {password}"]
        present(self, facts, [f"{user} has a new password.", *shown], as_json=as_json)

    @command(help="Make an administrator; --end takes that away.\n\nExample: manage.py user promote alice")
    def promote(
        self,
        username: Username,
        end: Annotated[bool, typer.Option("--end", help="No longer; not the last one.")] = False,
        as_json: Json = False,
    ) -> None:
        with refusing(users.UnknownUser, users.Irreplaceable):
            user = users.find(username)
            changed = user_changes.promote(user, admin=not end)
        facts = {"username": user.username, "admin": user.admin, "changed": changed}
        is_one = "is no administrator" if end else "is an administrator"
        present(self, facts, [f"{user} {is_one}{'' if changed else ' already'}."], as_json=as_json)

    @command(name="list", help="List users by name.\n\nExample: manage.py user list")
    def list_users(
        self,
        state: Annotated[UserState | None, typer.Option(help="Only those in this state.")] = None,
        admin: Annotated[bool, typer.Option("--admin", help="Only administrators.")] = False,
        search: Annotated[str, typer.Option(help="Only those with this in name or address.")] = "",
        limit: Limit = 100,
        as_json: Json = False,
    ) -> None:
        found = User.objects.searched(search)
        found = found.filter(admin=True) if admin else found
        found = found.filter(state=state) if state else found
        rows = [_row(user) for user in found.order_by("username")[: limit or None]]
        lines = table(rows, none="There is no such user.")
        present(self, {"total": found.count(), "users": rows}, lines, as_json=as_json)

    @command(
        help="Show one user: state, second factor, memberships, keys and tokens.\n\n"
        "Example: manage.py user show alice"
    )
    def show(self, username: Username, as_json: Json = False) -> None:
        with refusing(users.UnknownUser):
            facts = accounts.describe(users.find(username))
        present(self, facts, details(facts), as_json=as_json)

    @command(help="Shut a user out of everything.\n\nExample: manage.py user block alice")
    def block(self, username: Username, as_json: Json = False) -> None:
        with refusing(users.UnknownUser, users.Irreplaceable):
            user = users.find(username)
            changed = users.block(user)
        self._say_state(user, changed, as_json=as_json)

    @command(help="Let a user in again, whatever kept it out.\n\nExample: manage.py user unblock alice")
    def unblock(self, username: Username, as_json: Json = False) -> None:
        with refusing(users.UnknownUser):
            user = users.find(username)
        self._say_state(user, users.unblock(user), as_json=as_json)

    @command(help="Forget failed logins and the lock they led to.\n\nExample: manage.py user unlock alice")
    def unlock(self, username: Username, as_json: Json = False) -> None:
        with refusing(users.UnknownUser):
            user = users.find(username)
        user.forget_failures()
        present(self, {"username": user.username}, [f"{user} is not locked."], as_json=as_json)

    @command(
        help="Turn one-time passwords on and print, once, what the authenticator app scans.\n\n"
        "Example: manage.py user enrol-otp alice"
    )
    def enrol_otp(
        self,
        username: Username,
        imported: Annotated[
            bool, typer.Option("--import", help="Read an existing Base32 secret from standard input.")
        ] = False,
        replace: Annotated[
            bool, typer.Option("--replace", help="End the codes of the app that the user has.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        with refusing(users.UnknownUser, NoEncryptionKey):
            user = users.find(username)
            if hasattr(user, "otp_secret") and not replace:
                raise CommandError(f"{user} has an authenticator app. --replace ends its codes.")
            secret = sys.stdin.readline().strip().replace(" ", "") if imported else None
            try:
                uri = one_time_passwords.enrol(user, secret)
            except ValueError:
                raise CommandError("The secret is no Base32 text of at least 112 bits.") from None
        facts = {"username": user.username} if imported else {"username": user.username, "uri": uri}
        lines = [f"One-time passwords are on for {user}.", *([] if imported else [uri])]
        present(self, facts, lines, as_json=as_json)

    @command(
        help="Turn one-time passwords off; without another factor the recovery codes go too.\n\n"
        "Example: manage.py user withdraw-otp alice"
    )
    def withdraw_otp(self, username: Username, as_json: Json = False) -> None:
        with refusing(users.UnknownUser):
            user = users.find(username)
        one_time_passwords.withdraw(user)
        present(
            self, {"username": user.username}, [f"One-time passwords are off for {user}."], as_json=as_json
        )

    @command(help=deleting.HELP.format(kind="user", name="alice"))
    def delete(
        self,
        username: Username,
        dry_run: DryRun = False,
        keep_repository: KeepRepository = False,
        yes: Yes = False,
        as_json: Json = False,
    ) -> None:
        deleting.delete(
            self,
            SubjectKind.USER,
            username,
            dry_run=dry_run,
            keep_repository=keep_repository,
            yes=yes,
            as_json=as_json,
        )

    def _say_state(self, user: User, changed: bool, *, as_json: bool) -> None:
        facts = {"username": user.username, "state": user.state, "changed": changed}
        text = f"{user} is {user.state}." if changed else f"{user} was {user.state} already."
        present(self, facts, [text], as_json=as_json)


_ROW = ("id", "username", "name", "email", "state", "type", "admin")


def _row(user: User) -> dict[str, Any]:
    values = (user.pk, user.username, user.name, user.email, user.state, user.user_type, user.admin)
    return dict(zip(_ROW, values, strict=True))
