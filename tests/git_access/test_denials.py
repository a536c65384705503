"""Refusals are counted by rule, in memory first."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from apps.git_access.access import denials
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.context.refusals import Forbidden, TooMany
from apps.git_access.models import DenialCount
from tests.callers import Caller
from tests.factories.directory import ProjectFactory
from tests.factories.ssh_keys import KeyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_noted() -> Iterator[None]:
    """What other tests were refused is theirs."""
    denials.hand_over()
    DenialCount.objects.all().delete()
    yield
    denials.hand_over()


def refusal(rule: str) -> Forbidden:
    refused = Forbidden("No.")
    refused.rule = rule
    return refused


def test_the_sums_of_a_process_are_added_to_those_of_the_others(now: datetime) -> None:
    for rule, times in (("a key", 3), ("a branch", 1)):
        for _ in range(times):
            denials.count(refusal(rule), now=now)

    assert denials.hand_over() == 4
    denials.count(refusal("a branch"), now=now)
    assert denials.hand_over() == 1

    assert denials.by_reason(since=now) == [("a key", 3), ("a branch", 2)]
    assert denials.counted_since() == now.replace(minute=0, second=0, microsecond=0)


def test_what_no_rule_refuses_is_counted_by_its_cause(now: datetime) -> None:
    denials.count(TooMany("Later.", retry_after=60), now=now)
    denials.count(CheckTimer(budget=0).expired(), now=now)
    denials.count(CheckTimer(budget=0).expired(), now=now)

    denials.hand_over()

    assert denials.by_reason(since=now) == [("time-limit", 2), ("rate-limit", 1)]
    assert denials.fault("time-limit") == "the checks did not end in time"


def test_earlier_hours_do_not_count_and_are_forgotten(now: datetime) -> None:
    denials.count(refusal("a key"), now=now - timedelta(days=31))
    denials.hand_over()

    assert denials.by_reason(since=now - timedelta(days=1)) == []
    assert denials.prune(now=now) == 1
    assert denials.counted_since() is None


def test_what_the_database_does_not_take_is_kept(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    denials.count(refusal("a key"), now=now)
    with monkeypatch.context() as broken:
        broken.setattr(denials, "_ADD", "INSERT INTO nowhere VALUES (%s, %s, %s)")
        with pytest.raises(DatabaseError):
            denials.hand_over()

    assert denials.hand_over() == 1


def test_a_refused_command_is_counted_by_its_rule_and_writes_nothing(shell: Caller, now: datetime) -> None:
    project = ProjectFactory.create()
    key = KeyFactory.create(last_used_at=now)
    body: dict[str, Any] = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any"}

    with CaptureQueriesContext(connection) as captured:
        answer = shell.post("allowed", **body, key_id=key.pk, project=project.full_path)

    assert answer.status_code == 404
    assert not [query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert denials.hand_over() == 1
    assert denials.by_reason(since=now) == [("project-readable", 1)]
