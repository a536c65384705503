"""The caller's side of a push or a fetch over gRPC: it copies between its streams and Gitaly."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

import grpc

from apps.core.gitaly.calls import Metadata
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.stubs.gitaly_subset_pb2_grpc import SSHServiceStub

CHUNK = 32 * 1024


@dataclass(frozen=True, slots=True)
class Streams:
    """The three standard streams of a program."""

    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]

    @classmethod
    def of_this_process(cls) -> "Streams":
        """Return this process's own streams; input is unbuffered, it may still be read at exit."""
        stdin = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - a descriptor
        return cls(stdin, sys.stdout.buffer, sys.stderr.buffer)

    def say(self, text: str) -> None:
        """Write one line to the user's terminal."""
        self.stderr.write(f"{text}\n".encode())
        self.stderr.flush()


def receive_pack(
    channel: grpc.Channel, first: pb.SSHReceivePackRequest, metadata: Metadata, streams: Streams
) -> int:
    """Push, and return Git's exit status."""

    def requests() -> Iterator[pb.SSHReceivePackRequest]:
        yield first
        for data in _read(streams.stdin):
            yield pb.SSHReceivePackRequest(stdin=data)

    answers = SSHServiceStub(channel).SSHReceivePack(requests(), metadata=metadata)
    return _copied(answers, streams)


def upload_pack(
    channel: grpc.Channel, first: pb.SSHUploadPackRequest, metadata: Metadata, streams: Streams
) -> int:
    """Fetch, and return Git's exit status."""

    def requests() -> Iterator[pb.SSHUploadPackRequest]:
        yield first
        for data in _read(streams.stdin):
            yield pb.SSHUploadPackRequest(stdin=data)

    answers = SSHServiceStub(channel).SSHUploadPack(requests(), metadata=metadata)
    return _copied(answers, streams)


def _read(stdin: IO[bytes]) -> Iterator[bytes]:
    while data := stdin.read(CHUNK):
        yield data


def _copied(answers: Iterable[pb.SSHReceivePackResponse | pb.SSHUploadPackResponse], streams: Streams) -> int:
    status = 0
    for answer in answers:
        for stream, data in ((streams.stdout, answer.stdout), (streams.stderr, answer.stderr)):
            if data:
                stream.write(data)
                stream.flush()
        if answer.HasField("exit_status"):
            status = answer.exit_status.value
    return status
