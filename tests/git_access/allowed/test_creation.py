"""Pushing to a path where no project is creates it."""

from typing import Any

import pytest

from apps.core.shared_store.store import store
from apps.directory.models import Namespace, Project, RedirectRoute, User
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    UserFactory,
    subgroup,
)
from tests.factories.git_access import IpRestrictionFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory
from tests.git_access.allowed.asking import (
    ARCHIVE,
    GRANTED,
    HIDDEN,
    PULL,
    creation,
    outcome,
    push,
)
from tests.git_access.allowed.creations import created, group_member
from tests.git_access.allowed.gitalies import Storage

pytestmark = pytest.mark.django_db


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
            "gl_console_messages": [
                "INFO: rubi/dot.files is new, and its objects are named by SHA-1. From a clone that uses "
                "SHA-256 this push fails; an administrator has to type first: manage.py project "
                "create-repository rubi/dot.files --object-format sha256"
            ],
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
        assert push(shell, owner, "rubi/dotfiles").json()["gl_console_messages"] == []
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
