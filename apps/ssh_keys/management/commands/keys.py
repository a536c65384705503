"""``manage.py keys``: the SSH keys of users and deployments."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from django.core.management.base import CommandError
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Days, DryRun, End, Json, Limit, Noun, details, present, refusing, table
from apps.core.counting import counted
from apps.directory import projects, users
from apps.ssh_keys import expirations, key_files, registrations
from apps.ssh_keys.models import Key, KeyKind, UsageType
from apps.ssh_keys.registrations import NewKey

KeyId = Annotated[int, typer.Argument(metavar="ID", help="The key's id, as find and list show it.")]
ProjectPath = Annotated[str, typer.Option(metavar="PATH", help="The full path of the project.")]
CanPush = Annotated[bool, typer.Option("--can-push", help="It may push there, too.")]


class Command(Noun):
    help = "Add, import, find, list and revoke SSH keys, and grant projects to deploy keys."

    @command(
        help="Store a public key: --user for a person's, --deploy and --project for a deployment's.\n\n"
        "Example: manage.py keys add --user alice --file ~/.ssh/id_ed25519.pub"
    )
    def add(
        self,
        file: Annotated[str, typer.Option(help="The .pub file; - is standard input.")] = "-",
        user: Annotated[
            str | None, typer.Option(metavar="USERNAME", help="Its owner; of a deploy key, its creator.")
        ] = None,
        deploy: Annotated[bool, typer.Option("--deploy", help="It is a deploy key.")] = False,
        project: Annotated[str | None, typer.Option(metavar="PATH", help="What a deploy key opens.")] = None,
        can_push: CanPush = False,
        title: Annotated[str, typer.Option(help="By default the key's comment.")] = "",
        usage: Annotated[UsageType, typer.Option(help="What it is for.")] = UsageType.AUTH_AND_SIGNING,
        expires: Annotated[datetime | None, End] = None,
        as_json: Json = False,
    ) -> None:
        _check_usage(deploy=deploy, user=user, project=project, can_push=can_push)
        end = expires.replace(tzinfo=UTC) if expires else None
        new = NewKey(text=_read(file), title=title, expires_at=end, usage_type=usage)
        with refusing(
            users.UnknownUser, projects.UnknownProject, registrations.AlreadyStored, registrations.NoCreator
        ):
            owner = users.find(user) if user else None
            if project:
                key = registrations.add_deploy_key(
                    new=new, project=projects.find(project), can_push=can_push, creator=owner
                )
            elif owner:
                key = registrations.add_user_key(user=owner, new=new)
        present(self, _facts(key), [f"Stored key {key.pk}: {key}"], as_json=as_json)

    @command(
        help="Find a key by its fingerprint (SHA256:… or MD5:…) or its text; ends with 1 if there is none."
        "\n\nExample: manage.py keys find SHA256:MQHWhS9nhzUezUdD42ytxubZoBKrZLbyBZzxCkmnxXc"
    )
    def find(
        self,
        term: Annotated[
            str, typer.Argument(help="A fingerprint or a whole key; - reads a key from standard input.")
        ],
        as_json: Json = False,
    ) -> None:
        key = Key.objects.fingerprinted(_read("-") if term == "-" else term).select_related("user").first()
        if key is None:
            raise CommandError("There is no such key.")
        facts = _facts(key)
        present(self, facts, details(facts), as_json=as_json)

    @command(name="list", help="List keys, the newest first.\n\nExample: manage.py keys list --user alice")
    def list_keys(
        self,
        user: Annotated[str | None, typer.Option(metavar="USERNAME", help="Only those of this user.")] = None,
        project: Annotated[
            str | None, typer.Option(metavar="PATH", help="Only deploy keys that open it.")
        ] = None,
        kind: Annotated[KeyKind | None, typer.Option(help="Only this kind.")] = None,
        limit: Limit = 100,
        as_json: Json = False,
    ) -> None:
        found = Key.objects.filter(kind=kind) if kind else Key.objects.all()
        with refusing(users.UnknownUser, projects.UnknownProject):
            found = found.filter(user=users.find(user)) if user else found
            found = found.filter(grants__project=projects.find(project)) if project else found
        page = found.select_related("user").prefetch_related("grants__project__route")
        rows = [_facts(key) for key in page.order_by("-pk")[: limit or None]]
        lines = table([{name: row[name] for name in _COLUMNS} for row in rows], none="There is no such key.")
        present(self, {"total": found.count(), "keys": rows}, lines, as_json=as_json)

    @command(
        help="Delete keys: nobody comes in with them again. All of them or, if one is unknown, none.\n\n"
        "Example: manage.py keys revoke 17 18"
    )
    def revoke(
        self,
        ids: Annotated[list[int], typer.Argument(metavar="ID...", help="As find and list show them.")],
        as_json: Json = False,
    ) -> None:
        with refusing(registrations.UnknownKeyId):
            revoked = registrations.revoke(ids)
        facts = {"revoked": [_facts(key, key_id) for key_id, key in revoked.items()]}
        lines = [f"Revoked key {key_id}: {key}" for key_id, key in revoked.items()]
        present(self, facts, lines, as_json=as_json)

    @command(
        help="Open a project to a deploy key, or change whether it may push there.\n\n"
        "Example: manage.py keys grant 17 --project acme/hammer"
    )
    def grant(
        self, key: KeyId, project: ProjectPath, can_push: CanPush = False, as_json: Json = False
    ) -> None:
        with refusing(
            registrations.UnknownKeyId,
            registrations.NotADeployKey,
            registrations.NoCreator,
            projects.UnknownProject,
        ):
            row = registrations.grant(
                key=registrations.find(key), project=projects.find(project), can_push=can_push
            )
        mode = "reading and pushing" if row.can_push else "reading"
        facts = _facts(row.key)
        present(self, facts, [f"Key {key} opens {row.project.full_path} for {mode}."], as_json=as_json)

    @command(
        help="Close a project to a deploy key; the key stays.\n\n"
        "Example: manage.py keys withdraw 17 --project acme/hammer"
    )
    def withdraw(self, key: KeyId, project: ProjectPath, as_json: Json = False) -> None:
        with refusing(registrations.UnknownKeyId, registrations.NoGrant, projects.UnknownProject):
            row, place = registrations.find(key), projects.find(project)
            registrations.withdraw(key=row, project=place)
        present(self, _facts(row), [f"Key {key} does not open {place.full_path} any more."], as_json=as_json)

    @command(
        help="List keys that end soon. Made to run daily: ends with 1 when there are any.\n\n"
        "Example: manage.py keys expiring --days 14"
    )
    def expiring(self, days: Days = 7, as_json: Json = False) -> None:
        found = expirations.keys(days=days, now=timezone.now())
        lines = map(str, found) if found else [f"No key ends within {counted(days, 'day')}."]
        present(self, {"expiring": [thing.facts for thing in found]}, lines, as_json=as_json)
        if found:
            raise typer.Exit(1)

    @command(
        name="import",
        help="Store all keys of an authorized_keys file, of standard input or of an https:// address. All of "
        "them or, if a line is no key, none; those that are stored already stay.\n\n"
        "Example: manage.py keys import alice https://github.com/alice.keys",
    )
    def import_keys(
        self,
        user: Annotated[str, typer.Argument(metavar="USERNAME", help="Whose keys they are.")],
        source: Annotated[str, typer.Argument(help="A file, https://…; - is standard input.")] = "-",
        expires: Annotated[datetime | None, End] = None,
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        end = expires.replace(tzinfo=UTC) if expires else None
        with refusing(users.UnknownUser, key_files.UnreadableKeyFile):
            owner, texts = users.find(user), key_files.keys(key_files.text(source))
            outcome = registrations.add_user_keys(user=owner, texts=texts, expires_at=end, dry_run=dry_run)
        facts = {"user": owner.username, "dry_run": dry_run, **asdict(outcome)}
        lines = [f"Stored: {len(outcome.stored)}. There already: {len(outcome.known)}.", *outcome.others]
        present(self, facts, [*lines, *(["Nothing was changed."] if dry_run else [])], as_json=as_json)
        if outcome.others:
            raise typer.Exit(1)

    @command(
        help="Let keys expire now, or on a day; they stay stored.\n\nExample: manage.py keys expire 17 18"
    )
    def expire(
        self,
        ids: Annotated[list[int], typer.Argument(metavar="ID...", help="As find and list show them.")],
        on: Annotated[datetime | None, End] = None,
        as_json: Json = False,
    ) -> None:
        at = on.replace(tzinfo=UTC) if on else timezone.now()
        with refusing(registrations.UnknownKeyId):
            count = registrations.expire(ids, at=at)
        present(
            self,
            {"expire": count, "at": at},
            [f"Keys that expire at {at:%Y-%m-%d %H:%M}: {count}."],
            as_json=as_json,
        )


_COLUMNS = ("id", "kind", "user", "title", "algorithm", "fingerprint", "expires_at", "last_used_at", "opens")


def _check_usage(*, deploy: bool, user: str | None, project: str | None, can_push: bool) -> None:
    if deploy and project is None:
        raise typer.BadParameter("--deploy needs --project: what the key opens.")
    if not deploy and (project is not None or can_push):
        raise typer.BadParameter("--project and --can-push are for a deploy key: add --deploy.")
    if not deploy and user is None:
        raise typer.BadParameter("Whose key is it? Give --user, or --deploy and --project.")


def _read(file: str) -> str:
    with refusing(key_files.UnreadableKeyFile):
        return key_files.text(file)


def _facts(key: Key, key_id: int | None = None) -> dict[str, Any]:
    return {
        "id": key_id or key.pk,
        "kind": key.kind,
        "user": key.user.username if key.user else None,
        "title": key.title,
        "algorithm": key.algorithm,
        "bits": key.bits,
        "fingerprint": f"SHA256:{key.fingerprint_sha256}",
        "fingerprint_md5": f"MD5:{key.fingerprint_md5}",
        "usage": key.usage_type,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "opens": key.opens() if key.pk else [],
    }
