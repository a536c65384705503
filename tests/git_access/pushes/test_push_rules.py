"""What the commits, branches and tags of a push must look like."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.directory.models import Email
from apps.git_access.models import PushRule
from tests.factories.directory import GroupFactory, UserFactory
from tests.factories.git_access import PushRuleFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import GRANTED, MAIN, creation, deletion, line
from tests.git_access.pushes.conftest import Stage

EVE = "Eve <eve@example.com>"
OTHERS = (
    "You cannot push commits for 'eve@example.com'. "
    "You can only push commits if the committer email is one of your own verified emails."
)

# Rules, the new commit, and what the pusher is told.
COMMITS: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({"commit_message_regex": "^Fix"}, {"message": "Fix it"}, None),
    ({"commit_message_regex": "^Fix"}, {"message": "A head\n\nFix it, further down"}, None),
    (
        {"commit_message_regex": "^Fix"},
        {"message": "Break it"},
        "Commit message does not follow the pattern '^Fix'",
    ),
    ({"commit_message_negative_regex": "secret"}, {"message": "No harm"}, None),
    (
        {"commit_message_negative_regex": "secret"},
        {"message": "My secret"},
        "Commit message contains the forbidden pattern 'secret'",
    ),
    ({"commit_message_negative_regex": r"\n"}, {"message": "One line\n"}, None),
    (
        {"author_email_regex": "@example.org$"},
        {},
        "Committer's email 'rubi@example.com' does not follow the pattern '@example.org$'",
    ),
    (
        {"author_email_regex": "^rubi@"},
        {"author": EVE},
        "Author's email 'eve@example.com' does not follow the pattern '^rubi@'",
    ),
    ({"commit_committer_check": True}, {"author": EVE}, None),
    ({"commit_committer_check": True}, {"committer": "Rubi <RUBI@Example.com>"}, None),
    ({"commit_committer_check": True}, {"committer": EVE}, OTHERS),
    ({"commit_committer_check": True}, {"committer": "Rubi <second@example.com>"}, None),
    (
        {"commit_committer_check": True},
        {"committer": "Rubi <third@example.com>"},
        "Committer email 'third@example.com' is not verified.",
    ),
    ({"commit_committer_name_check": True}, {}, None),
    ({"commit_committer_name_check": True}, {"author": "Ruby <else@example.com>"}, None),
    (
        {"commit_committer_name_check": True},
        {"author": "Ruby <rubi@example.com>"},
        "Your git author name is inconsistent with GitLab account name",
    ),
    ({"reject_non_dco_commits": True}, {"message": "Fix\n\nSigned-off-by: R <r@e>"}, None),
    ({"reject_non_dco_commits": True}, {"message": "Fix"}, "Commit message must contain a DCO signoff"),
    ({"reject_unsigned_commits": True}, {}, "Commit must be signed with a GPG key"),
    ({"member_check": True}, {"author": "Rubi <second@EXAMPLE.com>"}, None),
    ({"member_check": True}, {"author": EVE}, "Author 'eve@example.com' is not a member of team"),
    ({"member_check": True}, {"committer": EVE}, "Committer 'eve@example.com' is not a member of team"),
    (
        {"commit_message_regex": "+"},
        {},
        "Regular expression '+' is invalid: no argument for repetition operator: +",
    ),
    # What takes other engines for ever.
    (
        {"commit_message_regex": "^(a+)+$"},
        {"message": "a" * 5000 + "b"},
        "Commit message does not follow the pattern '^(a+)+$'",
    ),
]


@pytest.mark.parametrize(("rules", "commit", "text"), COMMITS)
def test_a_commit_follows_the_rules(
    stage: Stage, rules: dict[str, Any], commit: dict[str, Any], text: str | None
) -> None:
    Email.objects.create(user=stage.user, email="second@example.com", confirmed_at="2026-01-01T00:00Z")
    Email.objects.create(user=stage.user, email="Third@example.com")
    PushRuleFactory.create(project=stage.project, **rules)
    new = stage.repository.commit(stage.base, **commit)

    outcome = stage.push(line(MAIN, old=stage.base, new=new))

    assert outcome == ((401, text) if text else GRANTED)


def test_a_long_message_is_read_to_its_end(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, commit_message_negative_regex="secret")
    new = stage.repository.commit(stage.base, message=f"{'x' * 20_000}\nsecret\n")

    outcome = stage.push(line(MAIN, old=stage.base, new=new))

    assert outcome == (401, "Commit message contains the forbidden pattern 'secret'")
    assert stage.asked.count("GetCommitMessages") == 1


def test_a_commit_that_a_tag_or_another_ref_brings_as_well_is_still_the_branchs(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, commit_message_negative_regex="secret")
    new = stage.repository.commit(stage.base, message="secret")
    tag, note = creation("refs/tags/v1", new=new), creation("refs/notes/commits", new=new)

    assert stage.push(tag) == GRANTED
    assert stage.push(tag, note, line(MAIN, old=stage.base, new=new)) == (
        401,
        "Commit message contains the forbidden pattern 'secret'",
    )


def test_the_first_commit_of_all_is_checked(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, commit_message_regex="^Fix")
    root = stage.repository.commit(message="Begin")

    outcome = stage.push(creation("refs/heads/other", new=root))

    assert outcome == (401, "Commit message does not follow the pattern '^Fix'")


def test_branches_have_names_but_the_default_branch_may_have_any(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, branch_name_regex="^(feature|fix)/")

    assert stage.push(creation("refs/heads/feature/x", new=stage.base)) == GRANTED
    assert stage.push(creation("refs/tags/x", new=stage.base)) == GRANTED
    assert stage.push(line(MAIN, old=stage.base, new=stage.repository.commit(stage.base))) == GRANTED
    assert stage.push(creation("refs/heads/x", new=stage.base)) == (
        401,
        "Branch name 'x' does not follow the pattern '^(feature|fix)/'",
    )


def test_a_branch_of_any_name_may_be_deleted(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, branch_name_regex="^fix/", commit_message_regex="^Fix")
    stage.repository.set("refs/heads/x", stage.base)

    assert stage.push(f"{stage.base} {'0' * 40} refs/heads/x\n") == GRANTED
    assert set(stage.asked) <= {"HasLocalBranches"}


def test_a_tag_that_exists_may_not_be_deleted_but_on_the_web(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, deny_delete_tag=True)
    stage.repository.set("refs/tags/v1", stage.base)

    assert stage.push(deletion("refs/tags/v1")) == (401, "You cannot delete a tag")
    assert stage.push(deletion("refs/tags/v2")) == GRANTED
    assert stage.push(deletion("refs/tags/v1"), protocol="web") == GRANTED


def test_an_unsigned_commit_of_the_web_interface_passes(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, reject_unsigned_commits=True)
    new = stage.repository.commit(stage.base)

    assert stage.push(line(MAIN, old=stage.base, new=new), protocol="web") == GRANTED


class TestInheritance:
    def message(self, stage: Stage) -> str | None:
        new = stage.repository.commit(stage.base, message="Nothing")
        return stage.push(line(MAIN, old=stage.base, new=new))[1]

    def test_the_nearest_set_counts_as_a_whole(self, stage: Stage) -> None:
        top = GroupFactory.create()
        group = GroupFactory.create(parent=top)
        stage.project.namespace = group
        stage.project.save()
        said = "Commit message does not follow the pattern '{}'".format

        assert self.message(stage) is None
        PushRuleFactory.create(commit_message_regex="instance")
        assert self.message(stage) == said("instance")
        PushRuleFactory.create(group=top, commit_message_regex="top")
        assert self.message(stage) == said("top")
        PushRuleFactory.create(group=group, commit_message_regex="group")
        assert self.message(stage) == said("group")
        PushRuleFactory.create(project=stage.project)
        assert self.message(stage) is None

    @pytest.mark.parametrize(
        ("of_instance", "of_group", "of_project", "refused"),
        [
            (True, None, None, True),
            (True, True, None, True),
            (False, True, None, False),
            (True, None, False, False),
            (False, None, True, True),
            (None, None, None, False),
        ],
    )
    def test_what_a_project_leaves_open_the_instance_says(
        self,
        stage: Stage,
        of_instance: bool | None,
        of_group: bool | None,
        of_project: bool | None,
        refused: bool,
    ) -> None:
        PushRuleFactory.create(reject_non_dco_commits=of_instance)
        PushRuleFactory.create(group=stage.project.namespace, reject_non_dco_commits=of_group)
        PushRuleFactory.create(project=stage.project, reject_non_dco_commits=of_project)

        assert self.message(stage) == ("Commit message must contain a DCO signoff" if refused else None)


def test_another_project_has_rules_of_its_own(stage: Stage) -> None:
    PushRuleFactory.create(group=GroupFactory.create(), commit_message_regex="^Fix")

    assert stage.push(line(MAIN, old=stage.base, new=stage.repository.commit(stage.base))) == GRANTED


def test_a_deploy_key_is_measured_by_its_creator(stage: Stage) -> None:
    key = DeployKeyFactory.create(user=stage.user)
    DeployKeyGrantFactory.create(key=key, project=stage.project, can_push=True)
    PushRuleFactory.create(project=stage.project, commit_committer_check=True)
    own = stage.repository.commit(stage.base)
    others = stage.repository.commit(stage.base, committer=EVE)

    assert stage.push(line(MAIN, old=stage.base, new=own), by=key) == GRANTED
    assert stage.push(line(MAIN, old=stage.base, new=others), by=key) == (401, OTHERS)


def restricting(queries: CaptureQueriesContext) -> int:
    """Queries besides those for the facts of the request."""
    tables = ("git_access_protectedbranch", "git_access_pushrule", "directory_email", "git_access_lfsobject")
    return sum(any(f"{table}" in query["sql"] for table in tables) for query in queries)


def test_what_restricts_a_push_is_one_query_and_two_with_push_rules(stage: Stage) -> None:
    new = stage.repository.commit(stage.base)
    change = line(MAIN, old=stage.base, new=new)
    stage.push(change)  # the key's first use of the day is written down

    with CaptureQueriesContext(connection) as without:
        stage.push(change)
    PushRule.objects.create(scope="instance", commit_message_regex=".")
    with CaptureQueriesContext(connection) as with_rules:
        stage.push(change)

    assert restricting(without) == 1
    assert restricting(with_rules) == 2
    assert len(with_rules) == len(without) + 1
    if connection.vendor == "postgresql":
        assert len(without) == 2


def test_an_address_of_nobody_in_a_batch_is_found(stage: Stage) -> None:
    UserFactory.create(email="eve@example.com")
    PushRuleFactory.create(project=stage.project, member_check=True)
    first = stage.repository.commit(stage.base, author=EVE)
    second = stage.repository.commit(first, author="Mallory <mallory@example.com>")

    assert stage.push(line(MAIN, old=stage.base, new=first)) == GRANTED
    assert stage.push(line(MAIN, old=stage.base, new=second)) == (
        401,
        "Author 'mallory@example.com' is not a member of team",
    )
