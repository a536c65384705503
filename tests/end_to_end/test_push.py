"""An unmodified ``git push`` through the whole chain."""

from pathlib import Path

from tests.end_to_end.chains import Chain
from tests.gitaly.workspaces import Workspace


def test_what_was_pushed_can_be_fetched_by_somebody_else(
    chain: Chain, workspace: Workspace, tmp_path: Path
) -> None:
    chain.make_project(workspace, "gnuwget/fetched")
    other = Workspace.create(tmp_path / "other")

    outcome = chain.fetch(other, "main", of="gnuwget/fetched")

    assert outcome.status == 0
    assert other.git("rev-parse", "FETCH_HEAD") == workspace.git("rev-parse", "main")


def test_a_branch_and_a_tag_in_one_push_are_events_of_one_record(chain: Chain, workspace: Workspace) -> None:
    chain.make_project(workspace, "root/branch-and-tag")
    workspace.git("tag", "v1")

    outcome = chain.push(workspace, "--push-option=ci.skip", "main:feature", "v1", to="root/branch-and-tag")
    chain.work()

    assert outcome.status == 0
    assert "To create a merge request for feature, visit:" in outcome.remote
    printed = chain.shell_says(
        "from apps.git_access.models import PushRecord; record = PushRecord.objects.latest('id');"
        "print(sorted(record.events.values_list('kind', 'ref')), record.push_options)"
    )
    assert printed == (
        "[('created', 'refs/heads/feature'), ('created', 'refs/tags/v1')] {'ci': {'skip': True}}"
    )


def test_the_first_default_branch_is_protected_against_rewriting(chain: Chain, workspace: Workspace) -> None:
    chain.make_project(workspace, "root/rewritten")
    workspace.git("commit", "--amend", "--message", "Another first")

    outcome = chain.push(workspace, "--force", "main", to="root/rewritten")

    assert outcome.status == 1
    assert outcome.remote == [
        "GitLab: You are not allowed to force push code to a protected branch on this project."
    ]


def test_the_default_branch_cannot_be_deleted(chain: Chain, workspace: Workspace) -> None:
    chain.make_project(workspace, "root/deleted")

    outcome = chain.push(workspace, ":main", to="root/deleted")

    assert outcome.status == 1
    assert outcome.remote == ["GitLab: The default branch of a project cannot be deleted."]


def test_another_branch_can_be_deleted(chain: Chain, workspace: Workspace) -> None:
    chain.make_project(workspace, "root/tidy")
    chain.push(workspace, "main:old", to="root/tidy")

    outcome = chain.push(workspace, ":old", to="root/tidy")

    assert outcome.status == 0
    assert "[deleted]" in outcome.terminal


def test_a_renamed_project_is_pushed_to_under_its_former_path_and_says_so(
    chain: Chain, workspace: Workspace
) -> None:
    chain.make_project(workspace, "root/former")
    chain.shell_says(
        "from apps.directory.models import Project; from apps.directory.paths import rename_project;"
        "rename_project(Project.objects.get(path='former'), path='latter')"
    )

    outcome = chain.push(workspace, "main:more", to="root/former")

    assert outcome.status == 0
    assert "Project 'root/former' was moved to 'root/latter'." in outcome.remote


def test_the_first_push_to_a_wiki_makes_it(chain: Chain, workspace: Workspace, tmp_path: Path) -> None:
    chain.make_project(workspace, "root/with-wiki")
    other = Workspace.create(tmp_path / "other")

    pushed = chain.push(workspace, "main:trunk", to="root/with-wiki.wiki")
    chain.work()
    fetched = chain.fetch(other, of="root/with-wiki.wiki")  # what HEAD leads to

    assert (pushed.status, fetched.status) == (0, 0)
    assert other.git("rev-parse", "FETCH_HEAD") == workspace.git("rev-parse", "main")
