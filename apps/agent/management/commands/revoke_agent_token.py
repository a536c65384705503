"""End an agent's token."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.agent.models import AgentToken


class Command(BaseCommand):
    help = "Revoke a token of an agent. kas may go on accepting it for the five minutes of its cache."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("token", type=int, help="The token's id, as list_agents shows it.")

    def handle(self, *, token: int, **options: Any) -> None:
        tokens = AgentToken.objects.filter(pk=token)
        found = tokens.select_related("agent__project__route").first()
        if found is None:
            raise CommandError(f"There is no token {token}.")
        tokens.revoke(at=timezone.now())
        self.stdout.write(f"Revoked: {found}")
