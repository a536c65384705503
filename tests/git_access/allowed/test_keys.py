"""Keys that are of the wrong type, too short, or out of time; deploy keys."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.directory.models import FeatureLevel, Project, User, UserState
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import MemberFactory, ProjectFactory, UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    HIDDEN,
    NO_DOWNLOAD,
    NO_PUSH,
    Outcome,
    line,
    outcome,
    owner,
    pull,
    push,
)

pytestmark = pytest.mark.django_db

ALGORITHMS = {
    "ssh-rsa": "rsa",
    "ssh-dss": "dsa",
    "ecdsa-sha2-nistp256": "ecdsa",
    "ecdsa-sha2-nistp384": "ecdsa",
    "ecdsa-sha2-nistp521": "ecdsa",
    "ssh-ed25519": "ed25519",
    "sk-ecdsa-sha2-nistp256@openssh.com": "ecdsa_sk",
    "sk-ssh-ed25519@openssh.com": "ed25519_sk",
}
TYPES = ["RSA", "DSA", "ECDSA", "ED25519", "ECDSA_SK", "ED25519_SK"]
NOTE = line("refs/notes/commits")
SOON = "INFO: Your SSH key expires soon. Please generate a new key."


def refused_key(reason: str) -> Outcome:
    return 401, f"Your SSH key {reason}."


def restrict(settings: Settings, **restrictions: int) -> None:
    settings.KEY_RESTRICTIONS = {**settings.KEY_RESTRICTIONS, **restrictions}


def a_key_of(by: str, user: User, project: Project) -> Key:
    """The user's key, or a deploy key of the project."""
    if by == "user":
        key: Key = Key.objects.get(user=user)
        return key
    deploy_key: Key = DeployKeyFactory.create(user=user)
    DeployKeyGrantFactory.create(key=deploy_key, project=project, can_push=True)
    return deploy_key


@pytest.mark.parametrize(("algorithm", "technology"), ALGORITHMS.items())
def test_a_type_may_be_restricted(
    shell: Caller, project: Project, key: Key, settings: Settings, algorithm: str, technology: str
) -> None:
    Key.objects.filter(pk=key.pk).update(algorithm=algorithm, bits=256)
    others = [name for name in TYPES if name != technology.upper()]
    said = {}

    for restriction in (0, 256, 257, -1):
        restrict(settings, **{technology: restriction})
        said[restriction] = outcome(pull(shell, key, project))

    assert said == {
        0: GRANTED,
        256: GRANTED,
        257: refused_key("must be at least 257 bits"),
        -1: refused_key(f"type is forbidden. Must be {', '.join(others[:-1])}, or {others[-1]}"),
    }


@pytest.mark.parametrize(
    ("allowed", "listed"),
    [(["rsa"], "RSA"), (["rsa", "ecdsa"], "RSA or ECDSA"), (["rsa", "ecdsa", "dsa"], "RSA, DSA, or ECDSA")],
)
def test_the_types_that_are_allowed_are_listed_as_people_do(
    shell: Caller, project: Project, key: Key, settings: Settings, allowed: list[str], listed: str
) -> None:
    settings.KEY_RESTRICTIONS = {name.lower(): 0 if name.lower() in allowed else -1 for name in TYPES}

    response = pull(shell, key, project)

    assert outcome(response) == refused_key(f"type is forbidden. Must be {listed}")


def test_a_stored_text_that_is_no_key_is_refused(shell: Caller, project: Project, key: Key) -> None:
    Key.objects.filter(pk=key.pk).update(algorithm="")

    response = pull(shell, key, project)

    assert outcome(response) == refused_key("is not a valid SSH key")


def test_a_users_keys_do_not_matter_without_one(
    shell: Caller, project: Project, key: Key, settings: Settings
) -> None:
    restrict(settings, ed25519=-1)

    response = pull(shell, key.user, project)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize("by", ["user", "deploy"])
def test_a_key_expires_and_says_so_a_week_before(
    shell: Caller, project: Project, user: User, key: Key, by: str
) -> None:
    used = a_key_of(by, user, project)
    said = []

    for seconds in (-1, 0, 3600, 7 * 86_400 - 60, 7 * 86_400 + 60):
        Key.objects.filter(pk=used.pk).update(expires_at=timezone.now() + timedelta(seconds=seconds))
        response = push(shell, used, project)
        said.append((outcome(response), response.json().get("gl_console_messages")))

    assert said == [
        (refused_key("has expired"), None),
        (refused_key("has expired"), None),
        (GRANTED, [SOON]),
        (GRANTED, [SOON]),
        (GRANTED, []),
    ]


