"""Calls of the double without the client in between."""

from typing import Any

import grpc
import pytest

from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.messages import repository_message
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs import gitaly_subset_pb2_grpc as stubs
from tests.gitaly.doubles import REPOSITORY, Stage

Request = pb.FindChangedPathsRequest
R = repository_message(REPOSITORY)


def commits_of(stage: Stage) -> Any:
    return stubs.CommitServiceStub(channel_to(stage.double.address))


def blobs_of(stage: Stage) -> Any:
    return stubs.BlobServiceStub(channel_to(stage.double.address))


def changed(stage: Stage, **fields: Any) -> list[str]:
    diffs = stubs.DiffServiceStub(channel_to(stage.double.address))
    answers = diffs.FindChangedPaths(Request(repository=R, **fields))
    return [path.path.decode() for answer in answers for path in answer.paths]


def refused(call: Any) -> tuple[grpc.StatusCode, str]:
    """Return how a call ends that cannot end well."""
    with pytest.raises(grpc.RpcError) as caught:
        list(call) if hasattr(call, "__iter__") else call()
    return caught.value.code(), str(caught.value.details())
