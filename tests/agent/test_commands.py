"""Agents and tokens at the command line."""

import json
import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.agent import tokens
from apps.agent.models import Agent, AgentToken
from tests.agent.test_kas_authentication import status_of
from tests.factories.agent import AgentFactory, issue_token
from tests.factories.directory import ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def shown_token(output: str) -> str:
    found = re.search(r"shown only now\): (\S{50})$", output, re.MULTILINE)
    assert found, output
    return found[1]


def test_an_agent_is_registered_with_a_token_that_works() -> None:
    project, user = ProjectFactory.create(), UserFactory.create()

    output = run("agent", "register", project.full_path.upper(), "production", "--created-by", user.username)

    agent = Agent.objects.get()
    assert (agent.project, agent.name, agent.created_by) == (project, "production", user)
    assert tokens.find(shown_token(output)).token.agent == agent
    assert f"Agent {agent.pk}: production of {project.full_path}" in output


@pytest.mark.parametrize("name", ["", "Upper", "-a", "a-", "a_b", "a" * 64, "a\n"])
def test_a_malformed_name_registers_nothing(name: str) -> None:
    with pytest.raises(CommandError):
        run("agent", "register", ProjectFactory.create().full_path, "--", name)

    assert not Agent.objects.exists()


def test_a_name_is_taken_once_in_a_project() -> None:
    agent = AgentFactory.create()

    with pytest.raises(CommandError, match="already exists"):
        run("agent", "register", agent.project.full_path, agent.name)


def test_register_needs_project_and_user() -> None:
    with pytest.raises(CommandError, match=r"There is no project g/p\."):
        run("agent", "register", "g/p", "a")
    with pytest.raises(CommandError, match=r"There is no user nobody\."):
        run("agent", "register", ProjectFactory.create().full_path, "a", "--created-by", "nobody")


def test_another_token_is_issued_and_revoked() -> None:
    agent = AgentFactory.create()

    text = shown_token(
        run("agent", "token", "create", str(agent.pk), "second", "--description", "for the test")
    )
    token = AgentToken.objects.get()
    assert (token.name, token.description) == ("second", "for the test")
    assert tokens.find(text).token == token

    assert "Revoked: Token second" in run("agent", "token", "revoke", str(token.pk))
    with pytest.raises(tokens.UnknownAgentToken):
        tokens.find(text)


def test_unknown_ids_are_told() -> None:
    with pytest.raises(CommandError, match=r"There is no agent 17\."):
        run("agent", "token", "create", "17", "name")
    with pytest.raises(CommandError, match=r"There is no token 17\."):
        run("agent", "token", "revoke", "17")


def test_a_token_needs_a_name() -> None:
    with pytest.raises(CommandError):
        run("agent", "token", "create", str(AgentFactory.create().pk), "")


def test_agents_are_listed_with_their_last_contact() -> None:
    silent, heard = AgentFactory.create(), AgentFactory.create()
    issue_token(heard)
    AgentToken.objects.all().revoke(at=timezone.now())
    issue_token(heard)
    contact = datetime(2026, 5, 1, 12, tzinfo=UTC)
    AgentToken.objects.filter(revoked=True).update(last_used_at=contact)
    (good,) = AgentToken.objects.filter(revoked=False)

    rows = json.loads(run("agent", "list", "--json"))["agents"]
    table = run("agent", "list").splitlines()

    assert rows == [
        {
            "id": silent.pk,
            "name": silent.name,
            "project": silent.project.full_path,
            "last_contact_at": None,
            "token_ids": [],
        },
        {
            "id": heard.pk,
            "name": heard.name,
            "project": heard.project.full_path,
            "last_contact_at": "2026-05-01T12:00:00Z",
            "token_ids": [good.pk],
        },
    ]
    assert table[0].split("  ")[0] == "ID"
    assert table[1].split() == [str(silent.pk), silent.name, silent.project.full_path, "-", "-"]
    assert "2026-05-01 12:00" in table[2]


def test_a_fresh_token_of_kas_is_good() -> None:
    assert status_of(run("secret", "sign", "kas").strip()) == 204


def test_a_missing_secret_signs_nothing(kas_secret: Path) -> None:
    kas_secret.write_text("short")
    with pytest.raises(CommandError, match="No key of kas"):
        run("secret", "sign", "kas")
    kas_secret.unlink()
    with pytest.raises(CommandError, match="No key of kas"):
        run("secret", "sign", "kas")
