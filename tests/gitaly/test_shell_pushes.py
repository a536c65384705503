"""Pushes and fetches through gitlab-shell, Gitaly and its hooks to one API."""

import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.gitaly.doubles import Stage, StartDouble
from tests.gitaly.fake_api import FakeApi, Prepared
from tests.gitaly.shells import ALL, shell_of
from tests.gitaly.workspaces import ZEROS, Workspace
from tests.gitaly_double.environments import of_git, through_gitlab_shell
from tests.gitaly_double.shell import runs
from tests.gitaly_double.shell.runs import CONNECTION


@pytest.fixture
def pushed_to(start_double: StartDouble, api: FakeApi) -> Stage:
    stage = start_double(api=api, token="foo").create()
    api.answer("/allowed", Prepared(granted(stage)))
    return stage


def granted(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Return the answer that opens the double's repository."""
    return {
        "status": True,
        "gl_repository": "project-7",
        "gl_project_path": "gnuwget/wget2",
        "gl_id": "user-1",
        "gl_username": "alice",
        "gl_key_type": "key",
        "gl_key_id": 11,
        "git_config_options": ["uploadpack.allowFilter=true"],
        "gl_console_messages": ["Welcome"],
        "gitaly": {
            "repository": asdict(stage.repository),
            "address": stage.double.address,
            "token": stage.double.settings.token,
            "features": {"gitaly-feature-x": "true", "other": "true"},
        },
        **changes,
    }


@ALL
def test_a_push_is_asked_for_twice_and_reported_once(
    pushed_to: Stage, workspace: Workspace, api: FakeApi, secret_file: Path, version: str
) -> None:
    new = workspace.commit(a="1")
    environment = through_gitlab_shell(shell_of(api, secret_file, version), "key-11", correlation_id="abc")

    outcome = workspace.push(environment, "main")

    assert outcome.status == 0
    assert [
        (request.target.rpartition("/")[2], request.header("User-Agent")) for request in api.requests
    ] == [
        ("allowed", "GitLab-Shell"),
        ("allowed", "gitaly/16.0"),
        ("pre_receive", "gitaly/16.0"),
        ("post_receive", "gitaly/16.0"),
    ]
    first, second, _, last = (request.json for request in api.requests)
    assert (first["project"], first["changes"]) == ("/x.git", "_any")
    assert (second["gl_repository"], second["key_id"]) == ("project-7", "11")
    assert second["changes"] == last["changes"] == f"{ZEROS} {new} refs/heads/main\n"
    assert last["identifier"] == "key-11"
    assert [request.header("X-Request-Id") for request in api.requests] == ["abc"] * 4
    assert outcome.remote[:3] == ["", "Welcome", ""]


def test_gitaly_is_told_who_calls_for_what(
    pushed_to: Stage, workspace: Workspace, api: FakeApi, secret_file: Path
) -> None:
    workspace.commit(a="1")

    workspace.push(through_gitlab_shell(shell_of(api, secret_file, "14.56"), "key-11"), "main")

    (call,) = pushed_to.double.calls
    told = {
        name: value for name, value in call.metadata.items() if name not in ("user-agent", "authorization")
    }
    told.pop("x-gitlab-correlation-id")
    assert told == {
        "key_id": "11",
        "key_type": "key",
        "user_id": "user-1",
        "username": "alice",
        "remote_ip": "127.0.0.1",
        "x-gitlab-client-name": "gitlab-shell-git-receive-pack",
        "gitaly-feature-x": "true",
    }


def test_a_certificate_pushes_as_its_user(
    pushed_to: Stage, workspace: Workspace, api: FakeApi, secret_file: Path
) -> None:
    workspace.commit(a="1")

    workspace.push(through_gitlab_shell(shell_of(api, secret_file, "14.56"), "username-alice"), "main")

    assert api.requests[0].json["username"] == "alice"
    assert api.requests[1].json["user_id"] == "1"
    assert api.requests[3].json["identifier"] == "user-1"


@ALL
def test_a_fetch_asks_once(
    pushed_to: Stage, workspace: Workspace, api: FakeApi, secret_file: Path, version: str
) -> None:
    new = workspace.commit(a="1")
    workspace.seed(pushed_to.path, "main")
    environment = through_gitlab_shell(shell_of(api, secret_file, version), "key-11")

    outcome = workspace.fetch(environment, "main:refs/remotes/origin/main")

    assert outcome.status == 0
    assert workspace.git("rev-parse", "refs/remotes/origin/main") == new
    assert [request.json["action"] for request in api.requests] == ["git-upload-pack"]


def test_a_refused_push_never_reaches_gitaly(
    pushed_to: Stage, workspace: Workspace, api: FakeApi, secret_file: Path
) -> None:
    workspace.commit(a="1")
    api.answer("/allowed", Prepared({"status": False, "message": "No."}, 401))

    outcome = workspace.push(through_gitlab_shell(shell_of(api, secret_file, "14.56"), "key-11"), "main")

    assert outcome.status == 128
    assert "remote: No.\n" in outcome.terminal
    assert pushed_to.double.calls == []


def test_an_audited_command_is_reported_by_the_newest_release(
    pushed_to: Stage, api: FakeApi, secret_file: Path
) -> None:
    api.answer("/allowed", Prepared(granted(pushed_to, need_audit=True)))

    runs.gitlab_shell(
        shell_of(api, secret_file, "14.56"), "key-11", command="git-upload-pack x", stdin=b"0000"
    )

    assert api.requests[1].target == "/api/v4/internal/shellhorse/git_audit_event"
    assert api.requests[1].body == (
        b'{"action":"git-upload-pack","protocol":"ssh","gl_repository":"project-7","username":"alice",'
        b'"key_id":11,"check_ip":"127.0.0.1","changes":"_any"}'
    )


@pytest.mark.parametrize(
    ("code", "version", "text"),
    [
        (grpc.StatusCode.INTERNAL, "13.19", "rpc error: code = Internal desc = because"),
        (grpc.StatusCode.INTERNAL, "14.7", ""),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "14.7", "rpc error: code = ResourceExhausted desc = because"),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "14.56",
            "GitLab is currently unable to handle this request due to load.",
        ),
        (grpc.StatusCode.NOT_FOUND, "14.56", "rpc error: code = NotFound desc = because"),
    ],
)
def test_an_error_of_gitaly_stands_in_the_box(
    pushed_to: Stage, api: FakeApi, secret_file: Path, code: grpc.StatusCode, version: str, text: str
) -> None:
    pushed_to.double.fail("SSHUploadPack", code, "because")
    api.answer("/allowed", Prepared(granted(pushed_to, gl_console_messages=[])))

    ended = runs.gitlab_shell(shell_of(api, secret_file, version), "key-11", command="git-upload-pack x")

    assert ended.status == 1
    assert ended.err.splitlines()[3:4] == ([f"remote: {text}"] if text else [])


