"""Agents, and what they have reported."""

# factory_boy types its factories, but not their declarations.
# mypy: allow-untyped-calls

from django.utils import timezone
from factory.declarations import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.agent import models, tokens
from apps.agent.models import Agent
from tests.factories.directory import ProjectFactory, UserFactory


class AgentFactory(DjangoModelFactory[models.Agent]):
    class Meta:
        model = models.Agent

    project = SubFactory(ProjectFactory)
    name = Sequence("agent-{}".format)
    created_by = SubFactory(UserFactory)


class AgentTokenFactory(DjangoModelFactory[models.AgentToken]):
    class Meta:
        model = models.AgentToken

    agent = SubFactory(AgentFactory)
    name = "token"
    token_digest = Sequence("{:064x}".format)


class UsageCounterFactory(DjangoModelFactory[models.UsageCounter]):
    class Meta:
        model = models.UsageCounter

    name = Sequence("counter_{}".format)


class UniqueUsageFactory(DjangoModelFactory[models.UniqueUsage]):
    class Meta:
        model = models.UniqueUsage

    name = "agent_users_using_ci_tunnel"
    month = LazyFunction(lambda: timezone.now().date().replace(day=1))
    counted_id = Sequence(lambda n: n + 1)


class AlertFactory(DjangoModelFactory[models.Alert]):
    class Meta:
        model = models.Alert

    project = SubFactory(ProjectFactory)
    iid = Sequence(lambda n: n + 1)
    title = "Something happened"
    started_at = LazyFunction(timezone.now)


class EnvironmentFactory(DjangoModelFactory[models.Environment]):
    class Meta:
        model = models.Environment

    project = SubFactory(ProjectFactory)
    name = "production"


class VulnerabilityFactory(DjangoModelFactory[models.Vulnerability]):
    class Meta:
        model = models.Vulnerability

    project = SubFactory(ProjectFactory)
    title = "CVE-1 in libc"
    severity = "high"


class ScannerFactory(DjangoModelFactory[models.Scanner]):
    class Meta:
        model = models.Scanner

    project = SubFactory(ProjectFactory)
    external_id = Sequence("scanner-{}".format)
    name = "Scanner"


class IdentifierFactory(DjangoModelFactory[models.Identifier]):
    class Meta:
        model = models.Identifier

    project = SubFactory(ProjectFactory)
    fingerprint = Sequence("{:040x}".format)
    external_type = "cve"
    external_id = Sequence("CVE-{}".format)
    name = SelfAttribute("external_id")


def issue_token(agent: Agent, name: str = "token") -> str:
    """Give the agent a token and return its text."""
    return tokens.issue(agent=agent, name=name)[1]
