"""Clients of every generation, each with the credentials that it sends, make the same push."""

from tests.end_to_end.chains import Chain
from tests.gitaly.workspaces import Workspace

BANNER = "Hello from post-receive"


def test_pushing_to_a_new_path_creates_the_project(any_chain: Chain, workspace: Workspace) -> None:
    outcome = any_chain.push(workspace, "main", to="root/brand-new")

    assert outcome.status == 0
    assert "The private project root/brand-new was successfully created." in outcome.remote
    assert any(BANNER in line for line in outcome.remote)
    found = "Project.objects.values_list('visibility_level', 'repository_exists').get(path='brand-new')"
    assert any_chain.shell_says(f"from apps.directory.models import Project; print({found})") == "(0, True)"


def test_a_stranger_is_not_told_whether_the_project_exists(any_chain: Chain, workspace: Workspace) -> None:
    any_chain.make_project(workspace, "root/secret")
    records = "from apps.git_access.models import PushRecord; print(PushRecord.objects.count())"
    before = any_chain.shell_says(records)

    existing = any_chain.push(workspace, "main:more", to="root/secret", key="key-7")
    missing = any_chain.push(workspace, "main:more", to="root/missing", key="key-7")

    assert existing.status == missing.status == 128
    assert existing.remote == missing.remote
    assert any(
        "could not be found or you don't have permission to view it" in line for line in existing.remote
    )
    assert any_chain.shell_says(records) == before
