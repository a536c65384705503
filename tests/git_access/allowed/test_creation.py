"""Pushing to a path where no project is creates it."""

from typing import Any

import grpc
import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, Project, RedirectRoute, User
from apps.git_access.repositories import RepositoryId, RepositoryType
from apps.ssh_keys.models import Key
from gitlab_internal.shared_store.store import store
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    ProjectFactory,
    UserFactory,
    subgroup,
)
from tests.factories.git_access import IpRestrictionFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory
from tests.git_access.allowed.asking import (
    ARCHIVE,
    GRANTED,
    HIDDEN,
    NO_GITALY,
    PULL,
    Outcome,
    creation,
    outcome,
    push,
)
from tests.git_access.allowed.gitalies import Storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    """Somebody with a namespace of its own, called ``rubi``."""
    user = UserFactory.create(username="rubi")
    PersonalNamespaceFactory.create(owner=user, path="rubi")
    return user


def created() -> list[str]:
    return sorted(project.full_path for project in Project.objects.all())


def group_member(group: Namespace, level: int, **fields: Any) -> User:
    user = UserFactory.create(**fields)
    if level:
        MemberFactory.create(user=user, group=group, access_level=level)
    return user


def refused(reasons: str) -> Outcome:
    return 422, f"Could not create project: {reasons}"


SHAPE = "Path must not end with '.', '-' or '_' and must not repeat such characters"


class TestCreating:
    def test_the_project_is_private_and_empty_and_the_answer_is_about_it(
        self, shell: Caller, owner: User, gitaly: Storage
    ) -> None:
        key: Key = KeyFactory.create(user=owner)

        response = push(shell, key, "/rubi/dot.files.git")

        project = Project.objects.get()
        name = f"project-{project.pk}"
        assert response.status_code == 200
        assert response.json() == {
            "status": True,
            "gl_repository": name,
            "gl_project_path": "rubi/dot.files",
            "gl_project_id": project.pk,
            "gl_root_namespace_id": project.namespace_id,
            "gl_id": f"user-{owner.pk}",
            "gl_username": "rubi",
            "git_config_options": ["uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true"],
            "gitaly": {
                "repository": {
                    "storage_name": "default",
                    "relative_path": RepositoryId(RepositoryType.PROJECT, project.pk).relative_path(),
                    "git_object_directory": "",
                    "git_alternate_object_directories": [],
                    "gl_repository": name,
                    "gl_project_path": "rubi/dot.files",
                },
                "address": gitaly.double.address,
                "token": None,
                "features": {},
            },
            "gl_console_messages": [],
            "need_audit": False,
            "gl_key_type": "key",
            "gl_key_id": key.pk,
        }
        assert (project.path, project.name, project.visibility_level) == ("dot.files", "dot.files", 0)
        assert (project.storage, project.repository_exists, project.creator) == ("default", True, owner)
        assert (gitaly.path(name) / "HEAD").read_text() == "ref: refs/heads/main\n"
        assert gitaly.asked() == ["CreateRepository"]
        metadata = gitaly.double.calls[0].metadata
        assert metadata["gitaly-route-repository-accessor-policy"] == "primary-only"
        assert metadata["x-gitlab-correlation-id"] == response.headers["X-Request-Id"]

    @pytest.mark.parametrize(
        ("protocol", "url"),
        [("ssh", "git@localhost:rubi/dotfiles.git"), ("http", "http://localhost:3001/rubi/dotfiles.git")],
    )
    def test_the_next_push_tells_so_once(
        self, shell: Caller, owner: User, gitaly: Storage, protocol: str, url: str
    ) -> None:
        response = push(shell, owner, "rubi/dotfiles", protocol=protocol)

        given = {"gl_repository": response.json()["gl_repository"], "identifier": f"user-{owner.pk}"}
        told = [shell.post("post_receive", changes="", **given).json()["messages"] for _ in range(2)]
        text = (
            "\nThe private project rubi/dotfiles was successfully created.\n\n"
            f"To configure the remote, run:\n  git remote add origin {url}\n\n"
            "To view the project, visit:\n  http://localhost:3001/rubi/dotfiles\n\n"
        )
        assert told == [[{"message": text, "type": "basic"}], []]

    def test_the_second_push_finds_it(self, shell: Caller, owner: User, gitaly: Storage) -> None:
        names = [push(shell, owner, "rubi/dotfiles").json()["gl_repository"] for _ in range(2)]

        assert names[0] == names[1]
        assert created() == ["rubi/dotfiles"]

    def test_the_namespace_may_be_typed_in_another_letter_case(
        self, shell: Caller, owner: User, gitaly: Storage
    ) -> None:
        response = push(shell, owner, "RUBI/DotFiles")

        assert response.json()["gl_project_path"] == "rubi/DotFiles"
        moved = f"redirect_namespace:{owner.pk}:{response.json()['gl_repository']}"
        assert store().get(moved) is None

    def test_it_may_lie_deep_in_groups(self, shell: Caller, group: Namespace, gitaly: Storage) -> None:
        nested = group
        for _ in range(20):
            nested = subgroup(nested, path="g")
        user = group_member(group, 30)

        response = push(shell, user, f"{nested.full_path}/deep")

        assert outcome(response) == GRANTED
        assert created() == [f"gnuwget/{'/'.join(['g'] * 20)}/deep"]

    def test_a_redirect_that_has_led_elsewhere_ends(
        self, shell: Caller, owner: User, gitaly: Storage
    ) -> None:
        RedirectRoute.objects.create(path="rubi/dotfiles", namespace=GroupFactory.create())

        response = push(shell, owner, "rubi/dotfiles")

        assert outcome(response) == GRANTED
        assert not RedirectRoute.objects.exists()


