"""What a request leaves behind: when the key was used, when the user was active."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from apps.directory.models import Project, User
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    ARCHIVE,
    GRANTED,
    HIDDEN,
    PULL,
    PUSH,
    Outcome,
    ask,
    line,
    outcome,
    owner,
    pull,
    push,
)

pytestmark = pytest.mark.django_db


class TestTouch:
    def test_a_key_is_touched_even_when_it_is_refused(self, shell: Caller, key: Key, now: datetime) -> None:
        response = pull(shell, key, "no/where")

        key.refresh_from_db()
        assert outcome(response) == HIDDEN
        assert key.last_used_at is not None
        assert key.last_used_at >= now

    @pytest.mark.parametrize(("hours", "touched"), [(23, False), (24, True), (500, True)])
    def test_it_is_touched_once_in_a_day(
        self, shell: Caller, project: Project, key: Key, now: datetime, hours: int, touched: bool
    ) -> None:
        before = now - timedelta(hours=hours)
        Key.objects.filter(pk=key.pk).update(last_used_at=before)

        pull(shell, key, project)

        key.refresh_from_db()
        assert (key.last_used_at != before) is touched

    def test_a_deploy_key_is_touched_too(self, shell: Caller, project: Project) -> None:
        key = DeployKeyFactory.create()

        pull(shell, key, project)

        key.refresh_from_db()
        assert key.last_used_at is not None

    def test_nothing_is_touched_by_input_that_is_refused(
        self, shell: Caller, project: Project, key: Key
    ) -> None:
        pull(shell, key, project, protocol="")

        key.refresh_from_db()
        assert key.last_used_at is None

    def test_nothing_is_written_while_the_instance_is_read_only(
        self, shell: Caller, project: Project, key: Key, settings: Settings
    ) -> None:
        settings.READ_ONLY = True

        response = pull(shell, key, project)

        key.refresh_from_db()
        user = owner(key)
        assert outcome(response) == GRANTED
        assert (key.last_used_at, user.last_activity_on) == (None, None)


class TestActivity:
    @pytest.mark.parametrize(("action", "active"), [(PULL, True), (ARCHIVE, True), (PUSH, False)])
    def test_a_pull_makes_its_user_active(
        self, shell: Caller, project: Project, user: User, now: datetime, action: str, active: bool
    ) -> None:
        response = ask(shell, action, user, project)

        user.refresh_from_db()
        assert outcome(response) == GRANTED
        assert user.last_activity_on == (now.date() if active else None)

    def test_a_push_of_changes_does_not(self, shell: Caller, project: Project, user: User) -> None:
        push(shell, user, project, changes=line("refs/notes/x"))

        user.refresh_from_db()
        assert user.last_activity_on is None

    def test_a_day_before_is_no_more_than_a_day_before(
        self, shell: Caller, project: Project, key: Key, now: datetime
    ) -> None:
        User.objects.filter(keys=key).update(last_activity_on=now.date() - timedelta(days=1))

        pull(shell, key, project)

        assert owner(key).last_activity_on == now.date()

    def test_a_pull_that_is_refused_does_not(self, shell: Caller, user: User) -> None:
        pull(shell, user, "no/where")

        user.refresh_from_db()
        assert user.last_activity_on is None

    def test_a_pull_from_no_known_storage_does_not(
        self, shell: Caller, project: Project, user: User, settings: Settings
    ) -> None:
        settings.GITALY_STORAGES = {}

        response = pull(shell, user, project)

        text = "The git server, Gitaly, is not available at this time. Please contact your administrator."
        expected: Outcome = (503, text)
        user.refresh_from_db()
        assert outcome(response) == expected
        assert user.last_activity_on is None

    def test_a_deploy_key_does_not_act_for_its_creator(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        key = DeployKeyFactory.create(user=user)
        DeployKeyGrantFactory.create(key=key, project=project)

        response = pull(shell, key, project)

        user.refresh_from_db()
        assert outcome(response) == GRANTED
        assert user.last_activity_on is None
