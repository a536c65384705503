"""The pages of operators."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.agent.models import (
    Agent,
    AgentToken,
    Alert,
    Environment,
    Finding,
    UniqueUsage,
    UsageCounter,
    UsageDay,
    Vulnerability,
)
from tests.factories.agent import (
    AgentFactory,
    AlertFactory,
    EnvironmentFactory,
    IdentifierFactory,
    ScannerFactory,
    VulnerabilityFactory,
    issue_token,
)
from tests.factories.directory import ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)


def make_token() -> AgentToken:
    agent = AgentFactory.create()
    issue_token(agent)
    return agent.tokens.get()


def make_alert() -> Alert:
    project = ProjectFactory.create()
    return AlertFactory.create(project=project, environment=EnvironmentFactory.create(project=project))


def make_vulnerability(agent: Agent | None = None, severity: str = "high") -> Vulnerability:
    agent = agent or AgentFactory.create()
    vulnerability = VulnerabilityFactory.create(project=agent.project, severity=severity)
    finding = Finding.objects.create(
        vulnerability=vulnerability,
        project=agent.project,
        agent=agent,
        scanner=ScannerFactory.create(project=agent.project),
        primary_identifier=IdentifierFactory.create(project=agent.project),
        uuid=uuid4(),
        name="CVE-1",
        severity=severity,
        confidence="unknown",
        report_type=7,
    )
    finding.identifiers.add(finding.primary_identifier)
    return vulnerability


def make_counter() -> UsageCounter:
    name = f"counter_{UsageCounter.objects.count()}"
    UsageDay.objects.create(name=name, day=timezone.now().date(), value=5)
    return UsageCounter.objects.create(name=name, value=5)


def make_unique_usage() -> UniqueUsage:
    return UniqueUsage.objects.create(name="ids", month=DAY, counted_id=UniqueUsage.objects.count())


MAKERS: dict[type[Model], Any] = {
    Agent: AgentFactory.create,
    AgentToken: make_token,
    Environment: EnvironmentFactory.create,
    Alert: make_alert,
    Vulnerability: make_vulnerability,
    UsageCounter: make_counter,
    UniqueUsage: make_unique_usage,
}
each_model = pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__)


@pytest.fixture
def operator(client: Client, settings: Settings) -> Client:
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": static}
    client.force_login(UserFactory.create(admin=True))
    return client


def url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:agent_{model._meta.model_name}_{page}", args=args)


def listed(operator: Client, model: type[Model], **query: Any) -> list[Any]:
    page = operator.get(url(model, "changelist"), query)
    assert page.status_code == 200
    return list(page.context["cl"].queryset)


def done(operator: Client, model: type[Model], action: str, *rows: Model) -> None:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    assert operator.post(url(model, "changelist"), data).status_code == 302


def test_every_model_that_operators_need_has_pages() -> None:
    admin.autodiscover()

    registered = {model for model in admin.site._registry if model._meta.app_label == "agent"}

    assert registered == set(MAKERS)


@each_model
def test_the_list_takes_no_query_per_row(operator: Client, model: type[Model]) -> None:
    MAKERS[model]()
    with CaptureQueriesContext(connection) as with_one_row:
        assert operator.get(url(model, "changelist")).status_code == 200
    for _ in range(3):
        MAKERS[model]()

    with CaptureQueriesContext(connection) as with_four_rows:
        assert operator.get(url(model, "changelist")).status_code == 200
    assert len(with_four_rows) == len(with_one_row)
    assert operator.get(url(model, "changelist"), {"q": "main"}).status_code == 200


@each_model
def test_a_row_can_be_opened(operator: Client, model: type[Model]) -> None:
    assert operator.get(url(model, "change", MAKERS[model]().pk)).status_code == 200


@each_model
def test_only_agents_and_environments_are_made_by_people(operator: Client, model: type[Model]) -> None:
    expected = 200 if model in (Agent, Environment) else 403

    assert operator.get(url(model, "add")).status_code == expected


def inlines(**more: Any) -> dict[str, Any]:
    lists = ("tokens", "authorizations", "user_access")
    kinds = [f"{name}-{kind}" for name in lists for kind in ("TOTAL", "INITIAL")]
    return {**{f"{kind}_FORMS": 0 for kind in kinds}, **more}


def test_an_agent_is_made_and_stays_in_its_project(operator: Client) -> None:
    project, other = ProjectFactory.create(), ProjectFactory.create()
    operator.post(url(Agent, "add"), inlines(project=project.pk, name="production"))
    agent = Agent.objects.get()

    changed = inlines(project=other.pk, name="staging")
    assert operator.post(url(Agent, "change", agent.pk), changed).status_code == 302

    agent.refresh_from_db()
    assert (agent.project, agent.name) == (project, "staging")


def test_an_agent_shows_its_tokens_without_their_digests(operator: Client) -> None:
    token = make_token()

    page = operator.get(url(Agent, "change", token.agent_id)).content.decode()
    own_page = operator.get(url(AgentToken, "change", token.pk)).content.decode()

    assert token.name in page
    assert token.token_digest not in page + own_page


def test_agents_show_their_last_contact(operator: Client) -> None:
    token = make_token()
    AgentToken.objects.update(last_used_at=datetime(2026, 5, 1, 12, tzinfo=timezone.get_default_timezone()))

    page = operator.get(url(Agent, "changelist")).content.decode()

    assert token.agent.name in page
    assert "2026-05-01 12:00" in page


def test_tokens_are_revoked(operator: Client) -> None:
    first, second = make_token(), make_token()

    done(operator, AgentToken, "revoke", first)

    assert set(AgentToken.objects.usable()) == {second}
    assert operator.post(url(AgentToken, "delete", first.pk), {"post": "yes"}).status_code == 403


def test_alerts_are_acknowledged_and_resolved(operator: Client) -> None:
    first, second, third = (AlertFactory.create() for _ in range(3))

    done(operator, Alert, "acknowledge", first, second)
    done(operator, Alert, "resolve", second)

    statuses = dict(Alert.objects.values_list("pk", "status"))
    assert statuses == {first.pk: "acknowledged", second.pk: "resolved", third.pk: "triggered"}
    second.refresh_from_db()
    assert second.ended_at is not None
    done(operator, Alert, "acknowledge", second)
    second.refresh_from_db()
    assert second.status == "resolved"


def test_vulnerabilities_are_filtered(operator: Client) -> None:
    agent = AgentFactory.create()
    high, low = make_vulnerability(agent), make_vulnerability(agent, severity="low")
    other = make_vulnerability()

    assert listed(operator, Vulnerability, severity__exact="low") == [low]
    assert listed(operator, Vulnerability, project__id__exact=agent.project_id) == [low, high]
    assert listed(operator, Vulnerability, finding__agent__id__exact=agent.pk) == [low, high]
    assert listed(operator, Vulnerability) == [other, low, high]


def test_a_vulnerability_outlives_its_agent(operator: Client) -> None:
    vulnerability = make_vulnerability()
    Agent.objects.all().delete()

    assert listed(operator, Vulnerability) == [vulnerability]


def test_usage_is_drawn_without_asking_anybody(operator: Client) -> None:
    today = timezone.now().date()
    UsageDay.objects.create(name="gitops_sync", day=today, value=10)
    UsageDay.objects.create(name="gitops_sync", day=today - timedelta(days=29), value=5)
    UsageDay.objects.create(name="gitops_sync", day=today - timedelta(days=30), value=100)

    page = operator.get(url(UsageCounter, "changelist")).content.decode()

    assert "gitops_sync</h2>" in page
    assert "15 in 30 days, 10 in the busiest" in page
    assert f'<span title="{today.isoformat()}: 10">' in page


def test_without_usage_the_page_says_so(operator: Client) -> None:
    page = operator.get(url(UsageCounter, "changelist")).content.decode()

    assert "Nothing was reported in the last 30 days." in page
