"""``manage.py access explain``: why, in a sentence; the rule that decides; every rule in its order."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.directory.models import Member, Project, RedirectRoute, User
from apps.git_access.access import pipeline
from apps.git_access.models import ProtectedBranch
from apps.git_access.repositories import notices
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys.models import Key
from tests.factories.directory import MemberFactory, UserFactory
from tests.factories.git_access import PathLockFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.pushes.conftest import Stage


def explain(*arguments: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("access", "explain", *arguments, stdout=output)
    except CommandError as end:
        return end.returncode, output.getvalue()
    return 0, output.getvalue()


def explain_json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(explain(*arguments, "--json")[1])
    return found


def push(stage: Stage, ref: str, *more: str) -> tuple[str, ...]:
    path = stage.project.full_path
    return (f"--key={stage.key.pk}", f"--project={path}", "--action=git-receive-pack", f"--ref={ref}", *more)


def test_what_is_allowed_is_said_in_a_sentence(stage: Stage) -> None:
    status, text = explain(*push(stage, "refs/heads/main"))

    path, user = stage.project.full_path, stage.user.username
    assert status == 0
    assert text == (
        f"Allowed: @{user} may push to {path} as Maintainer.\n\n32 of 32 rules passed; --all lists them.\n"
    )


def test_all_lists_every_rule_with_what_was_measured(stage: Stage) -> None:
    status, text = explain(*push(stage, "refs/heads/main"), "--all")

    assert status == 0
    lines = text.splitlines()
    assert lines[2] == "+ the snippet exists (snippet-exists): passed"
    at = lines.index("+ the user, of a deploy key its creator, may push (change-push-right): passed")
    assert lines[at + 1] == "    + Checking if you are allowed to push..."
    assert "refused" not in text


def test_the_sentence_comes_first_then_the_rule_that_decides(stage: Stage) -> None:
    stranger = UserFactory.create(username="carol")
    path = stage.project.full_path

    status, text = explain("--user=carol", f"--project={path}", "--action=git-receive-pack")

    assert stranger.pk
    assert status == 1
    assert text == (
        f"Refused: this user is not a member of {path}; pushing needs Developer.\n"
        "Rule not met: the actor may know of the project (project-readable).\n"
        "What Git says: The project you were looking for could not be found or you don't have permission to "
        "view it.\n\n"
        "15 of 24 rules passed; --all lists them.\n"
    )


def test_the_rule_that_refuses_decides_and_the_rest_is_not_reached(stage: Stage) -> None:
    ProtectedBranch.objects.create(project=stage.project, name="main")

    found = explain_json(*push(stage, "refs/heads/main"))

    assert found["allowed"] is False
    assert found["decided_by"] == "branch-rules"
    assert found["message"] == "You are not allowed to push code to protected branches on this project."
    assert found["sentence"] == "You are not allowed to push code to protected branches on this project"
    outcomes = [rule["outcome"] for rule in found["rules"]]
    refused = outcomes.index("refused")
    assert set(outcomes[:refused]) == {"passed"}
    assert set(outcomes[refused + 1 :]) == {"not reached"}
    assert outcomes[refused + 1 :]
    title = "Checking if you are allowed to push to the protected branch..."
    assert found["rules"][refused]["parts"][-1] == {"title": title, "outcome": "refused"}


@pytest.mark.parametrize("ref", ["main", "refs/heads/main"])
def test_a_short_name_is_a_branch(stage: Stage, ref: str) -> None:
    ProtectedBranch.objects.create(project=stage.project, name="main")

    assert explain_json(*push(stage, ref))["decided_by"] == "branch-rules"


@pytest.mark.parametrize(
    ("who", "fault"),
    [
        (("--user=nobodyhere",), 'There is no user "nobodyhere".'),
        (("--key=99999",), "There is no key 99999."),
        ((), "Say who asks: a key, a user, or nobody (anonymous); exactly one of them."),
        (("--anonymous", "--ip=abc"), '"abc" is no IP address.'),
    ],
)
def test_a_question_without_an_answer_is_an_error(stage: Stage, who: tuple[str, ...], fault: str) -> None:
    with pytest.raises(CommandError) as error:
        call_command("access", "explain", *who, f"--project={stage.project.full_path}", stdout=StringIO())

    assert (str(error.value), error.value.returncode) == (fault, 1)


def test_a_key_that_only_signs_opens_nothing(stage: Stage) -> None:
    Key.objects.filter(pk=stage.key.pk).update(usage_type="signing")

    with pytest.raises(CommandError, match="only signs"):
        call_command("access", "explain", f"--key={stage.key.pk}", "--project=a/b", stdout=StringIO())


def test_the_sentence_names_user_level_and_project(stage: Stage) -> None:
    path = stage.project.full_path
    pushes = (f"--user={stage.user.username}", f"--project={path}", "--action=git-receive-pack")
    said = []
    for level in (20, 10, 0):
        Member.objects.filter(user=stage.user).update(access_level=level)
        said.append(explain_json(*pushes)["sentence"])
    Project.objects.update(visibility_level=20)
    said.append(explain_json(f"--project={path}", "--anonymous", "--action=git-receive-pack")["sentence"])
    User.objects.filter(pk=stage.user.pk).update(state="blocked")
    said.append(explain_json(*pushes)["sentence"])

    assert said == [
        f"this user is only Reporter in {path}; pushing needs Developer",
        f"this user is only Guest in {path}; pushing needs Developer",
        f"this user is not a member of {path}; pushing needs Developer",
        "nobody is logged in; pushing needs a user or a deploy key",
        f"the account @{stage.user.username} may not use Git: Your account has been blocked",
    ]


def test_whatever_decides_the_same_rules_are_listed(stage: Stage) -> None:
    PathLockFactory.create(project=stage.project, user=UserFactory.create(username="eve"), path="docs")
    new = stage.repository.commit(stage.base, files={"docs/a": "x"})

    lists = [
        [rule["rule"] for rule in explain_json(*arguments)["rules"]]
        for arguments in (
            push(stage, "refs/heads/main"),
            push(stage, "refs/heads/main", f"--old={stage.base}", f"--new={new}"),
            push(stage, "refs/heads/" + "a" * 40),
            push(stage, "refs/heads/main", "--ip=192.0.2.1"),
        )
    ]
    Key.objects.update(expires_at="2020-01-01T00:00Z")
    lists.append([rule["rule"] for rule in explain_json(*push(stage, "refs/heads/main"))["rules"]])

    assert all(found == lists[0] for found in lists)
    stages = (*pipeline.BEFORE, *pipeline.PUSH[RepositoryType.PROJECT])
    assert lists[0] == [
        step.text for stage in stages for step in stage.steps if step is not pipeline.CREATION
    ]


def test_a_pull_and_the_question_before_a_push_have_no_changes(stage: Stage) -> None:
    base = (f"--user={stage.user.username}", f"--project={stage.project.full_path}")

    assert explain(*base)[0] == 0
    assert explain(*base, "--action=git-receive-pack")[0] == 0


def test_a_deploy_key_needs_a_creator_before_a_ref_is_known(stage: Stage) -> None:
    deploy = DeployKeyFactory.create(user=stage.user)
    DeployKeyGrantFactory.create(key=deploy, project=stage.project, can_push=True)
    question = (f"--key={deploy.pk}", f"--project={stage.project.full_path}", "--action=git-receive-pack")
    before = explain_json(*question)
    Key.objects.filter(pk=deploy.pk).update(user=None)

    after = explain_json(*question)

    assert (before["allowed"], after["decided_by"]) == (True, "change-push-right")
    assert after["sentence"] == "this deploy key has no creator, with whose rights it would push"


def test_a_project_that_does_not_exist(stage: Stage) -> None:
    status, text = explain(f"--key={stage.key.pk}", "--project=no/such", "--ref=refs/heads/main")

    assert status == 1
    assert text.startswith("Refused: there is nothing at no/such.\n")


def test_a_gitaly_that_is_away_is_what_decides(stage: Stage, settings: Any) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nowhere/gitaly.sock"}}

    found = explain_json(*push(stage, "refs/heads/main"))

    assert found["message"].startswith("The git server, Gitaly, is not available")
    assert found["sentence"] == (
        'no rule refused, but the Gitaly server of the storage "default" does not answer'
    )
    assert [rule["outcome"] for rule in found["rules"]].count("undecided") == 1
    assert explain(*push(stage, "main"))[1].startswith("Undecided: no rule refused")


def test_nothing_at_all_is_written(stage: Stage) -> None:
    RedirectRoute.objects.create(path="old/path", project=stage.project)
    Project.objects.update(repository_exists=None)  # Gitaly is asked
    stage.user.namespaces.get_or_create(kind="user", path=stage.user.username, name="x")
    ghosted = DeployKeyFactory.create(user=None)
    DeployKeyGrantFactory.create(key=ghosted, project=stage.project, can_push=True)
    before = Project.objects.count()
    gone = Project.objects.create(namespace=stage.project.namespace, name="gone", path="gone")
    MemberFactory.create(user=stage.user, project=gone, access_level=40)

    with CaptureQueriesContext(connection) as captured:
        moved = explain_json(f"--key={stage.key.pk}", "--project=old/path", "--action=git-receive-pack")
        existing = explain_json(*push(stage, "main"))
        absent = explain_json(f"--key={stage.key.pk}", f"--project={gone.full_path}")
        created = explain_json(
            f"--user={stage.user.username}",
            f"--project={stage.user.username}/fresh",
            "--action=git-receive-pack",
        )
        of_ghost = explain_json(
            f"--key={ghosted.pk}", f"--project={stage.project.full_path}", "--action=git-receive-pack"
        )

    statements = [query["sql"].strip() for query in captured]
    assert [text for text in statements if not text.startswith(("SELECT", "WITH"))] == []
    assert (moved["allowed"], existing["allowed"], of_ghost["allowed"]) == (True, True, False)
    assert absent["decided_by"] == "repository-exists"
    assert created["sentence"] == f"the push would create {stage.user.username}/fresh"
    assert Project.objects.count() == before + 1
    stage.project.refresh_from_db()
    assert stage.project.repository_exists is None
    repository = RepositoryId(RepositoryType.PROJECT, stage.project.pk)
    assert notices.take(user_id=stage.user.pk, repository=repository) == []


@pytest.mark.parametrize("ref", ["refs/heads/fresh", "refs/tags/new"])
def test_a_ref_that_is_not_there_is_created(stage: Stage, ref: str) -> None:
    assert explain(*push(stage, ref))[0] == 0
