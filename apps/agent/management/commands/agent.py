"""``manage.py agent``: agents for Kubernetes, and the tokens they show."""

from typing import Annotated, Any

import typer
from django.db import transaction
from django.utils import timezone
from django_typer.management import command, group

from apps.agent import agents, tokens
from apps.agent.models import Agent, AgentToken
from apps.core.console import Json, Noun, present, refusing, table
from apps.directory import projects, users

AgentId = Annotated[int, typer.Argument(metavar="AGENT", help="The agent's id, as list shows it.")]
CreatedBy = Annotated[
    str | None,
    typer.Option(
        metavar="USERNAME",
        help="Whose permission counts when the agent reports vulnerabilities: at least a developer.",
    ),
]


class Command(Noun):
    help = "Register agents, list them, and issue and revoke their tokens."

    @command(
        help="Create an agent of a project and print its first token, which nobody can read again.\n\n"
        "Example: manage.py agent register acme/hammer cluster"
    )
    def register(
        self,
        project: Annotated[str, typer.Argument(help="The full path of the project with its configuration.")],
        name: Annotated[str, typer.Argument(help="Lower-case letters, digits and dashes.")],
        created_by: CreatedBy = None,
        as_json: Json = False,
    ) -> None:
        with refusing(projects.UnknownProject, users.UnknownUser), transaction.atomic():
            owner = projects.find(project)
            creator = users.find(created_by) if created_by else None
            agent = agents.register(project=owner, name=name, created_by=creator)
            token, text = tokens.issue(agent=agent, name=name, created_by=creator)
        facts = {**_row(agent), "token_id": token.pk, "token": text}
        lines = [f"Agent {agent.pk}: {agent}", f"Token (shown only now): {text}"]
        present(self, facts, lines, as_json=as_json)

    @command(
        name="list",
        help="List the agents with their last contact, exact to 40 minutes, and their good tokens.\n\n"
        "Example: manage.py agent list",
    )
    def list_agents(self, as_json: Json = False) -> None:
        found = Agent.objects.with_last_contact().order_by("pk").select_related("project__route")
        rows = [_row(agent) for agent in found]
        present(self, {"agents": rows}, table(rows, none="There is no agent."), as_json=as_json)

    @group(help="Issue, list and revoke the tokens of agents.")
    def token(self) -> None:
        """Take no option of its own."""

    @token.command(
        help="Print a new token of an agent, which nobody can read again. Its others stay good.\n\n"
        "Example: manage.py agent token create 3 spare"
    )
    def create(
        self,
        agent: AgentId,
        name: Annotated[str, typer.Argument(help="What the token is for.")],
        description: str = "",
        as_json: Json = False,
    ) -> None:
        with refusing(agents.UnknownAgent):
            token, text = tokens.issue(agent=agents.find(agent), name=name, description=description)
        lines = [f"Token {token.pk}: {token}", f"Token (shown only now): {text}"]
        present(self, {**_token_row(token), "token": text}, lines, as_json=as_json)

    @token.command(
        name="list",
        help="List the tokens of an agent, revoked ones included.\n\nExample: manage.py agent token list 3",
    )
    def list_tokens(self, agent: AgentId, as_json: Json = False) -> None:
        with refusing(agents.UnknownAgent):
            rows = [_token_row(token) for token in agents.find(agent).tokens.order_by("pk")]
        present(self, {"tokens": rows}, table(rows, none="It has no token."), as_json=as_json)

    @token.command(
        help="Revoke a token. kas may go on accepting it for the five minutes of its cache.\n\n"
        "Example: manage.py agent token revoke 7"
    )
    def revoke(
        self,
        token: Annotated[int, typer.Argument(metavar="TOKEN", help="The token's id, as list shows it.")],
        as_json: Json = False,
    ) -> None:
        with refusing(tokens.UnknownAgentToken):
            revoked = tokens.revoke(token, now=timezone.now())
        present(self, _token_row(revoked), [f"Revoked: {revoked}"], as_json=as_json)


def _row(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.pk,
        "name": agent.name,
        "project": agent.project.full_path,
        "last_contact_at": getattr(agent, "last_contact_at", None),
        "token_ids": [token.pk for token in agent.tokens.usable().order_by("pk")],
    }


def _token_row(token: AgentToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "description": token.description,
        "revoked": token.revoked,
        "created_at": token.created_at,
        "last_used_at": token.last_used_at,
    }
