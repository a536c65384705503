"""An agent as kas sees it: three of kas's methods, bound by name and encoded by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import grpc

from tests.agent.protobuf import entry, inner, number, text

CONFIGURATION = "/gitlab.agent.agent_configuration.rpc.AgentConfiguration/GetConfiguration"
OBJECTS = "/gitlab.agent.gitops.rpc.Gitops/GetObjectsToSynchronize"
MODULE = "/gitlab.agent.gitlab_access.rpc.GitlabAccess/MakeRequest"
HEADER_EXTRA = "type.googleapis.com/gitlab.agent.gitlab_access.rpc.HeaderExtra"


@dataclass(frozen=True)
class Configuration:
    """What an agent learns about itself."""

    agent_id: int
    project_id: int


@dataclass(frozen=True)
class Synchronisation:
    """One complete batch of manifests."""

    project_id: int
    commit_id: str
    objects: dict[str, bytes]


@dataclass(frozen=True)
class Agentk:
    """An agent with its token; every call fails with ``grpc.RpcError``."""

    address: str
    token: str

    def configuration(self, *, timeout: float) -> Configuration:
        """Wait for the configuration; it needs agent_info and Gitaly."""
        with grpc.insecure_channel(self.address) as channel:
            call = channel.unary_stream(CONFIGURATION, request_serializer=bytes, response_deserializer=bytes)
            answer = inner(next(iter(call(b"", timeout=timeout, metadata=self._metadata()))), 1)
            return Configuration(agent_id=number(answer, 4), project_id=number(answer, 5))

    def synchronise(self, project: str, *, glob: str = "**/*.yaml", timeout: float) -> Synchronisation:
        """Wait for the manifests of a project; it needs agent_info, project_info and Gitaly."""
        request = text(1, project) + text(3, text(1, glob))
        with grpc.insecure_channel(self.address) as channel:
            call = channel.unary_stream(OBJECTS, request_serializer=bytes, response_deserializer=bytes)
            answers = list(call(request, timeout=timeout, metadata=self._metadata()))
        header = inner(answers[0], 1)
        objects: dict[str, bytes] = {}
        for message in (inner(answer, 2) for answer in answers[1:-1]):
            source = inner(message, 1).decode()
            objects[source] = objects.get(source, b"") + inner(message, 2)
        return Synchronisation(number(header, 2), inner(header, 1).decode(), objects)

    def module(
        self, method: str, module: str, url_path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Let kas pass a request on, in two pieces; return status and body."""
        with grpc.insecure_channel(self.address) as channel:
            call = channel.stream_stream(MODULE, request_serializer=bytes, response_deserializer=bytes)
            half = len(body) // 2
            pieces = [text(2, text(1, piece)) for piece in (body[:half], body[half:]) if piece]
            header = _request_header(method, module, url_path, headers)
            messages: Iterator[bytes] = iter([text(1, header), *pieces, text(3, b"")])
            answers = list(call(messages, timeout=20, metadata=self._metadata()))
        return number(inner(answers[0], 1, 1), 1), b"".join(inner(answer, 2, 1) for answer in answers)

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.token}"),)


def _request_header(method: str, module: str, url_path: str, headers: Mapping[str, str]) -> bytes:
    lines = b"".join(entry(2, name, text(1, value)) for name, value in headers.items())
    request = text(1, method) + lines + text(3, url_path)
    extra = text(1, HEADER_EXTRA) + text(2, text(1, module))
    return text(1, request) + text(2, extra)
