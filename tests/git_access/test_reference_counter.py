"""The counter of pushes under way, on both stores."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.core.shared_store.models import Entry
from apps.git_access.pushes import reference_counter
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from tests.git_access.threads import in_threads

PROJECT = RepositoryId(RepositoryType.PROJECT, 7)
KEY = "git-receive-pack-reference-counter:project-7"


@pytest.mark.django_db
class TestOneProcess:
    def test_it_counts_up_and_down(self) -> None:
        reference_counter.increase(PROJECT)
        reference_counter.increase(PROJECT)
        reference_counter.decrease(PROJECT)

        assert reference_counter.value(PROJECT) == 1

    def test_below_zero_the_counter_goes_and_the_store_has_still_worked(self) -> None:
        assert reference_counter.decrease(PROJECT) is True
        assert reference_counter.value(PROJECT) == 0

    def test_an_increase_begins_the_lifetime_anew_and_a_decrease_does_not(self, settings: Settings) -> None:
        settings.REDIS_URL = ""
        reference_counter.increase(PROJECT)
        soon = timezone.now() + timedelta(seconds=5)
        Entry.objects.filter(key=KEY).update(expires_at=soon, count=2)

        reference_counter.decrease(PROJECT)
        assert Entry.objects.get(key=KEY).expires_at == soon

        reference_counter.increase(PROJECT)
        assert Entry.objects.get(key=KEY).expires_at > timezone.now() + timedelta(seconds=590)

    def test_an_expired_counter_begins_at_zero(self, settings: Settings) -> None:
        settings.REDIS_URL = ""
        Entry.objects.create(key=KEY, count=40, expires_at=timezone.now() - timedelta(seconds=1))

        assert reference_counter.value(PROJECT) == 0

        reference_counter.increase(PROJECT)

        assert reference_counter.value(PROJECT) == 1


@pytest.mark.django_db(transaction=True)
def test_no_push_is_lost_when_many_come_at_once() -> None:
    in_threads(8, lambda: [reference_counter.increase(PROJECT) for _ in range(25)])

    assert reference_counter.value(PROJECT) == 200

    in_threads(8, lambda: [reference_counter.decrease(PROJECT) for _ in range(25)])

    assert reference_counter.value(PROJECT) == 0


@pytest.mark.django_db(transaction=True)
def test_it_never_goes_below_zero_when_pushes_come_and_go_at_once() -> None:
    def push() -> None:
        for _ in range(20):
            reference_counter.increase(PROJECT)
            reference_counter.decrease(PROJECT)

    in_threads(6, push)

    assert reference_counter.value(PROJECT) == 0
