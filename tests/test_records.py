"""What only records changes no answer and delays none, whatever the database says to it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from apps.agent import tokens
from apps.core import records
from apps.directory import access_tokens
from apps.directory.models import Project, User
from apps.git_access.access import denials
from apps.git_access.context.refusals import TooMany
from apps.git_access.repositories import notices
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys import last_use
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.agent import AgentFactory, issue_token
from tests.factories.directory import MemberFactory, PersonalAccessTokenFactory, ProjectFactory
from tests.factories.ssh_keys import KeyFactory

QUICK = 3  # seconds; a writer waits 30 for another one
USER = 1


@pytest.fixture
def key(settings: Settings) -> Key:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nonexistent.socket"}}
    key: Key = KeyFactory.create()
    MemberFactory.create(user=key.user, project=ProjectFactory.create(path="wget2", repository_exists=True))
    return key


@pytest.fixture
def keeper(transactional_db: None) -> Iterator[records.Keeper]:
    keeper = records.start()
    yield keeper
    keeper.stop()


def pull(shell: Caller, key: Key) -> int:
    path = Project.objects.get(path="wget2").full_path
    asked = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any"}
    return shell.post("allowed", **asked, key_id=key.pk, project=path).status_code


@contextmanager
def another_writer(key: Key) -> Iterator[None]:
    """Somebody else writes, in another connection: on SQLite that keeps out all, else those of this row."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            if other.vendor == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            else:
                cursor.execute("BEGIN")
                cursor.execute("SELECT id FROM ssh_keys_key WHERE id = %s FOR UPDATE", [key.pk])
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def eventually(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_pull_is_answered_where_nothing_can_be_written(key: Key, shell: Caller, read_only: None) -> None:
    assert pull(shell, key) == 200

    key.refresh_from_db()
    assert key.last_used_at is None


@pytest.mark.django_db(transaction=True)
def test_uses_of_tokens_fail_quietly(now: datetime, request: pytest.FixtureRequest) -> None:
    agent = AgentFactory.create()
    issue_token(agent)
    bearer = agent.tokens.get()
    token = PersonalAccessTokenFactory.create()
    request.getfixturevalue("read_only")

    tokens.note_use(token=bearer, now=now)
    access_tokens.record_use(token_id=token.pk, last_used_at=token.last_used_at, now=now)

    token.refresh_from_db()
    assert token.last_used_at is None


def test_what_is_recorded_is_written_beside_the_requests(
    keeper: records.Keeper, key: Key, shell: Caller
) -> None:
    assert pull(shell, key) == 200

    eventually(lambda: Key.objects.filter(pk=key.pk, last_used_at__isnull=False).exists())
    eventually(lambda: User.objects.filter(keys=key, last_activity_on__isnull=False).exists())


def test_a_pull_does_not_wait_for_another_writer(keeper: records.Keeper, key: Key, shell: Caller) -> None:
    with another_writer(key):
        started = time.monotonic()
        status = pull(shell, key)
        lasted = time.monotonic() - started

    assert (status, lasted < QUICK) == (200, True)


def test_a_notice_does_not_wait_for_another_writer(keeper: records.Keeper, key: Key) -> None:
    repository = RepositoryId(RepositoryType.PROJECT, Project.objects.get(path="wget2").pk)
    with another_writer(key):
        started = time.monotonic()
        notices.remember_creation(user_id=USER, repository=repository, path="gnuwget/wget2", protocol="ssh")
        lasted = time.monotonic() - started

    assert lasted < QUICK
    eventually(lambda: len(notices.take(user_id=USER, repository=repository)) == 1)


def test_nobody_waits_to_write_who_has_no_notice_to_take(transactional_db: None, key: Key) -> None:
    repository = RepositoryId(RepositoryType.PROJECT, Project.objects.get(path="wget2").pk)
    with another_writer(key):
        started = time.monotonic()
        taken = notices.take(user_id=USER, repository=repository)
        lasted = time.monotonic() - started

    assert (taken, lasted < QUICK) == ([], True)


def test_what_is_asked_for_soon_is_done_now(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "INTERVAL", 3600.0)
    keeper = records.start()
    done = threading.Event()

    records.at_once(done.set)

    assert done.wait(10)
    keeper.stop()


def test_what_is_left_is_written_at_the_end(transactional_db: None, key: Key, now: datetime) -> None:
    keeper = records.start()
    done: list[str] = []
    records.later("a", 1, lambda: done.append("older"))
    records.later("a", 1, lambda: done.append("newer"))
    denials.count(TooMany("Later.", retry_after=60), now=now)

    keeper.stop()

    assert done in (["newer"], ["older", "newer"])
    assert denials.by_reason(since=now) == [("rate-limit", 1)]


def test_whatever_a_record_raises_the_next_one_is_written(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("text that nothing stores")

    monkeypatch.setattr(records, "INTERVAL", 0.05)
    monkeypatch.setattr(records, "_regular", {fail: 0.0})
    keeper = records.start()
    written, done_at_once = threading.Event(), threading.Event()

    records.later("a", 1, fail)
    records.at_once(fail)
    time.sleep(0.2)
    records.later("a", 2, written.set)
    records.at_once(done_at_once.set)

    assert done_at_once.wait(10)
    assert written.wait(10)
    assert keeper.is_alive()
    keeper.stop()


@pytest.mark.django_db(transaction=True)
def test_moments_of_many_rows_are_written_together(
    now: datetime, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    old, recent, *others = KeyFactory.create_batch(5)
    Key.objects.filter(pk=recent.pk).update(last_used_at=now)
    earlier = now - timedelta(seconds=1)

    with django_assert_num_queries(3):  # one, between BEGIN and COMMIT
        last_use.LAST_USE.write({old.pk: earlier, recent.pk: now, **{other.pk: now for other in others}})

    assert set(Key.objects.values_list("last_used_at", flat=True)) == {now}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="SQLite has one writer")
def test_a_row_that_somebody_holds_keeps_no_other_one(key: Key, now: datetime) -> None:
    other = KeyFactory.create()

    with another_writer(key):
        last_use.LAST_USE.write({key.pk: now, other.pk: now})

    assert list(Key.objects.filter(last_used_at=now)) == [other]


@pytest.mark.django_db
def test_a_failure_leaves_the_transaction_around_it_whole() -> None:
    with transaction.atomic():
        records.later("nothing", 1, lambda: connection.cursor().execute("INSERT INTO nowhere VALUES (1)"))
        KeyFactory.create()

    assert Key.objects.count() == 1
