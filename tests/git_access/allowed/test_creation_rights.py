"""Who may create a project by pushing, under which name, and what happens without Gitaly."""

from typing import Any

import grpc
import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, User
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    ProjectFactory,
    UserFactory,
    subgroup,
)
from tests.git_access.allowed.asking import (
    GRANTED,
    HIDDEN,
    NO_GITALY,
    PULL,
    Outcome,
    outcome,
    push,
)
from tests.git_access.allowed.creations import created, group_member
from tests.git_access.allowed.gitalies import Storage

pytestmark = pytest.mark.django_db


def refused(reasons: str) -> Outcome:
    return 422, f"Could not create project: {reasons}"


SHAPE = "Path must not end with '.', '-' or '_' and must not repeat such characters"


class TestRights:
    # project_creation_level, level in the group, may create.
    @pytest.mark.parametrize(("rule", "least"), [(0, None), (1, 40), (2, 30), (3, None), (4, 50), (None, 30)])
    def test_a_group_says_who_creates_in_it(
        self, shell: Caller, gitaly: Storage, rule: int | None, least: int | None
    ) -> None:
        for level in (0, 10, 20, 25, 30, 40, 50):
            group = GroupFactory.create(project_creation_level=rule)
            user = group_member(group, level)

            response = push(shell, user, f"{group.path}/x")

            allowed = least is not None and level >= least
            assert outcome(response) == (GRANTED if allowed else HIDDEN), (rule, level)

    @pytest.mark.parametrize(("rule", "allowed"), [(0, False), (1, True), (2, True), (3, True), (4, True)])
    def test_administrators_create_wherever_anybody_does(
        self, shell: Caller, gitaly: Storage, rule: int, allowed: bool
    ) -> None:
        group = GroupFactory.create(project_creation_level=rule)

        response = push(shell, UserFactory.create(admin=True), f"{group.path}/x")

        assert outcome(response) == (GRANTED if allowed else HIDDEN)

    def test_the_instance_says_it_for_groups_that_do_not(
        self, shell: Caller, group: Namespace, gitaly: Storage, settings: Settings
    ) -> None:
        settings.DEFAULT_PROJECT_CREATION = 1
        people = [group_member(group, 30), group_member(group, 40)]

        said = [outcome(push(shell, by, "gnuwget/x")) for by in people]

        assert said == [HIDDEN, GRANTED]

    def test_a_level_from_above_suffices(self, shell: Caller, group: Namespace, gitaly: Storage) -> None:
        nested = subgroup(group)

        response = push(shell, group_member(group, 30), f"{nested.full_path}/x")

        assert outcome(response) == GRANTED

    def test_a_personal_namespace_is_its_owners_and_the_administrators(
        self, shell: Caller, owner: User, gitaly: Storage
    ) -> None:
        people = {"other": UserFactory.create(), "admin": UserFactory.create(admin=True), "owner": owner}

        said = {name: outcome(push(shell, by, f"rubi/{name}")) for name, by in people.items()}

        assert said == {"other": HIDDEN, "admin": GRANTED, "owner": GRANTED}

    def test_external_users_create_nothing_anywhere(
        self, shell: Caller, owner: User, group: Namespace, gitaly: Storage
    ) -> None:
        MemberFactory.create(user=owner, group=group, access_level=50)
        User.objects.update(external=True)
        admin = UserFactory.create(admin=True, external=True)

        said = [outcome(push(shell, by, path)) for by in (owner, admin) for path in ("rubi/x", "gnuwget/x")]

        assert said == [HIDDEN] * 4

    def test_the_limit_of_projects_counts_in_personal_namespaces_only(
        self, shell: Caller, owner: User, group: Namespace, gitaly: Storage
    ) -> None:
        User.objects.filter(pk=owner.pk).update(projects_limit=1)
        MemberFactory.create(user=owner, group=group, access_level=50)

        said = [outcome(push(shell, owner, path)) for path in ("gnuwget/x", "rubi/x", "rubi/y", "gnuwget/y")]

        assert said == [GRANTED, GRANTED, HIDDEN, GRANTED]

    def test_the_limit_is_that_of_whoever_creates(self, shell: Caller, owner: User, gitaly: Storage) -> None:
        admin = UserFactory.create(admin=True, projects_limit=0)

        response = push(shell, admin, "rubi/x")

        assert outcome(response) == HIDDEN


class TestValidation:
    @pytest.mark.parametrize(
        ("segment", "reasons"),
        [
            ("x.", SHAPE),
            ("x-", SHAPE),
            ("x_", SHAPE),
            ("x..y", SHAPE),
            ("x--y", SHAPE),
            ("x-_y", SHAPE),
            ("x" * 256, "Path is too long (maximum is 255 characters)"),
            ("x" * 255 + "-", f"{SHAPE}, Path is too long (maximum is 255 characters)"),
            ("called", "Name has already been taken"),
            ("sub", "Path has already been taken"),
            ("SUB", "Path has already been taken"),
        ],
    )
    def test_reasons_are_told(
        self, shell: Caller, group: Namespace, gitaly: Storage, segment: str, reasons: str
    ) -> None:
        ProjectFactory.create(namespace=group, path="path", name="called")
        subgroup(group, path="sub")

        response = push(shell, group_member(group, 30), f"gnuwget/{segment}.git")

        assert outcome(response) == refused(reasons)
        assert created() == ["gnuwget/path"]
        assert gitaly.asked() == []

    @pytest.mark.parametrize("segment", ["x", ".x", "_x", "0", "a.b-c_d", "x" * 255])
    def test_good_names_are_good(
        self, shell: Caller, group: Namespace, gitaly: Storage, segment: str
    ) -> None:
        response = push(shell, group_member(group, 30), f"gnuwget/{segment}.git")

        assert outcome(response) == GRANTED


class TestGitaly:
    def test_where_there_is_no_gitaly_nothing_is_left_behind(self, shell: Caller, owner: User) -> None:
        response = push(shell, owner, "rubi/dotfiles")

        assert outcome(response) == (503, NO_GITALY)
        assert created() == []
        assert outcome(push(shell, owner, "rubi/dotfiles", action=PULL)) == HIDDEN

    @pytest.mark.parametrize(
        ("code", "status", "body"),
        [
            (grpc.StatusCode.INTERNAL, 503, {"status": False, "message": NO_GITALY}),
            (grpc.StatusCode.PERMISSION_DENIED, 503, {"status": False, "message": NO_GITALY}),
            (
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                503,
                {"message": "Upstream Gitaly has been exhausted. Try again later"},
            ),
        ],
    )
    def test_what_fails_leaves_nothing_behind(
        self,
        shell: Caller,
        owner: User,
        gitaly: Storage,
        code: grpc.StatusCode,
        status: int,
        body: dict[str, Any],
    ) -> None:
        gitaly.double.fail("CreateRepository", code)

        response = push(shell, owner, "rubi/dotfiles")

        assert (response.status_code, response.json()) == (status, body)
        assert created() == []

    def test_a_repository_that_is_there_already_is_taken(
        self, shell: Caller, owner: User, gitaly: Storage
    ) -> None:
        gitaly.double.fail("CreateRepository", grpc.StatusCode.ALREADY_EXISTS)

        response = push(shell, owner, "rubi/dotfiles")

        assert outcome(response) == GRANTED
        assert created() == ["rubi/dotfiles"]
