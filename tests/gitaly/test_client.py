"""The client's answers, from a double over real repositories."""

import pytest

from apps.core.gitaly.failures import RepositoryExists, RepositoryNotFound
from tests.gitaly.doubles import Stage, StartDouble
from tests.gitaly.workspaces import Workspace

OID = "a" * 64
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 12345\n"


def test_a_repository_exists_once_it_is_created(start_double: StartDouble) -> None:
    client = start_double().client()

    before = client.repository_exists()
    client.create_repository(default_branch="trunk")

    assert (before, client.repository_exists()) == (False, True)


def test_the_default_branch_of_a_new_repository_is_the_one_asked_for(
    start_double: StartDouble, workspace: Workspace
) -> None:
    stage = start_double()
    stage.client().create_repository(default_branch="trunk")
    workspace.commit()
    workspace.seed(stage.path, "main:trunk", "main:main")

    assert stage.client().find_default_branch_name() == "trunk"


def test_a_repository_is_created_once(stage: Stage) -> None:
    with pytest.raises(RepositoryExists):
        stage.client().create_repository(default_branch="main")


def test_a_removed_repository_is_gone(stage: Stage) -> None:
    stage.client().remove_repository()

    assert not stage.client().repository_exists()


def test_a_repository_that_is_not_there_is_not_found(start_double: StartDouble) -> None:
    with pytest.raises(RepositoryNotFound):
        start_double().client().has_local_branches()


def test_an_empty_repository_has_no_branches_and_no_default(stage: Stage) -> None:
    client = stage.client()

    assert (client.has_local_branches(), client.find_default_branch_name()) == (False, None)


def test_a_repository_with_a_commit_has_branches_and_a_default(stage: Stage, workspace: Workspace) -> None:
    workspace.commit()
    workspace.seed(stage.path, "main")

    client = stage.client()

    assert (client.has_local_branches(), client.find_default_branch_name()) == (True, "main")


def test_a_ref_exists_by_its_full_name(stage: Stage, workspace: Workspace) -> None:
    workspace.commit()
    workspace.git("tag", "v1")
    workspace.seed(stage.path, "main", "v1")

    exist = [stage.client().ref_exists(ref) for ref in ("refs/tags/v1", "refs/tags/v2", "refs/heads/v1")]

    assert exist == [True, False, False]


def test_a_ref_that_is_no_text_does_not_exist(stage: Stage) -> None:
    assert not stage.client().ref_exists("refs/heads/\udc80")


def test_a_commit_is_an_ancestor_of_its_children_only(stage: Stage, workspace: Workspace) -> None:
    old, new = workspace.commit(), workspace.commit()
    workspace.seed(stage.path, "main")

    client = stage.client()

    assert client.commit_is_ancestor(ancestor=old, child=new)
    assert not client.commit_is_ancestor(ancestor=new, child=old)
    assert not client.commit_is_ancestor(ancestor="1" * 40, child=new)


def test_branches_are_found_by_a_commit_they_contain(stage: Stage, workspace: Workspace) -> None:
    old = workspace.commit()
    workspace.git("branch", "left")
    new = workspace.commit()
    workspace.seed(stage.path, "main", "left")

    client = stage.client()

    assert client.list_branch_names_containing_commit(old) == ("left", "main")
    assert client.list_branch_names_containing_commit(old, limit=1) == ("left",)
    assert client.list_branch_names_containing_commit(new) == ("main",)
