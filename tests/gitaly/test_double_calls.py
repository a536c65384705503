"""The double copies what is awkward about the real server."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from tests.gitaly.doubles import Stage
from tests.gitaly.raw_calls import R, blobs_of, commits_of, refused
from tests.gitaly.workspaces import Workspace
from tests.gitaly_double.commit_objects import commit_message

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 1\n"


@pytest.mark.parametrize("revision", ["--exec=x", "-1", "--branches"])
def test_revisions_that_look_like_options_are_refused(stage: Stage, revision: str) -> None:
    walk: dict[str, Any] = {"repository": R, "revisions": [revision, "--not", "--all"]}

    for call in (
        commits_of(stage).ListCommits(pb.ListCommitsRequest(**walk)),
        blobs_of(stage).ListBlobs(pb.ListBlobsRequest(**walk)),
        blobs_of(stage).ListLFSPointers(pb.ListLFSPointersRequest(**walk)),
    ):
        assert refused(call) == (grpc.StatusCode.INVALID_ARGUMENT, "revision can't start with '-'")


def test_a_walk_needs_a_revision(stage: Stage) -> None:
    call = commits_of(stage).ListCommits(pb.ListCommitsRequest(repository=R))

    assert refused(call) == (grpc.StatusCode.INVALID_ARGUMENT, "missing revisions")


def test_a_walk_from_an_unknown_commit_is_an_internal_error(stage: Stage) -> None:
    call = commits_of(stage).ListCommits(pb.ListCommitsRequest(repository=R, revisions=["1" * 40]))

    assert refused(call)[0] is grpc.StatusCode.INTERNAL


def test_a_second_not_takes_the_first_one_back(stage: Stage, workspace: Workspace) -> None:
    workspace.commit(old="1")
    workspace.seed(stage.path, "main")
    new = workspace.commit(new="2")
    workspace.seed(stage.path, "main:refs/keep/new")
    workspace.git("push", "--quiet", str(stage.path), ":refs/keep/new")

    walk = ["--not", "--all", "--not", new]
    answers = blobs_of(stage).ListBlobs(pb.ListBlobsRequest(repository=R, revisions=walk))

    blobs = [blob for answer in answers for blob in answer.blobs]
    assert [(blob.size, blob.data, blob.path) for blob in blobs] == [(1, b"", b"")]


def test_answers_come_in_several_messages(stage: Stage, workspace: Workspace) -> None:
    for number in range(7):
        workspace.commit(f"Change {number}")
    workspace.seed(stage.path, "main")

    answers = list(commits_of(stage).ListCommits(pb.ListCommitsRequest(repository=R, revisions=["--all"])))

    assert [len(answer.commits) for answer in answers] == [3, 3, 1]


def test_a_page_of_a_walk_goes_on_behind_its_token(stage: Stage, workspace: Workspace) -> None:
    ids = [workspace.commit(f"Change {number}") for number in range(4)][::-1]
    workspace.seed(stage.path, "main")
    page = pb.PaginationParameter(page_token=ids[0], limit=2)

    request = pb.ListCommitsRequest(repository=R, revisions=["--all"], pagination_params=page)
    answers = commits_of(stage).ListCommits(request)

    assert [commit.id for answer in answers for commit in answer.commits] == ids[1:3]


def test_a_long_body_is_cut_and_its_true_size_is_told() -> None:
    head = b"tree 1\nauthor A <a@b> 1 +0100\ncommitter A <a@b> 1 +0100\n\n"

    message = commit_message("1", head + b"x" * 10241)

    assert (len(message.body), message.body_size) == (10240, 10241)


def test_a_person_without_an_address_is_a_name() -> None:
    message = commit_message("1", b"tree 1\nauthor nobody\ncommitter A <a@b> 1 +0100\n\n")

    assert (message.author.name, message.author.email) == (b"nobody", b"")
    assert (message.committer.date.seconds, message.committer.timezone) == (1, b"+0100")


def test_only_the_first_chunk_of_a_message_names_its_commit(stage: Stage, workspace: Workspace) -> None:
    ids = [workspace.commit("x" * 5000), workspace.commit("y")]
    workspace.seed(stage.path, "main")

    request = pb.GetCommitMessagesRequest(repository=R, commit_ids=ids)
    answers = list(commits_of(stage).GetCommitMessages(request))

    assert [answer.commit_id for answer in answers] == [ids[0], "", ids[1]]


def test_the_message_of_an_unknown_commit_is_an_internal_error(stage: Stage) -> None:
    request = pb.GetCommitMessagesRequest(repository=R, commit_ids=["1" * 40])

    call = commits_of(stage).GetCommitMessages(request)

    assert refused(call)[0] is grpc.StatusCode.INTERNAL


def test_only_the_first_chunk_of_a_blob_has_a_name_and_a_size(stage: Stage, workspace: Workspace) -> None:
    new = workspace.commit(big="x" * 5000)
    workspace.seed(stage.path, "main")
    request = pb.ListBlobsRequest(repository=R, revisions=[new], bytes_limit=-1, with_paths=True)

    answers = blobs_of(stage).ListBlobs(request)

    chunks = [blob for answer in answers for blob in answer.blobs]
    name = workspace.git("rev-parse", "HEAD:big")
    assert [(chunk.oid, chunk.size, chunk.path) for chunk in chunks] == [(name, 5000, b"big"), ("", 0, b"")]
    assert b"".join(chunk.data for chunk in chunks) == b"x" * 5000


def test_the_content_of_a_blob_can_be_limited(stage: Stage, workspace: Workspace) -> None:
    new = workspace.commit(a="12345", b="67890")
    workspace.seed(stage.path, "main")
    request = pb.ListBlobsRequest(repository=R, revisions=[new], bytes_limit=2, limit=1)

    (answer,) = blobs_of(stage).ListBlobs(request)

    assert [(blob.size, blob.data) for blob in answer.blobs] == [(5, b"12")]


def test_all_blobs_and_commits_are_listed_without_a_walk(stage: Stage, workspace: Workspace) -> None:
    workspace.commit(a="1")
    workspace.commit(b="2")
    workspace.seed(stage.path, "main")

    blobs = blobs_of(stage).ListAllBlobs(pb.ListAllBlobsRequest(repository=R, limit=1, bytes_limit=-1))
    commits = commits_of(stage).ListAllCommits(pb.ListAllCommitsRequest(repository=R))

    assert len([blob for answer in blobs for blob in answer.blobs]) == 1
    assert len([commit for answer in commits for commit in answer.commits]) == 2


def test_only_small_blobs_are_taken_for_lfs_pointers(stage: Stage, workspace: Workspace) -> None:
    pointer = POINTER.format("a" * 64)
    workspace.commit(exact=pointer + "x" * (200 - len(pointer)), large=pointer + "x" * (201 - len(pointer)))
    workspace.seed(stage.path, "main")

    walked = blobs_of(stage).ListLFSPointers(pb.ListLFSPointersRequest(repository=R, revisions=["--all"]))
    every = blobs_of(stage).ListAllLFSPointers(pb.ListAllLFSPointersRequest(repository=R))

    exact = workspace.git("rev-parse", "HEAD:exact")
    assert [item.oid for answer in walked for item in answer.lfs_pointers] == [exact]
    assert [item.oid for answer in every for item in answer.lfs_pointers] == [exact]


def test_the_repository_of_a_stream_stands_in_its_first_message(stage: Stage, workspace: Workspace) -> None:
    new = workspace.commit().encode()
    workspace.seed(stage.path, "main")

    def requests() -> Iterator[pb.CheckObjectsExistRequest]:
        yield pb.CheckObjectsExistRequest(repository=R, revisions=[new])
        yield pb.CheckObjectsExistRequest(revisions=[b"1" * 40])

    answers = commits_of(stage).CheckObjectsExist(requests())

    found = [(item.name, item.exists) for answer in answers for item in answer.revisions]
    assert found == [(new, True), (b"1" * 40, False)]


def test_a_stream_without_messages_is_refused(stage: Stage) -> None:
    call = commits_of(stage).CheckObjectsExist(iter(()))

    assert refused(call) == (grpc.StatusCode.INVALID_ARGUMENT, "empty stream")


def test_a_method_outside_of_the_subset_is_unimplemented(stage: Stage) -> None:
    method = channel_to(stage.double.address).unary_unary("/gitaly.RefService/FindAllTags", None, None)

    assert refused(lambda: method(b""))[0] is grpc.StatusCode.UNIMPLEMENTED
