"""SmartHTTPService: what Workhorse calls for Git over HTTP, done by Git itself."""
# ruff: noqa: N802 -- the names of the methods are the interface's

from collections.abc import Iterable, Iterator
from typing import Any

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import SmartHTTPServiceServicer
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.hook_payload import HookPayload
from tests.gitaly_double.packs import PackProcess
from tests.gitaly_double.refusals import invalid
from tests.gitaly_double.services.base import Service
from tests.gitaly_double.services.ssh import PUSH_CONFIGURATION

FLUSH = b"0000"


class SmartHttp(Service, SmartHTTPServiceServicer):
    """Git's stateless protocol over gRPC."""

    def InfoRefsUploadPack(
        self, request: pb.InfoRefsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.InfoRefsResponse]:
        return self._info_refs("upload-pack", request, context)

    def InfoRefsReceivePack(
        self, request: pb.InfoRefsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.InfoRefsResponse]:
        return self._info_refs("receive-pack", request, context)

    def PostUploadPack(
        self, request_iterator: Iterator[pb.PostUploadPackRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.PostUploadPackResponse]:
        first = next(request_iterator, pb.PostUploadPackRequest())
        repository = self._opened(first)
        process = _started(
            "upload-pack", first, repository, first.git_config_options, repository.environment()
        )
        for data in _relayed(process, request_iterator, context):
            yield pb.PostUploadPackResponse(data=data)

    def PostReceivePack(
        self, request_iterator: Iterator[pb.PostReceivePackRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.PostReceivePackResponse]:
        first = next(request_iterator, pb.PostReceivePackRequest())
        if not first.gl_id:
            raise invalid("PostReceivePack: empty GlId")
        repository = self._opened(first)
        options = [*PUSH_CONFIGURATION, *first.git_config_options]
        environment = repository.environment()
        if self.settings.api:
            options.append(f"core.hooksPath={self.settings.hooks}")
            environment |= self._payload(first, context, repository).to_environment()
        process = _started("receive-pack", first, repository, options, environment)
        for data in _relayed(process, request_iterator, context):
            yield pb.PostReceivePackResponse(data=data)

    def _info_refs(
        self, command: str, request: pb.InfoRefsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.InfoRefsResponse]:
        repository = self.open(request.repository)
        options = [*request.git_config_options]
        if command == "receive-pack":
            options = [*PUSH_CONFIGURATION, *options]
        process = _started(
            command, request, repository, options, repository.environment(), "--advertise-refs"
        )
        yield pb.InfoRefsResponse(data=_packet(f"# service=git-{command}\n".encode()) + FLUSH)
        for data in _relayed(process, iter(()), context):
            yield pb.InfoRefsResponse(data=data)

    def _opened(self, first: pb.PostUploadPackRequest | pb.PostReceivePackRequest) -> GitDirectory:
        if first.data:
            raise invalid("non-empty Data")
        return self.open(first.repository)

    def _payload(
        self, first: pb.PostReceivePackRequest, context: grpc.ServicerContext, repository: GitDirectory
    ) -> HookPayload:
        assert self.settings.api
        metadata = {item[0]: item[1] for item in context.invocation_metadata()}
        return HookPayload(
            api=self.settings.api,
            version=str(self.version),
            protocol="http",
            disk_path=str(repository.path),
            relative_path=first.repository.relative_path,
            gl_repository=first.repository.gl_repository,
            gl_project_path=first.repository.gl_project_path,
            gl_id=first.gl_id,
            gl_username=first.gl_username,
            correlation_id=str(metadata.get("x-gitlab-correlation-id", "")),
            client_context=self.settings.client_context,
            custom_hooks=str(self.settings.custom_hooks or ""),
        )


def _packet(data: bytes) -> bytes:
    return f"{len(data) + 4:04x}".encode() + data


def _started(
    command: str,
    first: Any,
    repository: GitDirectory,
    options: Iterable[str],
    environment: dict[str, str],
    *more: str,
) -> PackProcess:
    if first.git_protocol:
        environment = {**environment, "GIT_PROTOCOL": first.git_protocol}
    configuration = [part for option in options for part in ("-c", option)]
    line = ["git", *configuration, command, "--stateless-rpc", *more, str(repository.path)]
    return PackProcess.start(line, environment)


def _relayed(process: PackProcess, requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[bytes]:
    context.add_callback(process.stop)
    process.feed(request.data for request in requests)
    for piece in process.output():
        if piece.stdout:
            yield piece.stdout
    process.exit_status()
