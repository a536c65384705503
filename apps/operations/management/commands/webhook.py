"""``manage.py webhook``: whom projects tell about their pushes."""

import sys
from typing import Annotated, Any

import typer
from django.core.management.base import CommandError
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Json, Noun, present, refusing, table
from apps.core.encryption import NoEncryptionKey
from apps.directory import projects
from apps.git_access.models import Webhook
from apps.git_access.pushes.after.webhooks import deliveries, destinations, registrations

Path = Annotated[str, typer.Argument(help="The full path of the project.")]
HookId = Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")]


class Command(Noun):
    help = "Add, test, list and remove the webhooks of projects."

    @command(
        help="Tell an address about the pushes of a project.\n\n"
        "Example: manage.py webhook add acme/hammer https://ci.example.com/hook --secret < secret"
    )
    def add(
        self,
        path: Path,
        url: Annotated[str, typer.Argument(help="http:// or https://.")],
        tags: Annotated[bool, typer.Option("--tags", help="Pushes of tags, too.")] = False,
        secret: Annotated[
            bool, typer.Option("--secret", help="Read what signs the messages from standard input.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        with refusing(projects.UnknownProject, NoEncryptionKey):
            hook = registrations.add(
                project=projects.find(path),
                url=url,
                tag_push_events=tags,
                secret=_secret() if secret else "",
            )
        present(self, _row(hook), [f"Webhook {hook.pk} of {path} tells {url}."], as_json=as_json)

    @command(
        name="list",
        help="List the webhooks of a project, or of all.\n\nExample: manage.py webhook list acme/hammer",
    )
    def list_webhooks(
        self,
        path: Annotated[str | None, typer.Argument(help="The full path of the project.")] = None,
        as_json: Json = False,
    ) -> None:
        found = Webhook.objects.select_related("project__route").order_by("pk")
        with refusing(projects.UnknownProject):
            found = found.filter(project=projects.find(path)) if path else found
        rows = [_row(hook) for hook in found]
        present(self, {"webhooks": rows}, table(rows, none="There is no webhook."), as_json=as_json)

    @command(
        help="Send a test message, and say what was answered; ends with 1 unless that was good.\n\n"
        "Example: manage.py webhook test 7"
    )
    def test(self, hook_id: HookId, as_json: Json = False) -> None:
        with refusing(registrations.UnknownWebhook, destinations.NotDelivered):
            hook = registrations.find(hook_id)
            try:
                status = deliveries.send_test(hook, now=timezone.now())
            except destinations.ForbiddenAddress as host:
                raise CommandError(f"{host} has a private address.") from None
        present(self, {**_row(hook), "status": status}, [f"{hook.url} answered {status}."], as_json=as_json)
        if not 200 <= status < 300:
            raise typer.Exit(1)

    @command(help="Remove a webhook with the record of its messages.\n\nExample: manage.py webhook remove 7")
    def remove(self, hook_id: HookId, as_json: Json = False) -> None:
        with refusing(registrations.UnknownWebhook):
            hook = registrations.find(hook_id)
        facts = _row(hook)
        hook.delete()
        present(self, facts, [f"Webhook {hook_id} is removed."], as_json=as_json)


def _secret() -> str:
    secret = sys.stdin.readline().strip()
    if not secret:
        raise CommandError("Standard input has no secret.")
    return secret


def _row(hook: Webhook) -> dict[str, Any]:
    return {
        "id": hook.pk,
        "project": hook.project.full_path,
        "url": hook.url,
        "branches": hook.push_events,
        "tags": hook.tag_push_events,
        "signed": hook.secret is not None,
    }
