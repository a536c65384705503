"""What the answers of the API and of custom hooks do to a push."""

from pathlib import Path

from tests.gitaly.doubles import Stage, StartDouble, push
from tests.gitaly.fake_api import FakeApi, Prepared
from tests.gitaly.workspaces import ZEROS, Workspace

ALLOWED = "POST /api/v4/internal/allowed"
PRE_RECEIVE = "POST /api/v4/internal/pre_receive"
POST_RECEIVE = "POST /api/v4/internal/post_receive"
DECLINED = "! [remote rejected] main -> main (pre-receive hook declined)"


def test_a_refused_push_leaves_nothing_behind(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    workspace.commit(a="1")
    api.answer("/allowed", Prepared({"status": False, "message": "You are not allowed.\nReally."}, 401))

    outcome = push(pushed_to, workspace, "main")

    assert outcome.status == 1
    assert outcome.remote == ["GitLab: You are not allowed.", "Really."]
    assert DECLINED in outcome.terminal
    assert api.targets() == [ALLOWED]
    assert not pushed_to.client().has_local_branches()


def test_a_push_that_cannot_be_announced_is_refused_without_a_word(
    pushed_to: Stage, workspace: Workspace, api: FakeApi
) -> None:
    workspace.commit(a="1")
    api.answer("/pre_receive", Prepared({"reference_counter_increased": False}))

    outcome = push(pushed_to, workspace, "main")

    assert (outcome.status, outcome.remote) == (1, [])
    assert api.targets() == [ALLOWED, PRE_RECEIVE]


def test_a_push_has_succeeded_whatever_the_report_brings(
    pushed_to: Stage, workspace: Workspace, api: FakeApi
) -> None:
    workspace.commit(a="1")
    api.answer("/post_receive", Prepared({"message": "Sorry."}, 500))

    outcome = push(pushed_to, workspace, "main")

    assert (outcome.status, outcome.remote) == (0, ["GitLab: Sorry."])
    assert pushed_to.client().ref_exists("refs/heads/main")


def test_the_messages_of_the_report_are_shown(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    workspace.commit(a="1")
    messages = [
        {"message": "Beware", "type": "alert"},
        {"message": "To create…\n  http://x", "type": "basic"},
    ]
    api.answer("/post_receive", Prepared({"messages": messages, "reference_counter_decreased": True}))

    outcome = push(pushed_to, workspace, "main")

    rule = "=" * 72
    alert = ["", rule, "", " " * 33 + "Beware", "", rule, ""]
    assert outcome.remote == [*alert, "", "To create…", "  http://x", ""]


def test_custom_hooks_run_between_the_calls(pushed_to: Stage, workspace: Workspace, api: FakeApi) -> None:
    workspace.commit(a="1")
    hooks = pushed_to.path / "custom_hooks"
    for name in ("pre-receive", "update", "post-receive"):
        write_hook(hooks / f"{name}.d" / "10-say", f'echo "{name} $GL_ID $GL_REPOSITORY $GL_PROTOCOL $*" >&2')
    write_hook(hooks / "update.d" / "20-backup~", "exit 1")

    outcome = push(pushed_to, workspace, "main")

    assert [line.split()[:4] for line in outcome.remote] == [
        ["pre-receive", "key-5", "project-7", "ssh"],
        ["update", "key-5", "project-7", "ssh"],
        ["post-receive", "key-5", "project-7", "ssh"],
    ]
    assert outcome.remote[1].split()[4] == "refs/heads/main"
    assert api.targets() == [ALLOWED, PRE_RECEIVE, POST_RECEIVE]


def test_the_first_custom_hook_that_fails_stops_the_push(
    start_double: StartDouble, workspace: Workspace, api: FakeApi, tmp_path: Path
) -> None:
    stage = start_double(api=api, custom_hooks=tmp_path / "global").create()
    write_hook(stage.path / "custom_hooks" / "pre-receive", "cat >&2; exit 3")
    write_hook(tmp_path / "global" / "pre-receive.d" / "later", "echo never >&2")
    new = workspace.commit(a="1")

    outcome = push(stage, workspace, "main")

    assert outcome.remote == [f"{ZEROS} {new} refs/heads/main"]
    assert api.targets() == [ALLOWED]


def write_hook(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
