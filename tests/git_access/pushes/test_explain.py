"""``manage.py access explain``: every rule in its order, and the one that decides."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.directory.models import Project, RedirectRoute
from apps.git_access.access import pipeline
from apps.git_access.models import ProtectedBranch
from apps.git_access.repositories.ids import RepositoryType
from apps.ssh_keys.models import Key
from tests.factories.directory import UserFactory
from tests.factories.git_access import PathLockFactory
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


def test_every_rule_is_listed_and_passes(stage: Stage) -> None:
    status, text = explain(*push(stage, "refs/heads/main"))

    assert status == 0
    assert text.splitlines()[0] == "+ Step 3: there is such a snippet.  [passed]"
    assert "    + Checking if you are allowed to push..." in text
    assert text.endswith("\nAllowed: every rule passed.\n")
    assert "[refused]" not in text


def test_the_rule_that_refuses_decides_and_the_rest_is_not_reached(stage: Stage) -> None:
    ProtectedBranch.objects.create(project=stage.project, name="main")

    found = explain_json(*push(stage, "refs/heads/main"))

    assert found["allowed"] is False
    assert found["decided_by"] == "B: the branch's name and protection allow the change."
    assert found["message"] == "You are not allowed to push code to protected branches on this project."
    outcomes = [rule["outcome"] for rule in found["rules"]]
    refused = outcomes.index("refused")
    assert set(outcomes[:refused]) == {"passed"}
    assert set(outcomes[refused + 1 :]) == {"not reached"}
    assert outcomes[refused + 1 :]
    assert found["rules"][refused]["parts"][-1] == {
        "title": "Checking if you are allowed to push to the protected branch...",
        "outcome": "refused",
    }


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
    groups = (
        pipeline.BEFORE_CREATION,
        pipeline.BEFORE_EXISTENCE,
        pipeline.EXISTENCE,
        pipeline.PROJECT_PUSH,
        *pipeline.CHECKS[RepositoryType.PROJECT],
    )
    assert len(lists[0]) == sum(map(len, groups))


def test_a_pull_and_the_question_before_a_push_have_no_changes(stage: Stage) -> None:
    base = (f"--user={stage.user.username}", f"--project={stage.project.full_path}")

    assert explain(*base)[0] == 0
    assert explain(*base, "--action=git-receive-pack")[0] == 0


def test_what_is_unknown_is_told_as_to_anybody(stage: Stage) -> None:
    status, text = explain("--key=999", "--project=no/such", "--ref=refs/heads/main")

    assert status == 1
    assert "Refused by: Step 15" in text


def test_a_gitaly_that_is_away_is_what_decides(stage: Stage, settings: Any) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nowhere/gitaly.sock"}}

    found = explain_json(*push(stage, "refs/heads/main"))

    assert found["message"].startswith("The git server, Gitaly, is not available")


def test_nothing_is_left_behind(stage: Stage) -> None:
    RedirectRoute.objects.create(path="old/path", project=stage.project)
    before = Project.objects.count()

    explain(f"--key={stage.key.pk}", "--project=old/path", "--action=git-receive-pack")
    created = explain(
        f"--key={stage.key.pk}",
        f"--project={stage.project.namespace.full_path}/new",
        "--action=git-receive-pack",
    )

    assert Project.objects.count() == before
    assert created[0] in {0, 1}
    stage.key.refresh_from_db()
    assert stage.key.last_used_at is None


@pytest.mark.parametrize("ref", ["refs/heads/new", "refs/tags/new"])
def test_a_ref_that_is_not_there_is_created(stage: Stage, ref: str) -> None:
    assert explain(*push(stage, ref))[0] == 0
