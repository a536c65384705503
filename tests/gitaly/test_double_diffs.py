"""Changed paths as the real server lists them, and what 14.1 does not know."""

import grpc

from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs import gitaly_subset_pb2_grpc as stubs
from tests.gitaly.doubles import Stage, StartDouble
from tests.gitaly.raw_calls import R, Request, blobs_of, changed, commits_of, refused
from tests.gitaly.workspaces import Workspace
from tests.gitaly_double.versions import Version

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_a_root_commit_has_no_changed_paths_before_19(
    start_double: StartDouble, workspace: Workspace
) -> None:
    stage = start_double(version=Version(16, 0)).create()
    new = workspace.commit(a="1")
    workspace.seed(stage.path, "main")
    tree = Request.Request.TreeRequest(left_tree_revision=EMPTY_TREE, right_tree_revision=f"{new}^{{tree}}")

    assert changed(stage, commits=[new]) == []
    assert changed(stage, requests=[Request.Request(tree_request=tree)]) == ["a"]


def test_a_root_commit_has_changed_paths_in_19(start_double: StartDouble, workspace: Workspace) -> None:
    stage = start_double(version=Version(19, 0)).create()
    new = workspace.commit(a="1")
    workspace.seed(stage.path, "main")

    assert changed(stage, commits=[new]) == ["a"]


def test_a_merge_lists_everything_it_brings_unless_all_parents_count(
    stage: Stage, workspace: Workspace
) -> None:
    workspace.commit(base="0")
    workspace.git("checkout", "--quiet", "-b", "side")
    side = workspace.commit(side="1")
    workspace.git("checkout", "--quiet", "main")
    main = workspace.commit(main="1")
    workspace.git("merge", "--quiet", "--no-ff", "--message", "Merge", "side")
    merge = workspace.git("rev-parse", "HEAD")
    workspace.seed(stage.path, "main")
    against = Request.Request.CommitRequest(commit_revision=merge, parent_commit_revisions=[side, main])

    assert changed(stage, commits=[merge]) == ["side", "main"]
    assert changed(stage, commits=[merge], merge_commit_diff_mode=2) == []
    assert changed(stage, requests=[Request.Request(commit_request=against)]) == ["main", "side"]


def test_commits_and_requests_exclude_each_other(stage: Stage) -> None:
    stub = stubs.DiffServiceStub(channel_to(stage.double.address))

    call = stub.FindChangedPaths(Request(repository=R, commits=["1" * 40], requests=[Request.Request()]))

    assert refused(call)[0] is grpc.StatusCode.INVALID_ARGUMENT


def test_changed_paths_of_an_unknown_commit_are_an_error(stage: Stage) -> None:
    stub = stubs.DiffServiceStub(channel_to(stage.double.address))

    assert (
        refused(stub.FindChangedPaths(Request(repository=R, commits=["1" * 40])))[0]
        is grpc.StatusCode.NOT_FOUND
    )


def test_gitaly_14_1_knows_less(start_double: StartDouble, workspace: Workspace) -> None:
    stage = start_double(version=Version(14, 1)).create()
    new = workspace.commit(a="1")
    workspace.seed(stage.path, "main")
    tree = Request.Request.TreeRequest(left_tree_revision=EMPTY_TREE, right_tree_revision=new)

    blobs = stage.client().list_blobs([new])

    assert [blob.path for blob in blobs] == [""]
    assert changed(stage, requests=[Request.Request(tree_request=tree)]) == []
    assert refused(blobs_of(stage).ListAllBlobs(pb.ListAllBlobsRequest(repository=R))) == (
        grpc.StatusCode.UNIMPLEMENTED,
        "unknown method ListAllBlobs",
    )
    assert refused(commits_of(stage).CheckObjectsExist(iter(())))[0] is grpc.StatusCode.UNIMPLEMENTED
    stage.client().create_repository(default_branch="main")  # a second time
