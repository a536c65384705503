"""The first page: its numbers, and where they lead."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from apps.agent.models import AgentToken
from apps.core.admin_site import charts, lists, roles
from apps.git_access.access import denials
from apps.git_access.models import DenialCount
from apps.git_access.pushes.tasks import process_push
from tests.factories.agent import AgentFactory, issue_token
from tests.factories.billing import SubscriptionFactory, group_with_members
from tests.factories.directory import UserFactory
from tests.factories.git_access import PushRecordFactory
from tests.factories.ssh_keys import KeyFactory

pytestmark = pytest.mark.django_db


def cards(client: Client) -> dict[str, Any]:
    return {card.title: card for card in client.get("/admin/").context["cards"]}


def test_the_numbers_are_those_of_the_lists_that_they_lead_to(operator: Client, now: datetime) -> None:
    for days in (-1, 3, 30):
        KeyFactory.create(expires_at=now + timedelta(days=days))
    SubscriptionFactory.create(namespace=group_with_members(3), seats=1, max_seats_used=3)
    SubscriptionFactory.create(namespace=group_with_members(1), seats=9, max_seats_used=3)
    for last_used_at in (now, now - timedelta(days=2), None):
        agent = AgentFactory.create()
        issue_token(agent)
        AgentToken.objects.filter(agent=agent).update(last_used_at=last_used_at)
    AgentFactory.create()  # without a token nobody waits for it
    waiting, failed = (process_push.enqueue(PushRecordFactory.create().pk, "") for _ in range(2))
    DBTaskResult.objects.filter(pk=failed.id).update(status=TaskResultStatus.FAILED)

    shown = cards(operator)

    numbers = {title: card.number for title, card in shown.items()}
    assert numbers == {
        "Keys expiring": 1, "Jobs waiting": 1, "Jobs failed": 1, "Seats owed": 2, "Agents not seen": 2,
    }  # fmt: skip
    rows = {title: operator.get(card.url).context["cl"].result_count for title, card in shown.items()}
    assert rows == {**numbers, "Seats owed": 1}
    assert [row.pk for row in operator.get(shown["Jobs waiting"].url).context["cl"].result_list] == [
        DBTaskResult.objects.get(pk=waiting.id).pk
    ]


def test_what_waits_is_counted_beside_the_links(operator: Client, now: datetime) -> None:
    KeyFactory.create(expires_at=now + timedelta(days=1))

    groups = operator.get("/admin/").context["sidebar_navigation"]

    badges = {item["title"]: item.get("badge") for group in groups for item in group["items"]}
    assert badges["SSH keys"] == "1"
    assert badges["Jobs"] is None


def test_pushes_are_drawn_by_hour(operator: Client, now: datetime) -> None:
    for hours in (0, 0, 5, 30):
        PushRecordFactory.create(received_at=now - timedelta(hours=hours))

    pushes = operator.get("/admin/").context["pushes"]

    assert [bar.number for bar in pushes.bars] == [0] * 18 + [1] + [0] * 4 + [2]
    assert pushes.note == "3 in 24 hours, 2 in the busiest"


def test_denials_say_what_is_counted_and_since_when(operator: Client, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    for reason, count in (
        ("key-unexpired", 40),
        ("gitaly-unavailable", 10),
        ("a-rule-of-a-later-release", 5),
    ):
        DenialCount.objects.create(hour=hour, reason=reason, count=count)

    page = operator.get("/admin/")

    assert [(row.reason, row.number, row.percent) for row in page.context["denials"]] == [
        ("The key has expired", 40, 100),
        ("Gitaly did not answer", 10, 25),
        ("A-rule-of-a-later-release", 5, 12),
    ]
    assert f"Counted since {hour:%Y-%m-%d %H:%M} UTC; at most {denials.INTERVAL} seconds late." in " ".join(
        page.content.decode().split()
    )


def test_a_page_without_anything_to_say_says_so(operator: Client) -> None:
    page = operator.get("/admin/").content.decode()

    assert "Nothing was refused since counting began." in page
    assert {card.number for card in cards(operator).values()} == {0}


def test_everybody_sees_what_the_own_role_may_open() -> None:
    user = UserFactory.create()
    user.groups.add(Group.objects.get(name=roles.BILLING))
    client = Client()
    client.force_login(user)

    assert set(cards(client)) == {"Seats owed"}
    assert "pushes" not in client.get("/admin/").context


def test_nothing_is_counted_further_than_a_list_leads(
    operator: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST", 2)
    for _ in range(3):
        KeyFactory.create()

    page = operator.get("/admin/ssh_keys/key/")

    assert page.context["cl"].result_count == 2
    assert "more than 2 results: search or filter to see the others" in page.content.decode()


def test_the_instance_is_labelled(operator: Client, settings: Any) -> None:
    for label, colour in (("STAGING", "warning"), ("Production", "danger")):
        settings.ADMIN_ENVIRONMENT = label
        assert operator.get("/admin/").context["environment"] == [label, colour]
    settings.ADMIN_ENVIRONMENT = ""
    assert not operator.get("/admin/").context["environment"]


def test_bars_are_scaled_to_the_largest() -> None:
    drawn = charts.history("Pushes", [("a", 1000), ("b", 0), ("c", 500), ("d", 1)], unit="hour")

    assert [bar.percent for bar in drawn.bars] == [100, 0, 50, charts.LEAST]
    assert charts.history("Nothing", [], unit="day").bars == ()
