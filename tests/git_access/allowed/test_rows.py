"""Whom a row of a protected branch lets pass."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.directory.models import AccessLevel, Member, Project, ProjectGroupLink, User
from apps.git_access.models import BranchRight, ProtectedBranchAccess
from apps.ssh_keys.models import DeployKeyGrant, Key
from tests.callers import Caller
from tests.factories.directory import GroupFactory, MemberFactory, UserFactory, subgroup
from tests.factories.git_access import ProtectedBranchFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    MAIN,
    Outcome,
    creation,
    line,
    member,
    outcome,
    push,
)
from tests.git_access.allowed.gitalies import History, Storage

pytestmark = pytest.mark.django_db

REFUSED: Outcome = (401, "You are not allowed to push code to protected branches on this project.")


@pytest.fixture
def update(project: Project, gitaly: Storage) -> str:
    """The line of one more commit on ``main``."""
    history: History = gitaly.create(f"project-{project.pk}")
    first = history.set(MAIN, history.commit())
    return line(MAIN, old=first, new=history.commit(first))


def protect(project: Project, **row: Any) -> None:
    rule = ProtectedBranchFactory.create(project=project, name="main")
    ProtectedBranchAccess.objects.create(rule=rule, right=BranchRight.PUSH, **row)


def deploy_key(project: Project, creator: User | None, *, can_push: bool = True) -> Key:
    key: Key = DeployKeyFactory.create(user=creator)
    DeployKeyGrantFactory.create(key=key, project=project, can_push=can_push)
    return key


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (0, {30: REFUSED, 40: REFUSED, 50: REFUSED, "admin": REFUSED}),
        (30, {30: GRANTED, 40: GRANTED, "admin": GRANTED}),
        (40, {30: REFUSED, 40: GRANTED, 50: GRANTED, "admin": GRANTED}),
        (60, {40: REFUSED, 50: REFUSED, "admin": GRANTED}),
    ],
)
def test_a_row_with_a_level(
    shell: Caller, project: Project, update: str, row: int, said: dict[int | str, Outcome]
) -> None:
    protect(project, access_level=row)
    admin = UserFactory.create(admin=True)

    heard = {
        who: outcome(
            push(shell, member(project, who) if isinstance(who, int) else admin, project, changes=update)
        )
        for who in said
    }

    assert heard == said


def test_a_row_with_a_user(shell: Caller, project: Project, user: User, update: str) -> None:
    protect(project, user=user)
    others = [member(project, 50), UserFactory.create(admin=True)]

    heard = [outcome(push(shell, by, project, changes=update)) for by in (user, *others)]

    assert heard == [GRANTED, REFUSED, GRANTED]


class TestGroups:
    @pytest.fixture
    def invited(self, project: Project, user: User) -> ProjectGroupLink:
        """A group that the project is shared with, whose developer the user is; its row."""
        group = GroupFactory.create()
        MemberFactory.create(group=group, user=user, access_level=30)
        protect(project, group=group)
        return ProjectGroupLink.objects.create(project=project, group=group, group_access=30)

    def test_lets_its_developers_pass(
        self, shell: Caller, project: Project, user: User, invited: ProjectGroupLink, update: str
    ) -> None:
        others = [member(project, 50), UserFactory.create(admin=True)]

        heard = [outcome(push(shell, by, project, changes=update)) for by in (user, *others)]

        assert heard == [GRANTED, REFUSED, GRANTED]

    @pytest.mark.parametrize("fault", ["reporter", "invitation too low", "over", "not invited", "inherited"])
    def test_counts_only_direct_developers_of_a_group_invited_as_such(
        self, shell: Caller, project: Project, user: User, invited: ProjectGroupLink, update: str, fault: str
    ) -> None:
        if fault == "reporter":
            Member.objects.filter(group=invited.group).update(access_level=AccessLevel.REPORTER)
        elif fault == "invitation too low":
            ProjectGroupLink.objects.update(group_access=20)
        elif fault == "over":
            ProjectGroupLink.objects.update(expires_at=timezone.now().date() - timedelta(days=1))
        elif fault == "not invited":
            invited.delete()
        else:
            below = subgroup(invited.group)
            ProjectGroupLink.objects.update(group=below)
            ProtectedBranchAccess.objects.update(group=below)

        response = push(shell, user, project, changes=update)

        assert outcome(response) == REFUSED


class TestDeployKeys:
    def test_a_row_with_a_deploy_key_is_for_this_key(
        self, shell: Caller, project: Project, user: User, update: str
    ) -> None:
        admin = UserFactory.create(admin=True)
        key, other = deploy_key(project, user), deploy_key(project, user)
        of_admin = deploy_key(project, admin)
        protect(project, deploy_key=key)

        heard = [
            outcome(push(shell, by, project, changes=update)) for by in (key, other, of_admin, user, admin)
        ]

        assert heard == [GRANTED, REFUSED, REFUSED, REFUSED, GRANTED]

    def test_its_creator_must_be_a_member(self, shell: Caller, project: Project, update: str) -> None:
        Project.objects.update(visibility_level=20)
        key, of_guest = (deploy_key(project, member(project, level)) for level in (0, 10))
        protect(project, deploy_key=key)
        rule = ProtectedBranchFactory.create(project=project, name="m*")
        ProtectedBranchAccess.objects.create(rule=rule, right=BranchRight.PUSH, deploy_key=of_guest)

        heard = [outcome(push(shell, by, project, changes=update)) for by in (key, of_guest)]

        assert heard == [REFUSED, GRANTED]

    def test_the_other_rows_look_at_its_creator(
        self, shell: Caller, project: Project, user: User, update: str
    ) -> None:
        keys = [deploy_key(project, by) for by in (user, member(project, 40), UserFactory.create(admin=True))]
        protect(project, access_level=40)

        heard = [outcome(push(shell, by, project, changes=update)) for by in keys]
        ProtectedBranchAccess.objects.update(access_level=None, user=user)
        of_user = [outcome(push(shell, by, project, changes=update)) for by in keys]

        assert heard == [REFUSED, GRANTED, GRANTED]
        assert of_user == [GRANTED, REFUSED, GRANTED]

    def test_a_level_is_worth_nothing_without_the_push_right(
        self, shell: Caller, project: Project, update: str
    ) -> None:
        key = deploy_key(project, member(project, 40))
        protect(project, access_level=40)
        Project.objects.update(repository_access_level=0)

        response = push(shell, key, project, changes=update)

        assert outcome(response) == REFUSED

    def test_in_an_empty_repository_its_creators_level_counts(
        self, shell: Caller, project: Project, gitaly: Storage
    ) -> None:
        gitaly.create(f"project-{project.pk}")
        keys = [deploy_key(project, member(project, level)) for level in (30, 40)]

        heard = [push(shell, by, project, changes=creation(MAIN)).status_code for by in keys]

        assert heard == [401, 200]


def test_a_row_for_merging_lets_nobody_push(shell: Caller, project: Project, user: User, update: str) -> None:
    protect(project, access_level=30)
    ProtectedBranchAccess.objects.update(right=BranchRight.MERGE)

    response = push(shell, user, project, changes=update)

    assert outcome(response) == REFUSED


def test_a_deploy_key_that_lost_its_grant_does_not_get_that_far(
    shell: Caller, project: Project, user: User, update: str
) -> None:
    key = deploy_key(project, user)
    protect(project, deploy_key=key)
    DeployKeyGrant.objects.update(can_push=False)

    response = push(shell, key, project, changes=update)

    assert outcome(response) == (401, "This deploy key does not have write access to this project.")
