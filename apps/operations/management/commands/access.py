"""``manage.py access explain``: every rule about one Git command, and the one that decides."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import typer
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Json, Noun, present
from apps.git_access.access import explain
from apps.git_access.access.explain import Explanation, Outcome
from apps.git_access.context.attempt import Action
from apps.git_access.context.attempt import Command as GitCommand
from apps.git_access.context.changes import ANY
from apps.ssh_keys.actors import Claim

GitAction = Annotated[
    Action | None, typer.Option(help="The Git command; a push if --ref is given, else a pull.")
]
PushedRef = Annotated[str | None, typer.Option(help="Of a push: the whole name, such as refs/heads/main.")]

_MARKS = {Outcome.PASSED: "+", Outcome.REFUSED: "!", Outcome.NOT_REACHED: " "}


class Command(Noun):
    help = "Say why somebody may or may not use a repository."

    @command(help="Print every rule about a Git command, and which decides. Ends with 1 if it may not run.")
    def explain(
        self,
        project: Annotated[str, typer.Option(metavar="PATH", help="The path as typed.")],
        key: Annotated[int | None, typer.Option(metavar="ID", help="The SSH key.")] = None,
        user: Annotated[str | None, typer.Option(metavar="USERNAME", help="A user without a key.")] = None,
        action: GitAction = None,
        ref: PushedRef = None,
        old: Annotated[str | None, typer.Option(help="Where the ref is; found out if left out.")] = None,
        new: Annotated[str | None, typer.Option(help="Where it shall be; found out if left out.")] = None,
        protocol: Annotated[Literal["ssh", "http", "web"], typer.Option(help="How Git comes.")] = "ssh",
        ip: Annotated[str | None, typer.Option(help="The address that the command comes from.")] = None,
        as_json: Json = False,
    ) -> None:
        if key is not None and user is not None:
            raise typer.BadParameter("--key and --user exclude each other.")
        asked = GitCommand(
            claim=Claim(key_id=key, username=user),
            action=action or (Action.RECEIVE_PACK if ref else Action.UPLOAD_PACK),
            protocol=protocol,
            project=project,
            changes=ANY,
            check_ip=ip,
        )
        now = timezone.now()
        if ref:
            asked = explain.with_change_to(asked, ref, now=now, old=old, new=new)
        explanation = explain.explain(asked, now=now)
        present(self, _facts(explanation), _lines(explanation), as_json=as_json)
        if not explanation.allowed:
            raise typer.Exit(1)


def _lines(explanation: Explanation) -> Iterator[str]:
    for rule in explanation.rules:
        yield f"{_MARKS[rule.outcome]} {rule.text}  [{rule.outcome}]"
        for title, outcome in rule.parts:
            yield f"    {_MARKS[outcome]} {title}"
    deciding = explanation.deciding
    if deciding is None:
        yield "\nAllowed: every rule passed."
    else:
        yield f"\nRefused by: {deciding.text}\n{deciding.message}"


def _facts(explanation: Explanation) -> dict[str, Any]:
    deciding = explanation.deciding
    return {
        "allowed": explanation.allowed,
        "decided_by": deciding.text if deciding else None,
        "message": deciding.message if deciding else None,
        "rules": [
            {
                "rule": rule.text,
                "outcome": rule.outcome,
                "parts": [{"title": title, "outcome": outcome} for title, outcome in rule.parts],
            }
            for rule in explanation.rules
        ],
    }
