"""An unmodified ``git push``, through gitlab-shell, Gitaly and its hooks, to a running instance."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.git_access.pushes.instances import Town, town
from tests.gitaly.workspaces import Outcome, Workspace
from tests.gitaly_double.environments import of_git

REJECTED = "(pre-receive hook declined)"
NO_GITALY = (
    "GitLab: The git server, Gitaly, is not available at this time. Please contact your administrator."
)


@pytest.fixture(scope="module")
def there() -> Iterator[Town]:
    with town() as found:
        yield found


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "clone")


@pytest.fixture(autouse=True)
def _mend(there: Town) -> None:
    """Undo what another test has prepared."""
    there.double.mend()
    there.double.forget_calls()


def said(outcome: Outcome) -> str:
    """What the pusher reads, for a push that must have been refused."""
    assert outcome.status == 1, outcome.terminal
    assert REJECTED in outcome.terminal
    return "\n".join(outcome.remote).strip()


def accepted(outcome: Outcome) -> None:
    assert outcome.status == 0, outcome.terminal


def write(workspace: Workspace, path: str, content: str, message: str = "Add a file") -> None:
    target = workspace.path / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content)
    workspace.commit(message)


@pytest.mark.parametrize("name", ["force-refused", "force-allowed"])
def test_history_is_rewritten_only_where_a_rule_allows_it(
    there: Town, workspace: Workspace, name: str
) -> None:
    workspace.commit("Add one", a="1")
    accepted(there.push(workspace, name, "main"))
    workspace.git("commit", "--quiet", "--amend", "--message", "Add another")

    outcome = there.push(workspace, name, "--force", "main")

    if name == "force-allowed":
        accepted(outcome)
        return
    assert said(outcome) == (
        "GitLab: You are not allowed to force push code to a protected branch on this project."
    )


def test_the_default_branch_stays(there: Town, workspace: Workspace) -> None:
    workspace.commit("Add one", a="1")
    accepted(there.push(workspace, "plain", "main"))

    assert said(there.push(workspace, "plain", ":main")) == (
        "GitLab: The default branch of a project cannot be deleted."
    )


def test_no_branch_is_called_like_a_revision(there: Town, workspace: Workspace) -> None:
    workspace.commit("Add one", a="1")

    assert said(there.push(workspace, "plain", f"HEAD:refs/heads/{'a1' * 20}")) == (
        "GitLab: You cannot create a branch with a SHA-1 or SHA-256 branch name."
    )


def test_a_protected_tag_is_not_for_everybody(there: Town, workspace: Workspace) -> None:
    workspace.commit("Add one", a="1")
    accepted(there.push(workspace, "tags", "main"))
    workspace.git("tag", "v1")

    assert said(there.push(workspace, "tags", "v1")) == (
        "GitLab: You are not allowed to create this tag as it is protected."
    )


def test_a_pointer_without_its_object_is_refused(there: Town, workspace: Workspace) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 6\n"
    write(workspace, "logo.png", pointer)

    assert said(there.push(workspace, "lfs", "main")) == (
        'GitLab: LFS objects are missing. Ensure LFS is properly set up or try a manual "git lfs push --all".'
    )


def test_a_file_of_two_megabytes_is_over_a_limit_of_one(there: Town, workspace: Workspace) -> None:
    write(workspace, "data/large.bin", "x" * 2 * 1024 * 1024)

    assert said(there.push(workspace, "sizes", "main")) == (
        'GitLab: File "data/large.bin" is larger than the allowed size of 1 MB. '
        "Use Git LFS to manage this file."
    )


def test_a_private_key_in_the_first_commit_of_all_is_refused(there: Town, workspace: Workspace) -> None:
    write(workspace, "deploy/id_rsa", "-----BEGIN")

    assert said(there.push(workspace, "secrets", "main")) == (
        'GitLab: File name deploy/id_rsa was prohibited by the pattern "id_rsa$".'
    )


def test_a_message_follows_the_pattern(there: Town, workspace: Workspace) -> None:
    workspace.commit("wip", a="1")

    assert said(there.push(workspace, "messages", "main")) == (
        "GitLab: Commit message does not follow the pattern '^(Add|Fix) '"
    )


def test_a_locked_path_is_somebody_elses(there: Town, workspace: Workspace) -> None:
    workspace.commit("Add one", a="1")
    accepted(there.push(workspace, "locks", "main"))
    write(workspace, "docs/index.md", "Hello")

    assert said(there.push(workspace, "locks", "main")) == "GitLab: 'docs' is locked by @eve"


def test_a_thousand_refs_take_as_many_calls_as_one(there: Town, workspace: Workspace) -> None:
    workspace.commit("Add one", a="1")
    accepted(there.push(workspace, "many", "main"))
    calls = []
    for count in (1, 1000):
        new = workspace.commit(f"Add {count}", a=f"{count} branches")
        prefix = f"refs/heads/of-{count}-"
        refs = "".join(f"create {prefix}{number} {new}\n" for number in range(count))
        workspace.git("update-ref", "--stdin", stdin=refs)
        there.double.forget_calls()
        accepted(there.push(workspace, "many", f"{prefix}*:{prefix}*"))
        calls.append([call.method for call in there.double.calls if call.method != "SSHReceivePack"])

    assert calls[0] == calls[1]
    assert "FindChangedPaths" in calls[0]


def test_ten_thousand_commits_are_looked_at(there: Town, workspace: Workspace) -> None:
    lines = []
    for number in range(10_000):
        message = f"Fix {number}"
        lines += [
            "commit refs/heads/long",
            f"committer Alice <alice@example.com> {1_700_000_000 + number} +0000",
            f"data {len(message)}",
            message,
            "M 100644 inline counter",
            f"data {len(str(number))}",
            str(number),
        ]
    stdin = "\n".join([*lines, ""])
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=workspace.path,
        env=of_git(),
        input=stdin.encode(),
        check=True,
    )

    started = time.monotonic()
    accepted(there.push(workspace, "many", "long"))

    assert time.monotonic() - started < 50
    workspace.git("checkout", "--quiet", "long")
    write(workspace, "deploy/id_dsa", "-----BEGIN")
    assert said(there.push(workspace, "many", "long:longer")) == (
        'GitLab: File name deploy/id_dsa was prohibited by the pattern "id_dsa$".'
    )


class TestGitalyFails:
    METHODS = ("ListCommits", "ListLFSPointers")

    @pytest.mark.parametrize("method", METHODS)
    def test_one_that_dies_or_refuses_the_token_lets_nothing_through(
        self, there: Town, workspace: Workspace, method: str
    ) -> None:
        workspace.commit("Add one", a="1")

        for code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.PERMISSION_DENIED):
            there.double.fail(method, code)
            assert said(there.push(workspace, "hanging", "main")) == NO_GITALY
        assert not (there.path("hanging") / "refs/heads/main").exists()

    def test_one_that_dies_in_the_middle_of_an_answer_lets_nothing_through(
        self, there: Town, workspace: Workspace
    ) -> None:
        workspace.commit("Add one", a="1")
        there.double.break_off("ListCommits")

        assert said(there.push(workspace, "hanging", "main")) == NO_GITALY
        assert not (there.path("hanging") / "refs/heads/main").exists()

    def test_one_that_hangs_is_waited_for_as_long_as_a_call_may_take(
        self, there: Town, workspace: Workspace
    ) -> None:
        workspace.commit("Add one", a="1")
        there.double.delay("HasLocalBranches", seconds=12)

        text = said(there.push(workspace, "hanging", "main"))

        assert text.startswith("GitLab: Push operation timed out\n\nTiming information for debugging")
        title = "Checking if you are force pushing to a protected branch... (cancelled after 1"
        assert title in text
        assert not (there.path("hanging") / "refs/heads/main").exists()
