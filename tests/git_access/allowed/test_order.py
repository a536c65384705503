"""The order of the steps is part of the contract: of several reasons to refuse, the first one is told.

Each chain below lists, in the contract's order, what can stand in the way of one kind of request. With all
of a chain's obstacles from the n-th on in place, the n-th is what the client hears; with none, it may go on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_django import Settings

from apps.directory.models import Member, Project, ProjectStatistics, Snippet, User, UserState
from apps.ssh_keys.models import DeployKeyGrant, Key
from tests.callers import Caller
from tests.factories.directory import ProjectFactory, SnippetFactory, UserFactory
from tests.factories.git_access import ProtectedBranchFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    MAIN,
    NO_DOWNLOAD,
    NO_NAMESPACE,
    NO_PROJECT,
    NO_PUSH,
    NO_REPOSITORY,
    NO_SNIPPET,
    NO_UPLOAD,
    PULL,
    PUSH,
    Outcome,
    line,
    outcome,
)
from tests.git_access.allowed.gitalies import Storage

pytestmark = pytest.mark.django_db


@dataclass
class Scene:
    """A request that may run, and the rows and settings behind it."""

    project: Project
    key: Key
    user: User
    settings: Settings
    gitaly: Storage
    params: dict[str, Any] = field(default_factory=dict)

    def change_project(self, **fields: Any) -> None:
        Project.objects.filter(pk=self.project.pk).update(**fields)

    def change_key(self, **fields: Any) -> None:
        Key.objects.filter(pk=self.key.pk).update(**fields)

    def change_user(self, **fields: Any) -> None:
        User.objects.filter(pk=self.user.pk).update(**fields)


Obstacle = Callable[[Scene], Outcome]


def maintenance(scene: Scene) -> Outcome:
    scene.settings.MAINTENANCE_MODE = True
    return 401, (
        "Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode."
    )


def one_time_password(scene: Scene) -> Outcome:
    scene.settings.GIT_TWO_FACTOR_ENFORCEMENT = True
    scene.change_user(otp_required_for_login=True)
    return 401, (
        "OTP verification is required to access the repository.\n\n   Use: ssh git@localhost 2fa_verify"
    )


def protocol_ssh(scene: Scene) -> Outcome:
    scene.settings.ENABLED_GIT_ACCESS_PROTOCOL = "http"
    return 401, "Git access over SSH is not allowed"


def protocol_http(scene: Scene) -> Outcome:
    scene.settings.ENABLED_GIT_ACCESS_PROTOCOL = "ssh"
    return 401, "Git access over HTTP is not allowed"


def protocol_unknown(scene: Scene) -> Outcome:
    scene.params["protocol"] = "ftp"
    return 401, "Git access over FTP is not allowed"


def snippet_actor(scene: Scene) -> Outcome:
    scene.params["key_id"] = str(DeployKeyFactory.create(expires_at=scene.key.created_at).pk)
    return 401, "The authentication mechanism is not supported."


def key_type(scene: Scene) -> Outcome:
    scene.settings.KEY_RESTRICTIONS = {**scene.settings.KEY_RESTRICTIONS, "ed25519": -1, "dsa": -1}
    return 401, "Your SSH key type is forbidden. Must be RSA, ECDSA, ECDSA_SK, or ED25519_SK."


def key_expiry(scene: Scene) -> Outcome:
    scene.change_key(expires_at=scene.key.created_at)
    return 401, "Your SSH key has expired."


def blocked(scene: Scene) -> Outcome:
    scene.change_user(state=UserState.BLOCKED)
    return 401, "Your account has been blocked."


def http_off(scene: Scene) -> Outcome:
    scene.settings.UPLOAD_PACK = False
    return 401, "Pulling over HTTP is not allowed."


def http_push_off(scene: Scene) -> Outcome:
    scene.settings.RECEIVE_PACK = False
    return 401, "Pushing over HTTP is not allowed."


def unknown_command(scene: Scene) -> Outcome:
    scene.params["action"] = "git-annex-shell"
    return 401, "The command you're trying to execute is not allowed."


def read_only_instance(scene: Scene) -> Outcome:
    scene.settings.READ_ONLY = True
    return 401, "You can't push code to a read-only GitLab instance."


def certificate(scene: Scene) -> Outcome:
    scene.params["namespace_path"] = "elsewhere"
    return 401, "You are not allowed to access projects in this namespace."


def no_namespace(scene: Scene) -> Outcome:
    scene.params["project"] = "wget2.git"
    return 404, NO_NAMESPACE


def no_container(scene: Scene) -> Outcome:
    if "/" in scene.params["project"]:  # an obstacle before this one has taken the namespace away
        scene.params["project"] = "gnuwget/none.git"
    return 404, NO_PROJECT


def no_snippet(scene: Scene) -> Outcome:
    scene.params["gl_repository"] = "snippet-999"
    return 404, NO_SNIPPET


def stranger(scene: Scene) -> Outcome:
    Member.objects.all().delete()
    return 404, NO_PROJECT


def private(scene: Scene) -> Outcome:
    scene.change_project(visibility_level=0)
    return 404, NO_PROJECT


def detached(scene: Scene) -> Outcome:
    DeployKeyGrant.objects.all().delete()
    return 404, NO_PROJECT


def no_repository(scene: Scene) -> Outcome:
    scene.change_project(repository_exists=None)  # Gitaly is asked, and has none
    return 404, NO_REPOSITORY


def guest(scene: Scene) -> Outcome:
    Member.objects.update(access_level=10)
    return 401, NO_DOWNLOAD


def read_only_repository(scene: Scene) -> Outcome:
    scene.change_project(repository_read_only=True)
    return 401, "The repository is temporarily read-only. Please try again later."


def archived(scene: Scene) -> Outcome:
    scene.change_project(archived=True)
    return 401, "You can't push code to an archived project."


def read_only_deploy_key(scene: Scene) -> Outcome:
    DeployKeyGrant.objects.update(can_push=False)
    return 401, "This deploy key does not have write access to this project."


def anonymous(scene: Scene) -> Outcome:
    scene.params["key_id"] = "0"
    return 401, NO_UPLOAD


def full(scene: Scene) -> Outcome:
    ProjectStatistics.objects.create(project=scene.project, repository_size=2)
    scene.change_project(repository_size_limit=1)
    return 401, (
        "Your push to this repository cannot be completed because this repository has exceeded the allocated "
        "storage for your project. Contact your GitLab administrator for more information."
    )


def reporter(scene: Scene) -> Outcome:
    Member.objects.update(access_level=20)
    return 401, NO_PUSH


def protected(scene: Scene) -> Outcome:
    ProtectedBranchFactory.create(project=scene.project, allow_force_push=True)
    history = scene.gitaly.create(f"project-{scene.project.pk}")
    history.set(MAIN, history.commit())
    scene.params["changes"] = line(MAIN)
    return 401, "You are not allowed to push code to protected branches on this project."


# One obstacle a line would not show the order better.
# fmt: off
CHAINS: dict[str, tuple[dict[str, Any], list[Obstacle]]] = {
    "push over SSH": (
        {"action": PUSH},
        [
            maintenance, one_time_password, protocol_ssh, key_type, key_expiry, blocked, read_only_instance,
            certificate, stranger, no_repository, read_only_repository, archived, reporter,
        ],
    ),
    "push over HTTP": (
        {"action": PUSH, "protocol": "http"},
        [
            maintenance, protocol_http, key_type, key_expiry, blocked, http_push_off, read_only_instance,
            certificate, stranger, no_repository,
        ],
    ),
    "pull over HTTP": (
        {"action": PULL, "protocol": "http"},
        [protocol_http, key_type, key_expiry, blocked, http_off, certificate, stranger, no_repository, guest],
    ),
    "unknown protocol and command": (
        {"action": PULL},
        [protocol_unknown, key_type, key_expiry, blocked, unknown_command, certificate, no_namespace],
    ),
    "pull of what is not there": (
        {"action": PULL},
        [
            one_time_password, protocol_ssh, key_type, key_expiry, blocked, certificate, no_namespace,
            no_container,
        ],
    ),
    "push of changes": (
        {"action": PUSH, "changes": line("refs/notes/commits")},
        [maintenance, blocked, stranger, no_repository, read_only_repository, archived, full, reporter],
    ),
    "push to a protected branch": (
        {"action": PUSH, "changes": line("refs/notes/commits")},
        [read_only_repository, archived, full, reporter, protected],
    ),
}
# fmt: on
OF_DEPLOY_KEY: list[Obstacle] = [
    maintenance,
    protocol_ssh,
    key_type,
    key_expiry,
    read_only_instance,
    detached,
    no_repository,
    read_only_repository,
    archived,
    read_only_deploy_key,
    full,
]  # fmt: skip
OF_NOBODY: list[Obstacle] = [
    maintenance, protocol_ssh, read_only_instance, certificate, private, no_repository, read_only_repository,
    archived, anonymous,
]  # fmt: skip
OF_SNIPPET: list[Obstacle] = [no_snippet, maintenance, protocol_ssh, snippet_actor]


@pytest.fixture
def scene(project: Project, user: User, key: Key, settings: Settings, gitaly: Storage) -> Scene:
    params = {"key_id": str(key.pk), "project": "gnuwget/wget2.git", "protocol": "ssh", "changes": "_any"}
    return Scene(project, key, user, settings, gitaly, params)


def answers(shell: Caller, scene: Scene, obstacles: list[Obstacle]) -> tuple[Outcome, Outcome]:
    """Put all obstacles in the way; return what the first one should say, and what was said."""
    expected = [obstacle(scene) for obstacle in obstacles]
    return (expected or [GRANTED])[0], outcome(shell.post("allowed", **scene.params))


def names(obstacles: list[Obstacle]) -> list[str]:
    return [*(obstacle.__name__ for obstacle in obstacles), "nothing"]


@pytest.mark.parametrize(
    ("chain", "start"),
    [
        pytest.param(chain, start, id=f"{chain}: {name}")
        for chain, (_, obstacles) in CHAINS.items()
        for start, name in enumerate(names(obstacles))
    ],
)
def test_the_first_reason_is_told(shell: Caller, scene: Scene, chain: str, start: int) -> None:
    params, obstacles = CHAINS[chain]
    scene.params.update(params)

    expected, said = answers(shell, scene, obstacles[start:])

    assert said == expected


@pytest.mark.parametrize("start", range(len(OF_DEPLOY_KEY) + 1), ids=names(OF_DEPLOY_KEY))
def test_the_first_reason_is_told_to_a_deploy_key(shell: Caller, scene: Scene, start: int) -> None:
    scene.key = DeployKeyFactory.create(user=scene.user)
    DeployKeyGrantFactory.create(key=scene.key, project=scene.project, can_push=True)
    scene.params.update(action=PUSH, key_id=str(scene.key.pk), changes=line("refs/notes/commits"))

    expected, said = answers(shell, scene, OF_DEPLOY_KEY[start:])

    assert said == expected


@pytest.mark.parametrize("start", range(len(OF_NOBODY)), ids=names(OF_NOBODY)[:-1])
def test_the_first_reason_is_told_to_nobody(shell: Caller, scene: Scene, start: int) -> None:
    scene.change_project(visibility_level=20)
    scene.params.update(action=PUSH, key_id="0")

    expected, said = answers(shell, scene, OF_NOBODY[start:])

    assert said == expected


@pytest.mark.parametrize("start", range(len(OF_SNIPPET) + 1), ids=names(OF_SNIPPET))
def test_the_first_reason_is_told_about_a_snippet(shell: Caller, scene: Scene, start: int) -> None:
    snippet: Snippet = SnippetFactory.create(author=scene.user, repository_exists=True)
    scene.params.update(action=PUSH, gl_repository=f"snippet-{snippet.pk}")

    expected, said = answers(shell, scene, OF_SNIPPET[start:])

    assert said == expected


def test_a_blocked_user_hears_so_even_of_a_project_that_does_not_exist(shell: Caller) -> None:
    key = KeyFactory.create(user=UserFactory.create(state=UserState.BLOCKED))
    missing = {"action": PULL, "protocol": "ssh", "project": "no/where", "key_id": str(key.pk)}

    response = shell.post("allowed", **missing)

    assert outcome(response) == (401, "Your account has been blocked.")


def test_malformed_input_outranks_everything(shell: Caller, settings: Settings) -> None:
    settings.MAINTENANCE_MODE = True
    project = ProjectFactory.create()

    response = shell.post("allowed", action=PUSH, protocol="ssh", project=project.full_path)

    assert response.status_code == 400
    assert response.json() == {"message": '400 Bad request - "changes" not given'}
