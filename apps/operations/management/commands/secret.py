"""``manage.py secret``: the secrets that the instance shares with other programs, and those that it keeps."""

import sys
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.timesince import timesince
from django_typer.management import command

from apps.core import checks
from apps.core.console import Json, Noun, present, refusing, table, with_progress
from apps.core.encryption import NoEncryptionKey
from apps.core.secret_files import MalformedSecret
from apps.operations import kas_token, rotation, stored_secrets
from apps.operations.rotation import (
    Generation,
    NothingToRetire,
    PreviousStillCounts,
    SecretName,
    StillNeeded,
)

_ABOUT = {
    SecretName.SHELL: checks.about_shell,
    SecretName.KAS: checks.about_kas,
    SecretName.WORKHORSE: checks.about_workhorse,
    SecretName.ENCRYPTION: checks.about_encryption,
}
_NEXT_STEP = {
    SecretName.SHELL: "Copy it to gitlab-shell and Gitaly, restart Gitaly and gitlab-sshd",
    SecretName.KAS: "Copy it to kas and restart kas",
    SecretName.WORKHORSE: "Copy it to Workhorse and restart Workhorse",
    SecretName.ENCRYPTION: "Copy it to the other hosts, run `secret reencrypt`",
}

Name = Annotated[SecretName, typer.Argument(help="Which secret.")]


class Command(Noun):
    help = "List, rotate, retire and verify the secrets of the instance. None is ever printed."

    @command(
        name="list",
        help="List the secrets that count, with their age and last use on this host.\n\n"
        "Example: manage.py secret list",
    )
    def list_secrets(self, as_json: Json = False) -> None:
        found = [generation for name in SecretName for generation in rotation.generations(name)]
        facts = {"secrets": [_facts(generation) for generation in found]}
        present(
            self,
            facts,
            table([_row(generation) for generation in found], none="There is no secret."),
            as_json=as_json,
        )

    @command(
        help="Make a new secret the current one. The old one goes on counting until it is retired.\n\n"
        "Example: manage.py secret rotate shell"
    )
    def rotate(
        self,
        name: Name,
        force: Annotated[
            bool,
            typer.Option(help="Although the previous secret still counts; of all but encryption it ends."),
        ] = False,
        as_json: Json = False,
    ) -> None:
        with refusing(PreviousStillCounts, OSError):
            rotation.rotate(name, force=force)
        newest = rotation.generations(name)[0]
        lines = [
            f"{newest.file} holds a new secret, {newest.identifier}. The old one still counts.",
            f"{_NEXT_STEP[name]}. Once `secret list` shows no use of the old one: `secret retire {name}`.",
        ]
        present(self, _facts(newest), lines, as_json=as_json)

    @command(
        help="End the previous secret. Refused while somebody uses it.\n\n"
        "Example: manage.py secret retire shell"
    )
    def retire(
        self,
        name: Name,
        idle: Annotated[int, typer.Option(min=0, help="Minutes for which it must not have been used.")] = 10,
        force: Annotated[
            bool, typer.Option(help="Although it is used; who uses it is refused then.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        with refusing(NothingToRetire, StillNeeded, NoEncryptionKey, OSError):
            gone = rotation.retire(name, idle=timedelta(minutes=idle), now=timezone.now(), force=force)
        lines = [f"The previous secret of {name}, {', '.join(gone)}, no longer counts."]
        present(self, {"secret": name, "retired": gone}, lines, as_json=as_json)

    @command(
        help="Check the files of a secret, and whether a copy of it is right. Ends with 1 if not.\n\n"
        "Example: manage.py secret verify shell"
    )
    def verify(
        self,
        name: Name,
        against: Annotated[
            Path | None, typer.Option(metavar="FILE", help="A copy, such as gitlab-shell's; - reads it here.")
        ] = None,
        as_json: Json = False,
    ) -> None:
        findings = [f"{message.msg} {message.hint}" for message in _ABOUT[name]()]
        matches = None
        if against is not None:
            matches = rotation.match(name, _read(against))
            if matches is None:
                findings.append("The copy is neither the current nor the previous secret.")
        good = f"The copy is the {matches} secret." if matches else "The files are as they should be."
        facts = {"secret": name, "matches": matches, "findings": findings}
        present(self, facts, findings or [good], as_json=as_json)
        if findings:
            raise typer.Exit(1)

    @command(
        help="Bring every stored secret under the newest encryption key. It may be stopped and rerun.\n\n"
        "Example: manage.py secret reencrypt"
    )
    def reencrypt(self, as_json: Json = False) -> None:
        pages = with_progress(
            stored_secrets.pages(), total=stored_secrets.count_pages(), what="Pages", quiet=as_json
        )
        with refusing(NoEncryptionKey):
            found = stored_secrets.renew(pages)
        lines = [
            f"{found.older} of {found.total} stored secrets were under an older key and are renewed.",
            *(f"No key opens {secret}." for secret in found.unreadable),
        ]
        facts = {"total": found.total, "renewed": found.older, "unreadable": found.unreadable}
        present(self, facts, lines, as_json=as_json)
        if found.unreadable:
            raise typer.Exit(1)

    @command(
        help="Print a token signed with a secret, good for a minute, for a request by hand.\n\n"
        "Example: manage.py secret sign kas"
    )
    def sign(self, name: Literal["kas"]) -> None:
        try:
            self.stdout.write(kas_token.fresh(at=time.time()))
        except (OSError, MalformedSecret) as error:
            raise CommandError(f"No key of {name}: {error}") from error


def _facts(generation: Generation) -> dict[str, Any]:
    return {**asdict(generation), "file": str(generation.file)}


def _row(generation: Generation) -> dict[str, Any]:
    used = generation.last_used_at
    return {
        "secret": generation.secret,
        "state": generation.state,
        "id": generation.identifier,
        "mode": generation.mode,
        "since": f"{timesince(generation.since)} ago",
        "last use": f"{timesince(used)} ago" if used else "never",
        "file": generation.file,
    }


def _read(copy: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(copy) == "-" else copy.read_bytes()
    except OSError as error:
        raise CommandError(f"{copy} cannot be read: {error.strerror}.") from error
