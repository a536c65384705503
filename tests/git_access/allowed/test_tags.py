"""The checks of a tag."""

import pytest

from apps.directory.models import Project, User
from apps.git_access.models import ProtectedTagAccess
from tests.callers import Caller
from tests.factories.git_access import ProtectedTagFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    Outcome,
    creation,
    deletion,
    line,
    member,
    outcome,
    push,
)
from tests.git_access.allowed.gitalies import Storage

pytestmark = pytest.mark.django_db

NO_CHANGE: Outcome = (401, "You are not allowed to change existing tags on this project.")
DEFAULT_NAME: Outcome = (401, "You cannot use default branch name to create a tag")
NOT_UTF8: Outcome = (401, "Tag names must be valid when converted to UTF-8 encoding")
BAD_NAME: Outcome = (401, "You cannot create a tag with a prohibited pattern.")
HEX_NAME: Outcome = (401, "You cannot create a tag with a SHA-1 or SHA-256 tag name.")
NO_UPDATE: Outcome = (401, "Protected tags cannot be updated.")
NO_DELETION: Outcome = (
    401,
    "You are not allowed to delete protected tags from this project. "
    "Only a project maintainer or owner can delete a protected tag.",
)
DELETE_ON_WEB: Outcome = (401, "You can only delete protected tags using the web interface.")
NO_CREATION: Outcome = (401, "You are not allowed to create this tag as it is protected.")


def protect(project: Project, name: str, *, level: int | None) -> None:
    """Protect tags; without level the rule has no row."""
    rule = ProtectedTagFactory.create(project=project, name=name)
    if level is not None:
        ProtectedTagAccess.objects.create(rule=rule, access_level=level)


def test_tags_come_and_go_and_gitaly_is_not_asked(shell: Caller, project: Project, user: User) -> None:
    changes = creation("refs/tags/v1") + line("refs/tags/v2") + deletion("refs/tags/v3")

    response = push(shell, user, project, changes=changes)

    assert outcome(response) == GRANTED


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("main", DEFAULT_NAME),
        ("\N{REPLACEMENT CHARACTER}", NOT_UTF8),
        ("v\N{REPLACEMENT CHARACTER}~", NOT_UTF8),
        ("-x", BAD_NAME),
        ("HEAD", BAD_NAME),
        ("refs/heads/x", BAD_NAME),
        ("refs/remotes/x", BAD_NAME),
        ("refs/tags/x", BAD_NAME),
        ("x..y", BAD_NAME),
        ("x~", BAD_NAME),
        ("x.lock", BAD_NAME),
        ("x\x7f", BAD_NAME),
        ("-" + "a" * 40, BAD_NAME),
        ("a" * 40, HEX_NAME),
        ("A" * 40, HEX_NAME),
        ("a" * 64, HEX_NAME),
        ("a" * 40 + "-x", HEX_NAME),
        ("a" * 39, GRANTED),
        ("main2", GRANTED),
        ("Main", GRANTED),
        ("v1.0", GRANTED),
        ("\N{SNOWMAN}\N{NO-BREAK SPACE}", GRANTED),
    ],
)
def test_the_name_of_a_new_tag(shell: Caller, project: Project, user: User, name: str, said: Outcome) -> None:
    response = push(shell, user, project, changes=creation(f"refs/tags/{name}"))

    assert outcome(response) == said


@pytest.mark.parametrize(
    ("name", "said"), [("main", GRANTED), ("-x", BAD_NAME), ("a" * 40, HEX_NAME), ("x\ufffd", NOT_UTF8)]
)
def test_an_updated_tag_may_be_called_as_the_default_branch_only(
    shell: Caller, project: Project, user: User, name: str, said: Outcome
) -> None:
    response = push(shell, user, project, changes=line(f"refs/tags/{name}"))

    assert outcome(response) == said


@pytest.mark.parametrize("name", ["main", "-x", "x..y", "a" * 40, "x\ufffd"])
def test_whatever_its_name_a_tag_can_be_deleted(
    shell: Caller, project: Project, user: User, name: str
) -> None:
    response = push(shell, user, project, changes=deletion(f"refs/tags/{name}"))

    assert outcome(response) == GRANTED


