"""How the double finds a repository, and whom it lets in."""

from dataclasses import replace

import grpc
import pytest

from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.failures import GitalyFailure
from apps.core.gitaly.messages import repository_message
from apps.core.gitaly.repository import Repository
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs import gitaly_subset_pb2_grpc as stubs
from apps.core.gitaly.tokens import authorization
from tests.gitaly.doubles import REPOSITORY, Stage
from tests.gitaly.workspaces import Workspace
from tests.gitaly_double import authentication
from tests.gitaly_double.refusals import Refusal

NOW = 1535671615
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED
PERMISSION_DENIED = grpc.StatusCode.PERMISSION_DENIED


def ask(stage: Stage, repository: Repository) -> tuple[grpc.StatusCode, str]:
    """Ask about a repository that cannot be had, and return the status."""
    stub = stubs.RepositoryServiceStub(channel_to(stage.double.address))
    with pytest.raises(grpc.RpcError) as caught:
        stub.HasLocalBranches(pb.HasLocalBranchesRequest(repository=repository_message(repository)))
    return caught.value.code(), str(caught.value.details())


def test_an_unknown_storage_is_an_invalid_argument(stage: Stage) -> None:
    assert ask(stage, Repository("elsewhere", "x.git")) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "storage name 'elsewhere' is not configured",
    )


@pytest.mark.parametrize("path", ["../x.git", "a/../../x.git", "/etc", "..", "."])
def test_a_path_cannot_leave_its_storage(stage: Stage, path: str) -> None:
    assert ask(stage, Repository("default", path)) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "relative path escapes the storage",
    )


def test_a_repository_needs_a_path(stage: Stage) -> None:
    assert ask(stage, Repository("default", ""))[0] is grpc.StatusCode.INVALID_ARGUMENT


def test_a_missing_repository_is_not_found(stage: Stage) -> None:
    assert ask(stage, Repository("default", "x.git")) == (
        grpc.StatusCode.NOT_FOUND,
        "repository does not exist",
    )


def test_a_repository_of_sha_256_can_be_made(stage: Stage, workspace: Workspace) -> None:
    stub = stubs.RepositoryServiceStub(channel_to(stage.double.address))
    repository = pb.Repository(storage_name="default", relative_path="@hashed/new.git")

    stub.CreateRepository(
        pb.CreateRepositoryRequest(repository=repository, object_format=pb.OBJECT_FORMAT_SHA256)
    )

    path = stage.double.settings.storages["default"] / "@hashed/new.git"
    shown = workspace.git(f"--git-dir={path}", "rev-parse", "--show-object-format")
    assert shown == "sha256"


def test_objects_outside_of_the_named_directories_are_invisible(stage: Stage, workspace: Workspace) -> None:
    new = workspace.commit(a="1")
    incoming = stage.path / "objects" / "incoming"
    incoming.mkdir()
    workspace.seed(stage.path, "main:refs/heads/new")
    for path in sorted((stage.path / "objects").glob("??/*")):
        (incoming / path.parent.name).mkdir(exist_ok=True)
        path.rename(incoming / path.parent.name / path.name)
    (stage.path / "refs/heads/new").unlink()
    quarantined = replace(
        REPOSITORY,
        git_object_directory="objects/incoming",
        git_alternate_object_directories=("objects",),
    )

    with pytest.raises(GitalyFailure, match="INTERNAL"):
        stage.client().list_commits([new])
    inside = stage.client(repository=quarantined).list_commits([new, "--not", "--all"])

    assert [commit.id for commit in inside] == [new]


@pytest.mark.parametrize("skew", [-30, 0, 30])
def test_a_token_is_good_for_thirty_seconds_on_both_sides(skew: int) -> None:
    authentication.check(token="foo", authorization=authorization(token="foo", at=NOW + skew), at=NOW)


@pytest.mark.parametrize(
    ("offered", "code", "text"),
    [
        ("", UNAUTHENTICATED, "authentication required"),
        ("Bearer foo", UNAUTHENTICATED, "authentication required"),
        ("Basic Zm9vOmJhcg==", UNAUTHENTICATED, "authentication required"),
        (authorization(token="bar", at=NOW), PERMISSION_DENIED, "permission denied"),
        (authorization(token="foo", at=NOW - 31), PERMISSION_DENIED, "permission denied"),
        (authorization(token="foo", at=NOW + 31), PERMISSION_DENIED, "permission denied"),
    ],
)
def test_a_bad_token_is_told_from_none(offered: str, code: grpc.StatusCode, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        authentication.check(token="foo", authorization=offered, at=NOW)

    assert (caught.value.code, caught.value.text) == (code, text)


def test_without_a_token_everybody_may_call() -> None:
    authentication.check(token=None, authorization="nonsense", at=NOW)
