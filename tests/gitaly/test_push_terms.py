"""Who may push what to the double, and what goes along."""

import pytest

from tests.gitaly.conftest import SECRET
from tests.gitaly.doubles import Stage, StartDouble, push
from tests.gitaly.fake_api import FakeApi
from tests.gitaly.workspaces import Workspace
from tests.gitaly_double.versions import Version


def test_the_environments_refs_are_hidden(pushed_to: Stage, workspace: Workspace) -> None:
    workspace.commit(a="1")

    outcome = push(pushed_to, workspace, "main:refs/environments/1")

    assert outcome.status == 1
    assert "deny updating a hidden ref" in outcome.terminal


def test_the_options_of_the_answer_reach_git(pushed_to: Stage, workspace: Workspace) -> None:
    workspace.commit(a="".join(map(str, range(5000))))

    outcome = push(pushed_to, workspace, "main", options=("receive.maxInputSize=100",))

    assert outcome.status == 1
    assert "pack exceeds maximum allowed size" in outcome.terminal


def test_the_correlation_id_reaches_the_api(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    workspace.commit(a="1")

    push(pushed_to, workspace, "main", correlation_id="abc")

    assert [request.header("X-Request-Id") for request in api.requests] == ["abc"] * 3


def test_a_push_needs_a_pusher(pushed_to: Stage, workspace: Workspace) -> None:
    workspace.commit(a="1")

    outcome = push(pushed_to, workspace, "main", gl_id="")

    assert "INVALID_ARGUMENT: empty GlId" in outcome.terminal


def test_a_push_needs_the_token(pushed_to: Stage, workspace: Workspace) -> None:
    workspace.commit(a="1")

    outcome = push(pushed_to, workspace, "main", token="bar")

    assert "PERMISSION_DENIED: permission denied" in outcome.terminal


def test_a_repository_without_a_name_is_refused_by_the_hook(
    pushed_to: Stage, workspace: Workspace, api: FakeApi
) -> None:
    workspace.commit(a="1")

    outcome = push(pushed_to, workspace, "main", repository={"gl_repository": ""})

    assert (outcome.remote, api.requests) == (["repository not set"], [])


@pytest.mark.parametrize("version", ["14.1", "15.3", "19.0"])
def test_every_generation_pushes(
    start_double: StartDouble, workspace: Workspace, api: FakeApi, version: str
) -> None:
    stage = start_double(api=api, version=Version.of(version), protocol="http").create()
    workspace.commit(a="1")

    outcome = push(stage, workspace, "main", gl_id="user-1")

    assert outcome.status == 0
    assert api.requests[0].json["protocol"] == "http"
    assert api.requests[0].json["user_id"] == "1"
    assert api.requests[0].header("User-Agent") == f"gitaly/{version}"


def test_what_was_pushed_can_be_fetched(stage: Stage, workspace: Workspace) -> None:
    new = workspace.commit(a="1")
    workspace.seed(stage.path, "main")

    outcome = workspace.fetch(stage.pusher(), "main:refs/remotes/origin/main")

    assert outcome.status == 0
    assert workspace.git("rev-parse", "refs/remotes/origin/main") == new


def test_without_an_api_a_push_runs_no_hooks(stage: Stage, workspace: Workspace) -> None:
    workspace.commit(a="1")

    assert push(stage, workspace, "main").status == 0
    assert SECRET not in str(stage.double.settings)
