"""SSHService: a push or a fetch, done by Git itself."""
# ruff: noqa: N802 -- the names of the methods are the interface's

from collections.abc import Iterable, Iterator

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import SSHServiceServicer
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.hook_payload import HookPayload
from tests.gitaly_double.packs import PackProcess, Piece
from tests.gitaly_double.refusals import invalid
from tests.gitaly_double.services.base import Service

HIDDEN = ("environments", "keep-around", "merge-requests", "pipelines", "remotes", "tmp")
PUSH_CONFIGURATION = (
    "receive.advertisePushOptions=true",
    "receive.fsckObjects=true",
    "receive.autogc=false",
    *(f"transfer.hideRefs=refs/{name}" for name in HIDDEN),
)
First = pb.SSHReceivePackRequest | pb.SSHUploadPackRequest


class Ssh(Service, SSHServiceServicer):
    """Git's pack protocol over gRPC."""

    def SSHReceivePack(
        self, request_iterator: Iterator[pb.SSHReceivePackRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.SSHReceivePackResponse]:
        first = next(request_iterator, pb.SSHReceivePackRequest())
        if not first.gl_id:
            raise invalid("empty GlId")
        repository = self._opened(first)
        options = [*PUSH_CONFIGURATION, *first.git_config_options]
        environment = repository.environment()
        if self.settings.api:
            options.append(f"core.hooksPath={self.settings.hooks}")
            environment |= self._payload(first, context, repository).to_environment()
        process = _started("receive-pack", first, repository, options, environment)
        for piece in _relayed(process, request_iterator, context):
            yield pb.SSHReceivePackResponse(stdout=piece.stdout, stderr=piece.stderr)
        yield pb.SSHReceivePackResponse(exit_status=pb.ExitStatus(value=process.exit_status()))

    def SSHUploadPack(
        self, request_iterator: Iterator[pb.SSHUploadPackRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.SSHUploadPackResponse]:
        first = next(request_iterator, pb.SSHUploadPackRequest())
        repository = self._opened(first)
        options = list(first.git_config_options)
        process = _started("upload-pack", first, repository, options, repository.environment())
        for piece in _relayed(process, request_iterator, context):
            yield pb.SSHUploadPackResponse(stdout=piece.stdout, stderr=piece.stderr)
        yield pb.SSHUploadPackResponse(exit_status=pb.ExitStatus(value=process.exit_status()))

    def _opened(self, first: First) -> GitDirectory:
        if first.stdin:
            raise invalid("non-empty data in first request")
        return self.open(first.repository)

    def _payload(
        self,
        first: pb.SSHReceivePackRequest,
        context: grpc.ServicerContext,
        repository: GitDirectory,
    ) -> HookPayload:
        assert self.settings.api
        metadata = {item[0]: item[1] for item in context.invocation_metadata()}
        return HookPayload(
            api=self.settings.api,
            version=str(self.version),
            protocol=self.settings.protocol,
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


def _started(
    command: str,
    first: First,
    repository: GitDirectory,
    options: Iterable[str],
    environment: dict[str, str],
) -> PackProcess:
    if first.git_protocol:
        environment = {**environment, "GIT_PROTOCOL": first.git_protocol}
    configuration = [part for option in options for part in ("-c", option)]
    line = ["git", *configuration, command, str(repository.path)]
    return PackProcess.start(line, environment)


def _relayed(
    process: PackProcess, requests: Iterator[First], context: grpc.ServicerContext
) -> Iterator[Piece]:
    context.add_callback(process.stop)
    process.feed(request.stdin for request in requests)
    return process.output()
