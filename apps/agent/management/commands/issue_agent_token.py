"""Give an agent another token."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.agent import tokens
from apps.agent.models import Agent


class Command(BaseCommand):
    help = "Print a new token of an agent, which nobody can read again. Its other tokens stay good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("agent", type=int, help="The agent's id, as list_agents shows it.")
        parser.add_argument("name", help="What the token is for.")
        parser.add_argument("--description", default="")

    def handle(self, *, agent: int, name: str, description: str, **options: Any) -> None:
        owner = Agent.objects.filter(pk=agent).select_related("project__route").first()
        if owner is None:
            raise CommandError(f"There is no agent {agent}.")
        try:
            token, text = tokens.issue(agent=owner, name=name, description=description)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"Token {token.pk}: {token}")
        self.stdout.write(f"Token (shown only now): {text}")
