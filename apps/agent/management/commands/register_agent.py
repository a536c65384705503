"""Create an agent and its first token."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.agent import agents, tokens
from apps.directory.models import Project, User


class Command(BaseCommand):
    help = "Create an agent of a project and print its first token, which nobody can read again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="The full path of the project with the agent's configuration.")
        parser.add_argument("name", help="The agent's name: lower-case letters, digits and dashes.")
        parser.add_argument(
            "--created-by",
            metavar="USERNAME",
            help="Whose permission counts when the agent reports vulnerabilities: at least a developer.",
        )

    def handle(self, *, project: str, name: str, created_by: str | None, **options: Any) -> None:
        owner = Project.objects.at_path(project).select_related("route").first()
        creator = User.objects.named(created_by).first() if created_by else None
        if owner is None:
            raise CommandError(f"There is no project {project}.")
        if created_by and creator is None:
            raise CommandError(f"There is no user {created_by}.")
        try:
            with transaction.atomic():
                agent = agents.register(project=owner, name=name, created_by=creator)
                _, text = tokens.issue(agent=agent, name=name, created_by=creator)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"Agent {agent.pk}: {agent}")
        self.stdout.write(f"Token (shown only now): {text}")