def test_gitaly_says_what_the_default_branch_is_when_nobody_knows(
    shell: Caller, project: Project, user: User, gitaly: Storage
) -> None:
    Project.objects.update(default_branch=None)
    history = gitaly.create(f"project-{project.pk}")
    history.set("refs/heads/main", history.commit())

    response = push(shell, user, project, changes=creation("refs/tags/main"))

    assert outcome(response) == DEFAULT_NAME
    assert gitaly.asked() == ["FindDefaultBranchName"]


def test_a_protected_tag_is_never_updated(shell: Caller, project: Project) -> None:
    protect(project, "v*", level=30)
    owner = member(project, 50)

    said = [
        outcome(push(shell, owner, project, changes=line("refs/tags/v1"), protocol=p)) for p in ("ssh", "web")
    ]

    assert said == [NO_UPDATE] * 2


@pytest.mark.parametrize(
    ("level", "protocol", "said"),
    [
        (30, "ssh", NO_DELETION),
        (30, "web", NO_DELETION),
        (40, "ssh", DELETE_ON_WEB),
        (40, "http", DELETE_ON_WEB),
        (40, "web", GRANTED),
    ],
)
def test_a_protected_tag_is_deleted_by_maintainers_on_the_web(
    shell: Caller, project: Project, level: int, protocol: str, said: Outcome
) -> None:
    protect(project, "v*", level=None)

    response = push(
        shell, member(project, level), project, changes=deletion("refs/tags/v1"), protocol=protocol
    )

    assert outcome(response) == said


@pytest.mark.parametrize(
    ("row", "level", "said"),
    [
        (30, 30, GRANTED),
        (40, 30, NO_CREATION),
        (40, 40, GRANTED),
        (0, 50, NO_CREATION),
        (60, 50, NO_CREATION),
        (None, 50, NO_CREATION),
    ],
)
def test_a_protected_tag_is_created_by_whom_a_row_lets_pass(
    shell: Caller, project: Project, row: int | None, level: int, said: Outcome
) -> None:
    protect(project, "v*", level=row)

    response = push(shell, member(project, level), project, changes=creation("refs/tags/v1"))

    assert outcome(response) == said


@pytest.mark.parametrize(("name", "said"), [("v1/x", NO_CREATION), ("V1", GRANTED), ("release", GRANTED)])
def test_tags_match_as_branches_do(
    shell: Caller, project: Project, user: User, name: str, said: Outcome
) -> None:
    protect(project, "v*", level=0)

    response = push(shell, user, project, changes=creation(f"refs/tags/{name}"))

    assert outcome(response) == said


def test_of_several_rules_one_suffices(shell: Caller, project: Project, user: User) -> None:
    protect(project, "v*", level=0)
    protect(project, "*1", level=30)

    said = [
        outcome(push(shell, user, project, changes=creation(f"refs/tags/{name}"))) for name in ("v1", "v2")
    ]

    assert said == [GRANTED, NO_CREATION]


@pytest.mark.parametrize("level", [10, 30])
def test_an_existing_tag_is_for_those_with_the_push_right(
    shell: Caller, project: Project, gitaly: Storage, level: int
) -> None:
    history = gitaly.create(f"project-{project.pk}")
    history.set("refs/tags/v1", history.commit())
    key = DeployKeyFactory.create(user=member(project, level))
    DeployKeyGrantFactory.create(key=key, project=project, can_push=True)
    changes = [line("refs/tags/v1"), deletion("refs/tags/v1"), creation("refs/tags/v2")]

    said = [outcome(push(shell, key, project, changes=change)) for change in changes]

    assert said == ([NO_CHANGE, NO_CHANGE, GRANTED] if level < 30 else [GRANTED] * 3)
    assert gitaly.asked() == (["RefExists"] * 3 if level < 30 else [])


def test_an_existing_tag_outranks_its_name(shell: Caller, project: Project, gitaly: Storage) -> None:
    history = gitaly.create(f"project-{project.pk}")
    history.set("refs/tags/main", history.commit())
    key = DeployKeyFactory.create(user=member(project, 10))
    DeployKeyGrantFactory.create(key=key, project=project, can_push=True)

    response = push(shell, key, project, changes=creation("refs/tags/main"))

    assert outcome(response) == NO_CHANGE
