"""The token of every request of kas is found by SQL that is written once."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from apps.agent import tokens
from apps.agent.models import Agent, AgentToken
from apps.core.prepared_queries import PreparedQuery
from apps.directory.models import FeatureFlag
from tests.factories.agent import AgentFactory, issue_token

pytestmark = pytest.mark.django_db


def test_it_finds_what_the_query_finds_with_what_is_joined_to_it(agent: Agent, agent_token: str) -> None:
    issue_token(AgentFactory.create())
    AgentToken.objects.filter(agent=agent).update(description="Ünïcode")
    some = FeatureFlag.objects.create(name="gitaly_some")
    some.projects.add(agent.project)
    FeatureFlag.objects.create(name="gitaly_other")

    for _ in range(2):
        bearer = tokens.find(agent_token)
        with CaptureQueriesContext(connection) as queries:
            found = (bearer.token.agent, bearer.token.agent.project, bearer.token.agent.project.full_path)

        assert len(queries) == 0
        assert found == (agent, agent.project, agent.project.full_path)
        assert bearer.gitaly_flags == {"gitaly_some": True, "gitaly_other": False}
        known = AgentToken.objects.get(agent=agent)
        for field in AgentToken._meta.concrete_fields:
            assert getattr(bearer.token, field.attname) == getattr(known, field.attname)


def test_its_sql_is_written_once_and_asked_with_each_value(agent: Agent, agent_token: str) -> None:
    written = []

    def by_digest(digest: str) -> QuerySet[AgentToken]:
        written.append(digest)
        return AgentToken.objects.filter(token_digest=digest)

    query = PreparedQuery(by_digest, by=str)
    other = issue_token(AgentFactory.create())

    agents = [token.agent_id for text in (agent_token, other) if (token := query.first(tokens.digest(text)))]

    assert len(agents) == 2 and agents[0] == agent.pk != agents[1]
    assert query.first("") is None
    assert len(written) == 1
