"""Counts of former releases, by the text of a rule, go on under the rule's id."""

from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from apps.git_access.access import denials, pipeline
from apps.git_access.models import DenialCount

pytestmark = pytest.mark.django_db

migration = import_module("apps.git_access.migrations.0016_denial_ids")


def test_every_id_of_the_map_is_an_id_of_today_and_every_rule_of_then_is_in_it() -> None:
    for reason in migration.IDS.values():
        assert denials.fault(reason) != reason
    assert set(pipeline.FAULTS) - set(migration.IDS.values()) == set()


def test_rows_get_their_ids_and_those_that_meet_are_added_up(now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    for when, reason, count in (
        (hour, "Step 23: somebody pushes.", 2),
        (hour, "Step 24: the project is not larger than it may be already.", 3),
        (hour, "Step 24: the repository is not larger than it may be already.", 4),
        (hour, "size-before-push", 5),
        (hour - timedelta(hours=1), "TooMany", 6),
        (hour, "something else", 7),
    ):
        DenialCount.objects.create(hour=when, reason=reason, count=count)

    migration.rename(apps, SimpleNamespace(connection=connection))

    found = set(DenialCount.objects.values_list("hour", "reason", "count"))
    assert found == {
        (hour, "pusher-known", 2),
        (hour, "size-before-push", 12),
        (hour - timedelta(hours=1), "rate-limit", 6),
        (hour, "something else", 7),
    }