@pytest.mark.parametrize("by", ["user", "deploy"])
def test_both_kinds_of_keys_are_tested(
    shell: Caller, project: Project, key: Key, settings: Settings, by: str
) -> None:
    used = a_key_of(by, owner(key), project)
    restrict(settings, ed25519=512)

    response = pull(shell, used, project)

    assert outcome(response) == refused_key("must be at least 512 bits")


# Visibility, feature level of the repository, attached -> what a pull hears.
@pytest.mark.parametrize(
    ("visibility", "feature", "attached", "said"),
    [
        (0, FeatureLevel.ENABLED, True, GRANTED),
        (0, FeatureLevel.PRIVATE, True, GRANTED),
        (0, FeatureLevel.DISABLED, True, (401, NO_DOWNLOAD)),
        (0, FeatureLevel.ENABLED, False, HIDDEN),
        (10, FeatureLevel.ENABLED, False, HIDDEN),
        (20, FeatureLevel.ENABLED, False, GRANTED),
        (20, FeatureLevel.PUBLIC, False, GRANTED),
        (20, FeatureLevel.PRIVATE, False, (401, NO_DOWNLOAD)),
        (20, FeatureLevel.DISABLED, False, (401, NO_DOWNLOAD)),
        (20, FeatureLevel.PRIVATE, True, GRANTED),
    ],
)
def test_what_a_deploy_key_may_pull(
    shell: Caller, visibility: int, feature: int, attached: bool, said: Outcome
) -> None:
    project = ProjectFactory.create(
        visibility_level=visibility, repository_access_level=feature, repository_exists=True
    )
    creator = MemberFactory.create(project=project, access_level=50).user  # whose rights are not the key's
    key = DeployKeyFactory.create(user=creator)
    DeployKeyGrantFactory.create(key=key, project=project if attached else ProjectFactory.create())

    response = pull(shell, key, project)

    assert outcome(response) == said


@pytest.mark.parametrize("can_push", [None, False])
def test_a_deploy_key_pushes_only_where_it_was_told_to(
    shell: Caller, project: Project, user: User, can_push: bool | None
) -> None:
    Project.objects.filter(pk=project.pk).update(visibility_level=20)
    key = DeployKeyFactory.create(user=user)
    if can_push is not None:
        DeployKeyGrantFactory.create(key=key, project=project, can_push=can_push)
    DeployKeyGrantFactory.create(key=key, can_push=True)

    responses = [push(shell, key, project, changes=changes) for changes in ("_any", NOTE)]

    text = "This deploy key does not have write access to this project."
    assert [outcome(response) for response in responses] == [(401, text)] * 2


def test_a_deploy_key_with_a_good_creator_pushes(shell: Caller, project: Project, user: User) -> None:
    key = a_key_of("deploy", user, project)

    responses = [push(shell, key, project, changes=changes) for changes in ("_any", NOTE)]

    assert [outcome(response) for response in responses] == [GRANTED] * 2


@pytest.mark.parametrize("fault", ["blocked", "deactivated", "ghost", "stranger", "external"])
def test_a_creator_who_may_not_push_passes_at_first_and_fails_with_the_changes(
    shell: Caller, project: Project, fault: str
) -> None:
    creator = {
        "blocked": UserFactory.create(state=UserState.BLOCKED),
        "deactivated": UserFactory.create(state=UserState.DEACTIVATED),
        "ghost": None,
        "stranger": UserFactory.create(),
        "external": UserFactory.create(external=True),
    }[fault]
    if fault in {"blocked", "deactivated"}:
        MemberFactory.create(user=creator, project=project, access_level=50)
    if fault == "external":
        Project.objects.filter(pk=project.pk).update(visibility_level=10)
    key = DeployKeyFactory.create(user=creator)
    DeployKeyGrantFactory.create(key=key, project=project, can_push=True)

    responses = [push(shell, key, project, changes=changes) for changes in ("_any", NOTE)]

    assert [outcome(response) for response in responses] == [GRANTED, (401, NO_PUSH)]


def test_a_creator_who_can_read_needs_no_level_of_its_own(shell: Caller, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(visibility_level=10)
    key = DeployKeyFactory.create(user=UserFactory.create())
    DeployKeyGrantFactory.create(key=key, project=project, can_push=True)

    response = push(shell, key, project, changes=NOTE)

    assert outcome(response) == GRANTED
