"""Git's bytes between a client and Gitaly: the service has said where, and sees none of them."""

import time
from collections.abc import Iterator
from typing import Any

import grpc

from apps.core.gitaly.calls import Metadata
from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import SmartHTTPServiceStub
from apps.core.gitaly.tokens import authorization

FIELDS = (
    "storage_name",
    "relative_path",
    "git_object_directory",
    "git_alternate_object_directories",
    "gl_repository",
    "gl_project_path",
)


def info_refs(service: str, answer: dict[str, Any], protocol: str) -> Iterator[bytes]:
    """Return what a repository advertises."""
    stub = SmartHTTPServiceStub(_channel(answer))
    push = service == "git-receive-pack"
    request = pb.InfoRefsRequest(
        repository=_repository(answer),
        git_protocol=protocol,
        git_config_options=_push_options(answer) if push else [],
    )
    call = stub.InfoRefsReceivePack if push else stub.InfoRefsUploadPack
    return (message.data for message in call(request, metadata=_metadata(answer)))


def upload_pack(answer: dict[str, Any], protocol: str, body: Iterator[bytes]) -> Iterator[bytes]:
    """Return what a fetch is answered."""

    def requests() -> Iterator[pb.PostUploadPackRequest]:
        yield pb.PostUploadPackRequest(repository=_repository(answer), git_protocol=protocol)
        for data in body:
            yield pb.PostUploadPackRequest(data=data)

    messages = SmartHTTPServiceStub(_channel(answer)).PostUploadPack(requests(), metadata=_metadata(answer))
    return (message.data for message in messages)


def receive_pack(answer: dict[str, Any], protocol: str, body: Iterator[bytes]) -> Iterator[bytes]:
    """Return what a push is answered."""

    def requests() -> Iterator[pb.PostReceivePackRequest]:
        yield pb.PostReceivePackRequest(
            repository=_repository(answer),
            gl_id=answer.get("gl_id", ""),
            gl_repository=answer.get("gl_repository", ""),
            gl_username=answer.get("gl_username", ""),
            git_protocol=protocol,
            git_config_options=_push_options(answer),
        )
        for data in body:
            yield pb.PostReceivePackRequest(data=data)

    messages = SmartHTTPServiceStub(_channel(answer)).PostReceivePack(requests(), metadata=_metadata(answer))
    return (message.data for message in messages)


def _channel(answer: dict[str, Any]) -> grpc.Channel:
    return channel_to(answer["gitalyserver"]["address"])


def _repository(answer: dict[str, Any]) -> pb.Repository:
    """Read snake_case keys only: another spelling is ignored, and Gitaly is asked for nothing."""
    given = answer.get("repository") or {}
    return pb.Repository(**{name: given[name] for name in FIELDS if given.get(name)})


def _push_options(answer: dict[str, Any]) -> list[str]:
    hidden = ["transfer.hideRefs=!refs"] if answer.get("showallrefs") else []
    return [*answer.get("gitconfigoptions", []), *hidden]


def _metadata(answer: dict[str, Any]) -> Metadata:
    server = answer["gitalyserver"]
    given = {**(server.get("features") or {}), **(server.get("call_metadata") or {})}
    items = {name: value for name, value in given.items() if name.startswith("gitaly-feature-")}
    items["x-gitlab-client-name"] = "gitlab-workhorse"
    if token := server.get("token"):
        items["authorization"] = authorization(token=token, at=int(time.time()))
    return tuple(items.items())
