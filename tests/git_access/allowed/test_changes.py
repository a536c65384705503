"""Reading the lines of a push."""

import pytest

from apps.directory.models import Project, User
from apps.git_access.context import changes
from apps.git_access.context.changes import Change
from tests.callers import Caller
from tests.git_access.allowed.asking import (
    GRANTED,
    NEW,
    NO_PUSH,
    OLD,
    ZEROS,
    Outcome,
    deletion,
    line,
    member,
    outcome,
    push,
)

pytestmark = pytest.mark.django_db

LONG_OLD, LONG_NEW, LONG_ZEROS = "a" * 64, "b" * 64, "0" * 64
NO_DEFAULT_DELETION: Outcome = (401, "The default branch of a project cannot be deleted.")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (f"{OLD} {NEW} refs/heads/main\n", [Change(OLD, NEW, "refs/heads/main")]),
        (f"{OLD} {NEW} refs/heads/main", [Change(OLD, NEW, "refs/heads/main")]),
        (f"  {OLD}\t{NEW}  refs/heads/main \r\n", [Change(OLD, NEW, "refs/heads/main")]),
        (f"{OLD} {NEW} refs/heads/main and more\n", [Change(OLD, NEW, "refs/heads/main")]),
        (
            f"\n{OLD} {NEW} a\n\n   \n{NEW} {OLD} b\n",
            [Change(OLD, NEW, "a"), Change(NEW, OLD, "b")],
        ),
        (
            [f"{OLD} {NEW} a\n", "", " ", f"{NEW} {OLD} b"],
            [Change(OLD, NEW, "a"), Change(NEW, OLD, "b")],
        ),
        (
            f"{OLD} {NEW} refs/heads/a\N{NO-BREAK SPACE}b",
            [Change(OLD, NEW, "refs/heads/a\N{NO-BREAK SPACE}b")],
        ),
        (
            f"{OLD} {NEW} refs/heads/a\N{LINE SEPARATOR}b\N{NEXT LINE}c\n",
            [Change(OLD, NEW, "refs/heads/a\N{LINE SEPARATOR}b\N{NEXT LINE}c")],
        ),
        (f"{LONG_OLD} {LONG_NEW} a", [Change(LONG_OLD, LONG_NEW, "a")]),
        (f"{OLD} {NEW}", [Change(OLD, NEW, "")]),
        (OLD, [Change(OLD, "", "")]),
        ("_any", []),
        ("", []),
        ("\n \n\t\n", []),
        ([], []),
        (None, []),
    ],
)
def test_lines_are_split_on_white_space(given: str | list[str] | None, read: list[Change]) -> None:
    assert list(changes.from_lines(given)) == read


@pytest.mark.parametrize(
    ("ref", "branch", "tag"),
    [
        ("refs/heads/main", "main", None),
        ("refs/heads/a/b", "a/b", None),
        ("refs/heads/refs/heads/x", "refs/heads/x", None),
        ("refs/heads/", None, None),
        ("refs/headsx", None, None),
        ("Refs/heads/main", None, None),
        ("refs/tags/v1", None, "v1"),
        ("refs/tags/", None, None),
        ("refs/notes/commits", None, None),
        ("refs/keep-around/x", None, None),
        ("main", None, None),
        ("", None, None),
    ],
)
def test_a_ref_is_a_branch_a_tag_or_neither(ref: str, branch: str | None, tag: str | None) -> None:
    change = Change(OLD, NEW, ref)

    assert (change.branch, change.tag) == (branch, tag)


@pytest.mark.parametrize("blank", [ZEROS, LONG_ZEROS])
def test_a_blank_revision_is_40_or_64_zeros(blank: str) -> None:
    created, deleted = Change(blank, NEW, "a"), Change(OLD, blank, "a")

    assert (created.is_creation, created.is_deletion, created.is_update) == (True, False, False)
    assert (deleted.is_creation, deleted.is_deletion, deleted.is_update) == (False, True, False)


@pytest.mark.parametrize("revision", [ZEROS[:-1], ZEROS + "0", ZEROS + "\n", "", "0" * 63])
def test_other_zeros_are_revisions(revision: str) -> None:
    assert Change(revision, revision, "a").is_update


@pytest.mark.parametrize(
    "given", ["", "\n \n", [], [""], line("refs/notes/x"), line("refs/heads/"), [line("refs/notes/x")] * 3]
)
def test_what_names_no_branch_and_no_tag_needs_nothing_but_the_push_right(
    shell: Caller, project: Project, user: User, given: str | list[str]
) -> None:
    response = push(shell, user, project, changes=given)

    assert outcome(response) == GRANTED


def test_the_push_right_is_asked_for_every_ref(shell: Caller, project: Project) -> None:
    reporter = member(project, 20)

    said = [outcome(push(shell, reporter, project, changes=given)) for given in (line("refs/notes/x"), "")]

    assert said == [(401, NO_PUSH), GRANTED]


@pytest.mark.parametrize("zeros", [ZEROS, LONG_ZEROS])
@pytest.mark.parametrize("as_array", [False, True])
def test_the_first_failure_ends_the_push(
    shell: Caller, project: Project, user: User, zeros: str, as_array: bool
) -> None:
    lines = [
        line("refs/notes/x"),
        line("refs/heads/main", new=zeros),
        line("refs/heads/" + "a" * 40),
    ]

    response = push(shell, user, project, changes=lines if as_array else "".join(lines).rstrip())

    assert outcome(response) == NO_DEFAULT_DELETION


def test_the_order_of_the_lines_decides(shell: Caller, project: Project, user: User) -> None:
    bad_name = line("refs/heads/" + "a" * 40, old=ZEROS)

    said = [
        outcome(push(shell, user, project, changes=given))
        for given in (bad_name + deletion("refs/heads/main"), deletion("refs/heads/main") + bad_name)
    ]

    assert said == [
        (401, "You cannot create a branch with a SHA-1 or SHA-256 branch name."),
        NO_DEFAULT_DELETION,
    ]
