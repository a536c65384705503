"""An unmodified ``git push``, from the developer's clone to the API."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.repository import Repository
from tests.gitaly.doubles import REPOSITORY, Stage, push
from tests.gitaly.fake_api import FakeApi, Prepared, Recorded
from tests.gitaly.workspaces import ZEROS, Workspace

ALLOWED = "POST /api/v4/internal/allowed"
PRE_RECEIVE = "POST /api/v4/internal/pre_receive"
POST_RECEIVE = "POST /api/v4/internal/post_receive"
DECLINED = "! [remote rejected] main -> main (pre-receive hook declined)"


def quarantine_of(request: Recorded) -> dict[str, Any]:
    return dict(json.loads(request.json["env"]))


def quarantined(request: Recorded) -> Repository:
    """Return the repository as a request names it."""
    directories = quarantine_of(request)
    return replace(
        REPOSITORY,
        git_object_directory=directories["GIT_OBJECT_DIRECTORY_RELATIVE"],
        git_alternate_object_directories=tuple(directories["GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE"]),
    )


def test_a_push_asks_announces_and_reports(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    new = workspace.commit(a="1")

    outcome = push(pushed_to, workspace, "main")

    assert outcome.status == 0
    assert api.targets() == [ALLOWED, PRE_RECEIVE, POST_RECEIVE]
    allowed, pre_receive, post_receive = (request.json for request in api.requests)
    env = allowed.pop("env")
    assert allowed == {
        "action": "git-receive-pack",
        "gl_repository": "project-7",
        "project": str(pushed_to.path),
        "changes": f"{ZEROS} {new} refs/heads/main\n",
        "protocol": "ssh",
        "key_id": "5",
    }
    assert env.startswith('{"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":["objects"],')
    assert '"GIT_OBJECT_DIRECTORY_RELATIVE":"objects/tmp_objdir-incoming-' in env
    assert pre_receive == {"gl_repository": "project-7"}
    assert post_receive == {
        "gl_repository": "project-7",
        "identifier": "key-5",
        "changes": f"{ZEROS} {new} refs/heads/main\n",
        "push_options": None,
    }
    assert pushed_to.client().ref_exists("refs/heads/main")


def test_a_branch_and_a_tag_are_one_question(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    new = workspace.commit(a="1")
    workspace.git("tag", "v1")

    push(pushed_to, workspace, "main", "v1")

    lines = f"{ZEROS} {new} refs/heads/main\n{ZEROS} {new} refs/tags/v1\n"
    assert [request.json.get("changes") for request in api.requests] == [lines, None, lines]


def test_push_options_are_reported(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    workspace.commit(a="1")

    push(pushed_to, workspace, "--push-option=ci.skip", "--push-option=a b", "main")

    assert api.requests[2].json["push_options"] == ["ci.skip", "a b"]


def test_a_deletion_has_no_quarantine(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    old = workspace.commit(a="1")
    workspace.seed(pushed_to.path, "main", "main:other")

    outcome = push(pushed_to, workspace, ":other")

    assert outcome.status == 0
    assert api.requests[0].json["changes"] == f"{old} {ZEROS} refs/heads/other\n"
    assert api.requests[0].json["env"] == (
        '{"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":null,"GIT_OBJECT_DIRECTORY_RELATIVE":""}'
    )


def test_a_branch_at_an_old_commit_has_an_empty_quarantine(
    pushed_to: Stage, workspace: Workspace, api: FakeApi
) -> None:
    workspace.commit(a="1")
    workspace.seed(pushed_to.path, "main")
    found: list[list[Path]] = []

    def look(request: Recorded) -> Prepared:
        directory = quarantine_of(request)["GIT_OBJECT_DIRECTORY_RELATIVE"]
        found.append([path for path in (pushed_to.path / directory).rglob("*") if path.is_file()])
        return Prepared({"status": True})

    api.react("/allowed", look)

    push(pushed_to, workspace, "main:other")

    assert found == [[]]


def test_a_forced_push_names_both_commits(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    old = workspace.commit(a="1")
    workspace.seed(pushed_to.path, "main")
    workspace.git("commit", "--quiet", "--amend", "--message", "Another")
    new = workspace.git("rev-parse", "HEAD")

    outcome = push(pushed_to, workspace, "--force", "main")

    assert outcome.status == 0
    assert api.requests[0].json["changes"] == f"{old} {new} refs/heads/main\n"


def test_a_push_of_nothing_asks_nobody(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    workspace.commit(a="1")
    workspace.seed(pushed_to.path, "main")

    outcome = push(pushed_to, workspace, "main")

    assert (outcome.status, api.requests) == (0, [])
    assert "Everything up-to-date" in outcome.terminal


def seen(gitaly: Gitaly, old: str, new: str) -> dict[str, Any]:
    """Return what a check of the push sees."""
    commits = gitaly.list_commits([new, "--not", "--all"])
    return {
        "forced": not gitaly.commit_is_ancestor(ancestor=old, child=new),
        "commits": [commit.id for commit in commits],
        "paths": [path.path for path in gitaly.find_changed_paths(commits)],
        "blobs": [blob.path for blob in gitaly.list_blobs([new, "--not", "--all"])],
        "grown": gitaly.get_object_directory_size() > 0,
    }


def test_the_api_sees_new_objects_through_the_quarantine(
    pushed_to: Stage, workspace: Workspace, api: FakeApi
) -> None:
    old = workspace.commit(a="1")
    workspace.seed(pushed_to.path, "main")
    new = workspace.commit(b="".join(map(str, range(5_000))))
    found: list[dict[str, Any]] = []

    def look(request: Recorded) -> Prepared:
        found.append(seen(Gitaly(repository=quarantined(request)), old, new))
        return Prepared({"status": True})

    api.react("/allowed", look)

    outcome = push(pushed_to, workspace, "main")

    assert outcome.status == 0
    assert found == [{"forced": False, "commits": [new], "paths": ["b"], "blobs": ["b"], "grown": True}]


def test_without_the_quarantine_every_update_looks_forced(
    pushed_to: Stage, workspace: Workspace, api: FakeApi
) -> None:
    old = workspace.commit(a="1")
    workspace.seed(pushed_to.path, "main")
    new = workspace.commit(b="2")
    forced: list[bool] = []

    def look(_request: Recorded) -> Prepared:
        forced.append(not pushed_to.client().commit_is_ancestor(ancestor=old, child=new))
        return Prepared({"status": True})

    api.react("/allowed", look)

    push(pushed_to, workspace, "main")

    assert forced == [True]
