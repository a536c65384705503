"""A program for ``GIT_SSH_COMMAND`` that goes straight to Gitaly, as Gitaly's own client program does.

It is told where to go by three variables, and both programs know the same ones: ``GITALY_ADDRESS``,
``GITALY_TOKEN``, and ``GITALY_PAYLOAD`` with the first request as JSON.
"""

import os
import sys
import time

import grpc
from google.protobuf import json_format

from apps.core.gitaly.calls import Metadata
from apps.core.gitaly.channels import channel_to
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from apps.core.gitaly.tokens import authorization
from tests.gitaly_double.sessions import Streams, receive_pack, upload_pack


def main(command: str, streams: Streams) -> int:
    """Run ``git-receive-pack`` or ``git-upload-pack`` on the repository of the payload."""
    channel = channel_to(os.environ["GITALY_ADDRESS"])
    payload = os.environ["GITALY_PAYLOAD"]
    protocol = os.environ.get("GIT_PROTOCOL", "")
    try:
        if command.startswith("git-receive-pack"):
            push = pb.SSHReceivePackRequest(git_protocol=protocol)
            json_format.Parse(payload, push, ignore_unknown_fields=True)
            return receive_pack(channel, push, _metadata(), streams)
        fetch = pb.SSHUploadPackRequest(git_protocol=protocol)
        json_format.Parse(payload, fetch, ignore_unknown_fields=True)
        return upload_pack(channel, fetch, _metadata(), streams)
    except grpc.RpcError as error:
        streams.say(f"rpc error: {error.code().name}: {error.details()}")
        return 1


def _metadata() -> Metadata:
    items = {"x-gitlab-correlation-id": os.environ.get("CORRELATION_ID", "")}
    if token := os.environ.get("GITALY_TOKEN"):
        items["authorization"] = authorization(token=token, at=int(time.time()))
    return tuple((name, value) for name, value in items.items() if value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[-1], Streams.of_this_process()))