class TestSkipping:
    """What does not create is answered as if there were no such thing as creating."""

    @pytest.mark.parametrize("more", [
        {"action": PULL}, {"action": ARCHIVE}, {"changes": creation("refs/heads/main")}, {"changes": ""},
        {"changes": ["_any"]},
    ], ids=str)  # fmt: skip
    def test_only_a_push_that_is_about_to_begin_creates(
        self, shell: Caller, owner: User, gitaly: Storage, more: dict[str, Any]
    ) -> None:
        response = push(shell, owner, "rubi/dotfiles", **more)

        assert outcome(response) == HIDDEN
        assert created() == []

    def test_nobody_and_deploy_keys_create_nothing(self, shell: Caller, owner: User, gitaly: Storage) -> None:
        key = DeployKeyFactory.create(user=owner)

        said = [outcome(push(shell, by, "rubi/dotfiles")) for by in (None, key)]

        assert said == [HIDDEN] * 2
        assert created() == []

    @pytest.mark.parametrize("path", ["nobody/dotfiles", "rubi/none/dotfiles", "former/dotfiles"])
    def test_the_namespace_must_be_there_today(
        self, shell: Caller, owner: User, gitaly: Storage, path: str
    ) -> None:
        RedirectRoute.objects.create(path="former", namespace=Namespace.objects.get())
        admin = UserFactory.create(admin=True)

        said = [outcome(push(shell, by, path)) for by in (owner, admin)]

        assert said == [HIDDEN] * 2
        assert created() == []

    def test_an_unknown_id_creates_nothing(self, shell: Caller, owner: User, gitaly: Storage) -> None:
        response = push(shell, owner, "rubi/dotfiles", gl_repository="project-999")

        assert outcome(response) == (404, "The namespace you were looking for could not be found.")
        assert created() == []

    def test_outside_the_ranges_of_the_group_nothing_is_created(
        self, shell: Caller, group: Namespace, gitaly: Storage
    ) -> None:
        IpRestrictionFactory.create(group=group)
        user = group_member(group, 40)

        said = [outcome(push(shell, user, "gnuwget/x", check_ip=ip)) for ip in ("198.51.100.1", "192.0.2.1")]

        assert said == [HIDDEN, GRANTED]
        assert created() == ["gnuwget/x"]


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