def test_a_repository_that_is_gone_is_told(pushed_to: Stage, api: FakeApi, secret_file: Path) -> None:
    missing = Stage(pushed_to.double, replace(pushed_to.repository, relative_path="none.git"))
    api.answer("/allowed", Prepared(granted(missing)))

    ended = runs.gitlab_shell(shell_of(api, secret_file, "14.56"), "key-11", command="git-receive-pack x")

    assert "rpc error: code = NotFound desc = repository does not exist" in ended.err


@pytest.mark.parametrize(
    ("module", "arguments", "output"),
    [
        ("shell", ["key-11"], "Welcome to GitLab, @alice!\n"),
        ("shell.check", [], "Internal API available: OK\nRedis available via internal API: OK\n"),
        ("shell.authorized_keys_check", ["git", "git", "AAAA"], "# No key was found for AAAA\n"),
    ],
)
def test_the_programs_run_on_their_own(
    api: FakeApi, secret_file: Path, module: str, arguments: list[str], output: str
) -> None:
    api.answer("/discover", Prepared({"id": 1, "username": "alice"}))
    api.answer("/check", Prepared({"redis": True}))
    environment = of_git(SSH_CONNECTION=CONNECTION, **shell_of(api, secret_file, "14.56").to_environment())

    done = subprocess.run(
        [sys.executable, "-m", f"tests.gitaly_double.{module}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, output, "")
